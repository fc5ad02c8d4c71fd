"""The source of a function as it travels to its task: alone, dedented, without decorators.

Reads the author's files through ``inspect`` and executes nothing. Knows nothing of components.
"""

from __future__ import annotations

import enum
import inspect
import linecache
import pathlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

from headrace.dsl.exceptions import refused
from headrace.errors import InvalidComponent, Location
from headrace.types import artifacts
from headrace.types.annotations import artifact_class_of, list_item, split_marker, strip_optional
from headrace.types.parameters import is_pydantic_model, path_classes, resolved_hints, time_classes

# An async function runs on any executor, for what it calls is an ordinary function.
_AWAITED = """
import asyncio as _asyncio
import functools as _functools
_{name}_async = {name}


@_functools.wraps(_{name}_async)
def {name}(*args, **kwargs):
    return _asyncio.run(_{name}_async(*args, **kwargs))
"""


class AliasError(InvalidComponent, TypeError):
    """An annotation calls a class by a name that its module does not know."""


class NoFunctionError(InvalidComponent, TypeError):
    """What should be a component is no function that is defined with def."""


def location_of(function: Callable[..., Any]) -> Location | None:
    """Return where a function is defined, or None when it has no source."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return None
    return Location(code.co_filename, _line_of_def(code), f"def {function.__name__}(…)")


def _line_of_def(code: CodeType) -> int:
    """Return the line of a function's def; Python says that of its first decorator."""
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    for offset, line in enumerate(lines):
        if line.lstrip().startswith(("def ", "async def ")):
            return code.co_firstlineno + offset
    return code.co_firstlineno


def function_source(function: Callable[..., Any]) -> str:
    """Return the source of a function from its ``def`` on, without indentation.

    Raises:
        InvalidComponent: There is no source, as in an interactive session, or no ``def``.
    """
    try:
        text = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError) as error:
        raise refused(
            InvalidComponent,
            f"The source of {function.__name__!r} cannot be read, and a task needs it",
            hint="define the function in a file",
            where=location_of(function),
        ) from error
    lines = text.split("\n")
    start = next(
        (n for n, line in enumerate(lines) if line.startswith(("def ", "async def "))), None
    )
    if start is None:
        raise refused(
            NoFunctionError,
            f"{function.__name__!r} is not defined with def, so its source cannot be sent",
            hint="write it as a function with def, indented like its decorator",
            where=location_of(function),
        )
    source = "\n".join(lines[start:])
    if lines[start].startswith("async"):
        source = source.rstrip("\n") + "\n\n" + _AWAITED.format(name=function.__name__)
    return source


def needed_imports(function: Callable[..., Any]) -> list[str]:
    """Return the lines that make the names in a function's annotations known, each once.

    Artifact classes, models and enumerations of the author's own are imported from their module;
    dates and paths from the standard library.
    """
    lines: dict[str, None] = {}
    for annotation in resolved_hints(function).values():
        for named in _classes_in(annotation):
            line = _import_line(function, named)
            if line is not None:
                lines[line] = None
    return list(lines)


def enum_sources(function: Callable[..., Any]) -> list[str]:
    """Return the source of each enumeration in a function's annotations.

    Raises:
        InvalidComponent: There is no source, as in an interactive session.
    """
    classes = dict.fromkeys(
        named
        for annotation in resolved_hints(function).values()
        for named in _classes_in(annotation)
        if issubclass(named, enum.Enum)
    )
    try:
        return [textwrap.dedent(inspect.getsource(named)) for named in classes]
    except (OSError, TypeError) as error:
        names = ", ".join(named.__name__ for named in classes)
        raise refused(
            InvalidComponent,
            f"The source of {names} cannot be read, and the task {function.__name__!r} needs it",
            hint="define the enumeration in a file",
            where=location_of(function),
        ) from error


def _classes_in(annotation: Any) -> Iterator[type]:
    inner, _ = split_marker(strip_optional(annotation)[0])
    fields = getattr(inner, "__annotations__", {}) if hasattr(inner, "_fields") else {}
    for candidate in (artifact_class_of(inner), list_item(inner), inner, *fields.values()):
        if candidate is not inner and hasattr(candidate, "__metadata__"):
            yield from _classes_in(candidate)
        elif isinstance(candidate, type):
            yield candidate


def _import_line(function: Callable[..., Any], named: type) -> str | None:
    if is_pydantic_model(named) or _is_own_artifact(named):
        return _line_as_written(function, named)
    if issubclass(named, enum.Enum):
        return "import enum\nfrom enum import *"
    if issubclass(named, time_classes() + path_classes()):
        module = "pathlib" if issubclass(named, pathlib.PurePath) else "datetime"
        scope: dict[str, Any] = getattr(function, "__globals__", {})
        if scope.get(named.__name__) is named:
            return f"from {module} import {named.__name__}"
        return f"import {module}"
    return None


def _is_own_artifact(named: type) -> bool:
    return artifact_class_of(named) is named and named.__module__ != artifacts.__name__


def _line_as_written(function: Callable[..., Any], named: type) -> str:
    """Return the import of a class: of its module when the author wrote ``module.Class``.

    Raises:
        AliasError: The author knows class or module by another name, which the task would not.
    """
    scope: dict[str, Any] = getattr(function, "__globals__", {})
    module = sys.modules.get(named.__module__)
    if scope.get(named.__name__) is named:
        return f"from {named.__module__} import {named.__name__}"
    names = [name for name, value in scope.items() if value is named or value is module]
    if module is None or not names or names == [module.__name__]:
        by_module = module is not None and (names or "." in named.__module__)
        whole = f"import {named.__module__}"
        return whole if by_module else f"from {named.__module__} import {named.__name__}"
    raise refused(
        AliasError,
        f"{function.__name__!r} calls {named.__module__}.{named.__name__} {names[0]!r} in an "
        "annotation, and that name is not sent along with its source",
        hint=f"write from {named.__module__} import {named.__name__}, without as",
        where=location_of(function),
    )
