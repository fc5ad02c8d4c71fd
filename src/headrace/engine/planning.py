"""Builds the plan of a run from a validated IR document, in linear time and without recursion.

Pure. Refuses what cannot run at all: unknown executors, components within themselves, circles of
tasks, names that are no path segments, amounts that cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, cast

from headrace.engine.cache import identity_of
from headrace.engine.plan import (
    DagPlan,
    ExecutorPlan,
    Plan,
    Selected,
)
from headrace.engine.resources import resource_request, resource_texts
from headrace.engine.task_planning import Draft, Parts, checked, sibling
from headrace.errors import SpecError
from headrace.ir.model import (
    Component,
    Container,
    Document,
    Resources,
    TaskSpec,
)

MAX_TASKS = 10_000_000
_SEGMENT = re.compile(r"[^/\\\[\]\x00-\x1f\x7f]{1,200}")


def plan(document: Document) -> Plan:
    """Return the plan of a document.

    Raises:
        SpecError: The document asks for what cannot run at all.
    """
    return _Planner(document).plan()


class _Planner:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._spec = document.spec
        self._dags: dict[str, DagPlan] = {}
        self._executors: dict[str, ExecutorPlan] = {}

    def plan(self) -> Plan:
        for name in _ordered_components(self._spec.components, self._spec.root):
            component = self._spec.components[name]
            if component.dag is not None:
                self._dags[name] = self._dag(name, component, f"components.{name}.dag")
            else:
                self._executors[name] = self._executor(name, component)
        if self._spec.root.dag is None:
            message = "the root of the pipeline is not a graph of tasks"
            raise SpecError(message, path="root")
        return Plan(
            document=self._document,
            root=self._dag("root", self._spec.root, "root.dag"),
            deadline_s=self._run_deadline_s(),
        )

    def _run_deadline_s(self) -> float | None:
        config = cast("dict[str, Any]", self._document.kubernetes.get("pipelineConfig") or {})
        return _seconds(config.get("activeDeadlineSeconds"), "pipelineConfig.activeDeadlineSeconds")

    # ------------------------------------------------------------------ executors

    def _executor(self, name: str, component: Component) -> ExecutorPlan:
        label = component.executor_label or ""
        path = f"deploymentSpec.executors.{label}"
        executor = self._spec.deployment_spec.executors.get(label)
        if executor is None:
            message = f"component {name} has no executor: {label!r} is not in the document"
            raise SpecError(message, path=f"components.{name}.executorLabel")
        if executor.container is None and executor.importer is None:
            message = f"executor {label} is neither a container nor an importer"
            hint = "resolvers and custom jobs run neither here nor on KFP"
            raise SpecError(message, path=path, hint=hint, code="HR2401")
        for output in (*component.output_definitions.parameters, *_artifact_names(component)):
            _check_segment(output, "output", f"components.{name}.outputDefinitions")
        container = executor.container
        dynamic = container is not None and any("{{$" in x for x in resource_texts(container))
        config = self._document.kubernetes_config(label)
        resources = container.resources if container is not None else None
        return ExecutorPlan(
            label=label,
            container=container,
            importer=executor.importer,
            resources=_static_request(resources, path) if not dynamic else None,
            dynamic=dynamic,
            kubernetes=config,
            deadline_s=_seconds(config.get("activeDeadlineSeconds"), path),
            identity=identity_of(component, executor),
            mentions_workspace=_mentions_workspace(container),
        )

    # ------------------------------------------------------------------ graphs

    def _dag(self, name: str, component: Component, path: str) -> DagPlan:
        assert component.dag is not None
        specs = component.dag.tasks
        index = {task: position for position, task in enumerate(specs)}
        for task in specs:
            _check_segment(task, "task", f"{path}.tasks")
        drafts = [
            Draft(
                task, spec, self._parts(spec, f"{path}.tasks.{task}"), index, f"{path}.tasks.{task}"
            )
            for task, spec in specs.items()
        ]
        followers: list[list[int]] = [[] for _ in drafts]
        for draft in drafts:
            for dependency in draft.dependencies:
                followers[dependency].append(draft.index)
        restartable = _restartable(drafts, followers, path)
        tasks = tuple(
            draft.finish(
                tuple(followers[draft.index]),
                restartable=draft.index in restartable,
                exits=draft.after_all
                and any(drafts[index].kind == "exit_handler" for index in draft.dependencies),
            )
            for draft in drafts
        )
        size = len(tasks) + sum(task.dag.size for task in tasks if task.dag is not None)
        if size > MAX_TASKS:
            message = f"the pipeline has more than {MAX_TASKS:,} tasks"
            raise SpecError(message, path=path)
        outputs = component.dag.outputs
        return DagPlan(
            component_name=name,
            component=component,
            tasks=tasks,
            waiting=tuple(len(task.dependencies) for task in tasks),
            ready=tuple(task.index for task in tasks if not task.dependencies),
            parameter_outputs=tuple(
                Selected(
                    output, tuple(_parameter_choices(value, index, f"{path}.outputs.{output}"))
                )
                for output, value in outputs.parameters.items()
            ),
            artifact_outputs=tuple(
                Selected(
                    output,
                    tuple(
                        (
                            sibling(index, choice.producer_subtask, f"{path}.outputs.{output}"),
                            choice.output_artifact_key,
                        )
                        for choice in value.artifact_selectors
                    ),
                )
                for output, value in outputs.artifacts.items()
            ),
            size=size,
        )

    def _parts(self, spec: TaskSpec, path: str) -> Parts:
        """Return what a task is a use of."""
        name = spec.component_ref.name
        component = self._spec.components.get(name)
        if component is None:
            message = f"component {name!r} is not in the document"
            near = get_close_matches(name, self._spec.components, 1)
            hint = f"did you mean {near[0]}" if near else None
            raise SpecError(message, path=f"{path}.componentRef", hint=hint)
        return Parts(component, self._dags.get(name), self._executors.get(name))


# ---------------------------------------------------------------------------- parts


def _ordered_components(components: dict[str, Component], root: Component) -> list[str]:
    """Return the components that the root reaches, each after all that it is made of."""
    done: dict[str, bool] = {}
    order: list[str] = []
    stack: list[tuple[str, Iterator[str]]] = [("root", _references(root))]
    while stack:
        name, pending = stack[-1]
        child = next(pending, None)
        if child is None:
            stack.pop()
            done[name] = True
            if name != "root" or stack:
                order.append(name)
        elif child not in done and child in components:
            done[child] = False
            stack.append((child, _references(components[child])))
        elif done.get(child) is False:
            message = f"component {child} contains itself"
            raise SpecError(message, path=f"components.{child}")
    return order


def _references(component: Component) -> Iterator[str]:
    tasks = component.dag.tasks if component.dag is not None else {}
    return iter([task.component_ref.name for task in tasks.values()])


def _restartable(drafts: list[Draft], followers: list[list[int]], path: str) -> set[int]:
    """Return the indexes of the tasks that may start again; check that no tasks form a circle."""
    open_dependencies = [len(draft.dependencies) for draft in drafts]
    queue = [index for index, count in enumerate(open_dependencies) if count == 0]
    found: set[int] = set()
    for index in queue:
        if drafts[index].after_all or not found.isdisjoint(drafts[index].dependencies):
            found.add(index)
        for follower in followers[index]:
            open_dependencies[follower] -= 1
            if open_dependencies[follower] == 0:
                queue.append(follower)
    if len(queue) < len(drafts):
        stuck = [
            draft.name for draft, count in zip(drafts, open_dependencies, strict=True) if count
        ]
        message = f"tasks wait for one another in a circle: {', '.join(stuck[:10])}"
        raise SpecError(message, path=f"{path}.tasks")
    return found


def _parameter_choices(value: Any, index: dict[str, int], path: str) -> Iterator[tuple[int, str]]:
    choices = [value.value_from_parameter] if value.value_from_parameter is not None else []
    if value.value_from_oneof is not None:
        choices.extend(value.value_from_oneof.parameter_selectors)
    for choice in choices:
        yield sibling(index, choice.producer_subtask, path), choice.output_parameter_key


def _static_request(resources: Resources | None, path: str) -> Any:
    return checked(resource_request, resources, f"{path}.container.resources")


def _seconds(value: Any, path: str) -> float | None:
    """Return seconds given as a number or, as protobuf writes 64 bits, as text; 0 is no limit."""
    return checked(lambda given: float(given or 0), value, path) or None


def _mentions_workspace(container: Container | None) -> bool:
    if container is None:
        return False
    return any("{{$.workspace_path}}" in part for part in (*container.command, *container.args))


def _artifact_names(component: Component) -> Iterator[str]:
    return iter(component.output_definitions.artifacts)


def _check_segment(name: str, what: str, path: str) -> None:
    if name in {".", ".."} or _SEGMENT.fullmatch(name) is None:
        message = f"{what} name {name!r} cannot be part of a path"
        raise SpecError(message, path=path, hint="use letters, digits, '-', '_' and '.'")
