"""Builds the plan of a run from a validated IR document, in linear time and without recursion.

Pure. Refuses what cannot run at all: unknown executors, components within themselves, circles of
tasks, names that are no path segments, amounts that cannot be read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any, TypeVar, cast

import msgspec

from headrace.engine.bindings import (
    ArtifactBinding,
    Constant,
    FinalStatus,
    ParameterBinding,
    ScopeInput,
    Source,
    TaskOutput,
)
from headrace.engine.cache import identity_of
from headrace.engine.changes import TaskKind
from headrace.engine.plan import (
    DagPlan,
    ExecutorPlan,
    LoopPlan,
    Plan,
    RetryPlan,
    Selected,
    TaskPlan,
)
from headrace.engine.platform_inputs import references
from headrace.engine.quantities import duration_s
from headrace.engine.resources import resource_request, resource_texts
from headrace.engine.values import whole
from headrace.errors import SpecError
from headrace.ir import conditions, selectors
from headrace.ir.model import (
    Component,
    Container,
    Document,
    InputArtifact,
    InputParameter,
    Resources,
    RetryPolicy,
    RuntimeValue,
    TaskSpec,
)

MAX_TASKS = 10_000_000
_CHANNEL = "pipelinechannel--"
_SEGMENT = re.compile(r"[^/\\\[\]\x00-\x1f\x7f]{1,200}")
_Read = TypeVar("_Read")


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
            _Draft(self, task, spec, index, f"{path}.tasks.{task}") for task, spec in specs.items()
        ]
        followers: list[list[int]] = [[] for _ in drafts]
        for draft in drafts:
            for dependency in draft.dependencies:
                followers[dependency].append(draft.index)
        restartable = _restartable(drafts, followers, path)
        tasks = tuple(
            draft.finish(tuple(followers[draft.index]), draft.index in restartable)
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
                            _sibling(index, choice.producer_subtask, f"{path}.outputs.{output}"),
                            choice.output_artifact_key,
                        )
                        for choice in value.artifact_selectors
                    ),
                )
                for output, value in outputs.artifacts.items()
            ),
            size=size,
        )

    def component(self, name: str, path: str) -> Component:
        """Return a component of the document."""
        component = self._spec.components.get(name)
        if component is None:
            message = f"component {name!r} is not in the document"
            near = get_close_matches(name, self._spec.components, 1)
            hint = f"did you mean {near[0]}" if near else None
            raise SpecError(message, path=f"{path}.componentRef", hint=hint)
        return component

    def dag_of(self, name: str) -> DagPlan | None:
        """Return the graph that a component is, if it is one."""
        return self._dags.get(name)

    def executor_of(self, name: str) -> ExecutorPlan | None:
        """Return the implementation that a component has, if it has one."""
        return self._executors.get(name)


class _Draft:
    """A task whose followers are not known yet."""

    def __init__(
        self, planner: _Planner, name: str, spec: TaskSpec, siblings: dict[str, int], path: str
    ) -> None:
        self.index = siblings[name]
        self._name = name
        self._spec = spec
        self._siblings = siblings
        self._path = path
        self._component_name = spec.component_ref.name
        self._component = planner.component(self._component_name, path)
        self._dag = planner.dag_of(self._component_name)
        self._executor = planner.executor_of(self._component_name)
        declared = self._component.input_definitions
        self._parameters = tuple(
            ParameterBinding(
                key,
                self._source(value),
                selectors.parse(value.parameter_expression_selector)
                if value.parameter_expression_selector
                else None,
                declared.parameters.get(key),
                passes=self._dag is not None and key.startswith(_CHANNEL),
            )
            for key, value in spec.inputs.parameters.items()
        )
        self._artifacts = tuple(
            self._artifact_binding(key, value) for key, value in spec.inputs.artifacts.items()
        )
        config = self._executor.kubernetes if self._executor is not None else {}
        self._platform = tuple(
            (reference, self._source(reference.parameter)) for reference in references(config)
        )
        self.dependencies = tuple(sorted(set(self._dependencies())))

    def finish(self, followers: tuple[int, ...], restartable: bool) -> TaskPlan:
        """Return the task's plan."""
        spec, declared = self._spec, self._component.input_definitions
        loop = self._loop()
        bound = {binding.name for binding in self._parameters}
        free = {
            name: parameter
            for name, parameter in declared.parameters.items()
            if name not in bound and (loop is None or name != loop.item)
        }
        config_input = next((n for n, p in free.items() if p.parameter_type == "TASK_CONFIG"), None)
        free.pop(config_input or "", None)
        condition = spec.trigger_policy.condition
        display_name = spec.task_info.name or self._name
        importer = self._executor.importer if self._executor is not None else None
        return TaskPlan(
            index=self.index,
            name=self._name,
            display_name=display_name,
            kind=self._kind(),
            component_name=self._component_name,
            component=self._component,
            executor=self._executor,
            dag=self._dag,
            loop=loop,
            dependencies=self.dependencies,
            followers=followers,
            after_all=self.after_all,
            restartable=restartable,
            condition=conditions.parse(condition) if condition else None,
            parameters=self._parameters,
            artifacts=self._artifacts,
            defaults=tuple((n, p) for n, p in free.items() if p.default_value is not msgspec.UNSET),
            required=tuple(self._required(free, loop)),
            platform=self._platform,
            config_input=config_input,
            renders="{{$" in display_name
            or importer is not None
            or (self._executor is not None and self._executor.dynamic)
            or any(_is_rendered(binding.source) for binding in self._parameters)
            or any(_is_rendered(source) for _, source in self._platform),
            retry=_retry(spec.retry_policy, self._path),
            cacheable=spec.caching_options.enable_cache
            and not (importer is not None and importer.reimport),
            cache_key=spec.caching_options.cache_key,
        )

    @property
    def after_all(self) -> bool:
        """Whether the task starts however its dependencies ended."""
        return self._spec.trigger_policy.strategy == "ALL_UPSTREAM_TASKS_COMPLETED"

    @property
    def name(self) -> str:
        """Name of the task."""
        return self._name

    def _required(self, free: dict[str, Any], loop: LoopPlan | None) -> Iterator[str]:
        for name, parameter in free.items():
            if not parameter.is_optional and parameter.default_value is msgspec.UNSET:
                yield name
        bound = {binding.name for binding in self._artifacts}
        for name, artifact in self._component.input_definitions.artifacts.items():
            is_item = loop is not None and name == loop.item
            if name not in bound and not artifact.is_optional and not is_item:
                yield name

    def _kind(self) -> TaskKind:
        spec = self._spec
        if spec.parameter_iterator is not None or spec.artifact_iterator is not None:
            return "loop"
        if self._dag is None:
            importer = self._executor is not None and self._executor.importer is not None
            return "importer" if importer else "container"
        if spec.trigger_policy.condition or self._name.startswith("condition-branches-"):
            return "condition"
        return "exit_handler" if self._name.startswith("exit-handler-") else "dag"

    def _loop(self) -> LoopPlan | None:
        parameter, artifact = self._spec.parameter_iterator, self._spec.artifact_iterator
        if parameter is None and artifact is None:
            return None
        if self._dag is None:
            message = f"task {self._name} loops over a component that is not a graph"
            raise SpecError(message, path=self._path)
        limit = max(0, self._spec.iterator_policy.parallelism_limit)
        if artifact is not None:
            return LoopPlan(None, None, artifact.items.input_artifact, artifact.item_input, limit)
        assert parameter is not None
        raw = parameter.items.raw
        literal = None if raw is None else _items(raw, f"{self._path}.parameterIterator.items.raw")
        return LoopPlan(literal, parameter.items.input_parameter, None, parameter.item_input, limit)

    def _dependencies(self) -> Iterator[int]:
        for name in self._spec.dependent_tasks:
            yield _sibling(self._siblings, name, f"{self._path}.dependentTasks")
        sources: list[Source] = [binding.source for binding in self._parameters]
        sources.extend(binding.source for binding in self._artifacts)
        sources.extend(source for _, source in self._platform)
        for source in sources:
            if isinstance(source, TaskOutput | FinalStatus):
                yield source.producer

    def _source(self, value: InputParameter) -> Source:
        path = f"{self._path}.inputs"
        if value.task_output_parameter is not None:
            output = value.task_output_parameter
            producer = _sibling(self._siblings, output.producer_task, path)
            return TaskOutput(producer, output.output_parameter_key)
        if value.component_input_parameter is not None:
            return ScopeInput(value.component_input_parameter)
        if value.task_final_status is not None:
            return FinalStatus(
                _sibling(self._siblings, value.task_final_status.producer_task, path)
            )
        return _constant(value.runtime_value or RuntimeValue())

    def _artifact_binding(self, name: str, value: InputArtifact) -> ArtifactBinding:
        declared = self._component.input_definitions.artifacts.get(name)
        source: ScopeInput | TaskOutput
        if value.task_output_artifact is not None:
            output = value.task_output_artifact
            producer = _sibling(self._siblings, output.producer_task, f"{self._path}.inputs")
            source = TaskOutput(producer, output.output_artifact_key)
        else:
            source = ScopeInput(value.component_input_artifact or "")
        optional = declared is None or declared.is_optional
        return ArtifactBinding(
            name, source, optional, declared is not None and declared.is_artifact_list
        )


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


