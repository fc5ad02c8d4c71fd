"""Pass: which references each group takes in, by the rules of KFP's compiler.

KFP's documents are the interface that others read, so a compiled file follows these rules even
where they leave an input without a source. They look at tasks only, one reference after the other,
and tell whose item a loop has by comparing names. A reference inside a text has lost that it is an
element or a field: it is treated as an input of the pipeline.
"""

from __future__ import annotations

from collections.abc import Iterator

from headrace.compiler.channel_names import channel_name
from headrace.compiler.crossings import Crossings, resolved
from headrace.dsl.graph import Branch, Group, Loop, Task
from headrace.dsl.refs import FieldRef, ItemRef, Ref
from headrace.dsl.scopes import Node, Scopes
from headrace.dsl.topology import refs_of


def kfp_crossings_of(scopes: Scopes) -> Crossings | None:
    """Return for each group what it takes in, or None where KFP's compiler gives up."""
    crossings: Crossings = {group.name: {} for group in scopes.groups()}
    for task in scopes.tasks():
        for ref in _refs_seen(scopes, task):
            _pass_down(crossings, scopes, task, resolved(scopes, task.name, ref))
    for group in scopes.groups():
        crossings[group.name] = _declared(scopes, group, crossings[group.name])
    return crossings if _is_complete(scopes, crossings) else None


def as_in_text(ref: Ref) -> Ref:
    """Return a reference as KFP reads it from a text: without its kind."""
    return Ref(ref.name, ref.type, ref.task_name)


def _refs_seen(scopes: Scopes, task: Task) -> Iterator[Ref]:
    yield from (argument for argument in task.arguments.values() if isinstance(argument, Ref))
    for ref in (*task.inner_refs, *task.image_refs):
        yield ref if ref.key in task.alone else as_in_text(ref)
    yield from task.platform_refs
    for group in scopes.paths[task.name]:
        if isinstance(group, Branch):
            yield from refs_of(group)


def _pass_down(crossings: Crossings, scopes: Scopes, task: Task, ref: Ref) -> None:
    """Let each group on the way to a task take in what the task reads.

    From the outside in, a group takes in the origin of a reference: the list of a loop, then,
    inside of that loop, its element. The element of a written list has no origin outside, so it is
    followed from the task outwards.
    """
    chain = [ref, *_origins(ref)]
    path = scopes.paths[task.name]
    outwards = ref.task_name is None and _is_written(ref)
    if ref.task_name is not None:
        path = path[scopes.common_depth(ref.task_name, task.name) :]
    for group in reversed(path) if outwards else path:
        if not chain:
            return
        taken = chain[0 if outwards else -1]
        crossings[group.name].setdefault(taken.full_name, taken)
        if isinstance(group, Loop) and taken.full_name in group.item.full_name:
            chain.remove(taken)


def _origins(ref: Ref) -> Iterator[Ref]:
    origin: Ref | None = ref
    while True:
        if isinstance(origin, FieldRef):
            origin = origin.item
        elif isinstance(origin, ItemRef):
            origin = origin.items
        else:
            return
        if origin is not None:
            yield origin


def _is_written(ref: Ref) -> bool:
    """Tell whether it is an element, or its field, of a list that is written in the pipeline."""
    item = ref.item if isinstance(ref, FieldRef) else ref
    return isinstance(item, ItemRef) and item.items is None


def _declared(scopes: Scopes, group: Group, taken: dict[str, Ref]) -> dict[str, Ref]:
    declared = dict(taken)
    if isinstance(group, Loop):
        loops = [g for g in (*scopes.paths[group.name], group) if isinstance(g, Loop)]
        declared = {
            name: ref
            for name, ref in taken.items()
            if not _is_written(ref) or any(ref.name in loop.item.name for loop in loops)
        }
    for ref in refs_of(group):
        found = resolved(scopes, group.name, ref)
        declared.setdefault(found.full_name, found)
    return declared


def _is_complete(scopes: Scopes, crossings: Crossings) -> bool:
    """Tell whether tasks have the inputs that KFP's compiler, or a reader, must find.

    Elements of loops are what that compiler insists on; artifacts are what a reader cannot find
    again. Other inputs without a source it lets pass, and so do we.
    """
    return all(
        _wanted(scopes, node, crossings) <= _given(scopes, node, crossings)
        for node in scopes.nodes.values()
    )


def _wanted(scopes: Scopes, node: Node, crossings: Crossings) -> set[str]:
    path = scopes.paths[node.name]
    wanted: set[str] = set()
    for ref in _inputs_of(scopes, node, crossings):
        passed = ref.item if isinstance(ref, FieldRef) else ref
        is_sibling = ref.task_name is not None and scopes.paths[ref.task_name] == path
        is_item = isinstance(passed, ItemRef) and isinstance(node, Task)
        if is_item or (path and ref.is_artifact and not is_sibling):
            wanted.add(channel_name(passed))
    return wanted


def _inputs_of(scopes: Scopes, node: Node, crossings: Crossings) -> Iterator[Ref]:
    if isinstance(node, Group):
        own = node.item.full_name if isinstance(node, Loop) else None
        yield from (ref for name, ref in crossings[node.name].items() if name != own)
        return
    for argument in node.arguments.values():
        if isinstance(argument, Ref):
            yield resolved(scopes, node.name, argument)


def _given(scopes: Scopes, node: Node, crossings: Crossings) -> set[str]:
    path = scopes.paths[node.name]
    if not path:
        return set()
    group = path[-1]
    item = {channel_name(group.item)} if isinstance(group, Loop) else set[str]()
    return {channel_name(ref) for ref in crossings[group.name].values()} | item
