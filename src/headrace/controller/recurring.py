"""Recurring runs: each tick makes exactly one run, however many controllers look at it.

A tick is carried out by one transaction of the store, which creates the run and moves on to the
next tick; whoever comes second finds it moved on. The id of the run follows from the recurring run
and the time of the tick, so that nothing that is done twice makes two. Ticks that were missed are
made up for one by one, or only the latest, as the recurring run says; never more than its maximum
at once.

May not know how a run is prepared, who may have one, or which store it is.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from headrace import schedules
from headrace.controller.clock import Clock, SystemClock
from headrace.errors import (
    AlreadyExists,
    HeadraceError,
    InfrastructureError,
    InvalidRequest,
    TooManyRequests,
)
from headrace.schedules import Trigger
from headrace.store import NewRun, RecurringRun, Store

_LOG = logging.getLogger("headrace.recurring")

_IDS = uuid.UUID("5f3c5f7e-9c06-5c4e-9a53-3b1b3f0c8f0d")
_MOST_DUE = 10_000
_MOST_IN_A_ROW = 100
_AT_ONCE = 4
_POLL_S = 0.5
_FIRST_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 300.0
#: The most runs that one backfill makes.
MOST_BACKFILLED = 1000
_LONGEST_SLUG = 40
_NAME_PART = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Tick:
    """A run that a recurring run is due to make.

    Attributes:
        at: The time of the tick, seconds since the epoch: the run's scheduled time.
        run_id: The same for the same tick, always.
        index: Count of the runs of the recurring run, from 1, for the macro ``[[Index]]``.
        name: What the run is called.
    """

    recurring: RecurringRun
    at: float
    run_id: str
    index: int
    name: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A tick of a backfill, and whether its run is there already."""

    at: float
    run_id: str
    exists: bool


Prepare = Callable[[Tick], NewRun]
"""Makes the run of a tick ready to be created, with the rights of who made the recurring run.

Blocking, may be called from several threads. Raises ``HeadraceError`` when there can be none.
"""


def run_id_of(recurring_run_id: str, at: float) -> str:
    """Return the id of the run of a tick."""
    return str(uuid.uuid5(_IDS, f"{recurring_run_id}/{round(at * 1000)}"))


def run_name(recurring: RecurringRun, index: int) -> str:
    """Return what the run with this index is called, in KFP's way (facts D.5)."""
    slug = _NAME_PART.sub("-", recurring.display_name.lower()).strip("-")[:_LONGEST_SLUG]
    name = f"{slug or 'run'}{recurring.id.replace('-', '')[:5]}-{index}"
    return f"{name}-{_fnv32a(name)}"


def first_tick(trigger: Trigger, created_at: float, *, catchup: bool = True) -> float | None:
    """Return the first tick of a recurring run that is created then; None when there is none.

    Without a cron expression and an interval that is at once, and the only one. As with KFP, a
    cron expression whose start has passed has its ticks since then, when they are caught up with.

    Raises:
        InvalidRequest: The trigger cannot be used.
    """
    schedules.validate(trigger)
    if _is_once(trigger):
        return created_at if trigger.start_at is None else max(created_at, trigger.start_at)
    start, after = trigger.start_at, created_at
    if trigger.cron is not None and catchup and start is not None:
        after = min(created_at, max(0.0, start - 1))
    return schedules.next_time(trigger, after, anchor=created_at)


def tick_after_change(recurring: RecurringRun, trigger: Trigger, now: float) -> float | None:
    """Return the next tick of a recurring run whose trigger becomes this one.

    Raises:
        InvalidRequest: The trigger cannot be used.
    """
    schedules.validate(trigger)
    if _is_once(trigger):
        return None if recurring.ticks else now
    return schedules.next_time(trigger, now, anchor=recurring.created_at)


