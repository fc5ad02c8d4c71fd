"""Calling components: what may be passed, and how a refusal reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

import pytest

from headrace import dsl
from headrace.dsl.exceptions import InconsistentTypeException
from headrace.errors import CompilationFailed, UnknownInput, render


@dsl.component
def pick(choice: Literal["a", "b"], day: str = "x", rate: float = 1.0):
    print(choice, day, rate)


def pipeline_of(body: Callable[..., Any]) -> dsl.GraphComponent:
    @dsl.pipeline(name="p")
    def p(text: str = "t", count: int = 1):
        body(text, count)

    return p


FITTING = {
    "constants": lambda kit, text, count: kit.say(text="a", times=2),
    "positional arguments": lambda kit, text, count: kit.say("a", 2),
    "an input of the pipeline": lambda kit, text, count: kit.say(text=text, times=count),
    "an output": lambda kit, text, count: kit.say(text=kit.say().output),
    "a text with channels in it": lambda kit, text, count: kit.say(text=f"{text}-{count}"),
    "channels in lists and dicts": lambda kit, text, count: kit.total(numbers=[text, {"k": count}]),
    "an artifact": lambda kit, text, count: kit.fit(data=kit.many().outputs["data"]),
    "an integer where a float is declared": lambda kit, text, count: pick("a", rate=1),
    "a literal": lambda kit, text, count: pick("b"),
    "a date where text is declared": lambda kit, text, count: pick("a", dt.date(2024, 1, 2)),
    "nothing for what the backend fills": lambda kit, text, count: kit.say(),
}


@pytest.mark.parametrize("what", FITTING)
def test_a_fitting_argument_is_taken(kit: Any, what: str) -> None:
    assert pipeline_of(lambda text, count: FITTING[what](kit, text, count)).name == "p"


REFUSED = {
    "a number for text": (InconsistentTypeException, lambda kit, t: kit.say(text=1)),
    "text for a number": (InconsistentTypeException, lambda kit, t: kit.say(times="1")),
    "a float for an integer": (InconsistentTypeException, lambda kit, t: kit.say(times=1.0)),
    "a boolean for an integer": (InconsistentTypeException, lambda kit, t: kit.say(times=True)),
    "a list for text": (InconsistentTypeException, lambda kit, t: kit.say(text=["a"])),
    "an integer output for text": (
        InconsistentTypeException,
        lambda kit, t: kit.say(text=kit.number().output),
    ),
    "an artifact for text": (
        InconsistentTypeException,
        lambda kit, t: kit.say(text=kit.many().outputs["data"]),
    ),
    "text for an artifact": (InconsistentTypeException, lambda kit, t: kit.fit(data="gs://x")),
    "a model for a dataset": (
        InconsistentTypeException,
        lambda kit, t: kit.fit(data=kit.many().outputs["model"]),
    ),
    "an unknown argument": (TypeError, lambda kit, t: kit.say(txt="a")),
    "a missing argument": (TypeError, lambda kit, t: kit.fit()),
    "too many arguments": (TypeError, lambda kit, t: kit.say("a", 1, 2)),
    "an argument twice": (TypeError, lambda kit, t: kit.say("a", text="b")),
    "None": (ValueError, lambda kit, t: kit.say(text=None)),
    "a tuple": (ValueError, lambda kit, t: kit.total(numbers=(1, 2))),
    "a task": (ValueError, lambda kit, t: kit.say(text=kit.say())),
    "a component": (ValueError, lambda kit, t: kit.say(text=kit.say)),
    "an object in a list": (ValueError, lambda kit, t: kit.total(numbers=[object()])),
    "a key that is no text": (TypeError, lambda kit, t: kit.total(numbers=[{1: 2}])),
    "a value that is no literal": (TypeError, lambda kit, t: pick("c")),
    "the final status": (TypeError, lambda kit, t: kit.report(status="x")),
    "an output that does not exist": (KeyError, lambda kit, t: kit.many().outputs["nope"]),
    "the output of a task that has several": (AttributeError, lambda kit, t: kit.many().output),
    "the output of a task that has none": (AttributeError, lambda kit, t: kit.nothing().output),
}


@pytest.mark.parametrize("what", REFUSED)
def test_an_unfitting_argument_is_refused_at_its_line(kit: Any, what: str) -> None:
    kind, body = REFUSED[what]
    with pytest.raises(kind) as caught:
        pipeline_of(lambda text, count: body(kit, text))
    error: Any = caught.value
    assert error.where[0].file == __file__
    assert error.hint


def test_several_mistakes_are_reported_together_and_caught_as_the_first(kit: Any) -> None:
    def body(text: Any, count: Any) -> None:
        kit.say(text=count)
        kit.say(nonsense=1).set_cpu_limit("much")

    with pytest.raises(InconsistentTypeException) as caught:
        pipeline_of(body)
    assert isinstance(caught.value, CompilationFailed)
    assert len(caught.value.problems) == 3
    assert "fix: did you mean" not in render(caught.value)
    assert render(caught.value).count(__file__) >= 3


def test_a_close_name_is_offered(kit: Any) -> None:
    with pytest.raises(UnknownInput) as caught:
        pipeline_of(lambda text, count: kit.say(tims=2))
    assert caught.value.hint == "did you mean 'times'?"


def test_the_output_of_another_pipeline_is_refused(kit: Any) -> None:
    kept: list[Any] = []
    pipeline_of(lambda text, count: kept.append(kit.say()))
    with pytest.raises(dsl_topology()):
        pipeline_of(lambda text, count: kit.say(text=kept[0].output))


def dsl_topology() -> type[Exception]:
    from headrace.dsl.exceptions import InvalidTopologyException

    return InvalidTopologyException


def test_outside_a_pipeline_nothing_runs_without_a_runner(kit: Any) -> None:
    dsl.register_runner(None)
    with pytest.raises(RuntimeError, match="no local runner"):
        kit.say()


def test_outside_a_pipeline_the_runner_gets_component_and_arguments(kit: Any) -> None:
    calls: list[Any] = []

    def run(component: Any, arguments: Any) -> str:
        calls.append((component.name, dict(arguments)))
        return "ran"

    dsl.register_runner(run)
    try:
        assert kit.say("a", times=2) == "ran"
        with pytest.raises(InconsistentTypeException):
            kit.say(times="2")
    finally:
        dsl.register_runner(None)
    assert calls == [("say", {"text": "a", "times": 2})]
