"""A name that a function takes from its file, which is not shipped with it.

Knows scopes and what is shipped; nothing of packages.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from headrace.compiler.checks.problem import Problem
from headrace.compiler.checks.scopes import Use, bound_names, outer_uses
from headrace.compiler.checks.source import FunctionSource

CODE = "HR1301"


@dataclass(frozen=True, slots=True)
class Definition:
    """How a name comes to be in the user's file.

    Attributes:
        kind: What binds it.
        line: Where, counted from 1.
        statement: The statement that would bind it elsewhere too; empty unless an import.
    """

    kind: Literal["import", "function", "class", "value"]
    line: int
    statement: str = ""


def check_names(
    function: FunctionSource, shipped: Collection[str], module: Mapping[str, Definition]
) -> list[Problem]:
    """Return each name that the function will not find, where it is used first.

    Args:
        function: The function.
        shipped: Names that it finds outside itself.
        module: What the user's file defines at its top level.
    """
    first: dict[str, Use] = {}
    for use in outer_uses(function.node):
        if use.name not in shipped and use.name != function.node.name and not use.guarded:
            first.setdefault(use.name, use)
    severity = "warning" if _makes_names(function.node) else "error"
    return [
        function.problem(
            use.node,
            CODE,
            _message(use, function.node.name, module),
            _hint(use, module, shipped),
            severity,
        )
        for use in first.values()
    ]


def definitions(module: str) -> dict[str, Definition]:
    """Return what a file defines at its top level; nothing when it cannot be parsed."""
    try:
        body = ast.parse(module).body
    except (SyntaxError, ValueError, RecursionError):
        return {}
    found: dict[str, Definition] = {}
    for statement in body:
        for name in bound_names([statement]):
            found[name] = _definition(statement, name)
    return found


def _definition(statement: ast.stmt, name: str) -> Definition:
    for node in ast.walk(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                if name == (alias.asname or alias.name.partition(".")[0]):
                    return Definition("import", node.lineno, _import(node, alias))
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return Definition("function", statement.lineno)
        case ast.ClassDef():
            return Definition("class", statement.lineno)
        case _:
            return Definition("value", statement.lineno)


def _import(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    named = alias.name + (f" as {alias.asname}" if alias.asname else "")
    if isinstance(node, ast.Import):
        return f"import {named}"
    return f"from {'.' * node.level}{node.module or ''} import {named}"


def _message(use: Use, function: str, module: Mapping[str, Definition]) -> str:
    found = module.get(use.name)
    where = "" if use.place == "body" else "the signature of "
    if found is None:
        return f"{where}{function!r} uses {use.name!r}, which is not defined inside it"
    verb = "imported" if found.kind == "import" else "defined"
    return (
        f"{where}{function!r} uses {use.name!r}, which is {verb} outside it, in line {found.line}"
    )


def _hint(use: Use, module: Mapping[str, Definition], shipped: Collection[str]) -> str:
    found = module.get(use.name)
    if use.place == "default":
        return "write the value itself: only the function is shipped"
    if use.place == "annotation":
        return "use built-in types, or names of typing and kfp.dsl without a prefix"
    match found:
        case Definition(kind="import"):
            return f"write `{found.statement}` inside the function: only the function is shipped"
        case Definition(kind="function"):
            return f"pass additional_funcs=[{use.name}] to the component, or define it inside"
        case Definition(kind="class"):
            return "define the class inside the function: only the function is shipped"
        case Definition():
            return "define it inside the function or pass it as an argument"
        case None:
            near = difflib.get_close_matches(use.name, list(shipped), 1, 0.8)
            if near:
                return f"did you mean {near[0]!r}?"
            return "import or define it inside the function: only the function is shipped"


def _makes_names(node: ast.AST) -> bool:
    """Return whether code inside may define names in ways that cannot be seen."""
    return any(
        isinstance(n, ast.Call)
        and isinstance(n.func, ast.Name)
        and n.func.id in ("exec", "globals")
        for n in ast.walk(node)
    )
