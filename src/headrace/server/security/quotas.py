"""What is refused when a run is submitted: too many within a minute, and foreign service accounts.

What else a quota bounds (runs at once, processors, memory, accelerators) makes runs wait instead;
the controller sees to that.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from headrace.errors import NotFound, PermissionDenied, TooManyRequests
from headrace.server.services import Runs, Submission
from headrace.store import Run, Store

_MINUTE_S = 60.0


@dataclass(slots=True)
class Admission:
    """Counts what a namespace has submitted lately, with what is about to be."""

    store: Store
    now: Callable[[], float]
    _coming: Counter[str] = field(default_factory=Counter[str])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def one_more(self, namespace: str) -> Generator[None]:
        """Let one run be created inside.

        Raises:
            TooManyRequests: There were too many within a minute.
        """
        most = self._most(namespace)
        if most is None:
            yield
            return
        with self._lock:
            # Those that come are counted with those that are there: between two looks at the
            # store as many could slip in as ask at the same moment.
            created = self.store.usage(namespace, since=self.now() - _MINUTE_S).created_runs
            if created + self._coming[namespace] >= most:
                raise TooManyRequests(
                    f"namespace {namespace} may submit {most} runs per minute",
                    retry_after_s=_MINUTE_S / max(most, 1),
                    hint="wait, or ask an administrator for a larger quota",
                )
            self._coming[namespace] += 1
        try:
            yield
        finally:
            with self._lock:
                self._coming[namespace] -= 1

    def check_account(self, namespace: str, account: str) -> None:
        """Make sure that runs of the namespace may use a service account.

        Raises:
            PermissionDenied: They may not.
        """
        if not namespace or not account:
            return
        if account not in self.store.namespace(namespace).service_accounts:
            raise PermissionDenied(
                f"runs in {namespace} may not use the service account {account[:80]}",
                hint="ask an administrator to allow it",
            )

    def _most(self, namespace: str) -> int | None:
        if not namespace:
            return None
        try:
            return self.store.namespace(namespace).quota.runs_per_minute
        except NotFound:
            return None


class BoundedRuns:
    """Creates runs as the server's own way does, within the quota; all else is the other's."""

    def __init__(self, runs: Runs, admission: Admission) -> None:
        self._runs = runs
        self._admission = admission

    def __getattr__(self, name: str) -> Any:
        """Return what is not bounded."""
        return getattr(self._runs, name)

    def submit(self, submission: Submission) -> Run:
        """Create the run, unless there were too many, or it would be somebody else.

        Raises:
            TooManyRequests: There were.
            PermissionDenied: Runs of the namespace may not use the service account.
        """
        self._admission.check_account(submission.namespace, submission.service_account)
        with self._admission.one_more(submission.namespace):
            return self._runs.submit(submission)


def bounded(runs: Runs, admission: Admission) -> Runs:
    """Return what creates runs within the quota."""
    return cast("Runs", BoundedRuns(runs, admission))
