"""Reads of the store that feeds need: where the history ends, and rows as they are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from headrace.errors import NotFound
from headrace.store import Store
from headrace.store.records import Attempt, HistoryEntry, Run, TaskRun

_FEW = 20


def last_event_id(store: Store) -> int:
    """Return the id of the newest entry of the history, or 0.

    Ids only grow, so that the end is found by halving.
    """
    known, beyond = 0, 1
    while found := store.events(beyond - 1, limit=1):
        known, beyond = found[0].id, max(found[0].id, beyond) * 2
    while beyond - known > 1:
        middle = (known + beyond) // 2
        found = store.events(middle - 1, limit=1)
        if found:
            known = max(found[0].id, middle)
        else:
            beyond = middle
    return known


def task_rows(store: Store, run_id: str, paths: Collection[str]) -> dict[str, TaskRun]:
    """Return the task runs with these paths, by path."""
    wanted = frozenset(paths)
    return {task.path: task for task in store.tasks(run_id) if task.path in wanted}


def last_attempts(store: Store, run_id: str, paths: Collection[str]) -> dict[str, Attempt]:
    """Return the last attempt of each of these tasks, by path; those without any are not in it."""
    if len(paths) > _FEW:
        wanted = frozenset(paths)
        found = [one for one in store.attempts(run_id) if one.path in wanted]
    else:
        found = [one for path in paths for one in store.attempts(run_id, path)]
    return {one.path: one for one in found}


def runs_of(store: Store, entries: Iterable[HistoryEntry]) -> dict[str, Run]:
    """Return the runs that the entries are of, by id; those that are gone are not in it."""
    runs: dict[str, Run] = {}
    for run_id in {entry.run_id for entry in entries}:
        try:
            runs[run_id] = store.run(run_id)
        except NotFound:
            continue
    return runs
