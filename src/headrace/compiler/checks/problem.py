"""One thing that is wrong in the user's source, as a value that editors and people can read.

Knows nothing of how problems are found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from headrace.errors import CompilationFailed, HeadraceError

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A place in the user's source, and what is wrong there.

    Attributes:
        file: Path as the user gave it; empty where no place is known.
        line: Counted from 1; zero where no place is known.
        column: Counted from 1, in characters; zero where only the line is known.
        code: Stable identifier, such as ``HR1301``.
        message: What is wrong, in one line.
        hint: What to do about it; empty where nothing can be said.
        severity: An error is certain to fail; a warning may be fine.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def to_dict(self) -> dict[str, Any]:
        """Return the problem as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        headline = f"{place}: {self.severity}: {self.message} [{self.code}]".removeprefix(": ")
        return f"{headline}\n  fix: {self.hint}" if self.hint else headline


def problems_of_error(error: HeadraceError) -> list[Problem]:
    """Return an error of the authoring layer or the compiler as problems, one for each mistake."""
    if isinstance(error, CompilationFailed):
        return [problem for part in error.problems for problem in problems_of_error(part)]
    place = error.where[0] if error.where else None
    return [
        Problem(
            file=place.file if place else "",
            line=place.line if place else 0,
            column=0,
            code=error.code,
            message=error.message.partition("\n")[0],
            hint=error.hint or "",
        )
    ]
