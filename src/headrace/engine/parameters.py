"""Parameters of a run, checked against the pipeline before anything is written.

Pure. KFP's API server makes the same checks (facts C.12); here all problems are told at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from headrace.engine.plan import Plan
from headrace.engine.values import BadValue, defaulted, from_outside, words
from headrace.errors import InvalidRequest
from headrace.ir.model import InputDefinitions, InputParameterSpec


def run_parameters(plan: Plan, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a run: those given, with the defaults of the others.

    An optional parameter without default that is not given is left out.

    Args:
        plan: The plan of the pipeline.
        given: JSON values by name. None counts as not given.

    Raises:
        InvalidRequest: Parameters are unknown, missing, of another type or not among the literals;
            the message lists all of them.
    """
    declared = plan.root.component.input_definitions
    problems = [*_unknown(declared, given), *_missing_artifacts(declared)]
    parameters: dict[str, Any] = {}
    for name, spec in declared.parameters.items():
        value = given.get(name)
        try:
            if value is not None:
                parameters[name] = _checked(value, spec)
            elif spec.default_value is not msgspec.UNSET:
                parameters[name] = defaulted(spec)
            elif not spec.is_optional:
                problems.append(f"parameter {name} is missing; it is {words(spec.parameter_type)}")
        except BadValue as error:
            problems.append(f"parameter {name} {error}")
    if problems:
        raise _invalid(plan, problems)
    return parameters


def _checked(value: Any, spec: InputParameterSpec) -> Any:
    """Return a value from outside, as tasks receive it."""
    if spec.parameter_type == "TASK_FINAL_STATUS":
        message = "cannot be given: it is the status of a task"
        raise BadValue(message)
    return from_outside(value, spec)


def _unknown(declared: InputDefinitions, given: Mapping[str, Any]) -> Iterator[str]:
    for name in given:
        if name in declared.parameters:
            continue
        if name in declared.artifacts:
            yield f"{name} is an artifact, which cannot be given when a run is submitted"
            continue
        near = get_close_matches(name, declared.parameters, 1)
        known = ", ".join(declared.parameters) or "none"
        hint = f"did you mean {near[0]}?" if near else f"the pipeline has: {known}"
        yield f"parameter {name} is unknown; {hint}"


def _missing_artifacts(declared: InputDefinitions) -> Iterator[str]:
    for name, spec in declared.artifacts.items():
        if not spec.is_optional:
            yield f"input artifact {name} cannot be given when a run is submitted; use an importer"


def _invalid(plan: Plan, problems: list[str]) -> InvalidRequest:
    if len(problems) == 1:
        return InvalidRequest(f"pipeline {plan.pipeline}: {problems[0]}", code="HR3010")
    lines = "\n".join(f"  - {problem}" for problem in problems)
    message = f"pipeline {plan.pipeline}: {len(problems)} problems with its parameters\n{lines}"
    return InvalidRequest(message, code="HR3010")
