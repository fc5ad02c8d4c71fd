"""Checks of a traced pipeline: who may read from whom, and that nobody waits for himself.

Reads the graph and returns what is wrong with it, all at once. Knows nothing of channels, of the
live objects that authors hold, or of the IR.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headrace.dsl.exceptions import InvalidTopologyException
from headrace.dsl.graph import Branch, Branches, ExitScope, Group, Loop, Pipeline, Task
from headrace.dsl.refs import CollectedRef, FieldRef, ItemRef, Ref
from headrace.dsl.scopes import Node, Scopes
from headrace.errors import CyclicPipeline, HeadraceError, InvalidPipeline, NameConflict
from headrace.types.parameters import ParameterType


def topology_problems(pipeline: Pipeline, scopes: Scopes) -> list[HeadraceError]:
    """Return what is wrong with the edges of a pipeline."""
    problems: list[HeadraceError] = list(_name_problems(pipeline.children, {}))
    for reader, ref in _reads(scopes):
        problem = _read_problem(scopes, reader, ref)
        if problem is not None:
            problems.append(problem)
    for task in scopes.tasks():
        for name in task.after:
            problem = _order_problem(scopes, task, name)
            if problem is not None:
                problems.append(problem)
    problems += _final_status_problems(scopes)
    return problems or _cycles(scopes)


def _name_problems(children: Iterable[Node], known: dict[str, Node]) -> Iterator[HeadraceError]:
    """Yield where a group has the number, and so the name, that a task's component has as name."""
    for node in children:
        other = known.setdefault(node.name, node)
        if other is not node:
            yield NameConflict(
                f"{node.name!r} is the name of a task and of a group",
                where=[node.where, other.where],
                hint="rename the component, so that it is not called like a group",
            )
        if isinstance(node, Group):
            yield from _name_problems(node.children, known)


# ------------------------------------------------------------------ what is read where


def _reads(scopes: Scopes) -> Iterator[tuple[Node, Ref]]:
    """Yield each node that reads with each reference that it reads, once."""
    for node in scopes.nodes.values():
        refs = dict.fromkeys(refs_of(node))
        for ref in refs:
            yield node, ref


def refs_of(node: Node) -> Iterator[Ref]:
    """Yield what a task or a group itself reads, not what is inside the group."""
    if isinstance(node, Task):
        yield from node.refs()
        yield from node.setting_refs
    elif isinstance(node, Branch):
        for test in node.tests:
            yield from test.refs()
    elif isinstance(node, Loop) and node.item.items is not None:
        yield node.item.items


def _read_problem(scopes: Scopes, reader: Node, ref: Ref) -> HeadraceError | None:
    if isinstance(ref, ItemRef | FieldRef):
        return _item_problem(scopes, reader, ref)
    if ref.task_name is None:
        return None
    if ref.task_name in scopes.exit_tasks:
        return _exit_task_problem(scopes, reader, ref.task_name)
    groups = _uncommon(scopes, ref.task_name, reader.name)
    if isinstance(ref, CollectedRef):
        return _collected_problem(scopes, reader, ref, groups)
    return _edge_problem(scopes, reader, ref.task_name, groups, data=True)


def _item_problem(scopes: Scopes, reader: Node, ref: Ref) -> HeadraceError | None:
    path = scopes.paths[reader.name]
    item = ref.item if isinstance(ref, FieldRef) else ref
    if any(isinstance(group, Loop) and group.item.key == item.key for group in path):
        return None
    return InvalidTopologyException(
        f"{_described(reader)} uses the item of a dsl.ParallelFor outside of the loop",
        where=[reader.where],
        hint="move it into the loop's block",
    )


def _order_problem(scopes: Scopes, task: Task, name: str) -> HeadraceError | None:
    if name in scopes.exit_tasks:
        return _exit_task_problem(scopes, task, name)
    if name not in scopes.nodes:
        return None
    return _edge_problem(scopes, task, name, _uncommon(scopes, name, task.name), data=False)


def _uncommon(scopes: Scopes, producer: str, reader: str) -> tuple[Group, ...]:
    """Return the groups around the producer that are not around the reader, outermost first."""
    return scopes.paths[producer][scopes.common_depth(producer, reader) :]


def _edge_problem(
    scopes: Scopes, reader: Node, producer: str, groups: Iterable[Group], *, data: bool
) -> HeadraceError | None:
    for group in groups:
        if isinstance(group, Branches) or (isinstance(group, Loop) and not data):
            continue
        kind = _kind(group)
        return InvalidTopologyException(
            f"{_described(reader)} depends on {producer!r}, which is inside of a {kind} that it is "
            "outside of",
            where=[reader.where, scopes.nodes[producer].where, group.where],
            hint=_way_out(group),
        )
    return None


def _way_out(group: Group) -> str:
    if isinstance(group, Loop):
        return "pass dsl.Collected(task.output), or move the reader into the loop"
    if isinstance(group, ExitScope):
        return "move the reader into the dsl.ExitHandler block"
    return "move the reader into the block, or join the branches with dsl.OneOf"


