"""A parameter that a function declares and never uses.

Knows syntax trees only. Always a warning: an unused parameter does no harm by itself, but is what
is left of a misspelt or forgotten one.
"""

from __future__ import annotations

import ast

from headrace.compiler.checks.problem import Problem
from headrace.compiler.checks.source import FunctionSource

CODE = "HR1304"
_SEES_ALL = frozenset({"eval", "exec", "locals", "vars"})


def check_parameters(function: FunctionSource) -> list[Problem]:
    """Return each parameter that is never used."""
    node = function.node
    if _is_stub(node.body):
        return []
    # Also the names that nested functions use, and those that are assigned to: no false alarms.
    used = {n.id for part in node.body for n in ast.walk(part) if isinstance(n, ast.Name)}
    if used & _SEES_ALL:
        return []
    arguments = node.args
    return [
        function.problem(
            argument,
            CODE,
            f"{node.name!r} never uses its parameter {argument.arg!r}",
            "use it or remove it",
            "warning",
        )
        for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        if argument.arg not in used and not argument.arg.startswith("_")
    ]


def _is_stub(body: list[ast.stmt]) -> bool:
    """Return whether a body does nothing: it has constants, ``pass`` and ``raise`` alone."""
    return all(
        isinstance(part, ast.Pass | ast.Raise)
        or (isinstance(part, ast.Expr | ast.Return) and isinstance(part.value, ast.Constant | None))
        for part in body
    )
