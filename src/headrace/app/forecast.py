"""What a run would do, without doing it: the engine is asked, and the world is only looked at.

Reused steps are taken through the engine as in a real run; a step that would run ends the
forecast of what follows it, which is then said to depend on it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from headrace import engine
from headrace.app.results import LEAF_KINDS
from headrace.controller import Answer
from headrace.engine.changes import TaskChanged
from headrace.engine.commands import Command, LookUpCache, StartAttempt
from headrace.engine.events import Event, RunSubmitted
from headrace.ir.model import Document


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of one step.

    Attributes:
        fate: ``run``, ``reuse``, ``skip`` or ``depends`` (on steps that run before it).
        why: One sentence.
    """

    path: str
    fate: str
    why: str


def forecast(
    document: Document, submitted: RunSubmitted, answer: Answer, now: float
) -> list[Forecast]:
    """Return what each step of the run would do, in the order in which they come up.

    Args:
        answer: Answers cache look-ups, as in a real run.
    """
    plan = engine.plan(document)
    state = engine.new_run(plan)
    rows: dict[str, TaskChanged] = {}
    running: set[str] = set()
    events = deque[Event]([submitted])
    while events:
        step = engine.step(plan, state, events.popleft(), now)
        for change in step.changes:
            if isinstance(change, TaskChanged):
                rows[change.path] = change
        for command in step.commands:
            _follow(command, answer, running, events)
    leaves = [row for row in rows.values() if row.kind in LEAF_KINDS]
    return [_fate(row, running) for row in leaves]


def _follow(command: Command, answer: Answer, running: set[str], events: deque[Event]) -> None:
    if isinstance(command, LookUpCache):
        events.append(answer(command))
    elif isinstance(command, StartAttempt):
        running.add(command.spec.id.task)


def _fate(row: TaskChanged, running: set[str]) -> Forecast:
    if row.path in running:
        return Forecast(row.path, "run", row.reason or "runs")
    if row.state == "succeeded":
        return Forecast(row.path, "reuse", row.reason or "unchanged")
    if row.state == "skipped":
        return Forecast(row.path, "skip", row.reason)
    if row.state == "failed":
        return Forecast(row.path, "run", row.error.message if row.error else row.reason)
    return Forecast(row.path, "depends", row.reason or "on steps before it")
