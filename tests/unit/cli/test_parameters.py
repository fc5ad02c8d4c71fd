"""``-p name=value`` is read as the pipeline declares the name."""

from __future__ import annotations

import pytest

from headrace import engine
from headrace.cli.parameters import parse_parameters
from headrace.errors import InvalidRequest
from headrace.testing.sketches import Task, sketch

KINDS = {
    "text": "STRING",
    "whole": "NUMBER_INTEGER",
    "number": "NUMBER_DOUBLE",
    "flag": "BOOLEAN",
    "items": "LIST",
    "fields": "STRUCT",
}
SPEC = sketch({"a": Task()}, inputs=KINDS).spec


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("text=5", "5"),
        ("text=a=b", "a=b"),
        ("text=", ""),
        ("text=[1]", "[1]"),
        ("whole=5", 5),
        ("whole=-0", 0),
        ("whole=2.0", 2.0),
        ("number=5", 5),
        ("number=1e-3", 0.001),
        ("flag=true", True),
        ("flag=False", False),
        ('items=[1, "a"]', [1, "a"]),
        ('fields={"a": {"b": null}}', {"a": {"b": None}}),
        ("unknown=1", "1"),
    ],
)
def test_what_is_given(pair, value):
    (found,) = parse_parameters([pair], SPEC).values()
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("whole=1.5", "whole expects an integer, got the number 1.5"),
        ("whole=1e999", "whole has a number that is infinite"),
        ("number=NaN", "number has a number that is infinite or none at all"),
        ("number=-Infinity", "number has a number that is infinite"),
        ("items=[[1e999]]", "items has a number that is infinite"),
        ("flag=1", "flag expects true or false, got the number 1"),
    ],
)
def test_what_json_allows_and_the_pipeline_does_not_is_judged_with_the_whole(pair, said):
    name = pair.partition("=")[0]
    plan = engine.plan(sketch({"a": Task()}, inputs={name: KINDS[name]}))
    with pytest.raises(InvalidRequest, match=said):
        engine.run_parameters(plan, parse_parameters([pair], SPEC))


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (["whole=two"], "whole takes a whole number; 'two' is none"),
        (["flag=maybe"], "flag takes true or false"),
        (["items=[1,"], "items takes a JSON list"),
        (["items=" + "[" * 100_000], "items takes a JSON list"),
        (["fields=" + "9" * 5000], "fields takes a JSON object"),
        (["text"], "'text' is not of the form name=value"),
        (["=5"], "is not of the form name=value"),
        (["whole=1", "whole=1"], "whole is given twice"),
    ],
)
def test_what_is_wrong(pairs, said):
    with pytest.raises(InvalidRequest, match=said) as raised:
        parse_parameters(pairs, SPEC)
    assert len(str(raised.value)) < 300