class Recurring:
    """The ticker: any number of them may work on one store.

    Args:
        store: Where recurring runs and runs are.
        prepare: Makes the run of a tick.
        clock: Gives the time.
        created: Told after runs were created, so that a controller looks at once.
    """

    def __init__(
        self,
        store: Store,
        prepare: Prepare,
        *,
        clock: Clock | None = None,
        created: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._prepare = prepare
        self._clock = clock or SystemClock()
        self._created = created
        self._paused: dict[str, tuple[float, float]] = {}  # by id: until when, and for how long
        self._working: set[str] = set()

    async def run(self) -> None:
        """Carry out ticks until cancelled; a store that is out is asked again."""
        places = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            while True:
                for recurring in await self._find():
                    self._working.add(recurring.id)
                    group.create_task(self._in_a_thread(recurring, places))
                await asyncio.sleep(_POLL_S)

    def tick(self) -> int:
        """Carry out what is due now, one after the other; return how many ticks were."""
        return sum(self._carry_out(recurring) for recurring in self._due())

    async def _find(self) -> list[RecurringRun]:
        try:
            return await asyncio.to_thread(self._due)
        except InfrastructureError as error:
            if not error.retryable:
                raise
            _LOG.warning("the store does not answer: %s", error.message)
            return []

    async def _in_a_thread(self, recurring: RecurringRun, places: asyncio.Semaphore) -> None:
        try:
            async with places:
                await asyncio.to_thread(self._carry_out, recurring)
        finally:
            self._working.discard(recurring.id)

    def _due(self) -> list[RecurringRun]:
        now = self._clock.now()
        return [
            recurring
            for recurring in self._store.due(now, _MOST_DUE)
            if recurring.id not in self._working and not self._is_paused(recurring, now)
        ]

    def _is_paused(self, recurring: RecurringRun, now: float) -> bool:
        until, pause = self._paused.get(recurring.id, (0.0, 0.0))
        return now < until <= now + pause  # a clock that was put back pauses nothing for longer

    def _carry_out(self, recurring: RecurringRun) -> int:
        """Carry out its ticks that are due; whatever is wrong with one holds up no other."""
        done = 0
        try:
            going: RecurringRun | None = recurring
            while going is not None and done < _MOST_IN_A_ROW and self._is_due(going):
                going = self._fire(going)
                done += going is not None
        except Exception as error:  # noqa: BLE001 - one bad row must not end the ticker
            self._pause(recurring, error)
        return done

    def _is_due(self, recurring: RecurringRun) -> bool:
        due = recurring.next_tick_at is not None and recurring.next_tick_at <= self._clock.now()
        if not (due and recurring.enabled):
            return False
        return self._store.count_active(recurring.id) < max(1, recurring.max_concurrency)

    def _fire(self, recurring: RecurringRun) -> RecurringRun | None:
        """Carry out one tick; None when somebody else has."""
        expected = recurring.next_tick_at
        assert expected is not None
        now = self._clock.now()
        run, error = None, None
        at, next_at = expected, None
        try:
            at, next_at = _chosen(recurring, expected, now)
            run = self._prepare(_tick(recurring, at))
        except TooManyRequests:
            raise  # the tick waits until there may be more runs
        except InfrastructureError as problem:
            if problem.retryable:
                raise
            error = problem.message
        except HeadraceError as problem:
            error = problem.message
        if error is not None:
            _LOG.warning("recurring run %s made no run: %s", recurring.id, error)
        moved = self._store.fire(recurring.id, expected, run, next_at, now=now, error=error)
        if moved is not None and run is not None:
            self._paused.pop(recurring.id, None)
            self._created()
        return moved

    def _pause(self, recurring: RecurringRun, error: Exception) -> None:
        _, earlier = self._paused.get(recurring.id, (0.0, 0.0))
        pause = min(max(_FIRST_PAUSE_S, 2 * earlier), _LONGEST_PAUSE_S)
        self._paused[recurring.id] = (self._clock.now() + pause, pause)
        if isinstance(error, HeadraceError):
            _LOG.warning("recurring run %s is tried again: %s", recurring.id, error.message)
        else:
            _LOG.error("recurring run %s is tried again", recurring.id, exc_info=error)


def backfill_slots(
    store: Store, recurring: RecurringRun, begin: float, end: float, *, most: int = 100
) -> list[Slot]:
    """Return the ticks that a recurring run has in a span, both ends included, in order.

    The start and end of its trigger do not hold here: a backfill is for times before it began.

    Raises:
        InvalidRequest: The span is empty or has more ticks than ``most``, or there is no trigger.
    """
    if _is_once(recurring.trigger):
        message = f"recurring run {recurring.display_name} has no schedule to fill up"
        raise InvalidRequest(message, hint="give it a cron expression or an interval")
    if not 1 <= most <= MOST_BACKFILLED:
        raise InvalidRequest(f"max is {most}", hint=f"give 1 to {MOST_BACKFILLED}")
    if end < begin:
        raise InvalidRequest("the span ends before it begins", hint="give an end after the begin")
    trigger = recurring.trigger
    start, created = trigger.start_at, recurring.created_at
    anchor = created if start is None or start < created else float(math.ceil(start))
    free = msgspec.structs.replace(trigger, start_at=None, end_at=None)
    times = schedules.missed(free, max(0.0, begin - 1), end, limit=most + 2, anchor=anchor)
    times = [at for at in times if at >= begin]
    if len(times) > most:
        message = f"the span has more than {most} ticks"
        raise InvalidRequest(message, hint="shorten it, or raise the maximum")
    if not times:
        message = "there is no tick in the span"
        raise InvalidRequest(message, hint=f"it fires {schedules.describe(free)}")
    found = [(at, run_id_of(recurring.id, at)) for at in times]
    return [Slot(at, run_id, _exists(store, run_id)) for at, run_id in found]


def backfill(
    store: Store, prepare: Prepare, recurring: RecurringRun, slots: list[Slot]
) -> list[Slot]:
    """Create the runs of slots that have none; return those whose run this call created.

    All runs are prepared before the first is created. They are begun as there is room.

    Raises:
        HeadraceError: A run cannot be made; nothing was created.
    """
    missing = [slot for slot in slots if not slot.exists]
    new = [
        prepare(_tick(recurring, slot.at, index=recurring.ticks + count))
        for count, slot in enumerate(missing, 1)
    ]
    made: list[Slot] = []
    for slot, run in zip(missing, new, strict=True):
        try:
            store.create_run(run)
        except AlreadyExists:
            continue  # its tick came, or another backfill was faster
        made.append(slot)
    return made


def _chosen(recurring: RecurringRun, expected: float, now: float) -> tuple[float, float | None]:
    """Return the tick to carry out and the one after it.

    Raises:
        InvalidRequest: The trigger cannot be used.
    """
    if _is_once(recurring.trigger):
        return expected, None
    trigger, anchor = recurring.trigger, recurring.created_at
    at = expected
    if not recurring.catchup:
        latest = schedules.latest_time(trigger, expected, now, anchor=anchor)
        at = expected if latest is None else latest
    return at, schedules.next_time(trigger, at, anchor=anchor)


def _tick(recurring: RecurringRun, at: float, *, index: int | None = None) -> Tick:
    count = recurring.ticks + 1 if index is None else index
    return Tick(recurring, at, run_id_of(recurring.id, at), count, run_name(recurring, count))


def _exists(store: Store, run_id: str) -> bool:
    try:
        store.run(run_id)
    except HeadraceError as error:
        if isinstance(error, InfrastructureError):
            raise
        return False
    return True


def _is_once(trigger: Trigger) -> bool:
    return trigger.cron is None and trigger.interval_s is None


def _fnv32a(text: str) -> int:
    found = 0x811C9DC5
    for byte in text.encode():
        found = (found ^ byte) * 0x01000193 & 0xFFFFFFFF
    return found
