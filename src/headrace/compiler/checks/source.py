"""The text of one function, and where its parts stand in the user's file.

Knows syntax trees and positions; nothing of rules.
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass

from headrace.compiler.checks.problem import Problem, Severity
from headrace.compiler.checks.scopes import FunctionNode


@dataclass(frozen=True, slots=True)
class FunctionSource:
    """A function as it stands in a file.

    Attributes:
        node: Its syntax tree.
        file: The file.
        first_line: Line of the file in which the text begins, counted from 1.
        lines: The text without the indentation that all of it shares.
        indentation: The characters of that indentation.
    """

    node: FunctionNode
    file: str
    first_line: int
    lines: tuple[str, ...]
    indentation: int

    def problem(
        self, node: ast.AST, code: str, message: str, hint: str = "", severity: Severity = "error"
    ) -> Problem:
        """Return the problem at a node of the tree."""
        line: int = getattr(node, "lineno", self.node.lineno)
        offset: int = getattr(node, "col_offset", 0)
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        # Trees count bytes of UTF-8, people and editors count characters.
        characters = len(text.encode()[:offset].decode(errors="replace"))
        column = characters + self.indentation + 1
        return Problem(self.file, self.first_line + line - 1, column, code, message, hint, severity)


def parse_function(source: str, file: str, first_line: int) -> FunctionSource | None:
    """Return the first function of the text, or None if it is none that can be read alone.

    Args:
        source: The function as ``inspect.getsource`` gives it: with decorators, and indented as in
            the file.
        file: The file, for problems.
        first_line: Line of the file in which the text begins, counted from 1.
    """
    text = textwrap.dedent(source)
    indentation = max(0, len(_first(source)) - len(_first(text)))
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return None
    functions = [n for n in body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not functions:
        return None
    return FunctionSource(functions[0], file, first_line, tuple(text.splitlines()), indentation)


def _first(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")
