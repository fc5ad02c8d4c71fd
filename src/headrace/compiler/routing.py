"""How values and order run through a pipeline: the choice between KFP's rules and complete ones.

A compiled file is equal to KFP's, also where that leaves an input without a source: readers that
know its rules find the source by the input's name. What is run from its source has every source in
it. Where KFP's compiler gives up on a pipeline that is right, or loses what no reader can find
again, there is nothing to be equal to, and the complete rules serve both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headrace.compiler.crossings import Crossings, crossings_of
from headrace.compiler.kfp_crossings import as_in_text, kfp_crossings_of
from headrace.compiler.surfacing import Surfacings, surfacings_of
from headrace.dsl.graph import Branch, Pipeline, Task
from headrace.dsl.refs import Ref
from headrace.dsl.scopes import Scopes
from headrace.dsl.topology import refs_of


@dataclass(frozen=True, slots=True)
class Routing:
    """The ways of values in one pipeline.

    Attributes:
        crossings: What each group takes in.
        surfacings: What each group gives out.
        before: For each task and group the siblings that must come first.
        texts_lose_kinds: Whether a reference in a text has lost that it is a loop's element.
    """

    crossings: Crossings
    surfacings: Surfacings
    before: Mapping[str, set[str]]
    texts_lose_kinds: bool

    def in_text(self, ref: Ref) -> Ref:
        """Return a reference as it is read from a text."""
        return as_in_text(ref) if self.texts_lose_kinds else ref


def routing_of(pipeline: Pipeline, scopes: Scopes, *, as_kfp: bool) -> Routing:
    """Return the ways of values in a pipeline.

    Args:
        pipeline: The pipeline.
        scopes: Its index.
        as_kfp: Whether the document must be equal to KFP's.
    """
    before = _order(scopes)
    surfacings = surfacings_of(pipeline, scopes)
    crossings = kfp_crossings_of(scopes) if as_kfp else None
    if crossings is not None and surfacings == surfacings_of(pipeline, scopes, arguments_only=True):
        return Routing(crossings, surfacings, before, texts_lose_kinds=True)
    return Routing(crossings_of(scopes), surfacings, before, texts_lose_kinds=False)


def _order(scopes: Scopes) -> dict[str, set[str]]:
    """Return the siblings that must come first, from what tasks read and what stands around them.

    An edge between nodes in different groups becomes one between the groups, or the group and the
    node, that stand side by side around them.
    """
    before: dict[str, set[str]] = {}
    for task in scopes.tasks():
        for producer in dict.fromkeys(_producers(scopes, task)):
            if producer not in scopes.nodes or producer == task.name:
                continue
            depth = scopes.common_depth(producer, task.name)
            first = scopes.at_depth(producer, depth)
            second = scopes.at_depth(task.name, depth)
            if first != second:
                before.setdefault(second, set()).add(first)
    return before


def _producers(scopes: Scopes, task: Task) -> Iterator[str]:
    yield from (ref.task_name for ref in task.refs() if ref.task_name is not None)
    yield from task.after
    for group in scopes.paths[task.name]:
        if isinstance(group, Branch):
            yield from (ref.task_name for ref in refs_of(group) if ref.task_name is not None)
