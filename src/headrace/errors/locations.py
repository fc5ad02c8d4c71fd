"""Places in the user's source, and how to find the one that called us."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import PurePath

_OWN_ROOT = str(PurePath(__file__).parent.parent)


@dataclass(frozen=True, slots=True)
class Location:
    """A line in a file of the user's.

    Attributes:
        file: Path as Python reports it.
        line: Line number, counted from 1.
        text: What stands there, or what of it matters; may be empty.
    """

    file: str
    line: int
    text: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place}  {self.text}" if self.text else place


def caller_location(text: str = "") -> Location | None:
    """Return the innermost line on the stack that is not Headrace's own.

    Args:
        text: What the location should show beside it.
    """
    # inspect.stack reads source files and is a thousand times slower.
    frame = sys._getframe(1)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    while frame is not None and frame.f_code.co_filename.startswith(_OWN_ROOT):
        frame = frame.f_back
    return None if frame is None else Location(frame.f_code.co_filename, frame.f_lineno, text)
