"""Macros in the parameters of a run: its id and its times, put in when it is submitted.

Pure. The forms are those of KFP's API server (facts C.12): ``[[RunUUID]]``, ``[[Index]]``,
``[[ScheduledTime]]`` and ``[[CurrentTime]]`` in UTC, with a layout of Go's after a dot, and
``{{$.scheduledTime.strftime('%Y-%m-%d')}}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

_DEFAULT_LAYOUT = "20060102150405"
_MACRO = re.compile(r"\[\[(RunUUID|Index|ScheduledTime|CurrentTime)(?:\.([^\]]*))?\]\]")
_STRFTIME = re.compile(r"\{\{\$\.(scheduledTime|currentTime)\.strftime\('([^']*)'\)\}\}")
#: Elements of Go's layouts and what they stand for, the longest first.
_LAYOUT: tuple[tuple[str, Callable[[datetime], str]], ...] = (
    ("January", lambda time: time.strftime("%B")),
    ("Monday", lambda time: time.strftime("%A")),
    (".000000", lambda time: f".{time.microsecond:06d}"),
    ("-07:00", lambda _: "+00:00"),
    ("Z07:00", lambda _: "Z"),
    ("2006", lambda time: f"{time.year:04d}"),
    ("-0700", lambda _: "+0000"),
    (".000", lambda time: f".{time.microsecond // 1000:03d}"),
    ("Jan", lambda time: time.strftime("%b")),
    ("Mon", lambda time: time.strftime("%a")),
    ("MST", lambda _: "UTC"),
    ("01", lambda time: f"{time.month:02d}"),
    ("02", lambda time: f"{time.day:02d}"),
    ("03", lambda time: f"{(time.hour - 1) % 12 + 1:02d}"),
    ("04", lambda time: f"{time.minute:02d}"),
    ("05", lambda time: f"{time.second:02d}"),
    ("06", lambda time: f"{time.year % 100:02d}"),
    ("15", lambda time: f"{time.hour:02d}"),
    ("PM", lambda time: "AM" if time.hour < 12 else "PM"),  # noqa: PLR2004 - noon
    ("pm", lambda time: "am" if time.hour < 12 else "pm"),  # noqa: PLR2004 - noon
    ("_2", lambda time: f"{time.day:2d}"),
    ("1", lambda time: str(time.month)),
    ("2", lambda time: str(time.day)),
    ("3", lambda time: str((time.hour - 1) % 12 + 1)),
    ("4", lambda time: str(time.minute)),
    ("5", lambda time: str(time.second)),
)
_ELEMENT = re.compile("|".join(re.escape(element) for element, _ in _LAYOUT))
_MEANING: dict[str, Callable[[datetime], str]] = dict(_LAYOUT)


def render_macros(
    parameters: Mapping[str, Any],
    *,
    run_id: str,
    now: float,
    scheduled_at: float | None = None,
    index: int | None = None,
) -> dict[str, Any]:
    """Return the parameters with the macros in their strings replaced; values are not read again.

    Args:
        parameters: Parameters of the run; only those that are strings are looked at, as KFP does.
        run_id: Id of the run.
        now: When it is submitted, seconds since the epoch.
        scheduled_at: When it was due; None means now.
        index: Count of the runs of its schedule; None leaves ``[[Index]]`` as it is.
    """
    current = datetime.fromtimestamp(now, UTC)
    scheduled = current if scheduled_at is None else datetime.fromtimestamp(scheduled_at, UTC)

    def macro(match: re.Match[str]) -> str:
        name, layout = match.groups()
        if name == "RunUUID":
            return run_id
        if name == "Index":
            return match.group() if index is None else str(index)
        time = scheduled if name == "ScheduledTime" else current
        return _formatted(time, layout or _DEFAULT_LAYOUT)

    def strftime(match: re.Match[str]) -> str:
        time = scheduled if match.group(1) == "scheduledTime" else current
        return time.strftime(match.group(2))

    both = re.compile(f"(?P<macro>{_MACRO.pattern})|(?P<strftime>{_STRFTIME.pattern})")

    def either(match: re.Match[str]) -> str:
        found = _MACRO.fullmatch(match.group())
        if found is not None:
            return macro(found)
        found = _STRFTIME.fullmatch(match.group())
        return match.group() if found is None else strftime(found)

    return {
        name: both.sub(either, value) if isinstance(value, str) else value
        for name, value in parameters.items()
    }


def _formatted(time: datetime, layout: str) -> str:
    """Return a time in a layout of Go's: an example of the date 2006-01-02 15:04:05."""
    return _ELEMENT.sub(lambda match: _MEANING[match.group()](time), layout)
