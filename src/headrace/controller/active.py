"""A run that this controller owns: its plan, its state and the events not yet committed."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from headrace import engine
from headrace.controller.announcing import with_announcements
from headrace.engine.attempts import AttemptId
from headrace.engine.changes import Change
from headrace.engine.commands import Command, LookUpCache
from headrace.engine.events import AttemptFinished, AttemptStarted, Event
from headrace.store import Lease, Run, RunBatch


@dataclass(slots=True)
class ActiveRun:
    """One owned run.

    Attributes:
        lease: Proof of ownership; every commit carries it.
        seq: Events of its journal that are committed.
        journal: Events stepped through and not yet committed, with their times.
        changes: What they changed.
        commands: What to perform once they are committed.
        requests: Ids of the requests that they answer.
        inherited: Attempts that an earlier controller was asked for; should it only stand still, it
            may begin them yet.
        is_urgent: Whether somebody waits for the commit: a command, or whoever watches the run.
            The reports of attempts alone can wait, for attempts leave a record of how they ended.
    """

    record: Run
    plan: engine.Plan
    state: engine.RunState
    lease: Lease
    seq: int
    journal: list[tuple[float, Event]] = field(default_factory=list[tuple[float, Event]])
    changes: list[Change] = field(default_factory=list[Change])
    commands: list[Command] = field(default_factory=list[Command])
    requests: list[int] = field(default_factory=list[int])
    inherited: set[AttemptId] = field(default_factory=set[AttemptId])
    is_urgent: bool = False

    @property
    def run_id(self) -> str:
        """Id of the run."""
        return self.record.run_id

    def feed(self, event: Event, now: float) -> None:
        """Take one event through the engine; nothing is performed before it is committed."""
        step = engine.step(self.plan, self.state, event, now)
        self.journal.append((now, event))
        self.changes.extend(step.changes)
        self.commands.extend(step.commands)
        is_report = isinstance(event, AttemptStarted | AttemptFinished)
        self.is_urgent |= bool(step.commands) or not is_report or self.state.ended

    def take_questions(self, unsettled: AbstractSet[str]) -> list[LookUpCache]:
        """Take out the look-ups that need not wait for the commit.

        Args:
            unsettled: Keys of entries that are not committed yet; these look-ups stay.
        """
        ready = [c for c in self.commands if isinstance(c, LookUpCache) and c.key not in unsettled]
        if ready:
            taken = {id(command) for command in ready}
            self.commands = [c for c in self.commands if id(c) not in taken]
        return ready

    def batch(self) -> RunBatch:
        """Return what is to be committed; committing it twice is the same as once."""
        return RunBatch(
            lease=self.lease,
            at=self.journal[-1][0],
            events=self.journal,
            changes=with_announcements(self.changes),
            consumed=self.requests,
            first_seq=self.seq + 1,
        )

    def committed(self) -> tuple[list[Change], list[Command]]:
        """Forget what has been committed; return its changes and the commands now due."""
        done = self.changes, self.commands
        self.seq += len(self.journal)
        self.journal, self.changes, self.commands, self.requests = [], [], [], []
        self.is_urgent = False
        return done
