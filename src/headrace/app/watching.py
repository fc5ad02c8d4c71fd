"""What is told of committed changes: metrics, traces and the log. None of it can hold up a run."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence

from headrace.controller import Observer
from headrace.engine.changes import Change, RunChanged, TaskChanged

_LOG = logging.getLogger("headrace.watching")
_RUNS = logging.getLogger("headrace.runs")


def observed_by(observers: Sequence[Observer]) -> Observer:
    """Return an observer that tells all of these; one that breaks is logged and told on."""

    def observe(run_id: str, changes: list[Change]) -> None:
        for observer in observers:
            try:
                observer(run_id, changes)
            except Exception:  # noqa: BLE001 - what watches a run must not end it
                _LOG.warning("an observer broke", exc_info=True, extra={"run_id": run_id})

    return observe


def log_changes(run_id: str, changes: Collection[Change]) -> None:
    """Write each change of a run's or a task's state to the log, with their ids.

    Nothing else: what a run's history says may repeat the text of an exception of the user's.
    """
    for change in changes:
        if isinstance(change, RunChanged):
            _RUNS.info("run %s is %s", run_id, change.state, extra={"run_id": run_id})
        elif isinstance(change, TaskChanged):
            about = {"run_id": run_id, "task": change.path}
            _RUNS.info("run %s: %s is %s", run_id, change.path, change.state, extra=about)
