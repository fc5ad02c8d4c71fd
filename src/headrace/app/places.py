"""Where the functions of steps stand in the user's files, so that tracebacks can name them.

The IR does not say it. Components are recognised by the source text that they ship, which is in
the IR, so that it does not matter how the compiler named them. Knows nothing of authoring objects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec


class SourcePlace(msgspec.Struct, frozen=True):
    """A function in a user's file: the line of its ``def``, counted from 1."""

    file: str
    line: int


def source_key(source: str) -> str:
    """Return the key under which the place of a shipped source is kept."""
    return hashlib.sha256(source.encode()).hexdigest()[:24]


def place_of(source: str, places: Mapping[str, SourcePlace]) -> SourcePlace | None:
    """Return where the shipped source was written, when that is known."""
    return places.get(source_key(source))
