"""Parameters of a run, and macros in them."""

from __future__ import annotations

import contextlib
import math

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from headrace import engine
from headrace.errors import InvalidRequest
from headrace.testing.sketches import Task, sketch

TYPES = {
    "path": "STRING",
    "threshold": "NUMBER_DOUBLE",
    "count": "NUMBER_INTEGER",
    "flag": "BOOLEAN",
    "items": "LIST",
    "options": "STRUCT",
}
DEFAULTS = {"threshold": 0.5, "count": 3.0, "flag": True, "items": [1.0], "options": {"a": 2.0}}


def plan(**changes):
    return engine.plan(sketch({"t": Task()}, inputs=TYPES | changes, defaults=DEFAULTS))


def test_defaults_fill_in_what_is_not_given():
    values = engine.run_parameters(plan(), {"path": "x", "threshold": None})
    assert values == {
        "path": "x",
        "threshold": 0.5,
        "count": 3,
        "flag": True,
        "items": [1],
        "options": {"a": 2},
    }
    assert isinstance(values["count"], int)


def test_given_values_take_their_declared_numbers():
    values = engine.run_parameters(plan(), {"path": "x", "threshold": 1, "count": 4.0})
    assert [(values[name], type(values[name])) for name in ("threshold", "count")] == [
        (1.0, float),
        (4, int),
    ]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "parameter path is missing; it is a string"),
        ({"path": 3}, "parameter path expects a string, got the number 3"),
        ({"path": "x", "count": "4"}, "parameter count expects an integer, got the string '4'"),
        ({"path": "x", "count": True}, "parameter count expects an integer, got true"),
        (
            {"path": "x", "flag": "yes"},
            "parameter flag expects true or false, got the string 'yes'",
        ),
        ({"path": "x", "items": {}}, "parameter items expects a list, got the dictionary {}"),
        ({"path": "x", "count": 1.5}, "parameter count expects an integer, got the number 1.5"),
        ({"path": "x", "items": "[1]"}, "parameter items expects a list, got the string '[1]'"),
        ({"path": "x", "options": [1]}, "parameter options expects a dictionary, got the list [1]"),
        ({"path": "x", "treshold": 1}, "parameter treshold is unknown; did you mean threshold?"),
        (
            {"path": "x", "zzz": 1},
            "parameter zzz is unknown; the pipeline has: threshold, count, flag, items, options, path",
        ),
    ],
)
def test_each_problem_is_told(given, problem):
    with pytest.raises(InvalidRequest) as caught:
        engine.run_parameters(plan(), given)
    assert caught.value.message == f"pipeline sketch: {problem}"


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        pytest.param({"threshold": math.nan}, "infinite or none at all", id="NaN"),
        pytest.param({"count": math.inf}, "infinite or none at all", id="infinity"),
        pytest.param({"count": 10**400}, "does not fit in 64 bits", id="a huge integer"),
        pytest.param({"threshold": 10**400}, "does not fit in 64 bits", id="a huge number"),
        pytest.param({"items": [{"a": [2**64]}]}, "does not fit in 64 bits", id="huge inside"),
        pytest.param({"items": [[math.nan]]}, "infinite or none at all", id="NaN inside"),
        pytest.param({"path": "\ud800"}, "half a surrogate pair", id="half a character"),
        pytest.param({"options": {"\udfff": 1}}, "half a surrogate pair", id="half in a key"),
        pytest.param({"options": {1: 1}}, "has the key 1, which is not a string", id="a key"),
        pytest.param({"items": [b"x"]}, "has a Python bytes", id="bytes"),
        pytest.param({"items": [(1,)]}, "has a Python tuple", id="a tuple"),
        pytest.param({"items": nested(100)}, "nested deeper than 100 levels", id="too deep"),
        pytest.param(
            {"items": nested(100_000)}, "nested deeper than 100 levels", id="far too deep"
        ),
    ],
)
def test_what_json_cannot_say_is_refused(given, problem):
    with pytest.raises(InvalidRequest, match=problem) as caught:
        engine.run_parameters(plan(), {"path": "x"} | given)
    assert len(caught.value.message) < 200


@drawn(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_is_accepted_can_be_journaled_and_comes_back(value):
    for name, kind in TYPES.items():
        document = sketch({"t": Task()}, inputs={name: kind})
        with contextlib.suppress(InvalidRequest):
            values = engine.run_parameters(engine.plan(document), {name: value})
            assert msgspec.json.decode(msgspec.json.encode(values)) == values


def test_a_final_status_cannot_be_given():
    document = engine.plan(sketch({"t": Task()}, inputs={"end": "TASK_FINAL_STATUS"}))
    with pytest.raises(InvalidRequest, match="end cannot be given: it is the status of a task"):
        engine.run_parameters(document, {"end": {"state": "SUCCEEDED"}})


def test_all_problems_are_told_at_once():
    with pytest.raises(InvalidRequest) as caught:
        engine.run_parameters(plan(), {"count": "x", "nope": 1})
    assert caught.value.message.splitlines()[0] == "pipeline sketch: 3 problems with its parameters"
    assert len(caught.value.message.splitlines()) == 4


def test_literals_are_enforced():
    document = sketch({"t": Task()}, inputs={"mode": "STRING"})
    document.raw["root"]["inputDefinitions"]["parameters"]["mode"]["literals"] = ["fast", "slow"]
    from headrace import ir

    with pytest.raises(
        InvalidRequest, match="is the string 'medium', which is not one of: fast, slow"
    ):
        engine.run_parameters(engine.plan(ir.read_dict(document.raw)), {"mode": "medium"})


def test_an_artifact_cannot_be_given():
    document = engine.plan(sketch({"t": Task()}, inputs={"data": "system.Dataset"}))
    with pytest.raises(InvalidRequest, match="use an importer"):
        engine.run_parameters(document, {})


NOW = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC, a Tuesday


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain", "plain"),
        ("run [[RunUUID]]", "run id-1"),
        ("[[CurrentTime]]", "20231114221320"),
        ("[[ScheduledTime]]", "20231114221300"),
        ("[[CurrentTime.2006-01-02T15:04:05Z07:00]]", "2023-11-14T22:13:20Z"),
        ("[[CurrentTime.Mon Jan _2 3:04PM]]", "Tue Nov 14 10:13PM"),
        ("[[CurrentTime.Monday 2 January 06]]", "Tuesday 14 November 23"),
        ("{{$.scheduledTime.strftime('%Y-%m-%d')}}", "2023-11-14"),
        ("{{$.currentTime.strftime('%H')}}h", "22h"),
        ("[[Index]]", "7"),
        ("[[Unknown]] {{$.pipeline_root}}", "[[Unknown]] {{$.pipeline_root}}"),
    ],
)
def test_macros_are_rendered(text, rendered):
    values = engine.render_macros(
        {"x": text}, run_id="id-1", now=NOW, scheduled_at=NOW - 20, index=7
    )
    assert values == {"x": rendered}


def test_macros_are_found_in_strings_only_and_index_needs_a_schedule():
    values = engine.render_macros(
        {"x": ["[[RunUUID]]"], "y": "[[Index]]", "z": "[[ScheduledTime]]"}, run_id="id", now=NOW
    )
    assert values == {"x": ["[[RunUUID]]"], "y": "[[Index]]", "z": "20231114221320"}
