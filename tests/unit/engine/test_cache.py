"""Cache keys, what changes them, early cut-off, reuse by a rerun, and explanations."""

from __future__ import annotations

import pytest

from headrace import engine
from headrace.engine.attempts import AttemptResult
from headrace.engine.cache import cache_key, explain_difference
from headrace.engine.changes import CacheEntryAdded
from headrace.engine.events import AttemptFinished, CacheAnswered, RunSubmitted
from headrace.testing import Simulation, fail, simulate, succeed
from headrace.testing.sketches import Arg, Out, Task, sketch

DATASET = "system.Dataset"
SOURCE = ("sh", "-c", "install it", "sh", "-ec", "run it", "\ndef f():\n  return 1\n")


def step_task(**more):
    fields = {
        "image": "python:3.11",
        "command": list(SOURCE),
        "args": ["--function_to_execute", "f"],
    }
    executor = {"container": fields | more.pop("container", {})}
    return Task(cache=True, executor=executor, **more)


def key_of(document, **options):
    """Return the key of the task t."""
    return simulate(document, **options)["t"].cache_key


BASE = {"t": step_task(inputs={"x": 1}, types={"x": "NUMBER_INTEGER"})}


@pytest.mark.parametrize(
    ("changed", "options"),
    [
        (step_task(inputs={"x": 2}, types={"x": "NUMBER_INTEGER"}), {}),
        (step_task(inputs={"x": 1}, types={"x": "STRING"}), {}),
        (step_task(inputs={"x": 1}, types={"x": "NUMBER_INTEGER"}, defaults={"y": 3}), {}),
        (step_task(inputs={"x": 1}, types={"x": "NUMBER_INTEGER"}, outputs={"o": "STRING"}), {}),
        (
            step_task(
                inputs={"x": 1}, types={"x": "NUMBER_INTEGER"}, container={"image": "python:3.12"}
            ),
            {},
        ),
        (
            step_task(
                inputs={"x": 1},
                types={"x": "NUMBER_INTEGER"},
                container={"env": [{"name": "A", "value": "1"}]},
            ),
            {},
        ),
        (
            step_task(
                inputs={"x": 1},
                types={"x": "NUMBER_INTEGER"},
                container={"command": [*SOURCE[:-1], "\ndef f():\n  return 2\n"]},
            ),
            {},
        ),
        (BASE["t"], {"locks": {"exec-t": "sha256:1"}}),
        (BASE["t"], {"fingerprints": {"exec-t": "sha256:2"}}),
    ],
    ids=[
        "value",
        "type of value",
        "default",
        "outputs",
        "image",
        "env",
        "function",
        "packages",
        "image digest",
    ],
)
def test_whatever_the_outputs_depend_on_changes_the_key(changed, options):
    assert key_of(sketch({"t": changed}), **options) != key_of(sketch(BASE))


@pytest.mark.parametrize(
    ("same", "options"),
    [
        (BASE["t"], {"run_id": "another", "run_name": "name", "pipeline_root": "file:///else"}),
        (step_task(inputs={"x": 1.0}, types={"x": "NUMBER_INTEGER"}), {}),
        (step_task(inputs={"x": 1}, types={"x": "NUMBER_INTEGER"}, retries=3), {}),
        (
            step_task(
                inputs={"x": 1},
                types={"x": "NUMBER_INTEGER"},
                container={"resources": {"resourceCpuLimit": "8"}},
            ),
            {},
        ),
    ],
    ids=["run", "how JSON writes a number", "retries", "resources"],
)
def test_nothing_else_does(same, options):
    assert key_of(sketch({"t": same}), **options) == key_of(sketch(BASE))


def test_the_place_of_a_task_does_not_count():
    inside = sketch({"g": Task(body=BASE)})
    assert simulate(inside)["g/t"].cache_key == key_of(sketch(BASE))


def test_with_a_lock_another_compiler_version_does_not_change_the_key():
    other = step_task(
        inputs={"x": 1},
        types={"x": "NUMBER_INTEGER"},
        container={"command": ["sh", "-c", "install it otherwise", *SOURCE[3:]]},
    )
    lock = {"locks": {"exec-t": "sha256:1"}}
    assert key_of(sketch({"t": other}), **lock) == key_of(sketch(BASE), **lock)
    assert key_of(sketch({"t": other})) != key_of(sketch(BASE))


def two():
    make = step_task(outputs={"d": DATASET, "m": "system.Metrics"}, inputs={"v": Arg("v")})
    use = step_task(
        inputs={"d": Out("make", "d"), "m": Out("make", "m")},
        types={"d": DATASET, "m": "system.Metrics"},
    )
    return sketch({"make": make, "use": use}, inputs={"v": "STRING"})


