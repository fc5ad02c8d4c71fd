"""Every pipeline of the corpus that compiles can be planned, and its run ends with its promises kept."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import sides

from headrace import engine, ir
from headrace.errors import SpecError
from headrace.ir.model import Document
from headrace.testing import fail, simulate

#: Values for inputs without a default; what a pipeline does not expect makes it fail, and end.
VALUES: dict[str, Any] = {
    "STRING": "text",
    "NUMBER_INTEGER": 3,
    "NUMBER_DOUBLE": 0.5,
    "BOOLEAN": True,
    "LIST": ["a", "b"],
    "STRUCT": {"a": 1},
}
#: What fails with values such as these, or without an artifact that may be given.
PICKY = {
    "decorators:documented pipeline",
    "large:many loops",
    "loops:deep sub-variables",
    "loops:task outputs",
    "realistic_data:batch inference",
    "task_settings:accelerators from inputs",
    "task_settings:dynamic resources",
}
#: Cases whose documents no back end would take.
NO_PIPELINES = {"component_arguments:empty image", "naming:overridden by a bad name"}
#: Documents of the official SDK that refer to tasks which do not exist.
BROKEN = NO_PIPELINES | {"one_of:of sub-pipelines"}


def test_runs_of_what_headrace_compiles_end(our_corpus: sides.Outcomes) -> None:
    check(our_corpus, NO_PIPELINES)


@pytest.mark.oracle
def test_runs_of_what_the_official_sdk_compiles_end(oracle_corpus: sides.Outcomes) -> None:
    check(oracle_corpus, BROKEN)


def check(outcomes: sides.Outcomes, refused: set[str]) -> None:
    """Simulate each case to its end, once going well and once with every step failing."""
    problems: dict[str, str] = {}
    for case, outcome in outcomes.items():
        if "text" not in outcome:
            continue
        try:
            document = ir.read(outcome["text"])
            problem = simulated(document, "failed" if case in PICKY else "succeeded")
        except SpecError as error:
            problem = "" if case in refused else str(error)
        except Exception as error:  # noqa: BLE001 - every failure of the corpus in one list
            problem = f"{type(error).__name__}: {error}"
        if problem:
            problems[case] = problem
    assert not problems, "\n".join(f"{case}: {problem}" for case, problem in problems.items())


def simulated(document: Document, expected: str) -> str:
    """Run a document twice and say what is wrong; invariants are checked at each event."""
    plan = engine.plan(document)
    inputs = document.spec.root.input_definitions
    if any(not artifact.is_optional for artifact in inputs.artifacts.values()):
        return ""  # a component or pipeline that can only be a step
    parameters = {
        name: VALUES[parameter.parameter_type]
        for name, parameter in inputs.parameters.items()
        if not parameter.is_optional and parameter.default_value is msgspec.UNSET
    }
    well = simulate(document, parameters=parameters, check=True)
    if well.state != expected:
        return f"it {well.state}: {well.error}"
    labels = {task.name: fail("as told") for task in plan.root.tasks}
    badly = simulate(document, labels, parameters=parameters, check=True)
    return "" if badly.state in ("failed", "succeeded") else f"it ended {badly.state}"
