"""Checks of what a pipeline returns against what its signature declares.

Reads the graph and the interface and returns what is wrong, all at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from headrace.dsl.exceptions import InconsistentTypeException, InvalidTopologyException
from headrace.dsl.graph import Branches, ExitScope, Group, Loop, Pipeline
from headrace.dsl.interface import Interface
from headrace.dsl.refs import CollectedRef, Ref
from headrace.dsl.scopes import Scopes
from headrace.dsl.signatures import SINGLE_OUTPUT
from headrace.dsl.type_rules import fits
from headrace.errors import HeadraceError, InvalidPipeline, Location, UnknownOutput


def output_problems(
    pipeline: Pipeline, interface: Interface, scopes: Scopes, where: Location | None
) -> list[HeadraceError]:
    """Return what is wrong with the outputs of a pipeline."""
    problems: list[HeadraceError] = []
    for name, ref in pipeline.outputs.items():
        problems += _problems_of(name, ref, interface, scopes, where)
    problems += [
        InvalidPipeline(
            f"Missing pipeline output: {name}.",
            where=[where],
            hint="return an output of a task for it, or leave it out of the annotation",
        )
        for name in interface.outputs
        if name not in pipeline.outputs
    ]
    return problems


def _problems_of(
    name: str, ref: Ref, interface: Interface, scopes: Scopes, where: Location | None
) -> Iterator[HeadraceError]:
    spec = interface.outputs.get(name)
    if spec is None:
        if ref.task_name in scopes.paths:
            yield from _place_problems(ref, scopes, where)
        yield InvalidPipeline(
            f"pipeline {interface.name!r} returns {name!r}, which it does not declare",
            where=[where],
            hint="declare what the pipeline returns: def pipeline(…) -> int",
        )
        return
    if ref.task_name is None or ref.task_name not in scopes.paths:
        yield _NoTaskError(
            f"Output {name!r} of pipeline {interface.name!r} is not an output of a task",
            where=[where],
            hint="return task.output or task.outputs['name']",
        )
        return
    yield from _place_problems(ref, scopes, where)
    if not fits(ref.type, spec.type):
        output = "output" if name == SINGLE_OUTPUT else f"output {name!r}"
        yield InconsistentTypeException(
            f"{output} of pipeline {interface.name!r} is declared as {spec.type}, and what is "
            f"returned is {ref.type}",
            where=[where, scopes.nodes[ref.task_name].where],
            hint="declare the type that the task gives",
        )


class _NoTaskError(UnknownOutput, ValueError):
    """Something that no task produces is returned."""


def _place_problems(ref: Ref, scopes: Scopes, where: Location | None) -> Iterator[HeadraceError]:
    assert ref.task_name is not None
    path = scopes.paths[ref.task_name]
    if isinstance(ref, CollectedRef):
        if not any(isinstance(group, Loop) for group in path):
            yield InvalidTopologyException(
                f"dsl.Collected gathers what a loop made, and {ref.task_name!r} is in none",
                where=[where, scopes.nodes[ref.task_name].where],
                hint="return the output itself, without dsl.Collected",
            )
        return
    for group in path:
        yield InvalidTopologyException(
            f"{ref.task_name!r} is inside of {_kind(group)}, from where nothing can be returned",
            where=[where, group.where],
            hint=_way_out(group),
        )
        return


def _kind(group: Group) -> str:
    if isinstance(group, Loop):
        return "dsl.ParallelFor"
    return "dsl.ExitHandler" if isinstance(group, ExitScope) else "dsl.If"


def _way_out(group: Group) -> str:
    if isinstance(group, Loop):
        return "return dsl.Collected(task.output)"
    if isinstance(group, Branches):
        return "return dsl.OneOf(…) over the branches"
    return "return an output of a task outside of the block"
