"""From a traced pipeline to its document: the passes in their order.

Reads the graph, writes one assembly of components and executors, DAG after DAG: the root first,
then each group before what is in it. Knows nothing of files.
"""

from __future__ import annotations

from typing import Any

from headrace.compiler.bindings import Dag
from headrace.compiler.executors import executor_of
from headrace.compiler.interfaces import group_definitions, interface_definitions
from headrace.compiler.merging import Assembly, merged_root
from headrace.compiler.outputs import dag_outputs, pipeline_outputs
from headrace.compiler.passthroughs import passthrough_specs
from headrace.compiler.platforms import pipeline_config, platform_config, platform_document
from headrace.compiler.routing import Routing, routing_of
from headrace.compiler.task_specs import exit_task_spec, group_spec, task_spec
from headrace.dsl.graph import (
    Component,
    ExitScope,
    Group,
    LoadedImplementation,
    Loop,
    Pipeline,
    Task,
)
from headrace.dsl.naming import kubernetes_name
from headrace.dsl.refs import Ref
from headrace.dsl.scopes import Node, Scopes, scopes_of

Lowered = tuple[dict[str, Any], dict[str, Any] | None]


class Lowering:
    """The lowering of one pipeline.

    Attributes:
        component: The pipeline.
        cache: Documents of the pipelines that were lowered already, by identity.
    """

    def __init__(self, component: Component, cache: dict[int, Lowered], *, as_kfp: bool) -> None:
        assert isinstance(component.implementation, Pipeline)
        self.component = component
        self.pipeline = component.implementation
        self.cache = cache
        self.as_kfp = as_kfp
        self.scopes: Scopes = scopes_of(self.pipeline)
        self.routing: Routing = routing_of(self.pipeline, self.scopes, as_kfp=as_kfp)
        self.assembly = Assembly()

    def document(self) -> Lowered:
        """Return the root component with all that it needs, and the platform document."""
        root = interface_definitions(self.component.interface)
        passthroughs = passthrough_specs(self.component.passthroughs)
        if passthroughs:
            root["taskConfigPassthroughs"] = passthroughs
        root["dag"] = self._dag(Dag(self.scopes, self.routing), self.pipeline.children)
        outputs = pipeline_outputs(self.pipeline, self.scopes)
        if outputs:
            root["dag"]["outputs"] = outputs
        self._add_exit_tasks(root["dag"].setdefault("tasks", {}))
        parts: dict[str, Any] = {"root": root}
        if self.assembly.components:
            parts["components"] = self.assembly.components
        if self.assembly.executors:
            parts["deploymentSpec"] = {"executors": self.assembly.executors}
        platform = platform_document(
            self.assembly.platform_names,
            self.assembly.platform,
            pipeline_config(self.pipeline.config),
        )
        return parts, platform

    def _dag(self, dag: Dag, children: tuple[Node, ...]) -> dict[str, Any]:
        """Return a DAG; the components of its groups are filled in after all of its own."""
        tasks: dict[str, Any] = {}
        groups = [child for child in children if isinstance(child, Group)]
        components: dict[str, dict[str, Any]] = {}
        for group in groups:
            components[group.name] = {}
            key = self.assembly.add_component(_component_key(group), components[group.name])
            taken_in = self._taken_in(group)
            before = self.routing.before.get(group.name, ())
            tasks[group.name] = group_spec(dag, group, key, before, taken_in)
        for child in children:
            if isinstance(child, Task):
                key = self._add_task_component(dag, child)
                before = self.routing.before.get(child.name, ())
                tasks[child.name] = task_spec(dag, child, key, before)
        for group in groups:
            components[group.name].update(self._group_component(dag, group))
        return {"tasks": tasks} if tasks else {}

    def _group_component(self, dag: Dag, group: Group) -> dict[str, Any]:
        given_out = self.routing.surfacings.get(group.name, {})
        loop = group if isinstance(group, Loop) else None
        taken_in = self._taken_in(group)
        component = group_definitions(taken_in, loop, given_out)
        inner = self._dag(Dag(self.scopes, self.routing, (*dag.path, group)), group.children)
        if given_out:
            inner["outputs"] = dag_outputs(given_out)
        return component | {"dag": inner} if inner else component

    def _add_task_component(self, dag: Dag, task: Task) -> str:
        implementation = task.component.implementation
        if isinstance(implementation, Pipeline | LoadedImplementation):
            spec, platform = self._inner_document(task.component)
            root = merged_root(self.assembly, spec, platform)
            return self.assembly.add_component(_component_key(task), root)
        label = self.assembly.add_executor(f"exec-{kubernetes_name(task.name)}", executor_of(task))
        if task.platform_config:
            self.assembly.platform[label] = platform_config(dag, task)
        spec = interface_definitions(task.component.interface)
        spec["executorLabel"] = label
        passthroughs = passthrough_specs(task.component.passthroughs)
        if passthroughs:
            spec["taskConfigPassthroughs"] = passthroughs
        return self.assembly.add_component(_component_key(task), spec)

    def _inner_document(self, component: Component) -> Lowered:
        implementation = component.implementation
        if isinstance(implementation, LoadedImplementation):
            platform = dict(implementation.platform) if implementation.platform else None
            return dict(implementation.spec), platform
        found = self.cache.get(id(component))
        if found is None:
            found = self.cache[id(component)] = self._inner(component)
        return found

    def _inner(self, component: Component) -> Lowered:
        return Lowering(component, self.cache, as_kfp=self.as_kfp).document()

    def _taken_in(self, group: Group) -> list[Ref]:
        """Return what a group takes in; the item of a loop is not among it."""
        item = group.item.full_name if isinstance(group, Loop) else None
        crossing = self.routing.crossings[group.name]
        return [ref for name, ref in crossing.items() if name != item]

    def _add_exit_tasks(self, tasks: dict[str, Any]) -> None:
        dag = Dag(self.scopes, self.routing)
        for child in self.pipeline.children:
            if isinstance(child, ExitScope):
                key = self._add_task_component(dag, child.exit_task)
                tasks[child.exit_task.name] = exit_task_spec(dag, child, key)


def lowered(component: Component, *, as_kfp: bool) -> Lowered:
    """Return the parts of a pipeline's document: root, components, executors; and the platform.

    Args:
        component: The pipeline.
        as_kfp: Whether they must be equal to KFP's, see :mod:`headrace.compiler.routing`.
    """
    return Lowering(component, {}, as_kfp=as_kfp).document()


def _component_key(node: Node) -> str:
    return f"comp-{kubernetes_name(node.name)}"
