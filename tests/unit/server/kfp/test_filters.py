"""Filters of KFP's API become conditions of the store, or are refused."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import InvalidRequest
from headrace.server.kfp import experiments, pipelines, runs
from headrace.server.kfp.listing import predicates
from headrace.store.query import Predicate


def filter_text(**predicate):
    return json.dumps({"predicates": [predicate]})


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        pytest.param(
            {"operation": "EQUALS", "key": "display_name", "string_value": "x"},
            Predicate("display_name", "eq", "x"),
            id="by name",
        ),
        pytest.param(
            {"operation": 1, "key": "name", "stringValue": "x"},
            Predicate("display_name", "eq", "x"),
            id="by number, in camel case",
        ),
        pytest.param(
            {"operation": "IS_SUBSTRING", "key": "description", "string_value": "50%"},
            Predicate("description", "contains", "50%"),
            id="part of a text",
        ),
        pytest.param(
            {"operation": 9, "key": "name", "string_value": "x"},
            Predicate("display_name", "contains", "x"),
            id="the last number",
        ),
        pytest.param(
            {"operation": "IN", "key": "id", "string_values": {"values": ["a", "b"]}},
            Predicate("run_id", "in", ("a", "b")),
            id="one of several",
        ),
        pytest.param(
            {"operation": "EQUALS", "key": "state", "string_value": "SUCCEEDED"},
            Predicate("state", "eq", "succeeded"),
            id="a state",
        ),
        pytest.param(
            {"operation": "NOT_EQUALS", "key": "status", "string_value": "Failed"},
            Predicate("state", "ne", "failed"),
            id="a state of old",
        ),
        pytest.param(
            {"operation": "EQUALS", "key": "storage_state", "string_value": "ARCHIVED"},
            Predicate("archived", "eq", True),
            id="archived",
        ),
        pytest.param(
            {
                "operation": "GREATER_THAN_EQUALS",
                "key": "created_at",
                "timestamp_value": "2023-11-14T22:13:20Z",
            },
            Predicate("created_at", "ge", 1700000000.0),
            id="since a time",
        ),
        pytest.param(
            {"operation": "LESS_THAN", "key": "finished_at", "long_value": "1700000000"},
            Predicate("finished_at", "lt", 1700000000.0),
            id="before a time in seconds",
        ),
        pytest.param(
            {"operation": "EQUALS", "key": "tags.team", "string_value": "blue"},
            Predicate("tag.team", "eq", "blue"),
            id="a tag",
        ),
    ],
)
def test_what_runs_can_be_filtered_by(predicate, expected):
    assert predicates(filter_text(**predicate), runs._KEYS) == (expected,)


def test_no_filter_has_no_conditions():
    assert predicates("", runs._KEYS) == ()
    assert predicates("{}", runs._KEYS) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("{", "not JSON", id="no JSON"),
        pytest.param('{"predicates": [{"nope": 1}]}', "nope", id="unknown field"),
        pytest.param(
            filter_text(key="name", string_value="x"), "operation none", id="no operation"
        ),
        pytest.param(
            filter_text(operation=4, key="name", string_value="x"),
            "operation",
            id="the unused number",
        ),
        pytest.param(
            filter_text(operation="EQUALS", key="nope", string_value="x"),
            "by nope",
            id="unknown key",
        ),
        pytest.param(filter_text(operation="EQUALS", key="name"), "0 values", id="no value"),
        pytest.param(
            filter_text(operation="EQUALS", key="name", string_value="x", int_value=1),
            "2 values",
            id="two values",
        ),
        pytest.param(
            filter_text(operation="IN", key="name", string_value="x"), "several", id="one for IN"
        ),
        pytest.param(
            filter_text(operation="IN", key="name", string_values={"values": []}),
            "no values",
            id="none for IN",
        ),
        pytest.param(
            filter_text(operation="EQUALS", key="name", int_value=1),
            "is text",
            id="a number for text",
        ),
        pytest.param(
            filter_text(operation="EQUALS", key="state", string_value="BORED"),
            "never",
            id="unknown state",
        ),
        pytest.param(
            filter_text(operation="LESS_THAN", key="state", string_value="FAILED"),
            "EQUALS",
            id="order of states",
        ),
        pytest.param(
            filter_text(operation="EQUALS", key="created_at", string_value="now"),
            "no time",
            id="time",
        ),
        pytest.param(
            filter_text(operation="IS_SUBSTRING", key="tags.team", string_value="b"),
            "EQUALS alone",
            id="part of a tag",
        ),
        pytest.param("[" * 5000, "JSON", id="deep"),
        pytest.param('{"predicates": "' + "x" * 20000 + '"}', "longer", id="long"),
        pytest.param(
            json.dumps({"predicates": [{"operation": 1, "key": "name", "string_value": "x"}] * 51}),
            "more than 50",
            id="many",
        ),
    ],
)
def test_what_runs_cannot_be_filtered_by(text, said):
    with pytest.raises(InvalidRequest, match=said):
        predicates(text, runs._KEYS)


@pytest.mark.parametrize("module", [experiments, pipelines, runs], ids=lambda m: m.__name__)
@given(text=st.text(max_size=60))
def test_any_text_is_a_filter_or_refused(module, text):
    with contextlib.suppress(InvalidRequest):
        predicates(text, module._KEYS)
