"""Tasks in the making: what calling a component inside a pipeline gives.

Setters check what they are given, keep it as a frozen value and return the task. Knows components
and the trace; knows nothing of the IR.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NoReturn, cast

from headrace.dsl.arguments import bind, is_constant
from headrace.dsl.channels import PipelineChannel, channel_of, producer_of, ref_of, text_of
from headrace.dsl.exceptions import InvalidTopologyException, refused
from headrace.dsl.graph import (
    Component,
    ContainerImplementation,
    LoadedImplementation,
    Pipeline,
    Task,
)
from headrace.dsl.interface import NO_DEFAULT
from headrace.dsl.refs import Ref, keys_alone_in
from headrace.dsl.settings import (
    Retry,
    TaskSettings,
    accelerator_count_text,
    cpu_text,
    duration_s,
    memory_text,
)
from headrace.dsl.trace import Scope, Trace, current_trace, report
from headrace.errors import (
    AuthoringError,
    HeadraceError,
    InvalidPipeline,
    TypeMismatch,
    UnknownOutput,
    caller_location,
)


class Outputs(dict[str, Any]):
    """Outputs of a task by name; says which there are when one is missing."""

    def __init__(self, task_name: str, channels: Mapping[str, PipelineChannel]) -> None:
        super().__init__(channels)
        self._task_name = task_name

    def __missing__(self, name: str) -> NoReturn:
        raise refused(
            UnknownOutput,
            f"Task {self._task_name!r} has no output {name!r}",
            hint=f"its outputs are {', '.join(map(repr, self))}" if self else "it has no outputs",
        )


class PipelineTask:
    """A use of a component in a pipeline.

    Attributes:
        name: Unique in the pipeline.
        inputs: What is passed, by input.
        outputs: Channels of its outputs, by name.
        platform_config: Configuration for each platform; ``kubernetes`` functions fill it.
    """

    def __init__(self, component: Component, trace: Trace, arguments: Mapping[str, Any]) -> None:
        self.component = component
        self.name = trace.unique_name(component.interface.name)
        self.where = caller_location()
        self.inputs: dict[str, Any] = dict(arguments)
        self.outputs = Outputs(self.name, _output_channels(component, self))
        self.platform_config: dict[str, Any] = {}
        self.settings = TaskSettings(enable_caching=_caching_by_default())
        self._after: list[str] = []
        self._platform_refs: list[Ref] = []
        self.trace = trace
        self.scope: Scope = trace.scope
        trace.nodes[self.name] = self
        trace.scope.children.append(self)
        for channel in self.outputs.values():
            trace.add_ref(ref_of(channel))

    # ------------------------------------------------------------------ reading

    @property
    def output(self) -> Any:
        """The only output; a channel, which stands for a value of the declared type.

        Raises:
            UnknownOutput: The task has none, or several.
        """
        if len(self.outputs) != 1:
            count = "multiple outputs" if self.outputs else "no outputs"
            names = ", ".join(f".outputs[{name!r}]" for name in self.outputs)
            raise refused(
                UnknownOutput,
                f"{self.name!r} has {count}, so .output does not say which",
                hint=f"use {names}" if names else "let the component return a value",
            )
        return next(iter(self.outputs.values()))

    @property
    def channel_inputs(self) -> list[PipelineChannel]:
        """Channels that it reads, also those inside texts, lists and dicts."""
        trace = current_trace()
        return [channel_of(ref) for ref in dict.fromkeys(self._refs(trace))]

    @property
    def dependent_tasks(self) -> list[str]:
        """Names of the tasks and groups that were named in :meth:`after`."""
        return list(self._after)

    @property
    def component_spec(self) -> Any:
        """The interface of the component."""
        return self.component.interface

    @property
    def is_single_step(self) -> bool:
        """Whether it is one container, not a pipeline or an importer."""
        return isinstance(self.component.implementation, ContainerImplementation)

    @property
    def is_pipeline(self) -> bool:
        """Whether the component is a pipeline."""
        return isinstance(self.component.implementation, Pipeline | LoadedImplementation)

    def frozen(self, trace: Trace) -> Task:
        """Return its value in the graph."""
        constants = [value for value in self.inputs.values() if is_constant(value)]
        return Task(
            name=self.name,
            component=self.component,
            arguments=dict(self.inputs),
            inner_refs=tuple(trace.refs_in(constants)),
            alone=frozenset(keys_alone_in([*constants, self.settings.image])),
            platform_refs=tuple(dict.fromkeys(self._platform_refs)),
            image_refs=tuple(trace.refs_in(self.settings.image)),
            setting_refs=tuple(trace.refs_in(list(self.settings.resources().values()))),
            settings=self.settings,
            after=tuple(dict.fromkeys(self._after)),
            platform_config=self.platform_config,
            where=self.where,
        )

    def _refs(self, trace: Trace | None) -> Iterator[Ref]:
        for value in self.inputs.values():
            if isinstance(value, Ref):
                yield value
            elif trace is not None:
                yield from trace.refs_in(value)
        yield from self._platform_refs

    # ------------------------------------------------------------------ order and failure

    def after(self, *tasks: PipelineTask | Scope) -> PipelineTask:
        """Run this task only when others have succeeded.

        Args:
            *tasks: Tasks, or a ``dsl.ExitHandler`` block as a whole.
        """
        for task in tasks:
            if isinstance(task, PipelineTask) or getattr(task, "is_exit_handler", False):
                self._after.append(cast("Any", task).name)
            else:
                report(
                    refused(
                        InvalidPipeline,
                        "after() takes tasks and dsl.ExitHandler blocks, "
                        f"not {type(task).__name__}",
                        hint="unpack a list with after(*tasks); name the tasks inside a group",
                    )
                )
        return self

    def ignore_upstream_failure(self) -> PipelineTask:
        """Run this task also when tasks before it failed.

        Every input that another task feeds must have a default, for the other task may give none.
        """
        for name, value in self.inputs.items():
            spec = self.component.interface.inputs[name]
            fed = isinstance(value, Ref) and value.task_name is not None
            if fed and not spec.optional and spec.default is NO_DEFAULT:
                report(
                    refused(
                        InvalidPipeline,
                        f"{self.name!r} is to run although {value.task_name!r} failed, but its "
                        f"input {name!r} would then have no value",
                        hint=f"declare a default for {name!r}, or do not pass it",
                    )
                )
        return self._set(ignore_upstream_failure=True)

    def set_retry(
        self,
        num_retries: int,
        backoff_duration: str | None = None,
        backoff_factor: float | None = None,
        backoff_max_duration: str | None = None,
    ) -> PipelineTask:
        """Try the task again when it fails.

        Args:
            num_retries: How many times at most.
            backoff_duration: Pause before the first retry, such as ``"30s"``; default none.
            backoff_factor: What each further pause is multiplied with; default 2.
            backoff_max_duration: The longest pause, such as ``"2h"``; default one hour.
        """
        return self._set_checked(
            "retry",
            lambda: Retry(
                count=_retry_count(num_retries),
                backoff_s=duration_s(backoff_duration) if backoff_duration else 0,
                factor=float(backoff_factor) if backoff_factor else 2.0,
                most_backoff_s=duration_s(backoff_max_duration) if backoff_max_duration else 3_600,
            ),
        )

    # ------------------------------------------------------------------ reuse and looks

    def set_caching_options(
        self, enable_caching: bool, cache_key: str | None = None
    ) -> PipelineTask:
        """Say whether an earlier result may be reused.

        Args:
            enable_caching: Whether it may.
            cache_key: Replaces the fingerprint of inputs; equal keys reuse each other's results.
        """
        if not isinstance(enable_caching, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            report(
                refused(
                    TypeMismatch,
                    f"enable_caching must be True or False, not {enable_caching!r}",
                    hint="write set_caching_options(True) or set_caching_options(False)",
                )
            )
            return self
        return self._set(enable_caching=enable_caching, cache_key=cache_key or None)

    def set_display_name(self, name: str) -> PipelineTask:
        """Set what the task is called on screen."""
        return self._set_checked("display_name", lambda: _text("display name", name))

    # ------------------------------------------------------------------ resources

    def set_cpu_request(self, cpu: str | PipelineChannel) -> PipelineTask:
        """Reserve CPUs: ``"2"``, ``"0.5"``, ``"500m"`` or a channel."""
        return self._set_of_step("set_cpu_request", "cpu_request", lambda: cpu_text(cpu))

    def set_cpu_limit(self, cpu: str | PipelineChannel) -> PipelineTask:
        """Limit CPUs: ``"2"``, ``"0.5"``, ``"500m"`` or a channel."""
        return self._set_of_step("set_cpu_limit", "cpu_limit", lambda: cpu_text(cpu))

    def set_memory_request(self, memory: str | PipelineChannel) -> PipelineTask:
        """Reserve memory: a whole number with a unit, such as ``"512Mi"``, or a channel."""
        return self._set_of_step(
            "set_memory_request", "memory_request", lambda: memory_text(memory)
        )

    def set_memory_limit(self, memory: str | PipelineChannel) -> PipelineTask:
        """Limit memory: a whole number with a unit, such as ``"32G"``, or a channel."""
        return self._set_of_step("set_memory_limit", "memory_limit", lambda: memory_text(memory))

    def set_accelerator_type(self, accelerator: str | PipelineChannel) -> PipelineTask:
        """Ask for a kind of accelerator, such as ``nvidia.com/gpu``; one, unless a limit is set."""
        self._set_of_step(
            "set_accelerator_type",
            "accelerator_type",
            lambda: _text("accelerator type", accelerator),
        )
        if self.settings.accelerator_count is None and self.settings.accelerator_type is not None:
            self._set(accelerator_count="1")
        return self

    def set_accelerator_limit(self, limit: int | str | PipelineChannel) -> PipelineTask:
        """Ask for a number of accelerators."""
        return self._set_of_step(
            "set_accelerator_limit", "accelerator_count", lambda: accelerator_count_text(limit)
        )

    def set_gpu_limit(self, gpu: str | int) -> PipelineTask:
        """Ask for a number of accelerators; the older name of :meth:`set_accelerator_limit`."""
        warnings.warn(
            "set_gpu_limit is the old name of set_accelerator_limit",
            DeprecationWarning,
            stacklevel=2,
        )
        return self.set_accelerator_limit(gpu)

    def add_node_selector_constraint(self, accelerator: str) -> PipelineTask:
        """Ask for a kind of accelerator; the older name of :meth:`set_accelerator_type`."""
        warnings.warn(
            "add_node_selector_constraint is the old name of set_accelerator_type",
            DeprecationWarning,
            stacklevel=2,
        )
        return self.set_accelerator_type(accelerator)

    # ------------------------------------------------------------------ container

    def set_env_variable(self, name: str, value: str) -> PipelineTask:
        """Set an environment variable of the container; the value must be known now."""
        return self._set_of_step(
            "set_env_variable",
            "env",
            lambda: {**self.settings.env, _text("name", name): _static_text(name, value)},
        )

    def set_container_image(self, name: str | PipelineChannel) -> PipelineTask:
        """Replace the component's image by another, a channel, or a text with channels in it."""
        return self._set_of_step("set_container_image", "image", lambda: _text("image", name))

    def set_debug_pause(
        self, before: bool = False, after: bool = True, on_error: bool = False
    ) -> PipelineTask:
        """Let Argo pause the container for debugging.

        Args:
            before: Pause before the task starts.
            after: Pause when it has ended.
            on_error: Pause when it has ended only if it failed.
        """
        if on_error and not after:
            return self._report(
                "on_error pauses after the step, which after=False rules out",
                "pass after=True, or leave on_error out",
            )
        if not before and not after:
            return self._report(
                "set_debug_pause is called without a pause",
                "leave the call out if nothing shall pause",
            )
        if before:
            self.set_env_variable("ARGO_DEBUG_PAUSE_BEFORE", "true")
        if after:
            name = "ARGO_DEBUG_PAUSE_ON_ERROR" if on_error else "ARGO_DEBUG_PAUSE_AFTER"
            self.set_env_variable(name, "true")
        return self

    # ------------------------------------------------------------------ for platforms

    def register_pipeline_channels(self, pipeline_channels: list[PipelineChannel]) -> None:
        """Note channels that the platform configuration reads, so that the task waits for them."""
        self._platform_refs.extend(ref_of(channel) for channel in pipeline_channels)

    # ------------------------------------------------------------------ setting

    def _set(self, **changes: Any) -> PipelineTask:
        self.settings = replace(self.settings, **changes)
        return self

    def _set_checked(self, field: str, value: Callable[[], Any]) -> PipelineTask:
        try:
            return self._set(**{field: value()})
        except HeadraceError as error:
            report(error)
            return self

    def _set_of_step(self, method: str, field: str, value: Callable[[], Any]) -> PipelineTask:
        if self.is_single_step:
            return self._set_checked(field, value)
        return self._report(
            f"{method} is for tasks that run a container, which {self.name!r} does not",
            "set it on the tasks inside the pipeline",
        )

    def _report(self, message: str, hint: str) -> PipelineTask:
        report(refused(AuthoringError, message, hint=hint))
        return self


