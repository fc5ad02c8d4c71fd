"""The place where simulated attempts run: it outlives the controllers that start them.

Keeps the contract of launchers (a start is idempotent, an attempt that outlived its controller is
adopted) and breaks everything else that may break: reports come late, twice or not at all before a
crash, attempts are lost, a start fails or its answer does.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field

from headrace.engine.attempts import AttemptId, AttemptResult, AttemptSpec, Failure
from headrace.errors import InfrastructureError
from headrace.launchers.port import Capacity, Finished, Report, Started
from headrace.testing.outcomes import Outcome
from headrace.testing.seats import Seat

_GRACE_S = 0.5
_HOUR_S = 3600.0


class ControllerDied(Exception):
    """The simulated controller is killed at this very point."""


@dataclass(frozen=True, slots=True)
class Accidents:
    """How often things go wrong in a world, as probabilities.

    Attributes:
        crash: The controller dies: before or after a commit, before or after a start.
        store_out: The store is out of reach for one commit.
        start_fails: A start fails, with or without the attempt having begun.
        repeated: A report comes twice.
        lost: An attempt is lost to the infrastructure.
        delay_s: The longest delay of a report.
        stop: The controller stands still, at a commit or a start, for up to ``longest_stop_s``.
        longest_stop_s: With more than a lease, another controller takes over what it had.
        clock: The controller's clock jumps by up to an hour, either way.
    """

    crash: float = 0.0
    store_out: float = 0.0
    start_fails: float = 0.0
    repeated: float = 0.0
    lost: float = 0.0
    delay_s: float = 0.0
    stop: float = 0.0
    longest_stop_s: float = 200.0
    clock: float = 0.0


@dataclass(slots=True)
class _Running:
    spec: AttemptSpec
    ends_at: float
    result: AttemptResult


@dataclass(slots=True)
class Place:
    """Where attempts run.

    Attributes:
        began: Attempts in the order in which their code began to run; each once, or the launcher
            would have broken its contract.
        withdrawn: Attempts that were stopped before they began, and never will.
    """

    outcome: Callable[[AttemptSpec], Outcome]
    chance: random.Random
    accidents: Accidents
    now: Callable[[], float]
    began: list[AttemptSpec] = field(default_factory=list[AttemptSpec])
    running: dict[AttemptId, _Running] = field(default_factory=dict[AttemptId, _Running])
    withdrawn: set[AttemptId] = field(default_factory=set[AttemptId])

    def happens(self, probability: float) -> bool:
        """Draw whether something happens."""
        return probability > 0 and self.chance.random() < probability

    def disturb(self) -> None:
        """Stop the controller that is at work, or move its clock, if the chance says so."""
        seat = Seat.taken()
        if seat is None:
            return
        if self.happens(self.accidents.stop):
            seat.stop(self.chance.random() * self.accidents.longest_stop_s)
        if self.happens(self.accidents.clock):
            seat.wrong_s += self.chance.uniform(-_HOUR_S, _HOUR_S)

    def left_over(self) -> list[str]:
        """Return the attempts that go on for longer than they may when all has ended."""
        latest = self.now() + _GRACE_S
        return [str(attempt) for attempt, one in self.running.items() if one.ends_at > latest]

    def begin(self, spec: AttemptSpec) -> None:
        """Let the attempt's code run, unless it did before or never will."""
        if spec.id in self.running:
            return
        if spec.id in self.withdrawn:
            canceled = AttemptResult(error=Failure(kind="canceled", message="stopped"))
            self.running[spec.id] = _Running(spec, self.now(), canceled)
            return
        self.began.append(spec)
        outcome = self.outcome(spec)
        result = outcome.result(spec)
        if self.happens(self.accidents.lost):
            result = AttemptResult(error=Failure(kind="infrastructure", message="it was lost"))
        self.running[spec.id] = _Running(spec, self.now() + outcome.duration_s, result)


class SimulatedLauncher:
    """One controller's way to the place; gone when that controller is."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._reports: asyncio.Queue[Report] = asyncio.Queue()
        self._watching: set[asyncio.Task[None]] = set()

    async def start(self, spec: AttemptSpec) -> None:
        """Start the attempt, unless this is the call that goes wrong.

        Raises:
            InfrastructureError: The start failed, maybe after the attempt had begun.
            ControllerDied: The controller is killed here.
        """
        accidents = self._place.accidents
        if self._place.happens(accidents.crash):
            raise ControllerDied
        if accidents.stop or accidents.clock:
            self._place.disturb()
            await asyncio.sleep(0)
        fails = self._place.happens(accidents.start_fails)
        if fails and self._place.happens(0.5):
            raise _out()
        self._place.begin(spec)
        self._watch(spec.id)
        if fails:
            raise _out()
        if self._place.happens(accidents.crash):
            raise ControllerDied

    async def stop(self, attempt: AttemptId, grace_s: float) -> None:
        """End the attempt, unless it is about to end by itself."""
        del grace_s
        running = self._place.running.get(attempt)
        canceled = AttemptResult(error=Failure(kind="canceled", message="stopped"))
        if running is None:
            self._place.withdrawn.add(attempt)
            at = self._place.now()
            self._reports.put_nowait(Finished(attempt=attempt, at=at, result=canceled))
        elif running.ends_at > self._place.now() + _GRACE_S:
            running.ends_at, running.result = self._place.now() + _GRACE_S, canceled
            self._watch(attempt)  # the end that was expected is reported later, and is too late

    async def reports(self) -> AsyncIterator[Report]:
        """Yield what happens, late and twice maybe."""
        while True:
            yield await self._reports.get()

    async def recover(self, attempts: Collection[AttemptSpec]) -> list[AttemptSpec]:
        """Adopt what runs or ran; return what never began."""
        for spec in attempts:
            if spec.id in self._place.running:
                self._watch(spec.id)
        return [spec for spec in attempts if spec.id not in self._place.running]

    async def logs(self, attempt: AttemptId, *, follow: bool) -> AsyncIterator[bytes]:
        """Yield nothing: simulated code prints nothing."""
        del attempt, follow
        for nothing in ():
            yield nothing

    def variable(self, attempt: AttemptId, name: str) -> str | None:
        """Return nothing: simulated code sees no environment."""
        del attempt, name

    def capacity(self) -> Capacity:
        """Say what there is, in all."""
        return Capacity(cpus=4.0, memory_bytes=8 << 30)

    async def close(self) -> None:
        """Stop watching; attempts go on."""
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)

    def _watch(self, attempt: AttemptId) -> None:
        task = asyncio.create_task(self._report(attempt))
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def _report(self, attempt: AttemptId) -> None:
        place = self._place
        running = place.running[attempt]
        await self._send(Started(attempt=attempt, at=place.now(), where="world"))
        await asyncio.sleep(running.ends_at - place.now())
        await self._send(Finished(attempt=attempt, at=place.now(), result=running.result))

    async def _send(self, report: Report) -> None:
        accidents, chance = self._place.accidents, self._place.chance
        if accidents.delay_s:
            await asyncio.sleep(chance.random() * accidents.delay_s)
        self._reports.put_nowait(report)
        if self._place.happens(accidents.repeated):
            self._reports.put_nowait(report)


def _out() -> InfrastructureError:
    return InfrastructureError("the place does not answer", retryable=True)
