"""Recurring runs in virtual time: one run for each tick, with rivals, crashes and wrong clocks."""

from __future__ import annotations

import threading
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from headrace.controller.recurring import (
    Recurring,
    backfill,
    backfill_slots,
    first_tick,
    run_id_of,
    run_name,
    tick_after_change,
)
from headrace.engine.changes import RunChanged
from headrace.engine.events import RunSubmitted
from headrace.errors import (
    InfrastructureError,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    TooManyRequests,
)
from headrace.schedules import Trigger
from headrace.store import NewRun, Query, RecurringRun, RecurringRunUpdate, RunBatch

HOUR, DAY = 3600.0, 86400.0
HOURLY = Trigger(cron="0 0 * * * *")
BEGIN = 1_700_000_400.0 - 1_700_000_400 % 3600  # an hour by the clock


class Clock:
    def __init__(self, time=BEGIN):
        self.time = time

    def now(self):
        return self.time


class Crash(BaseException):
    """Ends a ticker where a process would die."""


@pytest.fixture
def clock():
    return Clock()


def prepare(tick):
    return NewRun(
        submitted=RunSubmitted(
            run_id=tick.run_id,
            run_name=tick.name,
            parameters={"index": tick.index},
            pipeline_root="file:///a",
            scheduled_at=tick.at,
        ),
        pipeline="p",
        document=b"{}",
        created_at=tick.at,
        recurring_run_id=tick.recurring.id,
        scheduled_at=tick.at,
    )


def add(store, trigger=HOURLY, *, created_at=BEGIN, catchup=True, **more):
    made = RecurringRun(
        id="11111111-1111-4111-8111-111111111111",
        namespace="",
        experiment="default",
        display_name="Every hour",
        created_at=created_at,
        updated_at=created_at,
        trigger=trigger,
        catchup=catchup,
        next_tick_at=first_tick(trigger, created_at, catchup=catchup),
        **{"max_concurrency": 100, **more},
    )
    store.add_recurring_run(made)
    return made


def runs_of(store):
    page = store.find_runs(Query(sort="scheduled_at", descending=False, limit=500))
    return list(page.items)


def ticks_of(store):
    return [run.scheduled_at for run in runs_of(store)]


def hours(*numbers):
    return [BEGIN + number * HOUR for number in numbers]


def ticker(store, clock, make=prepare):
    return Recurring(store, make, clock=clock)


def end(store, run_id):
    (lease,) = store.claim(f"owner {run_id}", now=0.0, lease_s=60.0, run_ids=[run_id])
    store.commit(
        [RunBatch(lease=lease, at=1.0, changes=[RunChanged(state="succeeded", finished_at=1.0)])]
    )
    store.release([lease])


def test_a_tick_makes_one_run_however_often_it_is_looked_at(store, clock):
    add(store)
    work = ticker(store, clock)
    assert work.tick() == 0
    clock.time += HOUR
    assert [work.tick(), work.tick(), ticker(store, clock).tick()] == [1, 0, 0]
    assert ticks_of(store) == hours(1)


def test_two_tickers_that_saw_the_same_tick_make_one_run(store, clock):
    add(store)
    clock.time += HOUR
    first, second = ticker(store, clock), ticker(store, clock)
    seen = [one._due() for one in (first, second)]
    assert [first._carry_out(*seen[0]), second._carry_out(*seen[1])] == [1, 0]
    assert ticks_of(store) == hours(1)


