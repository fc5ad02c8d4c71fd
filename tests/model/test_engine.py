"""Random pipelines under random outcomes, faults, crashes and cancels: the promises hold.

The launcher and the controller are simulated inside ``headrace.testing``; the checks here look at
what happened from the outside, by events and commands alone.
"""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from headrace import engine
from headrace.engine.attempts import AttemptResult
from headrace.engine.changes import AttemptChanged, RunChanged, TaskChanged
from headrace.engine.events import AttemptFinished, Event
from headrace.engine.invariants import check_invariants
from headrace.testing import Faults, Simulation, succeed
from headrace.testing.sketches import Task, sketch

from .drawing import graphs, names_in, scripted

SLOW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
TERMINAL = {"succeeded", "failed", "skipped", "canceled"}


runs = st.fixed_dictionaries(
    {
        "tasks": graphs(),
        "seed": st.integers(0, 10_000),
        "fail_fast": st.booleans(),
        "cancel_at": st.one_of(st.none(), st.floats(0, 30)),
        "deadline_s": st.one_of(st.none(), st.none(), st.floats(0.5, 40)),
        "faults": st.sampled_from(
            [Faults(), Faults(repeated=0.3, unannounced=0.2, lost=0.1, crash=0.15, jitter_s=5.0)]
        ),
    }
)


def simulation_of(run):
    tasks = run["tasks"]
    simulation = Simulation(
        sketch(tasks),
        {"": scripted} | dict.fromkeys(names_in(tasks), scripted),
        seed=run["seed"],
        faults=run["faults"],
        fail_fast=run["fail_fast"],
        deadline_s=run["deadline_s"],
    )
    if run["cancel_at"] is not None:
        simulation.cancel(run["cancel_at"])
    return simulation


@given(runs)
@SLOW
def test_every_run_ends_and_each_attempt_is_asked_for_once(run):
    result = simulation_of(run).finish()
    assert result.state in {"succeeded", "failed", "canceled"}
    ids = Counter(spec.id for spec in result.attempts)
    assert not ids or max(ids.values()) == 1
    numbers = {}
    for spec in result.attempts:
        numbers.setdefault(spec.id.task, []).append(spec.id.number)
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    assert all(row.state in TERMINAL for row in result.tasks.values())


@given(runs)
@SLOW
def test_no_attempt_begins_before_what_it_depends_on_has_ended(run):
    result = simulation_of(run).finish()
    plan = engine.plan(sketch(run["tasks"]))
    ended = {}
    tasks = {}
    for change in result.changes:
        if isinstance(change, TaskChanged) and change.state in TERMINAL:
            ended.setdefault(change.path, change.finished_at)
            tasks[change.path] = change
    for spec in result.attempts:
        for dependency, always in dependencies(plan, spec.id.task):
            assert dependency in ended
            if not always:
                assert tasks[dependency].state == "succeeded"


def dependencies(plan, path):
    """Yield the paths that a path depends on at each of its levels."""
    dag, prefix = plan.root, ""
    for part in path.split("/"):
        name = part.partition("[")[0]
        task = next(task for task in dag.tasks if task.name == name)
        for index in task.dependencies:
            yield f"{prefix}{dag.tasks[index].name}", task.after_all
        dag, prefix = task.dag, f"{prefix}{part}/"


@given(runs)
@SLOW
def test_a_replay_of_the_journal_gives_the_same_answers(run):
    simulation = simulation_of(run)
    result = simulation.finish()
    again = engine.new_run(simulation.plan)
    changes = []
    for at, event in through_json(result.journal):
        changes.extend(engine.step(simulation.plan, again, event, at).changes)
        check_invariants(simulation.plan, again)
    assert changes == result.changes
    assert engine.story(again) == engine.story(simulation.state)


def through_json(journal):
    """Return the journal as the store gives it back."""
    text = msgspec.json.encode(journal)
    return msgspec.json.decode(text, type=list[tuple[float, Event]])


