"""All that can be found in a pipeline before it runs, gathered from its authoring objects."""

from __future__ import annotations

import inspect
import linecache

import click

from headrace import dsl
from headrace.app.authored import components_in, function_text, lightweight_spec, tasks_in
from headrace.cli.source import Source
from headrace.compiler.checks import (
    Problem,
    check_component,
    check_pipeline,
    check_resources,
    helpers_in,
    names_of_module,
)
from headrace.dsl.graph import Component, Pipeline, Task
from headrace.environments.images import python_of_image


def problems_of(source: Source) -> list[Problem]:
    """Return what will or may go wrong, in the order of the user's files."""
    if source.component is None:
        return []
    found: set[Problem] = set()
    for component in components_in(source.component.component):
        found.update(_problems_of_component(component))
    if isinstance(source.component, dsl.GraphComponent):
        text, line = _source_lines(source.component.pipeline_func)
        name = source.component.pipeline_func.__code__.co_filename
        found.update(check_pipeline(text, filename=name, first_line=line))
        implementation = source.component.component.implementation
        assert isinstance(implementation, Pipeline)
        for task in tasks_in(implementation.children):
            found.update(_problems_of_task(task))
    return sorted(found)


def warn_of(source: Source) -> None:
    """Print what was found to standard error; a run goes on all the same."""
    for problem in problems_of(source):
        click.echo(str(problem), err=True)


def _problems_of_component(component: Component) -> list[Problem]:
    shipped = lightweight_spec(component)
    if shipped is None or component.where is None:
        return []
    function = (function_text(component.where), component.where.line)
    module = "".join(linecache.getlines(component.where.file))
    helpers = helpers_in(shipped.source, shipped.function_name, module)
    return [
        problem
        for text, first_line in [function, *helpers]
        for problem in check_component(
            text,
            filename=component.where.file,
            first_line=first_line,
            packages=shipped.request.packages,
            plain_image=python_of_image(shipped.image).is_plain,
            embedded="__KFP_EMBEDDED_ARCHIVE_B64" in shipped.source,
            shipped=names_of_module(shipped.source),
            module=module,
        )
    ]


def _problems_of_task(task: Task) -> list[Problem]:
    resources = task.settings
    where = task.where
    return check_resources(
        cpu_request=resources.cpu_request,
        cpu_limit=resources.cpu_limit,
        memory_request=resources.memory_request,
        memory_limit=resources.memory_limit,
        file=where.file if where else "",
        line=where.line if where else 0,
    )


def _source_lines(function: object) -> tuple[str, int]:
    try:
        lines, line = inspect.getsourcelines(function)  # pyright: ignore[reportArgumentType]
    except (OSError, TypeError):
        return "", 1
    return "".join(lines), line