def test_four_tickers_at_the_same_moment_make_each_run_once(store, clock):
    add(store, max_concurrency=1000)
    clock.time += 40 * HOUR
    start, counts = threading.Barrier(4), []

    def work():
        own = ticker(store, clock)
        start.wait(30)
        counts.append(sum(own.tick() for _ in range(50)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sum(counts) == 40
    assert ticks_of(store) == hours(*range(1, 41))


def test_the_run_of_a_tick_is_named_and_numbered(store, clock):
    made = add(store)
    clock.time += 2 * HOUR
    ticker(store, clock).tick()
    first, second = runs_of(store)
    assert (first.run_id, first.display_name) == (
        run_id_of(made.id, hours(1)[0]),
        run_name(made, 1),
    )
    assert first.display_name.startswith("every-hour11111-1-")
    assert [first.parameters["index"], second.parameters["index"]] == [1, 2]
    kept = store.recurring_run(made.id)
    assert (kept.ticks, kept.last_tick_at, kept.next_tick_at) == (2, hours(2)[0], hours(3)[0])


class Fragile:
    """A store whose ``fire`` dies before or after the transaction, as a process can."""

    def __init__(self, store, when):
        self.store, self.when = store, when

    def __getattr__(self, name):
        return getattr(self.store, name)

    def fire(self, *args, **more):
        if self.when == "before":
            raise Crash
        self.store.fire(*args, **more)
        raise Crash


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_on_either_side_of_the_commit_leaves_one_run(store, clock, when):
    add(store)
    clock.time += HOUR
    with pytest.raises(Crash):
        ticker(Fragile(store, when), clock).tick()
    ticker(store, clock).tick()
    assert ticks_of(store) == hours(1)


def test_a_crash_while_a_run_is_prepared_leaves_one_run(store, clock):
    add(store)
    clock.time += HOUR

    def crash(tick):
        prepare(tick)
        raise Crash

    with pytest.raises(Crash):
        ticker(store, clock, crash).tick()
    ticker(store, clock).tick()
    assert ticks_of(store) == hours(1)


def test_an_answer_that_got_lost_is_no_second_run(store, clock):
    add(store)
    clock.time += HOUR

    class Lossy(Fragile):
        def fire(self, *args, **more):
            self.store.fire(*args, **more)
            raise InfrastructureError("the connection was reset", retryable=True)

    lossy = ticker(Lossy(store, ""), clock)
    assert lossy.tick() == 0
    clock.time += 10
    assert ticker(store, clock).tick() == 0
    assert ticks_of(store) == hours(1)


@pytest.mark.parametrize(
    ("catchup", "made"),
    [
        pytest.param(True, 72, id="every missed tick is made up for"),
        pytest.param(False, 1, id="only the latest missed tick is"),
    ],
)
def test_three_days_without_a_ticker(store, clock, catchup, made):
    recurring = add(store, catchup=catchup)
    clock.time += 3 * DAY + 60
    one, other = ticker(store, clock), ticker(store, clock)
    for _ in range(3):
        one.tick()
        other.tick()
    assert ticks_of(store) == hours(*range(73 - made, 73))
    assert store.recurring_run(recurring.id).next_tick_at == hours(73)[0]


def test_no_more_runs_at_once_than_allowed(store, clock):
    recurring = add(store, max_concurrency=2)
    clock.time += 3 * DAY
    work = [ticker(store, clock), ticker(store, clock)]
    for _ in range(2):
        assert sum(one.tick() for one in work) in (2, 1)
        assert store.count_active(recurring.id) == 2
        end(store, next(run for run in runs_of(store) if run.state == "pending").run_id)
    work[0].tick()
    assert ticks_of(store) == hours(1, 2, 3, 4)


def test_without_catching_up_a_tick_that_waits_for_room_is_the_latest(store, clock):
    add(store, max_concurrency=1, catchup=False)
    clock.time += HOUR
    ticker(store, clock).tick()
    clock.time += 5 * HOUR
    ticker(store, clock).tick()
    end(store, runs_of(store)[0].run_id)
    ticker(store, clock).tick()
    assert ticks_of(store) == hours(1, 6)


@pytest.mark.parametrize("jump", [-HOUR, HOUR, -DAY], ids=["back", "ahead", "a day back"])
def test_a_clock_that_jumps_and_comes_back_makes_no_tick_twice(store, clock, jump):
    add(store)
    work = [ticker(store, clock), ticker(store, clock)]
    for step in range(8 * 4):
        clock.time = BEGIN + step * HOUR / 4
        if step in (9, 10):
            clock.time += jump
        for one in work:
            one.tick()
    assert ticks_of(store) == hours(*range(1, 8))


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2024-03-30", ["30", "01"]), ("2024-10-26", ["26", "27", "27", "28"])],
    ids=["an hour that is skipped has no tick", "an hour that is repeated has two"],
)
def test_changes_of_the_clocks_of_a_zone(store, clock, day, expected):
    zone = ZoneInfo("Europe/Berlin")
    clock.time = datetime.fromisoformat(day).replace(tzinfo=zone).timestamp()
    add(store, Trigger(cron="0 30 2 * * *", time_zone="Europe/Berlin"), created_at=clock.time)
    until = clock.time + 2 * DAY + 4 * HOUR
    while clock.time < until:
        clock.time += HOUR / 2
        ticker(store, clock).tick()
    found = [datetime.fromtimestamp(at, zone).strftime("%d") for at in ticks_of(store)]
    assert found == expected


def test_without_a_trigger_it_runs_once_at_creation(store, clock):
    recurring = add(store, Trigger())
    assert [ticker(store, clock).tick() for _ in range(3)] == [1, 0, 0]
    clock.time += DAY
    assert ticker(store, clock).tick() == 0
    assert ticks_of(store) == [BEGIN]
    assert store.recurring_run(recurring.id).next_tick_at is None


def test_one_that_is_disabled_makes_no_runs_until_it_is_enabled(store, clock):
    recurring = add(store, enabled=False)
    clock.time += 2 * HOUR
    assert ticker(store, clock).tick() == 0
    store.update_recurring_run(recurring.id, RecurringRunUpdate(enabled=True), now=clock.time)
    ticker(store, clock).tick()
    assert ticks_of(store) == hours(1, 2)


@pytest.mark.parametrize(
    "problem",
    [NotFound("pipeline p has no version any more"), PermissionDenied("she may not start runs")],
    ids=["a pipeline that is gone", "rights that were lost"],
)
def test_a_tick_that_can_have_no_run_is_an_error_of_the_recurring_run(store, clock, problem):
    recurring = add(store)
    clock.time += HOUR

    def refuse(_):
        raise problem

    assert ticker(store, clock, refuse).tick() == 1
    kept = store.recurring_run(recurring.id)
    assert (kept.error, kept.next_tick_at) == (problem.message, hours(2)[0])
    clock.time += HOUR
    ticker(store, clock).tick()
    assert ticks_of(store) == hours(2)
    assert store.recurring_run(recurring.id).error is None


@pytest.mark.parametrize(
    "problem",
    [
        InfrastructureError("no index answers", retryable=True),
        TooManyRequests("a may submit 3 runs per minute", retry_after_s=20.0),
        ZeroDivisionError("odd row"),
    ],
    ids=["out of reach", "a quota", "a bug"],
)
def test_what_may_go_well_later_is_tried_again_less_and_less_often(store, clock, problem):
    add(store)
    clock.time += HOUR
    asked = []

    def refuse(_):
        asked.append(clock.time)
        raise problem

    work = ticker(store, clock, refuse)
    for _ in range(600):
        work.tick()
        clock.time += 1
    assert 5 < len(asked) < 12
    assert ticks_of(store) == []
    assert ticker(store, clock).tick() == 1


def test_one_bad_recurring_run_holds_up_no_other(store, clock):
    add(store)
    other = RecurringRun(
        id="2", namespace="", experiment="default", display_name="bad", created_at=BEGIN,
        updated_at=BEGIN, trigger=Trigger(cron="0 0 0 31 2 *"), next_tick_at=BEGIN,
    )  # fmt: skip
    store.add_recurring_run(other)
    clock.time += HOUR
    ticker(store, clock).tick()
    assert ticks_of(store) == hours(1)
    kept = store.recurring_run("2")
    assert "never fires" in kept.error
    assert kept.next_tick_at is None


def test_a_removed_recurring_run_makes_no_more_runs(store, clock):
    recurring = add(store)
    clock.time += HOUR
    work = ticker(store, clock)
    (seen,) = work._due()
    store.remove_recurring_run(recurring.id)
    assert work._carry_out(seen) == 0
    assert ticks_of(store) == []


@pytest.mark.parametrize(
    ("trigger", "catchup", "expected"),
    [
        (Trigger(), True, BEGIN),
        (Trigger(start_at=BEGIN + 5), True, BEGIN + 5),
        (Trigger(interval_s=60), True, BEGIN + 60),
        (Trigger(interval_s=60, start_at=BEGIN + 10), True, BEGIN + 10),
        (HOURLY, True, BEGIN + HOUR),
        (Trigger(cron="0 0 * * * *", start_at=BEGIN - 5 * HOUR), True, BEGIN - 5 * HOUR),
        (Trigger(cron="0 0 * * * *", start_at=BEGIN - 5 * HOUR), False, BEGIN + HOUR),
        (Trigger(cron="0 0 * * * *", end_at=BEGIN + 1), True, None),
    ],
    ids=[
        "once", "once later", "interval", "interval with a start", "cron",
        "since a start in the past", "not without catching up", "over",
    ],
)  # fmt: skip
def test_the_first_tick(trigger, catchup, expected):
    assert first_tick(trigger, BEGIN, catchup=catchup) == expected


def test_a_changed_trigger_goes_on_from_now(store):
    recurring = add(store)
    assert tick_after_change(recurring, Trigger(interval_s=60), BEGIN + 90) == BEGIN + 120
    with pytest.raises(InvalidRequest):
        tick_after_change(recurring, Trigger(cron="nonsense"), BEGIN)


def test_a_backfill_makes_what_is_missing_once(store, clock):
    recurring = add(store)
    clock.time += 2 * HOUR
    ticker(store, clock).tick()
    recurring = store.recurring_run(recurring.id)
    slots = backfill_slots(store, recurring, BEGIN - 2 * HOUR, BEGIN + 2 * HOUR)
    assert [(slot.at, slot.exists) for slot in slots] == [
        (at, at > BEGIN) for at in hours(-2, -1, 0, 1, 2)
    ]
    made = backfill(store, prepare, recurring, slots)
    assert [slot.at for slot in made] == hours(-2, -1, 0)
    assert backfill(store, prepare, recurring, slots) == []
    assert ticks_of(store) == hours(-2, -1, 0, 1, 2)
    assert store.recurring_run(recurring.id).next_tick_at == hours(3)[0]


@pytest.mark.parametrize(
    "trigger",
    [
        Trigger(interval_s=700),
        Trigger(interval_s=700, start_at=BEGIN - 300),
        Trigger(interval_s=700, start_at=BEGIN + 0.5),
        Trigger(cron="@every 700s", start_at=BEGIN + 90),
        Trigger(cron="0 */7 * * * *", start_at=BEGIN + 90.5),
    ],
    ids=lambda trigger: str(trigger)[8:60],
)
def test_a_backfill_has_the_ticks_that_there_were(store, clock, trigger):
    recurring = add(store, trigger)
    clock.time += 3 * HOUR
    ticker(store, clock).tick()
    made = ticks_of(store)
    slots = backfill_slots(store, recurring, made[0], clock.time)
    assert [slot.at for slot in slots] == made
    assert all(slot.exists for slot in slots)


@pytest.mark.parametrize(
    ("begin", "end_", "most", "said"),
    [
        (BEGIN, BEGIN - 1, 10, "ends before it begins"),
        (BEGIN, BEGIN + DAY, 10, "more than 10 ticks"),
        (BEGIN + 1, BEGIN + 2, 10, "no tick in the span"),
        (BEGIN, BEGIN + DAY, 0, "max is 0"),
        (BEGIN, BEGIN + DAY, 10**9, "max is"),
    ],
)
def test_a_backfill_that_cannot_be_is_refused(store, begin, end_, most, said):
    with pytest.raises(InvalidRequest, match=said):
        backfill_slots(store, add(store), begin, end_, most=most)


def test_a_backfill_whose_runs_cannot_be_made_makes_none(store):
    recurring = add(store)
    slots = backfill_slots(store, recurring, BEGIN, BEGIN + HOUR)

    def second_fails(tick):
        if tick.at > BEGIN:
            raise NotFound("gone")
        return prepare(tick)

    with pytest.raises(NotFound):
        backfill(store, second_fails, recurring, slots)
    assert ticks_of(store) == []
