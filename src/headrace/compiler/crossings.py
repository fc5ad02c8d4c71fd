"""Pass: which references each group takes in from outside, as inputs of its component.

A group takes in what its tasks and inner groups read from outside of it, and what the branches
around its tasks compare: a backend looks for a condition's operands along the whole way down. A
field of a loop's element is taken out of the element where it is read, so the element is what
groups take in.
"""

from __future__ import annotations

from collections.abc import Iterator

from headrace.compiler.channel_names import surfaced_name
from headrace.dsl.graph import Branch, Group, Loop, Task
from headrace.dsl.refs import CollectedRef, FieldRef, ItemRef, Ref
from headrace.dsl.scopes import Node, Scopes
from headrace.dsl.topology import refs_of

#: References that a group takes in, by full name.
Crossings = dict[str, dict[str, Ref]]


def crossings_of(scopes: Scopes) -> Crossings:
    """Return for each group what it takes in."""
    crossings: Crossings = {group.name: {} for group in scopes.groups()}
    for reader in scopes.nodes.values():
        for ref in dict.fromkeys(_refs_read(scopes, reader)):
            found = resolved(scopes, reader.name, ref)
            if isinstance(reader, Group):
                # What a group compares or iterates over is an input of its own component too.
                crossings[reader.name].setdefault(found.full_name, found)
            passed = found.item if isinstance(found, FieldRef) else found
            for group in _groups_crossed(scopes, reader, passed):
                crossings[group.name].setdefault(passed.full_name, passed)
    return crossings


def resolved(scopes: Scopes, reader: str, ref: Ref) -> Ref:
    """Return a reference as its reader sees it: what a loop collects is an output of that loop."""
    if not isinstance(ref, CollectedRef):
        return ref
    assert ref.task_name is not None
    loop = scopes.at_depth(ref.task_name, scopes.common_depth(ref.task_name, reader))
    return Ref(surfaced_name(ref.output), ref.type, loop)


def _refs_read(scopes: Scopes, reader: Node) -> Iterator[Ref]:
    yield from refs_of(reader)
    if isinstance(reader, Task):
        for group in scopes.paths[reader.name]:
            if isinstance(group, Branch):
                yield from refs_of(group)


def _groups_crossed(scopes: Scopes, reader: Node, ref: Ref) -> tuple[Group, ...]:
    path = scopes.paths[reader.name]
    if isinstance(ref, ItemRef):
        return _inside_loop(path, ref)
    if ref.task_name is None:
        return path
    return path[scopes.common_depth(ref.task_name, reader.name) :]


def _inside_loop(path: tuple[Group, ...], item: ItemRef) -> tuple[Group, ...]:
    """Return the groups inside the innermost loop whose item it is; the loop itself has it."""
    for depth in range(len(path), 0, -1):
        group = path[depth - 1]
        if isinstance(group, Loop) and group.item.key == item.key:
            return path[depth:]
    return ()
