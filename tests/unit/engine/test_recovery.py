"""A state built again from its journal, the commands that remain, invariants and the story."""

from __future__ import annotations

import pytest

from headrace import engine
from headrace.engine.attempts import AttemptId
from headrace.engine.events import AttemptStarted, CancelRequested, RunSubmitted
from headrace.engine.turn import Turn
from headrace.errors import InvariantViolation
from headrace.testing import Simulation, fail, succeed
from headrace.testing.sketches import Task, sketch


def kinds(commands):
    return [type(command).__name__ for command in commands]


def test_what_is_under_way_is_asked_for_again():
    document = sketch({"run": Task(), "back": Task(retries=1)})
    document.raw["root"]["dag"]["tasks"]["back"]["retryPolicy"]["backoffDuration"] = "60s"
    simulation = Simulation(
        document.raw, {"run": succeed(duration_s=500), "back": fail()}, deadline_s=900.0
    )
    while (
        "back" not in simulation.state.active or simulation.state.active["back"].phase != "backoff"
    ):
        simulation.next()
    commands = engine.outstanding(simulation.plan, simulation.state)
    assert kinds(commands) == ["SetTimer", "StartAttempt", "SetTimer"]
    assert [getattr(command, "timer", "") for command in commands] == [
        "deadline:0",
        "",
        "retry:back",
    ]
    started = commands[1].spec
    assert engine.was_started(simulation.state, started.id)
    assert started == simulation.result.attempts[0]


def test_a_look_up_is_asked_for_again():
    simulation = Simulation(sketch({"look": Task(cache=True)}))
    simulation.next()
    [command] = engine.outstanding(simulation.plan, simulation.state)
    assert (command.task, command.component) == ("look", "comp-look")
    assert command.key


def test_a_stop_is_asked_for_again():
    simulation = Simulation(sketch({"t": Task()}))
    simulation.next()
    engine.step(simulation.plan, simulation.state, CancelRequested(), simulation.now)
    commands = engine.outstanding(simulation.plan, simulation.state)
    assert kinds(commands) == ["StartAttempt", "StopAttempt"]


def test_nothing_remains_of_an_ended_run():
    simulation = Simulation(sketch({"t": Task()}), deadline_s=10.0)
    simulation.finish()
    assert engine.outstanding(simulation.plan, simulation.state) == []


def test_a_second_submission_is_ignored():
    simulation = Simulation(sketch({"t": Task()}))
    simulation.next()
    event = RunSubmitted(run_id="x", run_name="x", parameters={}, pipeline_root="")
    assert engine.step(simulation.plan, simulation.state, event, 0.0) == ([], [])


def test_the_story_tells_the_moves_of_a_task():
    simulation = Simulation(
        sketch({"a": Task(), "g": Task(body={"b": Task()})}), {"b": fail("boom")}
    )
    simulation.finish()
    lines = engine.story(simulation.state, "g").splitlines()
    assert [line.split("  ", 1)[1] for line in lines] == [
        "g  waiting -> open",
        "g/b  waiting -> starting  (waits for room to run)",
        "g/b  starting -> running",
        "g/b  running -> ended  (boom)",
        "g  open -> ended  (b failed)",
    ]


def break_count(state):
    state.root.open += 1


def break_waiting(state):
    state.root.waiting[1] = 7


def break_phase(state):
    state.root.tasks[1].phase = "lookup"


def break_active(state):
    state.active.clear()


def break_end(state):
    state.name, state.finished_at = "succeeded", 1.0


def break_result(state):
    state.root.tasks[0].state = "succeeded"


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (break_count, "I1 the root counts"),
        (break_waiting, "counts 7 dependencies"),
        (break_phase, "I4 <b lookup pending> began before <a"),
        (break_active, "I1 the run can never end"),
        (break_end, "I1 the run has ended, yet"),
        (break_result, "I3 <a starting succeeded> has no outputs"),
    ],
)
def test_damage_is_found_and_told_with_the_story(damage, rule):
    simulation = Simulation(sketch({"a": Task(), "b": Task(after=("a",))}))
    simulation.next()
    engine.check_invariants(simulation.plan, simulation.state)
    damage(simulation.state)
    with pytest.raises(InvariantViolation) as caught:
        engine.check_invariants(simulation.plan, simulation.state)
    assert rule in caught.value.message
    assert "story:" in caught.value.message
    assert "a  waiting -> starting" in caught.value.message


def test_an_impossible_move_is_a_bug_and_says_so():
    simulation = Simulation(sketch({"a": Task()}))
    simulation.next()
    task = simulation.state.active["a"]
    task.phase = "open"
    turn = Turn(simulation.plan, simulation.state, 0.0)
    with pytest.raises(InvariantViolation, match="task a cannot go from open to running"):
        turn.move(task, "running")


def test_a_report_before_the_run_began_is_discarded():
    plan = engine.plan(sketch({"a": Task()}))
    state = engine.new_run(plan)
    event = AttemptStarted(attempt=AttemptId("r", "a", 1))
    assert engine.step(plan, state, event, 0.0) == ([], [])
