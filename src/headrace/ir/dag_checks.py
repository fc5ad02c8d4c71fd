"""Checks of the tasks of one DAG: where their inputs come from, when they start, what it surfaces.

Pure; sees one component and the interfaces of those that its tasks use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast

import msgspec

from headrace.errors import SpecError
from headrace.ir import conditions, model, placeholders, selectors
from headrace.ir.constants import type_problem
from headrace.ir.problems import Problems, join, offer
from headrace.ir.schema import shown
from headrace.ir.text import MAX_DEPTH

_DURATION = re.compile(r"\d{1,12}(\.\d{1,9})?s")
_NOTHING = model.Component()


def check_dag(
    spec: model.PipelineSpec, component: model.Component, path: str, problems: Problems
) -> None:
    """Note every problem of a component's tasks and outputs.

    Args:
        spec: The pipeline.
        component: A component with a dag.
        path: Path of the component.
        problems: Takes what is found.
    """
    dag = cast("model.Dag", component.dag)
    scope = _Scope(spec, component, dag, problems)
    tasks_path = f"{path}.dag.tasks"
    for name, task in dag.tasks.items():
        if problems.full:
            return
        _check_task(scope, task, join(tasks_path, name))
    _check_outputs(scope, f"{path}.dag.outputs")
    ring = _ring(dag)
    if ring:
        names = " > ".join(ascii(name)[1:-1] for name in ring[:10])
        message = f"tasks wait for one another in a circle: {names}"
        problems.add(join(tasks_path, ring[0]), message, code="HR2011")


class _Scope(NamedTuple):
    spec: model.PipelineSpec
    component: model.Component
    dag: model.Dag
    problems: Problems

    def used_by(self, task: model.TaskSpec) -> model.Component:
        return self.spec.components.get(task.component_ref.name, _NOTHING)

    def expect(self, name: str, known: Mapping[str, Any], what: str, path: str) -> bool:
        """Note that a name is not among those known; return whether it is."""
        if name in known:
            return True
        message = f"there is no {what} {name[:80]!a}"
        self.problems.add(path, message, hint=offer(name, known), code="HR2010")
        return False

    def expect_output(self, task: str, key: str, sort: str, path: str, field: str) -> None:
        """Note that a task or its output does not exist."""
        if not self.expect(task, self.dag.tasks, "task", join(path, field)):
            return
        outputs = self.used_by(self.dag.tasks[task]).output_definitions
        known = outputs.parameters if sort == "parameter" else outputs.artifacts
        what = f"output {sort} of task {ascii(task[:80])[1:-1]} named"
        self.expect(key, known, what, join(path, f"output{sort.capitalize()}Key"))


def _check_task(scope: _Scope, task: model.TaskSpec, path: str) -> None:
    place = f"{path}.componentRef.name"
    if not scope.expect(task.component_ref.name, scope.spec.components, "component", place):
        return
    for other in task.dependent_tasks:
        scope.expect(other, scope.dag.tasks, "task", f"{path}.dependentTasks")
    for key, parameter in task.inputs.parameters.items():
        _check_parameter(scope, task, key, parameter, join(f"{path}.inputs.parameters", key))
    for key, artifact in task.inputs.artifacts.items():
        _check_artifact(scope, artifact, join(f"{path}.inputs.artifacts", key))
    _check_complete(scope, task, path)
    _check_iterators(scope, task, path)
    _check_trigger(scope, task, path)
    _check_policies(scope, task, path)


def _check_parameter(
    scope: _Scope, task: model.TaskSpec, key: str, source: model.InputParameter, path: str
) -> None:
    output, status = source.task_output_parameter, source.task_final_status
    sources = [output, source.runtime_value, source.component_input_parameter, status]
    if sum(one is not None for one in sources) != 1:
        message = "an input parameter has exactly one source"
        scope.problems.add(path, message, code="HR2006")
        return
    if output is not None:
        place = f"{path}.taskOutputParameter"
        scope.expect_output(
            output.producer_task, output.output_parameter_key, "parameter", place, "producerTask"
        )
    elif source.component_input_parameter is not None:
        known = scope.component.input_definitions.parameters
        name = source.component_input_parameter
        scope.expect(name, known, "input parameter", f"{path}.componentInputParameter")
    elif status is not None:
        place = f"{path}.taskFinalStatus.producerTask"
        scope.expect(status.producer_task, scope.dag.tasks, "task", place)
    elif source.runtime_value is not None:
        _check_constant(scope, task, key, source.runtime_value, f"{path}.runtimeValue")
    if source.parameter_expression_selector is not None:
        try:
            selectors.parse(source.parameter_expression_selector)
        except SpecError as error:
            _pass_on(scope, f"{path}.parameterExpressionSelector", error)


def _check_constant(
    scope: _Scope, task: model.TaskSpec, key: str, value: model.RuntimeValue, path: str
) -> None:
    if value.runtime_parameter is not None:
        known = scope.component.input_definitions.parameters
        scope.expect(value.runtime_parameter, known, "input parameter", f"{path}.runtimeParameter")
        return
    declared = scope.used_by(task).input_definitions.parameters.get(key)
    if declared is not None:
        problem = type_problem(value.constant, declared)
        if problem:
            scope.problems.add(f"{path}.constant", problem, code="HR2005")
    for name in _placeholder_inputs(value.constant):
        scope.expect(name, task.inputs.parameters, "input of this task", f"{path}.constant")


def _placeholder_inputs(constant: Any) -> Iterable[str]:
    stack = [constant]
    while stack:
        item = stack.pop()
        if isinstance(item, str) and "{{$" in item:
            for found in placeholders.references(item):
                if found.kind == "input_parameter":
                    yield found.name
        elif isinstance(item, dict):
            members = cast("dict[str, Any]", item)
            stack.extend(members)
            stack.extend(members.values())
        elif isinstance(item, list):
            stack.extend(cast("list[Any]", item))


def _check_artifact(scope: _Scope, source: model.InputArtifact, path: str) -> None:
    output, name = source.task_output_artifact, source.component_input_artifact
    if (output is None) == (name is None):
        scope.problems.add(path, "an input artifact has exactly one source", code="HR2006")
    elif output is not None:
        place = f"{path}.taskOutputArtifact"
        scope.expect_output(
            output.producer_task, output.output_artifact_key, "artifact", place, "producerTask"
        )
    elif name is not None:
        known = scope.component.input_definitions.artifacts
        scope.expect(name, known, "input artifact", f"{path}.componentInputArtifact")


def _check_complete(scope: _Scope, task: model.TaskSpec, path: str) -> None:
    """Check that every input that a component needs is given."""
    wanted = scope.used_by(task).input_definitions
    items = {
        iterator.item_input
        for iterator in (task.parameter_iterator, task.artifact_iterator)
        if iterator is not None
    }
    for name, parameter in wanted.parameters.items():
        optional = parameter.is_optional or parameter.default_value is not msgspec.UNSET
        given = name in task.inputs.parameters or name in items
        if not optional and not given and parameter.parameter_type != "TASK_CONFIG":
            message = f"the input parameter {name[:80]!a} is missing"
            scope.problems.add(f"{path}.inputs.parameters", message, code="HR2006")
    for name, artifact in wanted.artifacts.items():
        if not artifact.is_optional and name not in task.inputs.artifacts and name not in items:
            message = f"the input artifact {name[:80]!a} is missing"
            scope.problems.add(f"{path}.inputs.artifacts", message, code="HR2006")


def _check_iterators(scope: _Scope, task: model.TaskSpec, path: str) -> None:
    inputs = scope.used_by(task).input_definitions
    if task.parameter_iterator is not None and task.artifact_iterator is not None:
        message = "a task loops over parameters or over artifacts, not both"
        scope.problems.add(path, message, code="HR2006")
    if task.parameter_iterator is not None:
        items, place = task.parameter_iterator.items, f"{path}.parameterIterator"
        if (items.raw is None) == (items.input_parameter is None):
            message = "the items of a loop are either raw or an input parameter"
            scope.problems.add(f"{place}.items", message, code="HR2006")
        elif items.input_parameter is not None:
            known = task.inputs.parameters
            name = items.input_parameter
            scope.expect(name, known, "input parameter", f"{place}.items.inputParameter")
        elif items.raw is not None:
            _check_raw_items(scope, items.raw, f"{place}.items.raw")
        name = task.parameter_iterator.item_input
        scope.expect(name, inputs.parameters, "input parameter", f"{place}.itemInput")
    if task.artifact_iterator is not None:
        place = f"{path}.artifactIterator"
        name = task.artifact_iterator.items.input_artifact
        known = task.inputs.artifacts
        scope.expect(name, known, "input artifact", f"{place}.items.inputArtifact")
        name = task.artifact_iterator.item_input
        scope.expect(name, inputs.artifacts, "input artifact", f"{place}.itemInput")


def _check_raw_items(scope: _Scope, raw: str, path: str) -> None:
    try:
        items = json.loads(raw)
    except (ValueError, RecursionError):
        scope.problems.add(path, "the items of a loop are not JSON", code="HR2005")
        return
    if not isinstance(items, list):
        message = f"the items of a loop are a list, not {shown(items)}"
        scope.problems.add(path, message, code="HR2005")
    elif raw.count("[") + raw.count("{") > MAX_DEPTH and _depth(items) > MAX_DEPTH:
        message = f"the items of a loop are nested more than {MAX_DEPTH} deep"
        scope.problems.add(path, message, code="HR2002")


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                deeper.extend(cast("dict[str, Any]", item).values())
            elif isinstance(item, list):
                deeper.extend(cast("list[Any]", item))
        level = deeper
    return depth


def _check_trigger(scope: _Scope, task: model.TaskSpec, path: str) -> None:
    if not task.trigger_policy.condition:
        return
    place = f"{path}.triggerPolicy.condition"
    try:
        condition = conditions.parse(task.trigger_policy.condition)
    except SpecError as error:
        _pass_on(scope, place, error)
        return
    declared = scope.used_by(task).input_definitions
    parameters = {**declared.parameters, **task.inputs.parameters}
    artifacts = {**declared.artifacts, **task.inputs.artifacts}
    for name in condition.inputs:
        scope.expect(name, parameters, "input parameter", place)
    for name in condition.artifacts:
        scope.expect(name, artifacts, "input artifact", place)


def _check_policies(scope: _Scope, task: model.TaskSpec, path: str) -> None:
    if task.iterator_policy.parallelism_limit < 0:
        place = f"{path}.iteratorPolicy.parallelismLimit"
        scope.problems.add(place, "a limit cannot be negative", code="HR2005")
    retry = task.retry_policy
    if retry is None:
        return
    if retry.max_retry_count < 0:
        place = f"{path}.retryPolicy.maxRetryCount"
        scope.problems.add(place, "a count cannot be negative", code="HR2005")
    durations = {
        "backoffDuration": retry.backoff_duration,
        "backoffMaxDuration": retry.backoff_max_duration,
    }
    for field, text in durations.items():
        if text and not _DURATION.fullmatch(text):
            message = f"{text[:40]!a} is not a duration"
            hint = 'write seconds, such as "60s"'
            scope.problems.add(f"{path}.retryPolicy.{field}", message, hint=hint, code="HR2005")


def _check_outputs(scope: _Scope, path: str) -> None:
    declared, outputs = scope.component.output_definitions, scope.dag.outputs
    for name, parameter in outputs.parameters.items():
        place = join(f"{path}.parameters", name)
        scope.expect(name, declared.parameters, "declared output parameter", place)
        many = parameter.value_from_oneof
        single = parameter.value_from_parameter
        if (many is None) == (single is None):
            message = "an output parameter has exactly one source"
            scope.problems.add(place, message, code="HR2006")
        for selector in (*(many.parameter_selectors if many else ()), *filter(None, [single])):
            task, key = selector.producer_subtask, selector.output_parameter_key
            scope.expect_output(task, key, "parameter", place, "producerSubtask")
    for name, artifact in outputs.artifacts.items():
        place = join(f"{path}.artifacts", name)
        scope.expect(name, declared.artifacts, "declared output artifact", place)
        for selector in artifact.artifact_selectors:
            task, key = selector.producer_subtask, selector.output_artifact_key
            scope.expect_output(task, key, "artifact", place, "producerSubtask")


def _pass_on(scope: _Scope, path: str, error: SpecError) -> None:
    code = error.code or "HR2010"
    scope.problems.add(path, error.message, hint=error.hint, code=code)


# -------------------------------------------------------------------------------------- circles


def upstream_tasks(task: model.TaskSpec) -> set[str]:
    """Return the siblings that a task waits for: by order, by its inputs, by their final status."""
    names = set(task.dependent_tasks)
    for parameter in task.inputs.parameters.values():
        if parameter.task_output_parameter is not None:
            names.add(parameter.task_output_parameter.producer_task)
        if parameter.task_final_status is not None:
            names.add(parameter.task_final_status.producer_task)
    for artifact in task.inputs.artifacts.values():
        if artifact.task_output_artifact is not None:
            names.add(artifact.task_output_artifact.producer_task)
    return names


def _ring(dag: model.Dag) -> list[str]:
    """Return tasks that wait for one another in a circle, the first one again at the end."""
    upstream = {name: upstream_tasks(task) & dag.tasks.keys() for name, task in dag.tasks.items()}
    waiting = {name: len(names) for name, names in upstream.items()}
    followers: dict[str, list[str]] = {name: [] for name in upstream}
    for name, names in upstream.items():
        for one in names:
            followers[one].append(name)
    ready = [name for name, count in waiting.items() if count == 0]
    while ready:
        for follower in followers[ready.pop()]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                ready.append(follower)
    stuck = {name for name, count in waiting.items() if count}
    if not stuck:
        return []
    trail = [min(stuck)]
    seen = {trail[0]: 0}
    while True:
        trail.append(min(upstream[trail[-1]] & stuck))
        if trail[-1] in seen:
            return trail[seen[trail[-1]] :]
        seen[trail[-1]] = len(trail) - 1
