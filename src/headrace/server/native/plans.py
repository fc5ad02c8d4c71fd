"""Plans of stored pipelines, kept for the next request: a document never changes."""

from __future__ import annotations

import threading
from collections import OrderedDict

from headrace import engine, ir
from headrace.engine import Plan
from headrace.server.documents import Source, kept
from headrace.store import Store

_KEPT = 16
_plans: OrderedDict[str, Plan] = OrderedDict()
_lock = threading.Lock()


def plan_of(store: Store, digest: str) -> Plan:
    """Return the plan of a stored document.

    Raises:
        NotFound: There is no such document.
        SpecError: It cannot be planned.
    """
    with _lock:
        if digest in _plans:
            _plans.move_to_end(digest)
            return _plans[digest]
    plan = plan_of_source(kept(store, digest))
    with _lock:
        _plans[digest] = plan
        while len(_plans) > _KEPT:
            _plans.popitem(last=False)
    return plan


def plan_of_source(source: Source) -> Plan:
    """Return the plan of documents.

    Raises:
        SpecError: They are not valid, or cannot be planned.
    """
    return engine.plan(ir.read_dict(source.spec, source.platform))
