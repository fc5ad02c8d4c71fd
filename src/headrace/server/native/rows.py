"""Rows as they are now, of the runs and tasks that something is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from headrace.errors import NotFound
from headrace.store import Store
from headrace.store.records import Attempt, HistoryEntry, Run, TaskRun

_FEW = 200


def task_rows(store: Store, run_id: str, paths: Collection[str]) -> dict[str, TaskRun]:
    """Return the task runs with these paths, by path."""
    return {task.path: task for task in store.tasks(run_id, paths)}


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
