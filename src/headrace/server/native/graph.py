"""The graph of a pipeline or of a run: nodes by task path, edges between siblings.

Pure. Edges join tasks of one group only, as the IR has them: what goes into a group ends at the
group, so that a reader may fold and unfold it without edges changing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from headrace.engine.bindings import TaskOutput
from headrace.engine.changes import TaskKind
from headrace.engine.plan import DagPlan, LoopPlan, Plan, TaskPlan
from headrace.store import TaskRun

#: The most nodes of one answer; what is beyond is left out and ``truncated`` says so.
MAX_NODES = 20_000
_ITEMS_SHOWN = 20

NodeKind = Literal["container", "importer", "dag", "loop", "condition", "exit", "artifact"]
_KINDS: dict[TaskKind, NodeKind] = {
    "container": "container",
    "importer": "importer",
    "dag": "dag",
    "condition": "condition",
    "loop": "loop",
    "iteration": "dag",
    "exit_handler": "exit",
}


class GraphNode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A task, a group, an iteration of a loop, or an artifact between tasks.

    Attributes:
        path: As in task runs; of an artifact ``task path:output``.
        parent: Path of the group that it is in; empty at the top.
        component: The component's name; of an artifact its type.
        iteration: Place in the loop, for one iteration of it.
        condition: What must hold for it to run.
        items: Over what a loop goes: the values, or in words the input that holds them.
        parallelism: The most iterations at once.
        always: It runs however the tasks before it ended.
        retries: How often it is tried again.
    """

    path: str
    parent: str
    name: str
    component: str
    kind: NodeKind
    display_name: str = ""
    image: str | None = None
    iteration: int | None = None
    condition: str = ""
    items: list[Any] | str | None = None
    parallelism: int = 0
    always: bool = False
    retries: int = 0


class GraphEdge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the target waits for; ``label`` names the outputs that are passed."""

    source: str
    target: str
    kind: Literal["order", "data"]
    label: str = ""


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes and edges; a group comes before what is inside of it."""

    nodes: list[GraphNode]
    edges: list[GraphEdge]
    truncated: bool = False


def pipeline_graph(plan: Plan, *, artifacts: bool = False) -> Graph:
    """Return the graph of a pipeline; the body of each loop stands once, in the loop.

    Args:
        artifacts: Put artifacts between the tasks that make and read them.
    """
    return _Drawing({}, artifacts=artifacts).draw(plan)


def run_graph(plan: Plan, tasks: Iterable[TaskRun], *, artifacts: bool = False) -> Graph:
    """Return the graph of a run: a loop that has begun has its iterations, each with the body."""
    iterations: defaultdict[str, list[int]] = defaultdict(list)
    for task in tasks:
        if task.iteration is not None:
            iterations[task.parent].append(task.iteration)
    for found in iterations.values():
        found.sort()
    return _Drawing(iterations, artifacts=artifacts).draw(plan)


class _Drawing:
    def __init__(self, iterations: Mapping[str, Sequence[int]], *, artifacts: bool) -> None:
        self._iterations = iterations
        self._artifacts = artifacts
        self._nodes: list[GraphNode] = []
        self._edges: list[GraphEdge] = []

    def draw(self, plan: Plan) -> Graph:
        waiting: list[tuple[DagPlan, str]] = [(plan.root, "")]
        while waiting:
            dag, parent = waiting.pop()
            if len(self._nodes) + len(dag.tasks) > MAX_NODES:
                return Graph(nodes=self._nodes, edges=self._edges, truncated=True)
            inside = [body for task in dag.tasks for body in self._task(dag, task, parent)]
            waiting.extend(reversed(inside))
        return Graph(nodes=self._nodes, edges=self._edges)

    def _task(self, dag: DagPlan, task: TaskPlan, parent: str) -> Iterator[tuple[DagPlan, str]]:
        """Draw a task with the edges that lead to it; yield the graphs inside of it."""
        prefix = f"{parent}/" if parent else ""
        path = prefix + task.name
        self._nodes.append(_node(task, path, parent))
        if self._artifacts and task.executor is not None:
            self._draw_outputs(task, path, parent)
        self._draw_edges(dag, task, path, prefix)
        if task.dag is None:
            return
        begun = self._iterations.get(path, ()) if task.loop is not None else ()
        for index in begun[: max(0, MAX_NODES - len(self._nodes))]:
            self._nodes.append(_iteration(task, path, index))
            yield task.dag, f"{path}[{index}]"
        if not begun:
            yield task.dag, path

    def _draw_outputs(self, task: TaskPlan, path: str, parent: str) -> None:
        for name, output in task.component.output_definitions.artifacts.items():
            node = GraphNode(
                path=f"{path}:{name}",
                parent=parent,
                name=name,
                component=output.artifact_type.schema_title or "",
                kind="artifact",
            )
            self._nodes.append(node)
            self._edges.append(GraphEdge(source=path, target=node.path, kind="data"))

    def _draw_edges(self, dag: DagPlan, task: TaskPlan, path: str, prefix: str) -> None:
        labels: defaultdict[str, dict[str, None]] = defaultdict(dict)
        through: dict[str, None] = {}
        for producer, key, is_artifact in _read_outputs(task):
            source = dag.tasks[producer]
            if self._artifacts and is_artifact and source.executor is not None:
                through[f"{source.name}:{key}"] = None
            else:
                labels[source.name][key] = None
        for node in through:
            self._edges.append(GraphEdge(source=prefix + node, target=path, kind="data"))
        for name, keys in labels.items():
            self._edges.append(
                GraphEdge(source=prefix + name, target=path, kind="data", label=", ".join(keys))
            )
        shown = labels.keys() | {node.rpartition(":")[0] for node in through}
        for index in task.dependencies:
            name = dag.tasks[index].name
            if name not in shown:
                self._edges.append(GraphEdge(source=prefix + name, target=path, kind="order"))


def _read_outputs(task: TaskPlan) -> Iterator[tuple[int, str, bool]]:
    """Yield producer, output and whether it is an artifact, of all outputs that a task reads."""
    for parameter in task.parameters:
        if isinstance(parameter.source, TaskOutput):
            yield parameter.source.producer, parameter.source.key, False
    for artifact in task.artifacts:
        if isinstance(artifact.source, TaskOutput):
            yield artifact.source.producer, artifact.source.key, True
    for _, source in task.platform:
        if isinstance(source, TaskOutput):
            yield source.producer, source.key, False


def _node(task: TaskPlan, path: str, parent: str) -> GraphNode:
    container = task.executor.container if task.executor is not None else None
    return GraphNode(
        path=path,
        parent=parent,
        name=task.name,
        display_name=task.display_name if task.display_name != task.name else "",
        component=task.component_name,
        kind=_KINDS[task.kind],
        image=container.image if container is not None else None,
        condition=task.condition.text if task.condition is not None else "",
        items=_items(task.loop) if task.loop is not None else None,
        parallelism=task.loop.limit if task.loop is not None else 0,
        always=task.after_all,
        retries=task.retry.limit,
    )


def _iteration(task: TaskPlan, path: str, index: int) -> GraphNode:
    return GraphNode(
        path=f"{path}[{index}]",
        parent=path,
        name=f"{task.name}[{index}]",
        component=task.component_name,
        kind="dag",
        iteration=index,
    )


def _items(loop: LoopPlan) -> list[Any] | str:
    if loop.literal is None:
        return loop.parameter or loop.artifact or ""
    if len(loop.literal) > _ITEMS_SHOWN:
        return f"{len(loop.literal)} items"
    return loop.literal