def make_task(
    component: Component, trace: Trace, positional: tuple[Any, ...], named: Mapping[str, Any]
) -> PipelineTask:
    """Return a new task in a pipeline that is being traced; problems of the call are collected."""
    arguments, problems = bind(component, positional, named)
    for problem in [*_strangers(trace, [*positional, *named.values()]), *problems]:
        report(problem)
    return PipelineTask(component, trace, arguments)


def _strangers(trace: Trace, values: list[Any]) -> Iterator[HeadraceError]:
    for value in values:
        producer = producer_of(value) if isinstance(value, PipelineChannel) else None
        if isinstance(producer, PipelineTask) and producer.trace is not trace:
            yield refused(
                InvalidTopologyException,
                f"The output of task {producer.name!r} belongs to another pipeline",
                hint="pass it as an input of this pipeline",
                where=[caller_location(), producer.where],
            )


def _output_channels(component: Component, task: PipelineTask) -> dict[str, PipelineChannel]:
    return {
        name: channel_of(Ref(name, spec.type, task.name), task)
        for name, spec in component.interface.outputs.items()
    }


def _caching_by_default() -> bool:
    import os  # read when a task is made, so that a test or a command can still set it

    value = os.environ.get("KFP_DISABLE_EXECUTION_CACHING_BY_DEFAULT", "")
    return value.strip().lower() not in {"1", "true", "t", "yes", "y", "on"}


def _retry_count(value: Any) -> int:
    if isinstance(value, bool) or not str(value).lstrip("-").isdigit():
        raise refused(
            TypeMismatch, f"num_retries must be an integer, not {value!r}", hint="write 3, say"
        )
    return int(value)


def _text(what: str, value: Any) -> str:
    if isinstance(value, PipelineChannel):
        return text_of(value)
    if isinstance(value, str):
        return value
    raise refused(TypeMismatch, f"The {what} must be text, not {value!r}", hint="pass a string")


def _static_text(name: str, value: Any) -> str:
    if isinstance(value, PipelineChannel) or (isinstance(value, str) and "{{channel:" in value):
        raise refused(
            TypeMismatch,
            f"The value of environment variable {name!r} must be known when the pipeline is "
            f"compiled, but {value} is known only when it runs",
            hint="pass the channel as an argument of the component and set the variable there",
        )
    return _text("value", value)
