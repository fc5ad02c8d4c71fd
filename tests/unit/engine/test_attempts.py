"""Attempts: retries with their budgets, back-off, late and repeated reports."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace import engine
from headrace.engine.attempting import backoff_s
from headrace.engine.attempts import AttemptId, AttemptResult, Failure
from headrace.engine.changes import AttemptChanged
from headrace.engine.events import AttemptFinished, AttemptStarted, TimerFired
from headrace.engine.plan import RetryPlan
from headrace.testing import Simulation, each, fail, simulate, succeed
from headrace.testing.sketches import Task, sketch


def retried(limit, **policy):
    return sketch(
        {"t": Task(retries=limit, more={"retryPolicy": {"maxRetryCount": limit, **policy}})}
    )


@pytest.mark.parametrize(
    ("kind", "attempts"),
    [
        ("user", 3),
        ("oom", 3),
        ("deadline", 3),
        ("infrastructure", 4),
        ("configuration", 1),
        ("canceled", 4),
    ],
)
def test_each_kind_of_failure_has_its_own_budget(kind, attempts):
    run = simulate(retried(2), {"t": fail("no", kind=kind)})
    assert (run.state, run.started("t"), run["t"].attempts) == ("failed", attempts, attempts)
    assert [spec.id.number for spec in run.attempts] == list(range(1, attempts + 1))


def test_lost_places_do_not_use_up_the_authors_retries():
    lost = fail("lost", kind="infrastructure")
    run = simulate(retried(1), {"t": each(lost, fail("mine"), lost, succeed())})
    assert (run.state, run["t"].attempts) == ("succeeded", 4)
    assert run["t"].error is None


def test_without_a_policy_a_failure_is_final():
    assert simulate(sketch({"t": Task()}), {"t": fail()}).started("t") == 1


def test_back_off_grows_by_its_factor():
    document = retried(3, backoffDuration="10s", backoffFactor=3.0, backoffMaxDuration="3600s")
    run = simulate(document, {"t": each(fail(), fail(), fail(), succeed())})
    rows = [c for c in run.changes if isinstance(c, AttemptChanged) and c.state == "pending"]
    waits = [later.created_at - sooner.created_at - 1 for sooner, later in pairwise(rows)]
    assert waits == [10, 30, 90]


def test_all_waiting_together_is_capped():
    document = retried(9, backoffDuration="10s", backoffFactor=2.0, backoffMaxDuration="35s")
    run = simulate(document, {"t": fail()})
    assert run.started("t") == 3  # 10 s and 20 s fit, 40 s more do not


def test_a_row_says_why_and_when_it_is_tried_again():
    run = simulate(
        retried(1, backoffDuration="5s"),
        {"t": each(fail("boom", error_type="KeyError"), succeed())},
    )
    reasons = [
        c.reason for c in run.changes if getattr(c, "path", "") == "t" and hasattr(c, "reason")
    ]
    assert "attempt 1 failed: KeyError: boom; tries again in 5 s" in reasons
    assert "t: attempt 1 failed: KeyError: boom; tried again in 5 s" in run.messages


@given(
    st.builds(
        RetryPlan, st.integers(0, 10), st.floats(0, 1e6), st.floats(0, 1e6), st.floats(1, 1e6)
    ),
    st.integers(1, 5000),
)
def test_back_off_is_never_longer_than_its_cap(policy, failures):
    assert 0 <= backoff_s(policy, failures) <= policy.backoff_max_s


def started(document=None):
    """Return a simulation whose first attempt runs."""
    simulation = Simulation(
        document or sketch({"t": Task(retries=1)}), {"t": succeed(duration_s=100)}
    )
    simulation.next()
    simulation.next()
    return simulation


def report(simulation, number, error=None):
    result = AttemptResult(error=Failure(kind=error, message="no") if error else None)
    event = AttemptFinished(attempt=AttemptId("run", "t", number), result=result)
    return engine.step(simulation.plan, simulation.state, event, simulation.now)


def test_a_late_report_of_a_lost_attempt_is_recorded_and_discarded():
    simulation = started()
    report(simulation, 1, "infrastructure")
    simulation.now += 10
    engine.step(simulation.plan, simulation.state, TimerFired(timer="retry:t"), simulation.now)
    step = report(simulation, 1)
    assert [change.message for change in step.changes] == ["late report of run/t#1 discarded"]
    assert simulation.state.active["t"].attempts == 2


def test_a_repeated_end_changes_nothing():
    simulation = started()
    report(simulation, 1)
    assert simulation.state.ended
    step = report(simulation, 1, "user")
    assert (simulation.state.name, step.commands) == ("succeeded", [])


def test_an_end_without_a_start_counts():
    simulation = Simulation(sketch({"t": Task()}))
    simulation.next()
    report(simulation, 1)
    assert simulation.state.name == "succeeded"


@pytest.mark.parametrize("run_id", ["run", "other"])
def test_a_report_of_an_attempt_that_was_never_asked_for_is_discarded(run_id):
    simulation = started()
    event = AttemptStarted(attempt=AttemptId(run_id, "t", 7))
    before = simulation.state.active["t"].phase
    step = engine.step(simulation.plan, simulation.state, event, simulation.now)
    assert (step.changes, simulation.state.active["t"].phase) == ([], before)


def test_attempts_are_recorded_with_what_happened():
    run = simulate(retried(1), {"t": each(fail("boom"), succeed())})
    rows = {(c.number, c.state): c for c in run.changes if isinstance(c, AttemptChanged)}
    assert list(rows) == [
        (1, "pending"),
        (1, "running"),
        (1, "failed"),
        (2, "pending"),
        (2, "running"),
        (2, "succeeded"),
    ]
    assert rows[1, "failed"].error.message == "boom"
    assert rows[2, "running"].where == "simulator"
    assert rows[2, "succeeded"].finished_at == rows[2, "running"].started_at + 1


def test_a_timer_that_fires_early_is_set_again():
    document = retried(1, backoffDuration="60s")
    simulation = Simulation(document, {"t": each(fail(), succeed())})
    while "t" not in simulation.state.active or simulation.state.active["t"].phase != "backoff":
        simulation.next()
    event = TimerFired(timer="retry:t")
    step = engine.step(simulation.plan, simulation.state, event, simulation.now - 5)
    assert step.commands == [engine.SetTimer(timer="retry:t", at=simulation.now + 60)]