@given(runs)
@SLOW
def test_ends_are_final_and_a_run_succeeds_only_if_all_did(run):
    simulation = simulation_of(run)
    result = simulation.finish()
    ended = {}
    for change in result.changes:
        if isinstance(change, TaskChanged):
            final = not retried_from_outside(simulation.plan, change.path)
            assert not final or ended.get(change.path, change) == change, "an ended task changed"
            if change.state in TERMINAL:
                ended[change.path] = change
        if isinstance(change, AttemptChanged) and change.state in TERMINAL:
            key = (change.path, change.number)
            assert key not in ended
            ended[key] = change
    names = [change.state for change in result.changes if isinstance(change, RunChanged)]
    assert sum(name in TERMINAL for name in names) == 1
    if result.state == "succeeded":
        assert {row.state for row in result.tasks.values()} <= {"succeeded", "skipped"}


def retried_from_outside(plan, path):
    """Whether a group around the path has retries of its own, which let it go on inside."""
    dag = plan.root
    for part in path.split("/"):
        task = next(task for task in dag.tasks if task.name == part.partition("[")[0])
        if task.retry.limit and (task.dag is not None):
            return True
        dag = task.dag
    return False


@given(runs, st.integers(0, 3))
@SLOW
def test_a_retried_run_never_repeats_what_succeeded_unless_it_follows_what_failed(run, retries):
    simulation = simulation_of(run)
    result = simulation.finish()
    for _ in range(retries):
        if simulation.state.name == "succeeded":
            break
        simulation.retry(dict.fromkeys(names_in(run["tasks"]), succeed({"Output": 1})))
    if retries and run["deadline_s"] is None:
        assert simulation.state.name == "succeeded"
    ids = Counter(spec.id for spec in result.attempts)
    assert not ids or max(ids.values()) == 1
    repeated = {spec.id.task for spec in result.attempts if again(result, spec)}
    assert all(follows_an_exit_task(simulation.plan, path) for path in repeated)


def again(result, spec):
    """Whether an attempt was made of a task of which an earlier attempt had succeeded."""
    return any(
        isinstance(change, AttemptChanged)
        and change.path == spec.id.task
        and change.number < spec.id.number
        and change.state == "succeeded"
        for change in result.changes
    )


def follows_an_exit_task(plan, path):
    dag = plan.root
    for part in path.split("/"):
        task = next(task for task in dag.tasks if task.name == part.partition("[")[0])
        if task.restartable:
            return True
        dag = task.dag
    return False


@given(runs, st.data())
@SLOW
def test_reports_in_any_order_and_number_start_nothing_twice(run, data):
    """Feed every report that was ever made in any order, again and again."""
    simulation = simulation_of(run | {"faults": Faults()})
    result = simulation.finish()
    state = engine.new_run(simulation.plan)
    asked = []
    at = simulation.now

    def feed(event):
        step = engine.step(simulation.plan, state, event, at)
        check_invariants(simulation.plan, state)
        asked.extend(c.spec.id for c in step.commands if isinstance(c, engine.StartAttempt))

    feed(result.journal[0][1])
    reports = [event for _, event in result.journal[1:]]
    for _ in range(3):
        for event in data.draw(st.permutations(reports)):
            feed(event)
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("seed", range(30))
def test_a_reuse_of_everything_runs_nothing(seed):
    tasks = graphs_by_seed(seed)
    first = Simulation(sketch(tasks), seed=seed).finish()
    keys = {path: row.cache_key for path, row in first.tasks.items() if row.cache_key}
    outputs = {
        path: row.outputs for path, row in first.tasks.items() if row.outputs and row.cache_key
    }
    second = Simulation(sketch(tasks), run_id="again", reuse=outputs, reuse_keys=keys).finish()
    assert second.attempts == []
    assert second.states == first.states


def graphs_by_seed(seed):
    found = []

    @settings(max_examples=1, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(graphs())
    def draw(tasks):
        found.append(tasks)

    seeded(seed)(draw)()
    return found[-1]


def test_an_event_of_another_run_touches_nothing():
    simulation = Simulation(sketch({"a": Task()}))
    simulation.next()
    spec = next(iter(simulation.state.active.values())).spec
    other = msgspec.structs.replace(spec.id, run_id="other")
    event = AttemptFinished(attempt=other, result=AttemptResult())
    step = engine.step(simulation.plan, simulation.state, event, 0.0)
    assert step.commands == []
    assert not simulation.state.ended
