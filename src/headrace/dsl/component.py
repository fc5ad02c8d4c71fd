"""Components as authors hold them: callable, with a name, an interface and an IR.

Calling one inside a pipeline makes a task, outside of one it runs. Knows tasks and the trace, and
reaches compiler and runner through ports only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headrace.dsl.arguments import bind
from headrace.dsl.exceptions import raise_together
from headrace.dsl.graph import Component
from headrace.dsl.interface import Interface
from headrace.dsl.ports import compiled, run_now
from headrace.dsl.tasks import PipelineTask, make_task
from headrace.dsl.trace import current_trace


class BaseComponent:
    """A reusable step of pipelines.

    Attributes:
        component: Its value in the graph.
    """

    def __init__(self, component: Component) -> None:
        self.component = component
        self._document: tuple[dict[str, Any], dict[str, Any] | None] | None = None

    @property
    def name(self) -> str:
        """Its name, in Kubernetes form."""
        return self.component.interface.name

    @property
    def description(self) -> str | None:
        """What it does, from its decorator or docstring."""
        return self.component.interface.description

    @property
    def component_spec(self) -> Interface:
        """Its name, description, inputs and outputs."""
        return self.component.interface

    @property
    def required_inputs(self) -> list[str]:
        """Names of the inputs that must be passed."""
        return self.component.interface.required_inputs

    @property
    def pipeline_spec(self) -> dict[str, Any]:
        """Its IR, as the JSON form of PipelineSpec."""
        return self._compiled()[0]

    @property
    def platform_spec(self) -> dict[str, Any]:
        """Its platform document, as JSON; empty when it has none."""
        return self._compiled()[1] or {}

    def __call__(self, *args: Any, **kwargs: Any) -> PipelineTask:
        """Make a task of it in the pipeline that is being written; outside of one, run it now."""
        trace = current_trace()
        if trace is not None:
            return make_task(self.component, trace, args, kwargs)
        arguments, problems = bind(self.component, args, kwargs, running=True)
        raise_together(problems)
        return run_now(self, arguments)

    def _compiled(self) -> tuple[dict[str, Any], dict[str, Any] | None]:
        if self._document is None:
            self._document = compiled(self)
        return self._document


class PythonComponent(BaseComponent):
    """A component made of a Python function.

    Attributes:
        python_func: The function.
    """

    def __init__(self, component: Component, python_func: Callable[..., Any]) -> None:
        super().__init__(component)
        self.python_func = python_func

    def execute(self, **kwargs: Any) -> Any:
        """Call the function here and now, as plain Python, for tests."""
        return self.python_func(**kwargs)


class ContainerComponent(BaseComponent):
    """A component made of a container's image and command.

    Attributes:
        pipeline_func: The function that gave the container.
    """

    def __init__(self, component: Component, pipeline_func: Callable[..., Any]) -> None:
        super().__init__(component)
        self.pipeline_func = pipeline_func


class GraphComponent(BaseComponent):
    """A pipeline, which is a component too.

    Attributes:
        pipeline_func: The function that made its tasks.
    """

    def __init__(self, component: Component, pipeline_func: Callable[..., Any]) -> None:
        super().__init__(component)
        self.pipeline_func = pipeline_func


class ImporterComponent(BaseComponent):
    """A component that makes an artifact of what lies at a URI."""


class YamlComponent(BaseComponent):
    """A component that was read from a file.

    Attributes:
        component_yaml: The text that it was read from; may be empty.
        loaded: The PipelineSpec and the platform document that it was read from, or None.
    """

    def __init__(
        self,
        component: Component,
        component_yaml: str = "",
        loaded: tuple[dict[str, Any], dict[str, Any] | None] | None = None,
    ) -> None:
        super().__init__(component)
        self.component_yaml = component_yaml
        self.loaded = loaded
