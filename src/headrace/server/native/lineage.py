"""Lineage: which tasks made and read an artifact, and those before and after them, both ways."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, Literal

from msgspec import Meta

from headrace.errors import NotFound
from headrace.server.named import artifact_named
from headrace.server.native.operations import Answer, Asked, Query, operation
from headrace.server.native.rows import task_rows
from headrace.store import Store
from headrace.store.records import Run, Use

MAX_NODES = 500


class LineageQuery(Query, frozen=True):
    """How far to look, in tasks, and which way: ``up`` to what it was made of, ``down``, both."""

    depth: Annotated[int, Meta(ge=1, le=20)] = 5
    direction: Literal["up", "down", "both"] = "both"


class LineageNode(Answer, frozen=True):
    """An artifact or a task; ``id`` of a task is run and path."""

    id: str
    kind: Literal["artifact", "task"]
    name: str
    type: str = ""
    state: str = ""
    cached: bool = False
    run_id: str = ""
    path: str = ""
    pipeline: str = ""


class LineageEdge(Answer, frozen=True):
    """From a task to what it made, or from an artifact to who read it; ``name`` says as what."""

    source: str
    target: str
    name: str


class Lineage(Answer, frozen=True):
    """A graph around one artifact; ``truncated`` says that there is more."""

    nodes: list[LineageNode]
    edges: list[LineageEdge]
    truncated: bool = False


def get_lineage(asked: Asked[LineageQuery, None]) -> Lineage:
    """Return what an artifact was made of, and what was made of it."""
    found, run = artifact_named(asked.request, asked.named("artifact_id"))
    search = _Search(asked.store, run.namespace)
    query = asked.query
    search.spread(found.artifact.id, query.depth, query.direction)
    return search.answer()


class _Search:
    """Spreads from an artifact within one namespace, nearest first."""

    def __init__(self, store: Store, namespace: str) -> None:
        self._store = store
        self._namespace = namespace
        self._by_run: dict[str, dict[str, list[Use]]] = {}
        self._runs: dict[str, Run] = {}
        self._nodes: dict[str, tuple[str, str]] = {}  # artifacts have no path
        self._edges: dict[tuple[str, str, str], None] = {}
        self._truncated = False

    def spread(self, artifact_id: str, depth: int, direction: str) -> None:
        self._add(artifact_id, artifact_id, "")
        for upwards in (True, False):
            if direction not in ("both", "up" if upwards else "down"):
                continue
            level = {artifact_id}
            seen = {artifact_id}
            for _ in range(depth):
                level = {
                    found for artifact in level for found in self._step(artifact, upwards=upwards)
                } - seen
                seen |= level
                if not level or self._truncated:
                    break

    def _step(self, artifact_id: str, *, upwards: bool) -> set[str]:
        """Go through the tasks at one side of an artifact; return the artifacts behind them."""
        near, far = ("output", "input") if upwards else ("input", "output")
        reached: set[str] = set()
        for use in self._store.uses(artifact_id=artifact_id, namespace=self._namespace):
            if use.role != near:
                continue
            task = f"{use.run_id}/{use.path}"
            if not self._add(task, use.run_id, use.path):
                break
            self._join(artifact_id, task, use)
            for other in self._uses_of(use.run_id)[use.path]:
                if other.role != far or not self._add(other.artifact_id, other.artifact_id, ""):
                    continue
                self._join(other.artifact_id, task, other)
                reached.add(other.artifact_id)
        return reached

    def _join(self, artifact_id: str, task: str, use: Use) -> None:
        source, target = (task, artifact_id) if use.role == "output" else (artifact_id, task)
        self._edges[source, target, use.name] = None

    def _add(self, node: str, of: str, path: str) -> bool:
        if node not in self._nodes and len(self._nodes) >= MAX_NODES:
            self._truncated = True
            return False
        self._nodes.setdefault(node, (of, path))
        return True

    def _uses_of(self, run_id: str) -> dict[str, list[Use]]:
        if run_id not in self._by_run:
            by_path: defaultdict[str, list[Use]] = defaultdict(list)
            for use in self._store.uses(run_id=run_id):
                by_path[use.path].append(use)
            self._by_run[run_id] = by_path
        return self._by_run[run_id]

    def answer(self) -> Lineage:
        paths: defaultdict[str, set[str]] = defaultdict(set)
        for of, path in self._nodes.values():
            if path:
                paths[of].add(path)
        tasks = {run_id: task_rows(self._store, run_id, wanted) for run_id, wanted in paths.items()}
        nodes: list[LineageNode] = []
        for node, (of, path) in self._nodes.items():
            if not path:
                nodes.append(self._artifact(node))
                continue
            run, task = self._store.run(of), tasks[of].get(path)
            nodes.append(
                LineageNode(
                    id=node,
                    kind="task",
                    name=(task.display_name or task.name) if task else path,
                    type=task.component if task else "",
                    state=task.state if task else "",
                    cached=bool(task and task.cached),
                    run_id=of,
                    path=path,
                    pipeline=run.pipeline,
                )
            )
        edges = [LineageEdge(source=s, target=t, name=n) for s, t, n in self._edges]
        return Lineage(nodes=nodes, edges=edges, truncated=self._truncated)

    def _artifact(self, artifact_id: str) -> LineageNode:
        try:
            found = self._store.artifact(artifact_id, self._namespace)
        except NotFound:  # of a run that was removed
            return LineageNode(id=artifact_id, kind="artifact", name=artifact_id)
        return LineageNode(
            id=artifact_id,
            kind="artifact",
            name=found.artifact.name,
            type=found.artifact.schema_title,
            run_id=found.run_id,
            path=found.path,
        )


OPERATIONS = (
    operation(
        "GET",
        "/artifacts/{artifact_id}/lineage",
        get_lineage,
        kind="artifact",
        query=LineageQuery,
        answer=Lineage,
    ),
)
