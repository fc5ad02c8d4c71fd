"""Parameter types: what annotations and names mean."""

# ruff: noqa: UP006, UP035, UP045 - both spellings are what is tested
from __future__ import annotations

import datetime as dt
import enum
import pathlib
from typing import Any, Dict, List, Literal, Optional, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.types.parameters import (
    ParameterType,
    PipelineTaskFinalStatus,
    TaskConfig,
    parameter_type,
    plain_value,
    resolved_hints,
    type_of_value,
)


class Mode(enum.Enum):
    FAST = "fast"
    SLOW = "slow"


class Level(enum.IntEnum):
    LOW = 1


class Mixed(enum.Enum):
    A = "a"
    B = 1


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (str, "STRING"),
        (int, "NUMBER_INTEGER"),
        (float, "NUMBER_DOUBLE"),
        (bool, "BOOLEAN"),
        (list, "LIST"),
        (List, "LIST"),
        (List[int], "LIST"),
        (list[str], "LIST"),
        (dict, "STRUCT"),
        (Dict[str, int], "STRUCT"),
        (PipelineTaskFinalStatus, "TASK_FINAL_STATUS"),
        (TaskConfig, "TASK_CONFIG"),
        ("Integer", "NUMBER_INTEGER"),
        ("JsonArray", "LIST"),
        ("text", "STRING"),
        ("List[str]", "LIST"),
        ("typing.Dict[str, int]", "STRUCT"),
        (dt.date, "STRING"),
        (dt.datetime, "STRING"),
        (pathlib.Path, "STRING"),
        (Mode, "STRING"),
        (Level, "NUMBER_INTEGER"),
        (Literal[1.5, 2.5], "NUMBER_DOUBLE"),
    ],
)
def test_an_annotation_names_a_type(annotation: Any, kind: str) -> None:
    found = parameter_type(annotation)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "annotation", [tuple, Tuple[int, str], set, bytes, Any, complex, object, None, Mixed, "CSV"]
)
def test_what_the_ir_cannot_hold_has_no_type(annotation: Any) -> None:
    assert parameter_type(annotation) is None


def test_literals_are_the_only_values() -> None:
    assert parameter_type(Literal["a", "b"]) == ParameterType("STRING", literals=("a", "b"))
    assert parameter_type(Mode) == ParameterType("STRING", literals=("fast", "slow"))


def test_the_elements_of_a_list_and_the_values_of_a_dict_are_known() -> None:
    found = parameter_type(List[Dict[str, int]])
    assert found == ParameterType(
        "LIST", item=ParameterType("STRUCT", value=ParameterType("NUMBER_INTEGER"))
    )


def test_elements_of_the_builtin_list_are_loose_as_in_kfp() -> None:
    found, typed = parameter_type(list[str]), parameter_type(List[str])
    assert found is not None
    assert typed is not None
    assert found.item == ParameterType("STRING", loose=True)
    assert typed.item == ParameterType("STRING")


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Mode.FAST, "fast"),
        (dt.date(2024, 1, 2), "2024-01-02"),
        (pathlib.PurePosixPath("a/b"), "a/b"),
        ([Mode.SLOW, {"k": dt.time(1, 2)}], ["slow", {"k": "01:02:00"}]),
        ("text", "text"),
    ],
)
def test_a_constant_has_a_plain_form(value: Any, plain: Any) -> None:
    assert plain_value(value) == plain


@given(st.recursive(st.booleans() | st.integers() | st.text(), st.lists, max_leaves=20))
def test_json_values_are_plain_already(value: Any) -> None:
    assert plain_value(value) == value
    assert type_of_value(value) is not None


def test_booleans_are_no_integers() -> None:
    assert str(type_of_value(True)) == "BOOLEAN"
    assert type_of_value(None) is None


def test_annotations_in_quotes_are_resolved_where_that_is_possible() -> None:
    def function() -> None: ...

    names = {"a": "int", "b": "Integer", "c": "Optional[List[int]]", "d": "Nowhere"}
    function.__annotations__ = names
    hints = resolved_hints(function)
    assert hints["a"] is int
    assert hints["b"] == "Integer"
    assert hints["c"] == Optional[List[int]]
    assert hints["d"] == "Nowhere"


def test_annotations_find_classes_around_the_function() -> None:
    class Local:
        pass

    def function() -> type:
        return Local

    function.__annotations__ = {"a": "Local"}
    assert resolved_hints(function)["a"] is Local
