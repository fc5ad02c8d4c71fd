"""The simulator as users call it: forms of pipelines, scripts of outcomes, the plug-in."""

from __future__ import annotations

from pathlib import Path

import pytest

from headrace import dsl, ir
from headrace.errors import InvalidRequest, SpecError
from headrace.testing import Accidents, World, each, fail, simulate, succeed
from headrace.testing.sketches import Task, sketch

PIPELINE = Path(__file__).parents[2] / "histories" / "pipelines" / "simple.yaml"


@dsl.component(base_image="python:3.11")
def double(n: int) -> int:
    return 2 * n


@dsl.pipeline(name="authored")
def authored(n: int = 2):
    first = double(n=n)
    double(n=first.output).set_retry(1)


@pytest.mark.parametrize(
    "form",
    [
        authored,
        authored.pipeline_spec,
        ir.read_dict(authored.pipeline_spec),
        ir.write_yaml(authored.pipeline_spec),
        PIPELINE,
        str(PIPELINE),
    ],
    ids=["pipeline", "dictionary", "document", "text", "path", "name of a file"],
)
def test_a_pipeline_is_simulated_in_any_form(form):
    assert simulate(form).state == "succeeded"


@pytest.mark.parametrize(
    ("form", "error"),
    [(3, InvalidRequest), ({"pipelineInfo": 3}, SpecError)],
    ids=["no pipeline", "broken"],
)
def test_what_is_no_pipeline_is_refused(form, error):
    with pytest.raises(error):
        simulate(form)


def test_outcomes_are_found_by_path_then_without_iterations_then_by_name():
    document = sketch({"l": Task(items=[1, 2, 3], body={"t": Task()}), "t": Task()})
    outcomes = {"t": succeed(), "l/t": fail("in the loop"), "l[1]/t": succeed()}
    run = simulate(document, outcomes)
    states = [run.states[path] for path in ("t", "l[0]/t", "l[1]/t", "l[2]/t")]
    assert states == ["succeeded", "failed", "succeeded", "failed"]


def test_attempts_take_their_outcomes_in_turn():
    run = simulate(authored, {"double-2": each(fail("once"), succeed({"Output": 9}))})
    assert run["double-2"].attempts == 2
    assert run["double-2"].outputs.parameters == {"Output": 9}


def test_an_outcome_may_follow_from_the_inputs():
    run = simulate(
        authored,
        {"double": lambda spec: succeed({"Output": 7 * spec.inputs.parameters["n"]})},
        parameters={"n": 3},
    )
    assert run["double-2"].inputs.parameters == {"n": 21}


def test_a_world_gives_the_same_end_as_a_simulation():
    accidents = Accidents(crash=0.2, repeated=0.2)
    world = World(authored, {"double-2": fail("always")}, accidents=accidents, seed=3)
    assert world.finish().states == simulate(authored, {"double-2": fail("always")}).states


def test_the_plug_in_offers_fixtures_and_a_seed(tmp_path, capfd):
    (tmp_path / "test_it.py").write_text(
        "from headrace.testing import fail\n"
        f"PIPELINE = {str(PIPELINE)!r}\n"
        "def test_state(simulated, world, headrace_seed):\n"
        "    assert simulated(PIPELINE, {'load': fail()}).state == 'failed'\n"
        "    assert world(PIPELINE).state == 'succeeded'\n"
        "    assert headrace_seed == 7\n"
    )
    arguments = [
        "-q",
        "-p",
        "headrace.testing.plugin",
        "-p",
        "no:cacheprovider",
        "--headrace-seed=7",
    ]
    assert pytest.main([*arguments, f"--rootdir={tmp_path}", str(tmp_path)]) == 0
    capfd.readouterr()