def _collected_problem(
    scopes: Scopes, reader: Node, ref: CollectedRef, groups: tuple[Group, ...]
) -> HeadraceError | None:
    assert ref.task_name is not None
    producer = scopes.nodes[ref.task_name]
    if not any(isinstance(group, Loop) for group in groups):
        return InvalidTopologyException(
            f"{_described(reader)} collects {producer.name!r}, and no loop lies between the two",
            where=[reader.where, producer.where],
            hint="pass the output itself, without dsl.Collected",
        )
    first = next(group for group in groups if not isinstance(group, Branches))
    if isinstance(first, Loop):
        return None
    kind = _kind(first)
    return InvalidTopologyException(
        f"{_described(reader)} collects {producer.name!r} from a loop inside of a {kind} that "
        "it is outside of",
        where=[reader.where, producer.where, first.where],
        hint=f"move the consumer into the {kind} block",
    )


def _exit_task_problem(scopes: Scopes, reader: Node, name: str) -> HeadraceError:
    return InvalidTopologyException(
        f"{_described(reader)} depends on the exit task {name!r}, which runs last",
        where=[reader.where, scopes.exit_tasks[name].where],
        hint="do this inside the exit task, or make a pipeline of both the exit task",
    )


def _kind(group: Group) -> str:
    if isinstance(group, Loop):
        return "dsl.ParallelFor"
    return "dsl.ExitHandler" if isinstance(group, ExitScope) else "dsl.If"


def _described(node: Node) -> str:
    return f"task {node.name!r}" if isinstance(node, Task) else f"group {node.name!r}"


# ------------------------------------------------------------------ final status


def status_input(task: Task) -> str | None:
    """Return the input of a task that receives the final status of another, or None."""
    for name, spec in task.component.interface.inputs.items():
        if isinstance(spec.type, ParameterType) and spec.type.kind == "TASK_FINAL_STATUS":
            return name
    return None


def _final_status_problems(scopes: Scopes) -> Iterator[HeadraceError]:
    for task in scopes.tasks():
        name = status_input(task)
        if name is None:
            continue
        if not task.settings.ignore_upstream_failure:
            yield InvalidPipeline(
                f"{task.name!r} wants a final status ({name}), but is not an exit task",
                where=[task.where, task.component.where],
                hint="pass the task to dsl.ExitHandler, or call .ignore_upstream_failure() on it",
            )
            continue
        problem = _upstream_problem(scopes, task)
        if problem is not None:
            yield problem


def _upstream_problem(scopes: Scopes, task: Task) -> HeadraceError | None:
    rule = "a task with a final status and .ignore_upstream_failure() waits for exactly one task"
    upstream = upstream_of(task)
    if len(upstream) != 1:
        count = f"{len(upstream)} dependent tasks: {upstream}" if upstream else "no upstream task"
        return InvalidTopologyException(
            f"{rule}: {task.name!r} has {count}",
            where=[task.where],
            hint="let it depend on one task, with an input or with .after(task)",
        )
    (name,) = upstream
    if name in scopes.nodes and scopes.paths[name] != scopes.paths[task.name]:
        return InvalidTopologyException(
            f"{rule}, in its own block: {task.name!r} and {name!r} are in different ones",
            where=[task.where, scopes.nodes[name].where],
            hint="move one of them, so that both are in the same block",
        )
    return None


def upstream_of(task: Task) -> list[str]:
    """Return the tasks and groups that a task waits for, each once, sorted."""
    names = {ref.task_name for ref in task.refs() if ref.task_name is not None}
    return sorted(names | set(task.after))


# ------------------------------------------------------------------ cycles


def sibling_edges(scopes: Scopes) -> dict[str, set[str]]:
    """Return for each node the siblings that must come before it.

    An edge between nodes in different groups becomes one between the groups, or the group and the
    node, that stand side by side around them.
    """
    before: dict[str, set[str]] = {}
    for node in scopes.nodes.values():
        for producer in _producers(node):
            if producer not in scopes.nodes or producer == node.name:
                continue
            depth = scopes.common_depth(producer, node.name)
            first = scopes.at_depth(producer, depth)
            second = scopes.at_depth(node.name, depth)
            if first != second:
                before.setdefault(second, set()).add(first)
    return before


def _producers(node: Node) -> Iterator[str]:
    if isinstance(node, Task):
        yield from (ref.task_name for ref in node.refs() if ref.task_name is not None)
        yield from node.after
    else:
        yield from (ref.task_name for ref in refs_of(node) if ref.task_name is not None)


def _cycles(scopes: Scopes) -> list[HeadraceError]:
    before = sibling_edges(scopes)
    waiting = {name: set(names) for name, names in before.items()}
    after: dict[str, list[str]] = {}
    for name, names in before.items():
        for earlier in names:
            after.setdefault(earlier, []).append(name)
    ready = [name for name in scopes.nodes if not waiting.get(name)]
    while ready:
        done = ready.pop()
        for name in after.get(done, ()):
            waiting[name].discard(done)
            if not waiting[name]:
                ready.append(name)
    stuck = sorted(name for name, names in waiting.items() if names)
    if not stuck:
        return []
    return [
        CyclicPipeline(
            f"Tasks wait for one another in a circle: {', '.join(stuck)}",
            where=[scopes.nodes[name].where for name in stuck],
            hint="remove one of the .after() calls",
        )
    ]