def _restartable(drafts: list[_Draft], followers: list[list[int]], path: str) -> set[int]:
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
        yield _sibling(index, choice.producer_subtask, path), choice.output_parameter_key


def _sibling(index: dict[str, int], name: str, path: str) -> int:
    if name not in index:
        message = f"there is no task {name!r} beside it"
        near = get_close_matches(name, index, 1)
        raise SpecError(message, path=path, hint=f"did you mean {near[0]}" if near else None)
    return index[name]


def _constant(value: RuntimeValue) -> Constant | ScopeInput:
    if value.runtime_parameter is not None:
        return ScopeInput(value.runtime_parameter)
    constant = value.constant
    if constant is msgspec.UNSET:
        deprecated = value.constant_value or {}
        constant = next(iter(deprecated.values()), None)
        if "intValue" in deprecated:
            constant = int(deprecated["intValue"])
    return Constant(whole(constant), rendered=_has_placeholder(constant))


def _has_placeholder(value: Any) -> bool:
    if isinstance(value, str):
        return "{{$" in value
    return isinstance(value, list | dict) and "{{$" in json.dumps(value)


def _is_rendered(source: Source) -> bool:
    return isinstance(source, Constant) and source.rendered


def _items(raw: str, path: str) -> list[Any]:
    try:
        items = json.loads(raw)
    except ValueError as error:
        message = f"the items of a loop are not JSON: {error}"
        raise SpecError(message, path=path) from error
    if not isinstance(items, list):
        message = "the items of a loop are not a list"
        raise SpecError(message, path=path)
    return cast("list[Any]", items)


def _retry(policy: RetryPolicy | None, path: str) -> RetryPlan:
    if policy is None:
        return RetryPlan()
    return RetryPlan(
        limit=max(0, policy.max_retry_count),
        backoff_s=_checked(duration_s, policy.backoff_duration, f"{path}.retryPolicy"),
        factor=policy.backoff_factor or 2.0,
        backoff_max_s=_checked(duration_s, policy.backoff_max_duration, f"{path}.retryPolicy")
        or 3600.0,
    )


def _static_request(resources: Resources | None, path: str) -> Any:
    return _checked(resource_request, resources, f"{path}.container.resources")


def _checked(read: Callable[[Any], _Read], value: Any, path: str) -> _Read:
    try:
        return read(value)
    except ValueError as error:
        raise SpecError(str(error), path=path) from error


def _seconds(value: Any, path: str) -> float | None:
    """Return seconds given as a number or, as protobuf writes 64 bits, as text; 0 is no limit."""
    return _checked(lambda given: float(given or 0), value, path) or None


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
