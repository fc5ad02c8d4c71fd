"""Text for people: durations, sizes, times, tables; names and messages made inert first."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

_KEPT = {"\t": "    "}
_FORBIDDEN = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def clean(text: str, *, lines: bool = False) -> str:
    r"""Return text without terminal escapes, control characters and direction overrides.

    Args:
        text: Anything a user or a step wrote.
        lines: Keep line breaks; otherwise they become ``\n`` in two characters.
    """
    if not lines:
        text = text.replace("\n", "\\n")
    return _FORBIDDEN.sub(lambda match: _KEPT.get(match[0], f"\\x{ord(match[0]):02x}"), text)


def duration(seconds: float) -> str:
    """Return a duration as people write it: ``0.04 s``, ``4.2 s``, ``3 min 4 s``, ``2 h 5 min``."""
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: int | None) -> str:
    """Return a number of bytes in binary units, or ``?`` when unknown."""
    if count is None:
        return "?"
    amount = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def moment(at: float | None) -> str:
    """Return a point of time in the local zone, or an empty string."""
    return "" if at is None else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows as aligned columns under a header."""
    cells = [list(header), *([clean(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
