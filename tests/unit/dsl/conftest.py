"""Components that the tests of authoring use."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from headrace import dsl


@dsl.component
def say(text: str = "x", times: int = 1) -> str:
    return text * times


@dsl.component
def number() -> int:
    return 1


@dsl.component
def nothing() -> None:
    return None


@dsl.component
def many() -> NamedTuple(
    "Many",
    [
        ("text", str),
        ("count", int),
        ("rate", float),
        ("flag", bool),
        ("texts", list[str]),
        ("rows", list[dict[str, int]]),
        ("table", dict),
        ("data", dsl.Dataset),
        ("model", dsl.Model),
    ],
):
    return None


@dsl.component
def fit(
    data: dsl.Input[dsl.Dataset], rate: float = 0.5, extra: dsl.Input[dsl.Model] = None
) -> float:
    return rate


@dsl.component
def total(numbers: list = [1], parts: dsl.Input[list[dsl.Dataset]] = None) -> int:  # noqa: B006
    return 1


@dsl.component
def report(status: dsl.PipelineTaskFinalStatus, text: str = "x"):
    print(status, text)


class Components:
    """What the tests call."""

    say = staticmethod(say)
    number = staticmethod(number)
    nothing = staticmethod(nothing)
    many = staticmethod(many)
    fit = staticmethod(fit)
    total = staticmethod(total)
    report = staticmethod(report)


@pytest.fixture(scope="session")
def kit() -> Components:
    """One component of each kind."""
    return Components()
