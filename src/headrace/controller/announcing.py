"""Entries of the history for changes that the engine does not log itself; pure.

With them every change of state that others can see is an entry of the one feed, so that whoever
follows it never has to look for what changed. Tasks that begin to wait are left out: they come
with the run or the group that they are in.
"""

from __future__ import annotations

from collections.abc import Iterable

from headrace.engine.changes import Change, Logged, RunChanged, TaskChanged
from headrace.store.records import ENDED

_END = "run_ended"
#: Entries of the engine that tell of their task's state themselves.
_TELLING = frozenset({"task_failed", "task_skipped", "attempt_failed", "group_failed"})


def with_announcements(changes: Iterable[Change]) -> list[Change]:
    """Return the changes with what is to be told of them, the end of the run last."""
    given = list(changes)
    ends = [change for change in given if isinstance(change, Logged) and change.kind == _END]
    rest = [change for change in given if not any(change is end for end in ends)]
    return [*rest, *announcements(given), *ends]


def announcements(changes: Iterable[Change]) -> list[Logged]:
    """Return an entry for the run and for each task whose state is not told of by any other.

    Of several changes of one row the last counts. The message is the reason of the state, if any.
    """
    run: RunChanged | None = None
    tasks: dict[str, TaskChanged] = {}
    told: set[str] = set()
    for change in changes:
        if isinstance(change, TaskChanged):
            tasks[change.path] = change
        elif isinstance(change, RunChanged):
            run = change
        elif isinstance(change, Logged) and change.kind in _TELLING:
            told.add(change.path)
    entries: list[Logged] = []
    if run is not None and run.state not in ENDED and run.state != "pending":
        entries.append(Logged(kind=f"run_{run.state}"))
    entries.extend(
        Logged(kind=f"task_{task.state}", path=path, message=task.reason)
        for path, task in tasks.items()
        if task.state != "pending" and path not in told
    )
    return entries
