"""Pass: which references each group gives out, as outputs of its component.

A group gives out what ``Collected`` or ``OneOf`` read from inside it. What a loop collects leaves
each group on its way under the same name, as a list; what a branch gives becomes one of the
alternatives of the group of branches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from headrace.compiler.channel_names import surfaced_name
from headrace.dsl.graph import Pipeline, Task
from headrace.dsl.interface import ArtifactType
from headrace.dsl.refs import CollectedRef, OneOfRef, Ref
from headrace.dsl.scopes import Scopes
from headrace.dsl.topology import refs_of
from headrace.types.parameters import ParameterType


@dataclass(frozen=True, slots=True)
class Surfaced:
    """An output of a group.

    Attributes:
        type: Its type.
        sources: Name of the task or group inside, and of its output; the first that has a value
            counts.
        one_of: Whether the sources are the branches of a condition.
    """

    type: ParameterType | ArtifactType
    sources: tuple[tuple[str, str], ...]
    one_of: bool = False


#: Outputs of each group, by name.
Surfacings = dict[str, dict[str, Surfaced]]


def surfacings_of(
    pipeline: Pipeline, scopes: Scopes, *, arguments_only: bool = False
) -> Surfacings:
    """Return for each group what it gives out.

    Args:
        pipeline: The pipeline.
        scopes: Its index.
        arguments_only: Look at arguments of tasks only, as KFP does; what a condition compares or
            a loop iterates over is then not given out.
    """
    surfacings: Surfacings = {}
    for reader, ref in _reads(pipeline, scopes):
        if arguments_only and reader is not None and not isinstance(scopes.nodes[reader], Task):
            continue
        if isinstance(ref, CollectedRef):
            _collect(surfacings, scopes, reader, ref)
        elif isinstance(ref, OneOfRef):
            _join(surfacings, scopes, ref)
    return surfacings


def _reads(pipeline: Pipeline, scopes: Scopes) -> Iterator[tuple[str | None, Ref]]:
    """Yield what is read by whom; None stands for the outputs of the pipeline."""
    for node in scopes.nodes.values():
        for ref in refs_of(node):
            yield node.name, ref
    yield from ((None, ref) for ref in pipeline.outputs.values())


def _collect(surfacings: Surfacings, scopes: Scopes, reader: str | None, ref: CollectedRef) -> None:
    producer = ref.task_name
    assert producer is not None
    depth = scopes.common_depth(producer, reader) if reader is not None else 0
    name = surfaced_name(ref.output)
    source = (producer, ref.output.name)
    for group in reversed(scopes.paths[producer][depth:]):
        surfacings.setdefault(group.name, {})[name] = Surfaced(ref.type, (source,))
        source = (group.name, name)


def _join(surfacings: Surfacings, scopes: Scopes, ref: OneOfRef) -> None:
    sources: list[tuple[str, str]] = []
    for output in ref.outputs:
        assert output.task_name is not None
        branch = scopes.paths[output.task_name][-1]
        name = surfaced_name(output)
        surfaced = Surfaced(output.type, ((output.task_name, output.name),))
        surfacings.setdefault(branch.name, {})[name] = surfaced
        sources.append((branch.name, name))
    assert ref.task_name is not None
    joined = Surfaced(ref.type, tuple(sources), one_of=True)
    surfacings.setdefault(ref.task_name, {})[ref.name] = joined
