"""Requests become messages, and values become text, as protobuf reads and writes JSON."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import InvalidRequest
from headrace.server.kfp import messages
from headrace.server.kfp.wire import message_of, time_of, time_text


@pytest.mark.parametrize(
    ("value", "field", "expected"),
    [
        pytest.param({"displayName": "a"}, "display_name", "a", id="camel case"),
        pytest.param({"display_name": "a"}, "display_name", "a", id="snake case"),
        pytest.param({"max_concurrency": "3"}, "max_concurrency", "3", id="64 bits as text"),
        pytest.param({"max_concurrency": 3}, "max_concurrency", "3", id="64 bits as a number"),
        pytest.param({"mode": "DISABLE"}, "mode", "DISABLE", id="an enum by name"),
        pytest.param({"mode": 2}, "mode", "DISABLE", id="an enum by number"),
        pytest.param({"description": None}, "description", None, id="null is not given"),
        pytest.param({"noCatchup": True}, "no_catchup", True, id="a flag"),
    ],
)
def test_what_a_recurring_run_may_look_like(value, field, expected):
    assert getattr(message_of(value, messages.RecurringRun), field) == expected


def test_messages_inside_of_messages_are_read_too():
    run = message_of(
        {
            "pipelineVersionReference": {"pipelineId": "p", "pipeline_version_id": None},
            "runtimeConfig": {"parameters": {"camelCase": {"innerKey": 1}}},
        },
        messages.Run,
    )
    assert run.pipeline_version_reference == messages.VersionReference(pipeline_id="p")
    assert run.runtime_config.parameters == {"camelCase": {"innerKey": 1}}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param({"nope": 1}, "'nope' is not known", id="unknown"),
        pytest.param({"runtime_config": {"nope": 1}}, "of runtime_config", id="unknown inside"),
        pytest.param({"display_name": 1}, "str", id="a number for text"),
        pytest.param({"state": "BORED"}, "BORED", id="an unknown name"),
        pytest.param({"state": 99}, "state", id="an unknown number"),
        pytest.param([], "object", id="a list"),
        pytest.param("x", "object", id="a text"),
        pytest.param(None, "object", id="null"),
    ],
)
def test_what_a_run_may_not_look_like(value, said):
    with pytest.raises(InvalidRequest, match=said):
        message_of(value, messages.Run)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(sorted(messages.Run.__struct_fields__)) | st.text(max_size=4),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_a_message_or_refused(value):
    with contextlib.suppress(InvalidRequest):
        message_of(value, messages.Run)


def test_what_is_not_set_is_not_written():
    assert msgspec.json.encode(messages.Run(run_id="r")) == b'{"run_id":"r"}'


def test_the_list_of_recurring_runs_alone_is_in_camel_case():
    page = messages.RecurringRuns(recurring_runs=[messages.RecurringRun()], total_size=1)
    assert msgspec.to_builtins(page) == {"recurringRuns": [{}], "total_size": 1}


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0.0, "1970-01-01T00:00:00Z"),
        (1700000000.0, "2023-11-14T22:13:20Z"),
        (1700000000.25, "2023-11-14T22:13:20.250Z"),
        (None, None),
    ],
)
def test_times_are_written_in_utc(at, text):
    assert time_text(at) == text


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2023-11-14T22:13:20Z", 1700000000.0),
        ("2023-11-14T23:13:20+01:00", 1700000000.0),
        ("2023-11-14T22:13:20.250000Z", 1700000000.25),
        ("2023-11-14T22:13:20.250000999Z", 1700000000.25),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_with_zones_and_fractions(text, at):
    assert time_of(text, "start_time") == at


@pytest.mark.parametrize("text", ["yesterday", "2023-11-14", "2023-13-14T22:13:20Z", "9" * 400])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(InvalidRequest, match="start_time"):
        time_of(text, "start_time")


@given(st.floats(min_value=0, max_value=4e9))
def test_a_written_time_is_read_as_it_was(at):
    assert time_of(time_text(at), "t") == pytest.approx(round(at, 3), abs=1e-3)
