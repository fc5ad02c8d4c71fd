"""OneOf: the output of whichever branch of a condition runs.

Knows channels, groups and tasks; knows nothing of the IR.
"""

from __future__ import annotations

from typing import Any

from headrace.dsl.channels import (
    Collected,
    PipelineArtifactChannel,
    PipelineChannel,
    PipelineParameterChannel,
    producer_of,
    ref_of,
)
from headrace.dsl.exceptions import refused
from headrace.dsl.groups import ConditionBranches, Else
from headrace.dsl.refs import OneOfRef
from headrace.dsl.tasks import PipelineTask
from headrace.dsl.trace import Scope
from headrace.errors import InvalidPipeline, TypeMismatch


class _NotInTextError(InvalidPipeline, NotImplementedError):
    """A OneOf stands inside a text, a list or a dict."""


class _WrongKindError(InvalidPipeline, AttributeError):
    """An output that is not of a branch; KFP fails on a missing attribute here."""


class OneOfParameter(PipelineParameterChannel):
    """The parameter that the branch which runs gives."""

    __slots__ = ()

    def __str__(self) -> str:
        raise _text_refused()

    def __format__(self, spec: str) -> str:
        raise _text_refused()


class OneOfArtifact(PipelineArtifactChannel):
    """The artifact that the branch which runs gives."""

    __slots__ = ()

    def __str__(self) -> str:
        raise _text_refused()

    def __format__(self, spec: str) -> str:
        raise _text_refused()


def OneOf(*channels: PipelineChannel) -> Any:  # noqa: N802 - a class in KFP
    """Return the output of whichever branch of one If/Elif/Else runs.

    Args:
        *channels: An output of a task directly inside each branch, all of one type; an output of
            the Else must be among them, so that there always is one.

    Example:
        ``return dsl.OneOf(in_if.output, in_else.output)``
    """
    if not channels:
        raise refused(
            InvalidPipeline,
            "dsl.OneOf needs an output of each branch",
            hint="write dsl.OneOf(in_if.output, in_else.output)",
        )
    for channel in channels:
        _check_channel(channel)
    _check_types(channels)
    branches = _common_branches(channels)
    branches.one_ofs += 1
    name = f"pipelinechannel--{branches.name}-oneof-{branches.one_ofs}"
    refs = tuple(ref_of(channel) for channel in channels)
    ref = OneOfRef(name, refs[0].type, branches.name, refs)
    return OneOfArtifact(ref, branches) if ref.is_artifact else OneOfParameter(ref, branches)


def _check_channel(channel: Any) -> None:
    if isinstance(channel, OneOfParameter | OneOfArtifact):
        raise refused(
            InvalidPipeline,
            "a dsl.OneOf is passed to another dsl.OneOf",
            hint="let a task in the branch take the inner OneOf, and use its output",
        )
    if isinstance(channel, Collected):
        raise refused(
            InvalidPipeline,
            "a dsl.Collected is passed to dsl.OneOf",
            hint="let a task in the branch take the collected values, and use its output",
        )
    if not isinstance(channel, PipelineChannel):
        raise refused(
            TypeMismatch,
            f"dsl.OneOf takes outputs of tasks, not {channel!r}",
            hint="write task.output or task.outputs['name']",
        )


def _check_types(channels: tuple[PipelineChannel, ...]) -> None:
    first = ref_of(channels[0])
    for index, channel in enumerate(channels):
        ref = ref_of(channel)
        if ref.is_artifact != first.is_artifact:
            detail = "some are parameters and some are artifacts"
        elif str(ref.type) != str(first.type):
            detail = f"the first is a {first.type}, number {index + 1} is a {ref.type}"
        else:
            continue
        raise refused(
            TypeMismatch,
            f"dsl.OneOf joins outputs of one type: {detail}",
            hint="pass outputs of one type",
        )


def _common_branches(channels: tuple[PipelineChannel, ...]) -> ConditionBranches:
    scopes = [_branch_of(channel) for channel in channels]
    parents = [scope.parent if scope is not None else None for scope in scopes]
    branches = parents[0]
    if not isinstance(branches, ConditionBranches) or any(p is not branches for p in parents):
        raise refused(
            _WrongKindError,
            "dsl.OneOf takes outputs of tasks directly inside the branches of one If/Elif/Else",
            hint="surface a deeper output with a OneOf or a pipeline of its own",
        )
    if not any(isinstance(scope, Else) for scope in scopes):
        raise refused(
            InvalidPipeline,
            "dsl.OneOf has no value when none of the conditions holds",
            hint="add a dsl.Else whose task gives the value for all other cases",
        )
    return branches


def _branch_of(channel: PipelineChannel) -> Scope | None:
    producer = producer_of(channel)
    return producer.scope if isinstance(producer, PipelineTask) else None


def _text_refused() -> _NotInTextError:
    return refused(
        _NotInTextError,
        "a dsl.OneOf cannot stand inside of a text",
        hint="pass it as an argument of its own",
    )
