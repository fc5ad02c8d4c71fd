"""Logs of the attempts of a run, also while it runs and whoever carries it out."""

from __future__ import annotations

import time
from collections.abc import Iterator

from headrace.app.home import Home
from headrace.engine.attempts import AttemptId
from headrace.errors import NotFound
from headrace.launchers.process.directory import AttemptDirectory
from headrace.store import Attempt
from headrace.store.records import ENDED

_BLOCK_BYTES = 1 << 16
_PAUSE_S = 0.2


def read_logs(
    home: Home, run_id: str, task: str | None, *, attempt: int | None, follow: bool
) -> Iterator[tuple[str, int, bytes]]:
    """Yield path, attempt number and bytes of what the steps wrote, to the last byte.

    Args:
        task: Path of one step; None means all.
        attempt: Which try of it; None means the last, or with all steps every try.
        follow: Go on until the run has ended.

    Raises:
        NotFound: The run has no such step or attempt.
    """
    positions: dict[tuple[str, int], int] = {}
    checked = False
    while True:
        ended = home.store.run(run_id).state in ENDED
        attempts = home.store.attempts(run_id, task)
        if task is not None and not checked:
            _check(home, run_id, task, attempt, attempts)
            checked = True
        for one in _wanted(attempts, task, attempt):
            yield from _new_bytes(home, one, positions)
        if ended or not follow:
            return
        time.sleep(_PAUSE_S)


def _check(
    home: Home, run_id: str, task: str, attempt: int | None, attempts: list[Attempt]
) -> None:
    tasks = [known.path for known in home.store.tasks(run_id)]
    if task not in tasks:
        message = f"run {run_id} has no step {task}"
        raise NotFound(message, hint=f"its steps are {', '.join(tasks[:20])}" if tasks else None)
    if attempt is not None and attempts and attempt not in [one.number for one in attempts]:
        message = f"{task} has {len(attempts)} attempts, none of them number {attempt}"
        raise NotFound(message)


def _wanted(attempts: list[Attempt], task: str | None, attempt: int | None) -> list[Attempt]:
    if attempt is not None:
        return [one for one in attempts if one.number == attempt]
    return attempts[-1:] if task is not None else attempts


def _new_bytes(
    home: Home, one: Attempt, positions: dict[tuple[str, int], int]
) -> Iterator[tuple[str, int, bytes]]:
    key = (one.path, one.number)
    path = AttemptDirectory(home.runs, AttemptId(one.run_id, one.path, one.number)).log
    try:
        with path.open("rb") as log:
            log.seek(positions.get(key, 0))
            while block := log.read(_BLOCK_BYTES):
                yield one.path, one.number, block
            positions[key] = log.tell()
    except FileNotFoundError:
        return
