"""An import inside a function that no package of its step provides.

Knows import statements and the table of distributions; nothing of indexes: what is not in the
table may come from any package.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from headrace.compiler.checks.distributions import (
    BRINGS,
    DISTRIBUTIONS,
    closure_of,
    import_guesses,
    normalised,
    requirement_name,
)
from headrace.compiler.checks.problem import Problem, Severity
from headrace.compiler.checks.scopes import catches, is_type_checking
from headrace.compiler.checks.source import FunctionSource

CODE = "HR1302"
CODE_RELATIVE = "HR1303"
_FAILURES = frozenset({"ImportError", "ModuleNotFoundError"})
#: Once part of Python; a step on an older Python has them.
_FORMER_STDLIB = frozenset(
    {
        *("asynchat", "asyncore", "binhex", "cgi", "cgitb", "chunk", "crypt", "distutils"),
        *("formatter", "imghdr", "imp", "lib2to3", "mailcap", "msilib", "nis", "nntplib"),
        *("ossaudiodev", "parser", "pipes", "smtpd", "sndhdr", "spwd", "sunau", "symbol"),
        *("telnetlib", "uu", "xdrlib"),
    }
)
_NEW_STDLIB = frozenset({"annotationlib", "compression", "tomllib", "zoneinfo"})
_STDLIB = frozenset(sys.stdlib_module_names) | _FORMER_STDLIB | _NEW_STDLIB | {"__main__"}
#: In the official Python images, and not in Headrace's environments.
_OF_THE_IMAGE = frozenset({"pip", "pkg_resources", "setuptools", "wheel"})


@dataclass(frozen=True, slots=True)
class Provided:
    """What a step can import from.

    Attributes:
        requirements: As the component lists them.
        locked: Names of all distributions that will be installed, or None if not resolved yet.
        modules: Names of all modules that can be imported, or None if not known.
        plain_image: Whether the image holds nothing but Python.
        embedded: Whether the author ships files along, which may be modules.
    """

    requirements: tuple[str, ...] = ()
    locked: frozenset[str] | None = None
    modules: frozenset[str] | None = None
    plain_image: bool = True
    embedded: bool = False


def check_imports(function: FunctionSource, provided: Provided) -> list[Problem]:
    """Return each import that will fail in the step, where it stands first."""
    unsure = _changes_imports(function.node)
    problems: dict[str, Problem] = {}
    for node, names, guarded in _imports(function.node):
        if guarded:
            continue
        if isinstance(node, ast.ImportFrom) and node.level:
            problems.setdefault("." * node.level, _relative(function, node))
        for name in names:
            top = name.partition(".")[0]
            found = None if top in problems else _judged(top, provided)
            if found is not None:
                severity, why = found
                hint = _hint(top, provided)
                severity = "warning" if unsure else severity
                problems[top] = function.problem(node, CODE, why, hint, severity)
    return list(problems.values())


def _judged(top: str, provided: Provided) -> tuple[Severity, str] | None:
    """Return how bad an import is and why, or None if it is fine or cannot be told."""
    if top in _STDLIB or top == "kfp" or top.startswith("__"):
        return None
    if provided.embedded and top not in DISTRIBUTIONS:
        return None
    if provided.modules is not None:
        if top in provided.modules:
            return None
        return _grave(provided), f"no package of the step provides {top!r}"
    requested = {n for r in provided.requirements if (n := requirement_name(r)) is not None}
    installed = provided.locked if provided.locked is not None else closure_of(requested)
    if top in _OF_THE_IMAGE:
        if installed & {"pip", "setuptools", "wheel"}:
            return None
        return "warning", f"{top!r} is in the image, but not in an environment of Headrace"
    if _may_provide(top, installed):
        return None
    known = top in DISTRIBUTIONS
    anonymous = any(requirement_name(r) is None for r in provided.requirements)
    complete = provided.locked is not None or all(n in BRINGS for n in requested)
    if not provided.requirements and not installed:
        return _grave(provided), f"{top!r} is imported, and the component installs no packages"
    if anonymous and provided.locked is None:
        return None
    if complete and known:
        return _grave(provided), f"none of the step's packages provides {top!r}"
    if complete:
        return "warning", f"none of the step's packages seems to provide {top!r}"
    if known:
        return "warning", f"no package that provides {top!r} is listed"
    return None


def _grave(provided: Provided) -> Severity:
    return "error" if provided.plain_image else "warning"


def _may_provide(top: str, installed: Collection[str]) -> bool:
    return bool(import_guesses(top) & set(installed)) or any(
        normalised(top) == name or name.endswith(f"-{normalised(top)}") for name in installed
    )


def _hint(top: str, provided: Provided) -> str:
    names = DISTRIBUTIONS.get(top)
    if names:
        return f"add {names[0]!r} to packages_to_install"
    if top in _OF_THE_IMAGE:
        return f"add {'setuptools' if top == 'pkg_resources' else top!r} to packages_to_install"
    text = f"add the package that provides {top!r} to packages_to_install"
    if not provided.plain_image:
        return f"{text}, unless the image has it"
    return f"{text}; a module of your own is not shipped: pass its functions as additional_funcs"


def _relative(function: FunctionSource, node: ast.ImportFrom) -> Problem:
    return function.problem(
        node,
        CODE_RELATIVE,
        f"{function.node.name!r} imports from {'.' * node.level}{node.module or ''}, which is not "
        "shipped with it",
        "pass the functions as additional_funcs, or install their package by packages_to_install",
    )


def _imports(
    node: ast.AST, *, guarded: bool = False
) -> Iterator[tuple[ast.Import | ast.ImportFrom, list[str], bool]]:
    """Yield each import statement that runs, its modules, and whether its failure is caught."""
    match node:
        case ast.Import():
            yield node, [alias.name for alias in node.names], guarded
        case ast.ImportFrom():
            yield node, [] if node.level else [node.module or ""], guarded
        case ast.Try() | ast.TryStar():
            inside = guarded or any(catches(handler, _FAILURES) for handler in node.handlers)
            for child in node.body:
                yield from _imports(child, guarded=inside)
            # A handler's import is the way out where the first one fails.
            for child in [*node.handlers, *node.orelse, *node.finalbody]:
                yield from _imports(child, guarded=inside)
        case ast.If() if is_type_checking(node.test):
            for child in node.orelse:
                yield from _imports(child, guarded=guarded)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _imports(child, guarded=guarded)


def _changes_imports(node: ast.AST) -> bool:
    """Return whether the function may install packages or change where imports look."""
    for part in ast.walk(node):
        match part:
            case ast.Attribute(value=ast.Name(id="sys"), attr="path" | "modules" | "meta_path"):
                return True
            case ast.Constant(value=str(text)) if "pip" in text.split() or text == "pip3":
                return True
            case _:
                continue
    return False
