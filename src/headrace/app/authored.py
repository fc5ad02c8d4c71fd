"""What only the authoring objects of a pipeline know: their functions in the user's files.

Apart from ``places``, so that a run of compiled IR does not import the authoring surface.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from collections.abc import Iterator

from headrace.app.places import SourcePlace, source_key
from headrace.dsl.graph import (
    Component,
    ContainerImplementation,
    ExitScope,
    Group,
    Pipeline,
    Task,
)
from headrace.environments import LightweightSpec, request_from_command
from headrace.errors import Location


def places_of(component: Component) -> dict[str, SourcePlace]:
    """Return where the functions of a pipeline's components stand, by the key of their source."""
    places: dict[str, SourcePlace] = {}
    for one in components_in(component):
        shipped = lightweight_spec(one)
        if shipped is not None and one.where is not None:
            places[source_key(shipped.source)] = SourcePlace(
                one.where.file, definition_line(one.where)
            )
    return places


def function_text(where: Location) -> str:
    """Return the source of the function that begins at the location, with its decorators."""
    return "".join(inspect.getblock(linecache.getlines(where.file)[where.line - 1 :]))


def definition_line(where: Location) -> int:
    """Return the line of the ``def`` of a function whose first decorator is at the location."""
    try:
        parsed = ast.parse(textwrap.dedent(function_text(where)))
    except (SyntaxError, IndexError):
        return where.line
    return where.line + parsed.body[0].lineno - 1 if parsed.body else where.line


def lightweight_spec(component: Component) -> LightweightSpec | None:
    """Return what a lightweight component ships and asks for, or None for all others."""
    implementation = component.implementation
    if not isinstance(implementation, ContainerImplementation):
        return None
    command = tuple(part for part in implementation.command if isinstance(part, str))
    args = tuple(part for part in implementation.args if isinstance(part, str))
    return request_from_command(implementation.image, command, args)


def components_in(component: Component) -> Iterator[Component]:
    """Yield a component and all that its tasks use, each once."""
    waiting, seen = [component], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one.implementation, Pipeline):
            waiting.extend(task.component for task in tasks_in(one.implementation.children))


def tasks_in(children: tuple[Task | Group, ...]) -> Iterator[Task]:
    """Yield the tasks of a graph, those of its groups too."""
    for child in children:
        if isinstance(child, Group):
            yield from tasks_in(child.children)
            if isinstance(child, ExitScope):
                yield child.exit_task
        else:
            yield child
