"""Durations as Go writes them (``1h30m``, ``1.5h``), which ``@every`` takes, and as words.

Pure text and numbers; knows nothing of schedules.
"""

from __future__ import annotations

import re
from fractions import Fraction

from headrace.errors import InvalidRequest

#: Longest distance between two runs of a schedule, in seconds: ten years.
LONGEST_S = 3660 * 24 * 3600
_PART = r"(?:[0-9]{1,12}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})(?:ns|us|µs|μs|ms|s|m|h)"
_DURATION = re.compile(rf"\+?(?:{_PART}){{1,20}}")
_PARTS = re.compile(r"([0-9.]+)(ns|us|µs|μs|ms|s|m|h)")
_UNITS = {
    "ns": Fraction(1, 10**9),
    "us": Fraction(1, 10**6),
    "µs": Fraction(1, 10**6),
    "μs": Fraction(1, 10**6),
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "h": Fraction(3600),
}
_WORDS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def every_seconds(text: str) -> int:
    """Return a duration of Go's syntax in whole seconds; what is less than a second is cut.

    Raises:
        InvalidRequest: It is not a duration, shorter than a second or longer than ten years.
    """
    if _DURATION.fullmatch(text) is None:
        message = f"{text[:60]!a} after @every is not a duration"
        raise InvalidRequest(message, hint="write hours, minutes and seconds, such as 1h30m or 90s")
    total = sum(
        (Fraction(number) * _UNITS[unit] for number, unit in _PARTS.findall(text)), Fraction(0)
    )
    return checked_interval(int(total), "@every")


def checked_interval(seconds: int, what: str) -> int:
    """Return the distance between two runs when it can be used.

    Raises:
        InvalidRequest: It is shorter than a second or longer than ten years.
    """
    if not 1 <= seconds <= LONGEST_S:
        message = f"the interval of {what} is {seconds} s"
        raise InvalidRequest(message, hint=f"give 1 to {LONGEST_S} seconds (ten years)")
    return seconds


def duration_words(seconds: int) -> str:
    """Return a distance in words, such as ``1 hour and 30 minutes``, to follow "every"."""
    rest, parts = seconds, list[str]()
    for word, size in _WORDS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {word}" + ("s" if count > 1 else ""))
    if len(parts) == 1:
        return parts[0].removeprefix("1 ")  # "every hour"
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
