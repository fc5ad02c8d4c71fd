"""Problems of a document: how they are gathered, placed and reported together.

Pure. Every problem is a ``SpecError`` with its path; a pass hands all of its problems over at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from headrace.errors import SpecError

#: More than this many are not worth reading, nor the time to gather them.
MAX_PROBLEMS = 50
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w-]*")


class InvalidDocument(SpecError):
    """Several problems of one document.

    Attributes:
        problems: The single errors, in the order of the document.
    """

    default_code = "HR2001"

    def __init__(self, problems: Sequence[SpecError]) -> None:
        self.problems = tuple(problems)
        lines = [f"{problem.path or '.'}: {problem.message}" for problem in problems]
        counted = f"{len(problems)} problems"
        super().__init__("\n  ".join([f"{counted} in the pipeline document", *lines]))
        self.path = problems[0].path
        self.hint = next((problem.hint for problem in problems if problem.hint), None)


class Problems:
    """Gathers the problems of one pass."""

    def __init__(self) -> None:
        self._found: list[SpecError] = []

    def add(self, path: str, message: str, *, code: str, hint: str | None = None) -> None:
        """Note a problem; those beyond the limit only stop the pass.

        Args:
            path: Where in the document.
            message: What is wrong, one line.
            code: Stable identifier.
            hint: What to do about it.
        """
        if len(self._found) < MAX_PROBLEMS:
            self._found.append(SpecError(message, path=path, hint=hint, code=code))

    @property
    def full(self) -> bool:
        """Whether looking for more is of no use."""
        return len(self._found) >= MAX_PROBLEMS

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_if_any(self) -> None:
        """Raise what was found.

        Raises:
            SpecError: The one problem, or an ``InvalidDocument`` that holds them all.
        """
        if len(self._found) == 1:
            raise self._found[0]
        if self._found:
            raise InvalidDocument(self._found)


def join(path: str, key: str | int) -> str:
    """Return the path of a member.

    Example:
        >>> join(join("root.dag.tasks", "fit"), "a b"), join("args", 0)
        ("root.dag.tasks.fit['a b']", 'args[0]')
    """
    if isinstance(key, int):
        return f"{path}[{key}]"
    short = key if len(key) <= 80 else key[:77] + "..."  # noqa: PLR2004 - fits on a line
    if not _PLAIN_KEY.fullmatch(short):
        return f"{path}[{short!a}]"
    return f"{path}.{short}" if path else short


def offer(name: str, known: Iterable[str]) -> str:
    """Return a hint for a name that is not among those known.

    Example:
        >>> offer("trian", ["train", "load"])
        'did you mean train?'
    """
    names = sorted(known)
    close = get_close_matches(name[:100], names[:5000], 1)
    if close:
        return f"did you mean {close[0]}?"
    if not names:
        return "there is none"
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""  # noqa: PLR2004 - one line
    return f"there is {', '.join(names[:10])}{more}"
