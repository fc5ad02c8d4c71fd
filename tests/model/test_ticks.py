"""Ticks under any order of tickers, crashes, lost answers and clocks: each makes one run."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.controller.recurring import Recurring, first_tick
from headrace.engine.changes import RunChanged
from headrace.engine.events import RunSubmitted
from headrace.errors import InfrastructureError
from headrace.schedules import Trigger
from headrace.store import NewRun, Query, RecurringRun, RunBatch
from headrace.store.memory import MemoryStore

BEGIN = 1_711_800_000.0  # the day before clocks go forward in Berlin
HOUR = 3600.0
TRIGGERS = (
    Trigger(cron="0 30 * * * *", time_zone="Europe/Berlin"),
    Trigger(cron="@every 45m"),
    Trigger(interval_s=1800, start_at=BEGIN + 100),
)


class Crash(BaseException):
    pass


class Faulty:
    """A store whose ``fire`` may die before or after the commit, or lose its answer."""

    def __init__(self, store):
        self.store, self.fault = store, ""

    def __getattr__(self, name):
        return getattr(self.store, name)

    def fire(self, *given, **more):
        fault, self.fault = self.fault, ""
        if fault == "before":
            raise Crash
        moved = self.store.fire(*given, **more)
        if fault == "after":
            raise Crash
        if fault == "lost":
            raise InfrastructureError("reset", retryable=True)
        return moved


class World:
    def __init__(self, trigger, catchup, most):
        self.store, self.time = Faulty(MemoryStore()), BEGIN
        self.latest = BEGIN
        self.trigger, self.most = trigger, most
        self.store.add_recurring_run(
            RecurringRun(
                id="r", namespace="", experiment="default", display_name="r", created_at=BEGIN,
                updated_at=BEGIN, trigger=trigger, catchup=catchup, max_concurrency=most,
                next_tick_at=first_tick(trigger, BEGIN, catchup=catchup),
            )
        )  # fmt: skip
        self.tickers = [self._ticker(), self._ticker()]

    def now(self):
        return self.time

    def _ticker(self):
        return Recurring(self.store, self._prepare, clock=self)

    def _prepare(self, tick):
        submitted = RunSubmitted(run_id=tick.run_id, run_name=tick.name, parameters={}, pipeline_root="")  # fmt: skip
        return NewRun(
            submitted=submitted, pipeline="p", document=b"{}", created_at=self.time,
            recurring_run_id="r", scheduled_at=tick.at,
        )  # fmt: skip

    def step(self, kind, number, amount):
        if kind == "move":
            self.time = max(BEGIN, self.time + amount)
            self.latest = max(self.latest, self.time)
        elif kind == "end":
            self._end(number)
        else:
            self.store.fault = "" if kind == "tick" else kind
            try:
                self.tickers[number].tick()
            except Crash:
                self.tickers[number] = self._ticker()
            self.store.fault = ""

    def _end(self, number):
        going = [run for run in self.runs() if run.state == "pending"]
        if going:
            run_id = going[number % len(going)].run_id
            (lease,) = self.store.claim("me", now=self.time, lease_s=1.0, run_ids=[run_id])
            ended = RunChanged(state="succeeded", finished_at=self.time)
            self.store.commit([RunBatch(lease=lease, at=self.time, changes=[ended])])
            self.store.release([lease])

    def runs(self):
        query = Query(sort="scheduled_at", descending=False, limit=1000)
        return list(self.store.find_runs(query).items)


def slots(trigger, until):
    """Every tick up to a time, found by looking at each second's neighbourhood of half hours."""
    step = 2700 if trigger.cron == "@every 45m" else 1800
    first = {2700: BEGIN + 2700, 1800: trigger.start_at or BEGIN + 1800}[step]
    step = 3600 if trigger.time_zone else step
    return [first + count * step for count in range(int(max(0, until - first) // step) + 1)]


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.just(0), st.sampled_from([60, 1800, 3600, 10 * 3600, -3600])),
        st.tuples(
            st.sampled_from(["tick", "tick", "before", "after", "lost", "end"]),
            st.integers(0, 1),
            st.just(0),
        ),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(_STEPS, st.sampled_from(TRIGGERS), st.booleans(), st.integers(1, 3))
def test_a_tick_is_one_run(steps, trigger, catchup, most):
    world = World(trigger, catchup, most)
    for step in steps:
        world.step(*step)
        assert world.store.count_active("r") <= most
    made = [run.scheduled_at for run in world.runs()]
    due = [at for at in slots(trigger, world.latest) if at <= world.latest]
    assert sorted(set(made)) == made
    assert set(made) <= set(due)
    if catchup:
        assert made == due[: len(made)]
    assert world.store.recurring_run("r").ticks == len(made)


@settings(max_examples=50, deadline=None)
@given(_STEPS, st.sampled_from(TRIGGERS))
def test_in_the_end_every_tick_was_made_up_for(steps, trigger):
    world = World(trigger, catchup=True, most=1000)
    for step in steps:
        world.step(*step)
    world.time = world.latest + 1000.0  # over any pause
    for number in (0, 1):
        world.step("tick", number, 0)
    made = [run.scheduled_at for run in world.runs()]
    assert made == [at for at in slots(trigger, world.time) if at <= world.time]
