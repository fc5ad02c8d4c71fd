"""Who asks, as the page is told."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from headrace.server.access import Principal
from headrace.server.native.me import get_me
from headrace.store import Namespace
from headrace.store.memory import MemoryStore


def _me(principal, mode="multi"):
    store = MemoryStore()
    for name in ("b", "a"):
        store.add_namespace(Namespace(name=name, created_at=1.0))
    settings = SimpleNamespace(mode=mode, version="1")
    services = SimpleNamespace(settings=settings)
    return get_me(SimpleNamespace(principal=principal, services=services, store=store))


@pytest.mark.parametrize(
    ("principal", "namespaces"),
    [
        pytest.param(Principal("ada", roles={"a": "viewer"}), [("a", "viewer")], id="a member"),
        pytest.param(Principal("eve"), [], id="a stranger"),
        pytest.param(
            Principal("root", admin=True),
            [("a", "admin"), ("b", "admin")],
            id="an administrator without a role of their own",
        ),
    ],
)
def test_namespaces_are_those_in_which_something_may_be_done(principal, namespaces):
    me = _me(principal)
    assert [(one.name, one.role) for one in me.namespaces] == namespaces
