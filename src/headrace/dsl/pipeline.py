"""The ``pipeline`` decorator: a function becomes a graph of tasks.

The function runs once, now, with a channel for each parameter; what it makes is traced, frozen and
checked. Knows everything of authoring, and nothing of the IR.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, cast, overload

from headrace.dsl.channels import PipelineChannel, channel_of, ref_of
from headrace.dsl.component import GraphComponent
from headrace.dsl.config import PipelineConfig
from headrace.dsl.exceptions import raise_together, refused
from headrace.dsl.function_source import location_of
from headrace.dsl.graph import Component, Pipeline
from headrace.dsl.interface import Interface
from headrace.dsl.naming import PIPELINE_NAME, human_name, kubernetes_name
from headrace.dsl.output_checks import output_problems
from headrace.dsl.passthrough_checks import passthrough_problems
from headrace.dsl.platform_checks import platform_problems
from headrace.dsl.refs import Ref
from headrace.dsl.scopes import scopes_of
from headrace.dsl.signatures import SINGLE_OUTPUT, Rules, interface_of
from headrace.dsl.topology import topology_problems
from headrace.dsl.trace import Trace, current_trace, tracing
from headrace.errors import InvalidPipeline, Location


@overload
def pipeline(func: Callable[..., Any]) -> GraphComponent: ...
@overload
def pipeline(
    func: None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    pipeline_root: str | None = None,
    display_name: str | None = None,
    pipeline_config: PipelineConfig | None = None,
) -> Callable[[Callable[..., Any]], GraphComponent]: ...
def pipeline(
    func: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    pipeline_root: str | None = None,
    display_name: str | None = None,
    pipeline_config: PipelineConfig | None = None,
) -> GraphComponent | Callable[[Callable[..., Any]], GraphComponent]:
    """Make a pipeline of a function that calls components.

    Args:
        func: The function; it runs once, now, with a channel for each parameter.
        name: Name of the pipeline; default is the function's name.
        description: What it does; default is the docstring.
        pipeline_root: Where its runs keep their artifacts.
        display_name: What it is called on screen.
        pipeline_config: Workspace, lifetimes and deadline of its runs.

    Raises:
        InvalidPipeline: The name, the structure or an output cannot be used.
        CompilationFailed: There are several problems.

    Example:
        ``@dsl.pipeline(name="training")`` above ``def training(data: str): ...``
    """
    make = functools.partial(
        _pipeline,
        name=name,
        description=description,
        root=pipeline_root,
        display_name=display_name,
        config=pipeline_config,
    )
    return make if func is None else make(func)


def _pipeline(
    func: Callable[..., Any],
    *,
    name: str | None,
    description: str | None,
    root: str | None,
    display_name: str | None,
    config: PipelineConfig | None,
) -> GraphComponent:
    where = location_of(func)
    if current_trace() is not None:
        raise refused(
            _NestedError,
            "a pipeline is defined while another one is being written",
            hint="define the inner pipeline outside, and call it here",
        )
    interface = interface_of(
        func,
        name=checked_name(kubernetes_name(name or human_name(func.__name__)), where),
        rules=Rules(output_lists=True, what="pipeline"),
        where=where,
        description=description,
    )
    graph = _traced(func, interface, root, display_name, config, where)
    return GraphComponent(Component(interface, graph, (), where), func)


class _NestedError(InvalidPipeline):
    """A pipeline is defined while another one is traced."""


def checked_name(name: str, where: Location | None) -> str:
    """Return the name of a pipeline.

    Raises:
        InvalidPipeline: It is not in the form that KFP prescribes.
    """
    if not PIPELINE_NAME.match(name):
        raise refused(
            InvalidPipeline,
            f"{name!r} cannot name a pipeline",
            hint="use lower-case letters, digits and dashes, at most 128; start with no dash",
            where=where,
        )
    return name


def _traced(
    func: Callable[..., Any],
    interface: Interface,
    root: str | None,
    display_name: str | None,
    config: PipelineConfig | None,
    where: Location | None,
) -> Pipeline:
    with tracing(Trace()) as trace:
        arguments: dict[str, PipelineChannel] = {}
        for name, spec in interface.inputs.items():
            ref = Ref(name, spec.type)
            trace.add_ref(ref)
            arguments[name] = channel_of(ref)
        returned = func(**arguments)
        if not trace.nodes:
            raise_together(trace.problems)
            raise refused(
                InvalidPipeline,
                "the pipeline has no task",
                hint="call a component in the pipeline's function",
                where=where,
            )
        graph = Pipeline(
            children=tuple(child.frozen(trace) for child in trace.stack[0].children),
            outputs={} if trace.problems else _outputs(returned, where),
            config=config,
            root=root,
            display_name=display_name,
        )
    scopes = scopes_of(graph)
    problems = [
        *trace.problems,
        *topology_problems(graph, scopes),
        *passthrough_problems(scopes),
        *platform_problems(scopes),
    ]
    if not trace.problems:
        problems += output_problems(graph, interface, scopes, where)
    raise_together(problems)
    return graph


def _outputs(returned: Any, where: Location | None) -> Mapping[str, Ref]:
    if returned is None:
        return {}
    if isinstance(returned, PipelineChannel):
        return {SINGLE_OUTPUT: ref_of(returned)}
    named: Any = returned._asdict() if hasattr(returned, "_asdict") else returned
    if isinstance(named, dict):
        named = cast("dict[str, Any]", named)
        if all(isinstance(value, PipelineChannel) for value in named.values()):
            return {name: ref_of(value) for name, value in named.items()}
    raise refused(
        InvalidPipeline,
        f"Got unknown pipeline output: {returned!r}.",
        hint="return an output of a task, or a NamedTuple of outputs",
        where=where,
    )
