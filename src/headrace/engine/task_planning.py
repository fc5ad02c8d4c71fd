"""Plans one task of a DAG: where its inputs come from, when it begins, how it is tried again.

Pure. Made in two goes, since a task's followers are known only when its siblings have been read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple, TypeVar, cast

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
from headrace.engine.changes import TaskKind
from headrace.engine.plan import DagPlan, ExecutorPlan, LoopPlan, RetryPlan, TaskPlan
from headrace.engine.platform_inputs import references
from headrace.engine.values import whole
from headrace.errors import SpecError
from headrace.ir import conditions, selectors
from headrace.ir.model import (
    Component,
    InputArtifact,
    InputParameter,
    RetryPolicy,
    RuntimeValue,
    TaskSpec,
)
from headrace.ir.quantities import duration_s

_CHANNEL = "pipelinechannel--"
_Read = TypeVar("_Read")


class Parts(NamedTuple):
    """What a task is a use of: a component, with its graph or its implementation."""

    component: Component
    dag: DagPlan | None
    executor: ExecutorPlan | None


class Draft:
    """A task whose followers are not known yet."""

    def __init__(
        self, name: str, spec: TaskSpec, parts: Parts, siblings: dict[str, int], path: str
    ) -> None:
        self.index = siblings[name]
        self._name = name
        self._spec = spec
        self._siblings = siblings
        self._path = path
        self._component_name = spec.component_ref.name
        self._component = parts.component
        self._dag = parts.dag
        self._executor = parts.executor
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

    def finish(self, followers: tuple[int, ...], *, restartable: bool, exits: bool) -> TaskPlan:
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
            kind=self.kind,
            component_name=self._component_name,
            component=self._component,
            executor=self._executor,
            dag=self._dag,
            loop=loop,
            dependencies=self.dependencies,
            followers=followers,
            after_all=self.after_all,
            restartable=restartable,
            exits=exits,
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

    @property
    def kind(self) -> TaskKind:
        """What the task is, as rows of it say."""
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
            yield sibling(self._siblings, name, f"{self._path}.dependentTasks")
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
            producer = sibling(self._siblings, output.producer_task, path)
            return TaskOutput(producer, output.output_parameter_key)
        if value.component_input_parameter is not None:
            return ScopeInput(value.component_input_parameter)
        if value.task_final_status is not None:
            return FinalStatus(sibling(self._siblings, value.task_final_status.producer_task, path))
        return _constant(value.runtime_value or RuntimeValue())

    def _artifact_binding(self, name: str, value: InputArtifact) -> ArtifactBinding:
        declared = self._component.input_definitions.artifacts.get(name)
        source: ScopeInput | TaskOutput
        if value.task_output_artifact is not None:
            output = value.task_output_artifact
            producer = sibling(self._siblings, output.producer_task, f"{self._path}.inputs")
            source = TaskOutput(producer, output.output_artifact_key)
        else:
            source = ScopeInput(value.component_input_artifact or "")
        optional = declared is None or declared.is_optional
        return ArtifactBinding(
            name, source, optional, declared is not None and declared.is_artifact_list
        )


def sibling(index: dict[str, int], name: str, path: str) -> int:
    """Return the index of a task by name.

    Raises:
        SpecError: There is none.
    """
    if name not in index:
        message = f"there is no task {name!r} beside it"
        near = get_close_matches(name, index, 1)
        raise SpecError(message, path=path, hint=f"did you mean {near[0]}" if near else None)
    return index[name]


def _constant(value: RuntimeValue) -> Constant | ScopeInput:
    if value.runtime_parameter is not None:
        return ScopeInput(value.runtime_parameter)
    constant = None if value.constant is msgspec.UNSET else value.constant
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
        backoff_s=checked(duration_s, policy.backoff_duration, f"{path}.retryPolicy"),
        factor=policy.backoff_factor or 2.0,
        backoff_max_s=checked(duration_s, policy.backoff_max_duration, f"{path}.retryPolicy")
        or 3600.0,
    )


def checked(read: Callable[[Any], _Read], value: Any, path: str) -> _Read:
    """Return what a value of the document reads as.

    Raises:
        SpecError: It cannot be read.
    """
    try:
        return read(value)
    except ValueError as error:
        raise SpecError(str(error), path=path) from error
