"""Markers of artifacts and files."""

# ruff: noqa: UP006, UP007, UP035, UP045 - both spellings are what is tested
from __future__ import annotations

from typing import Any, List, Optional, Union

import pytest

from headrace.types.annotations import (
    EmbeddedAnnotation,
    EmbeddedInput,
    Input,
    InputAnnotation,
    InputPath,
    Output,
    OutputAnnotation,
    OutputPath,
    artifact_class_of,
    list_item,
    split_marker,
    strip_optional,
)
from headrace.types.artifacts import Dataset, Model


class Foreign:
    schema_title = "google.Thing"
    schema_version = "0.0.1"


@pytest.mark.parametrize(
    ("annotation", "inner", "marker"),
    [
        (Input[Dataset], Dataset, InputAnnotation),
        (Output[Model], Model, OutputAnnotation),
        (EmbeddedInput[Dataset], Dataset, EmbeddedAnnotation),
        (Input[list[Dataset]], list[Dataset], InputAnnotation),
        (Dataset, Dataset, None),
        (str, str, None),
    ],
)
def test_a_marker_comes_off(annotation: Any, inner: Any, marker: Any) -> None:
    assert split_marker(annotation) == (inner, marker)


@pytest.mark.parametrize(
    ("annotation", "found"),
    [
        (Dataset, Dataset),
        (List[Dataset], Dataset),
        (Input[list[Model]], Model),
        (Foreign, Foreign),
        (str, None),
        (list[str], None),
    ],
)
def test_an_artifact_class_is_known_by_its_schema(annotation: Any, found: Any) -> None:
    assert artifact_class_of(annotation) is found


@pytest.mark.parametrize("annotation", [Optional[int], int | None, None | int, Union[None, int]])
def test_optional_comes_off_in_any_spelling(annotation: Any) -> None:
    assert strip_optional(annotation) == (int, True)


@pytest.mark.parametrize("annotation", [int, Union[int, str], Union[int, str, None]])
def test_other_unions_stay(annotation: Any) -> None:
    assert strip_optional(annotation) == (annotation, False)


def test_a_bare_list_has_no_item() -> None:
    assert list_item(list) is None
    assert list_item(list) is None
    assert list_item(List[int]) is int


def test_paths_are_equal_by_type() -> None:
    assert InputPath(str) == InputPath(str)
    assert OutputPath("Dataset") != OutputPath("Model")
    assert len({InputPath(int), InputPath(int)}) == 1
