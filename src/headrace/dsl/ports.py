"""What higher layers lend to authoring: running a component at once, and compiling it.

Authoring stands below the compiler and the local runner, so it imports neither: the runner
registers itself, and the compiler is looked up by name when a component is first asked for its IR.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from headrace.dsl.exceptions import refused
from headrace.errors import InvalidPipeline


class _Runner:
    run: Callable[[Any, Mapping[str, Any]], Any] | None = None


class NotConfiguredError(InvalidPipeline, RuntimeError):
    """A component is called outside a pipeline, and nothing can run it."""

    default_code = "HR1209"


def register_runner(run: Callable[[Any, Mapping[str, Any]], Any] | None) -> None:
    """Say what runs a component that is called outside a pipeline.

    Args:
        run: Takes the component and its arguments by name; returns an object with ``output`` and
            ``outputs``. None takes the runner away.
    """
    _Runner.run = run


def run_now(component: Any, arguments: Mapping[str, Any]) -> Any:
    """Run a component outside a pipeline and return what the runner returns.

    Raises:
        NotConfiguredError: No runner is registered.
    """
    if _Runner.run is None:
        raise refused(
            NotConfiguredError,
            f"{component.name!r} is called outside a pipeline, and no local runner is set up",
            hint="call it inside a function with @dsl.pipeline, or call local.init(…) first",
        )
    return _Runner.run(component, arguments)


def compiled(component: Any) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the IR of a component: the PipelineSpec and the platform document, or None."""
    compiler = importlib.import_module("headrace.compiler")
    return compiler.compile_document(component, as_kfp=True)


def write_component(component: Any, path: str, description: str | None) -> None:
    """Write a component's IR to a file.

    Args:
        component: The component.
        path: The file.
        description: What the head of the file says.
    """
    importlib.import_module("headrace.compiler").write_document(component, path, description)
