"""Refusals of the authoring layer: their names in KFP, their construction and their collection.

Knows the exception tree and nothing of components or pipelines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from headrace.errors import (
    CompilationFailed,
    HeadraceError,
    InvalidPipeline,
    Location,
    TypeMismatch,
    caller_location,
)

E = TypeVar("E", bound=HeadraceError)


class InconsistentTypeException(TypeMismatch):
    """A value or channel of the wrong type is passed to an input."""


class InvalidTopologyException(InvalidPipeline):
    """A task uses what it cannot reach, such as an output inside a condition."""

    default_code = "HR1210"


class InvalidControlFlowException(InvalidPipeline):
    """A control-flow block stands where it cannot, such as an Else without an If."""

    default_code = "HR1211"


def refused(
    kind: type[E],
    message: str,
    *,
    hint: str | None = None,
    where: Location | Sequence[Location | None] | None = None,
) -> E:
    """Return an error that points at the author's line, unless other places are given.

    Args:
        kind: Class of the error.
        message: What happened.
        hint: What to do about it.
        where: Places in the author's files.
    """
    return kind(message, where=where if where is not None else caller_location(), hint=hint)


def raise_together(problems: Sequence[HeadraceError]) -> None:
    """Raise what was collected: nothing, the single problem, or all of them as one error.

    The joint error can be caught as ``CompilationFailed`` and as the class of its first problem, so
    code written for KFP, which stops at the first, goes on working.
    """
    if not problems:
        return
    if len(problems) == 1:
        raise problems[0]
    kind = type(problems[0])
    joint = type(CompilationFailed.__name__, (CompilationFailed, kind), {})
    error = joint(problems)
    error.where, error.hint = problems[0].where, problems[0].hint
    raise error
