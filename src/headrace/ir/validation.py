"""Whether a typed PipelineSpec makes sense: its names refer to something and nothing is circular.

Pure, and linear in the size of the document. Tasks of one DAG are the matter of ``dag_checks``;
here are the pipeline, its components and executors, and recursion among components.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from headrace.ir import model
from headrace.ir.constants import type_problem
from headrace.ir.dag_checks import check_dag
from headrace.ir.problems import Problems, join, offer

#: Tasks that a pipeline may have once every component is written out where it is used.
MAX_TASKS = 1_000_000
_MAX_COMPONENT_DEPTH = 100
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,127}")


def check_spec(spec: model.PipelineSpec) -> None:
    """Check a pipeline.

    Raises:
        SpecError: Something is wrong; each place is named with its path.
    """
    problems = Problems()
    _check_name(spec, problems)
    for path, component in _components(spec):
        _check_component(spec, component, path, problems)
    _check_executors(spec, problems)
    problems.raise_if_any()
    _check_nesting(spec, problems)
    problems.raise_if_any()


def _components(spec: model.PipelineSpec) -> Iterator[tuple[str, model.Component]]:
    yield "root", spec.root
    for name, component in spec.components.items():
        yield join("components", name), component


def _check_name(spec: model.PipelineSpec, problems: Problems) -> None:
    name = spec.pipeline_info.name
    if not _NAME.fullmatch(name):
        problems.add(
            "pipelineInfo.name",
            f"{name[:80]!a} cannot be the name of a pipeline",
            hint="use lower-case letters, digits, '-' and '.'; at most 128 of them",
            code="HR2013",
        )


def _check_component(
    spec: model.PipelineSpec, component: model.Component, path: str, problems: Problems
) -> None:
    if problems.full:
        return
    if (component.dag is None) == (component.executor_label is None):
        message = "a component has either a dag or an executorLabel"
        problems.add(path, message, code="HR2006")
    elif path == "root" and component.dag is None:
        problems.add(path, "the root of a pipeline has a dag", code="HR2006")
    elif component.dag is not None:
        check_dag(spec, component, path, problems)
    elif component.executor_label not in spec.deployment_spec.executors:
        label = component.executor_label or ""
        hint = offer(label, spec.deployment_spec.executors)
        message = f"there is no executor {label[:80]!a}"
        problems.add(join(path, "executorLabel"), message, hint=hint, code="HR2010")
    _check_defaults(component, path, problems)


def _check_defaults(component: model.Component, path: str, problems: Problems) -> None:
    for name, parameter in component.input_definitions.parameters.items():
        place = join(f"{path}.inputDefinitions.parameters", name)
        problem = type_problem(parameter.default_value, parameter)
        if problem:
            problems.add(join(place, "defaultValue"), problem, code="HR2005")


def _check_executors(spec: model.PipelineSpec, problems: Problems) -> None:
    for label, executor in spec.deployment_spec.executors.items():
        path = join("deploymentSpec.executors", label)
        if (executor.container is None) == (executor.importer is None):
            message = "an executor has either a container or an importer"
            problems.add(path, message, code="HR2006")
        elif executor.container is not None and not executor.container.image:
            problems.add(f"{path}.container.image", "the image is empty", code="HR2006")


# ------------------------------------------------------------------- components inside components


def _check_nesting(spec: model.PipelineSpec, problems: Problems) -> None:
    """Check that components do not contain themselves, and how much they unfold to."""
    order, ring = _bottom_up(spec)
    if ring:
        names = " > ".join(ascii(name)[1:-1] for name in ring[:10])
        message = f"a component contains itself: {names}"
        problems.add(join("components", ring[0]), message, code="HR2012")
        return
    sizes: dict[str, tuple[int, int]] = {}
    for name in order:
        dag = _dag(spec, name)
        tasks = dag.tasks.values() if dag is not None else ()
        inner = [sizes.get(task.component_ref.name, (0, 0)) for task in tasks]
        size = len(inner) + sum(count for count, _ in inner)
        depth = 1 + max((level for _, level in inner), default=0)
        sizes[name] = min(size, MAX_TASKS + 1), depth
    size, depth = sizes[""]
    if size > MAX_TASKS:
        message = f"the pipeline unfolds to more than {MAX_TASKS} tasks"
        problems.add("root", message, code="HR2002")
    if depth > _MAX_COMPONENT_DEPTH:
        message = f"pipelines are nested {depth} deep; {_MAX_COMPONENT_DEPTH} is the most"
        problems.add("root", message, code="HR2002")


def _bottom_up(spec: model.PipelineSpec) -> tuple[list[str], list[str]]:
    """Return the components, contained ones first, and a ring of them if there is one.

    The root has the empty name.
    """
    order: list[str] = []
    state: dict[str, bool] = {}  # False while open, True when done
    trail: list[str] = []
    stack: list[tuple[str, Iterator[str]]] = [("", _contained(spec, ""))]
    state[""] = False
    trail.append("")
    while stack:
        name, children = stack[-1]
        child = next((one for one in children if not state.get(one, False)), None)
        if child is None:
            stack.pop()
            trail.pop()
            state[name] = True
            order.append(name)
        elif child in state:
            return order, [*trail[trail.index(child) :], child]
        else:
            state[child] = False
            trail.append(child)
            stack.append((child, _contained(spec, child)))
    return order, []


def _contained(spec: model.PipelineSpec, name: str) -> Iterator[str]:
    dag = _dag(spec, name)
    return iter([] if dag is None else [task.component_ref.name for task in dag.tasks.values()])


def _dag(spec: model.PipelineSpec, name: str) -> model.Dag | None:
    components: Mapping[str, Any] = spec.components
    component = spec.root if not name else components.get(name)
    return None if component is None else component.dag