def test_a_second_run_reuses_everything_and_says_from_where():
    cache = {}
    simulate(two(), parameters={"v": "1"}, cache=cache)
    again = simulate(two(), parameters={"v": "1"}, cache=cache)
    assert again.attempts == []
    assert (again["use"].cached, again["use"].cache_source, again["use"].attempts) == (
        True,
        "earlier/run",
        0,
    )
    assert again["use"].inputs.artifacts["d"]


def test_a_step_that_ran_again_and_made_the_same_does_not_run_its_followers():
    cache = {}
    same = {"make": succeed(contents={"d": "bytes", "m": ""})}
    simulate(two(), same, parameters={"v": "1"}, cache=cache)
    again = simulate(two(), same, parameters={"v": "2"}, cache=cache)
    assert [spec.id.task for spec in again.attempts] == ["make"]
    assert again["use"].cached


@pytest.mark.parametrize(
    "made",
    [
        {"contents": {"d": "other bytes", "m": ""}},
        {"contents": {"d": "bytes", "m": ""}, "metadata": {"m": {"accuracy": 0.5}}},
    ],
    ids=["bytes", "metadata"],
)
def test_other_content_does(made):
    cache = {}
    simulate(
        two(),
        {"make": succeed(contents={"d": "bytes", "m": ""})},
        parameters={"v": "1"},
        cache=cache,
    )
    again = simulate(two(), {"make": succeed(**made)}, parameters={"v": "2"}, cache=cache)
    assert [spec.id.task for spec in again.attempts] == ["make", "use"]


@pytest.mark.parametrize(
    ("of_run", "of_task", "looked_up"),
    [(None, True, True), (None, False, False), (False, True, False), (True, False, True)],
)
def test_the_run_and_the_task_decide_whether_to_look(of_run, of_task, looked_up):
    plan = engine.plan(sketch({"t": Task(cache=of_task)}))
    state = engine.new_run(plan)
    event = RunSubmitted(
        run_id="r", run_name="r", parameters={}, pipeline_root="file:///r", cache=of_run
    )
    [command] = engine.step(plan, state, event, 0.0).commands
    assert isinstance(command, engine.LookUpCache) == looked_up


def test_the_authors_key_replaces_all_others():
    def keyed(image, pipeline_key="k"):
        return sketch(
            {
                "t": Task(
                    cache=True, cache_key=pipeline_key, executor={"container": {"image": image}}
                )
            }
        )

    assert key_of(keyed("a")) == key_of(keyed("b")) != key_of(keyed("a", "other"))


def test_an_entry_is_recorded_only_for_tasks_that_may_be_reused_and_succeeded():
    document = sketch({"t": Task(cache=True), "u": Task(), "bad": Task(cache=True)})
    run = simulate(document, {"bad": fail()})
    assert [c.path for c in run.changes if isinstance(c, CacheEntryAdded)] == ["t"]


@pytest.mark.parametrize(
    ("of_run", "recorded"), [(True, ["t", "u"]), (False, ["t"]), (None, ["t"])]
)
def test_a_run_that_caches_everything_records_everything(of_run, recorded):
    document = sketch({"t": Task(cache=True), "u": Task()})
    plan = engine.plan(document)
    state = engine.new_run(plan)
    event = RunSubmitted(
        run_id="r", run_name="r", parameters={}, pipeline_root="file:///r", cache=of_run
    )
    commands = engine.step(plan, state, event, 0.0).commands
    answers = [CacheAnswered(task=c.task) for c in commands if isinstance(c, engine.LookUpCache)]
    commands.extend(c for a in answers for c in engine.step(plan, state, a, 0.0).commands)
    starts = [c.spec.id for c in commands if isinstance(c, engine.StartAttempt)]
    ends = [AttemptFinished(attempt=attempt, result=AttemptResult()) for attempt in starts]
    changes = [change for end in ends for change in engine.step(plan, state, end, 1.0).changes]
    assert sorted(c.path for c in changes if isinstance(c, CacheEntryAdded)) == recorded


def test_a_miss_tells_its_reason():
    simulation = Simulation(sketch({"t": Task(cache=True)}))
    simulation.next()
    answer = CacheAnswered(task="t", reason="parameter x is 2, was 1")
    step = engine.step(simulation.plan, simulation.state, answer, 0.0)
    assert step.changes[0].reason == "parameter x is 2, was 1"


