"""Where each task and group of a pipeline stands: its ancestors, and siblings of two nodes.

An index over the graph, built once in one walk. Read by the checks and by the compiler's passes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from headrace.dsl.graph import ExitScope, Group, Pipeline, Task

Node = Task | Group


@dataclass(slots=True)
class Scopes:
    """The index of one pipeline.

    Attributes:
        nodes: Every task and group by name, in the order of the source; no exit tasks.
        exit_tasks: Exit tasks by name.
        paths: The groups around each node, the outermost first.
    """

    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    exit_tasks: dict[str, Task] = field(default_factory=dict[str, Task])
    paths: dict[str, tuple[Group, ...]] = field(default_factory=dict[str, tuple[Group, ...]])

    def tasks(self) -> list[Task]:
        """Return the tasks, in the order of the source; no exit tasks."""
        return [node for node in self.nodes.values() if isinstance(node, Task)]

    def groups(self) -> list[Group]:
        """Return the groups, each before what is in it."""
        return [node for node in self.nodes.values() if isinstance(node, Group)]

    def common_depth(self, first: str, second: str) -> int:
        """Return how many groups two nodes share, counted from the outermost."""
        depth = 0
        for one, other in zip(self.paths[first], self.paths[second], strict=False):
            if one is not other:
                break
            depth += 1
        return depth

    def at_depth(self, name: str, depth: int) -> str:
        """Return the ancestor of a node below that many groups, or the node itself."""
        path = self.paths[name]
        return path[depth].name if len(path) > depth else name


def scopes_of(pipeline: Pipeline) -> Scopes:
    """Return the index of a pipeline."""
    scopes = Scopes()
    _visit(scopes, pipeline.children, ())
    return scopes


def _visit(scopes: Scopes, children: tuple[Node, ...], path: tuple[Group, ...]) -> None:
    for child in children:
        scopes.nodes[child.name] = child
        scopes.paths[child.name] = path
        if isinstance(child, Task):
            continue
        if isinstance(child, ExitScope):
            scopes.exit_tasks[child.exit_task.name] = child.exit_task
            scopes.paths[child.exit_task.name] = ()
        _visit(scopes, child.children, (*path, child))