def test_a_hit_that_does_not_fit_the_declaration_is_a_miss():
    document = sketch({"t": Task(cache=True, outputs={"d": DATASET})})
    simulation = Simulation(document)
    simulation.next()
    answer = CacheAnswered(task="t", outputs=engine.Outputs())
    [command] = engine.step(simulation.plan, simulation.state, answer, 0.0).commands
    assert isinstance(command, engine.StartAttempt)


def test_an_answer_that_comes_twice_starts_one_attempt():
    simulation = Simulation(sketch({"t": Task(cache=True)}))
    simulation.next()
    answer = CacheAnswered(task="t")
    steps = [engine.step(simulation.plan, simulation.state, answer, 0.0) for _ in range(2)]
    assert [len(step.commands) for step in steps] == [1, 0]


IMPORTER = {"artifactUri": {"constant": "/data"}, "typeSchema": {"schemaTitle": DATASET}}


@pytest.mark.parametrize(("reimport", "attempts"), [(False, 0), (True, 1)])
def test_an_importer_is_reused_unless_it_reimports(reimport, attempts):
    executor = {"importer": IMPORTER | {"reimport": reimport}}
    document = sketch({"t": Task(cache=True, outputs={"artifact": DATASET}, executor=executor)})
    cache = {}
    simulate(document, cache=cache)
    assert len(simulate(document, cache=cache).attempts) == attempts


# ---------------------------------------------------------------------------- rerun


def chain(second="b"):
    tasks = {
        "a": Task(outputs={"Output": "STRING"}),
        "b": Task(
            inputs={"x": Out("a")},
            outputs={"Output": "STRING"},
            executor={"container": {"image": second}},
        ),
        "c": Task(inputs={"x": Out("b")}),
    }
    return sketch(tasks)


def rerun(document, first, **options):
    keys = {path: row.cache_key for path, row in first.tasks.items() if row.cache_key}
    reuse = {path: row.outputs for path, row in first.tasks.items() if row.outputs}
    return simulate(
        document, run_id="second", reuse=reuse, reuse_keys=keys, reuse_source="run", **options
    )


def test_a_rerun_takes_over_what_is_the_same_even_if_caching_is_off():
    again = rerun(chain(), simulate(chain()))
    assert again.attempts == []
    assert (again["c"].cached, again["c"].reason, again["c"].cache_source) == (
        True,
        "same code and inputs as before",
        "run/c",
    )


def test_a_rerun_runs_what_changed_and_stops_where_the_outputs_are_the_same():
    again = rerun(chain("other image"), simulate(chain()))
    assert [spec.id.task for spec in again.attempts] == ["b"]


def test_a_rerun_from_a_task_runs_it_and_what_its_new_outputs_change():
    again = rerun(
        chain(), simulate(chain()), rerun=("b",), outcomes={"b": succeed({"Output": "new"})}
    )
    assert [spec.id.task for spec in again.attempts] == ["b", "c"]


def test_a_rerun_of_a_loop_means_all_of_its_iterations():
    loop = Task(items=[1, 2], body={"t": Task(), "u": Task()})
    first = simulate(sketch({"l": loop, "other": Task()}))
    again = rerun(sketch({"l": loop, "other": Task()}), first, rerun=("l/t",))
    assert [spec.id.task for spec in again.attempts] == ["l[0]/t", "l[1]/t"]


# ---------------------------------------------------------------------------- explanations


@pytest.mark.parametrize(
    ("new", "old", "text"),
    [
        ({"parameters.n": "2"}, {"parameters.n": "1"}, "parameter n is 2, was 1"),
        (
            {"artifacts.d": "sha256:a"},
            {"artifacts.d": "sha256:b"},
            "input artifact d has other content",
        ),
        ({"function": "sha256:a"}, {"function": "sha256:b"}, "the function's source changed"),
        (
            {"image": "python:3.12"},
            {"image": "python:3.11"},
            "the image is python:3.12, was python:3.11",
        ),
        ({"packages": "sha256:a"}, {}, "the packages is new"),
        ({}, {"env": "sha256:a"}, "the environment variables is gone"),
        ({"a": "1"}, {"a": "1"}, "nothing differs"),
        (
            {f"parameters.p{n}": "1" for n in range(5)},
            {f"parameters.p{n}": "0" for n in range(5)},
            "parameter p0 is 1, was 0; parameter p1 is 1, was 0; parameter p2 is 1, was 0; and 2 more",
        ),
    ],
)
def test_a_difference_is_told_in_words(new, old, text):
    assert explain_difference(new, old) == text


def test_keys_do_not_depend_on_the_order_of_parts():
    assert cache_key({"a": "1", "b": "2"}) == cache_key({"b": "2", "a": "1"})
