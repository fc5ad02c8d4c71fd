"""Cron expressions as KFP reads them: six fields with the second first, the last one optional.

The grammar is that of the cron library of KFP's schedule controller (robfig/cron 1.2, facts D.5):
``second minute hour day-of-month month [day-of-week]``, lists, ranges, steps, names, ``*`` and
``?``, or a descriptor such as ``@daily`` and ``@every 1h30m``. A five-field crontab is therefore
read with its first field as seconds; ``advice`` says so. May not know zones or dates.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from headrace.errors import InvalidRequest
from headrace.schedules.durations import every_seconds

MAX_LENGTH = 1000
_FORM = "second minute hour day-of-month month [day-of-week], such as '0 30 9 * * 1-5'"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NUMBER = re.compile(r"\+?[0-9]{1,18}")
_EVERY = "@every "
_DESCRIPTORS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}


class _Field(msgspec.Struct, frozen=True):
    """A place of an expression: its name, its bounds and the words that stand for numbers."""

    name: str
    low: int
    high: int
    words: dict[str, int] = {}


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, {word: number for number, word in enumerate(_MONTHS, 1)}),
    _Field("day of week", 0, 6, {word: number for number, word in enumerate(_WEEKDAYS)}),
)


class Cron(msgspec.Struct, frozen=True):
    """A set of times of day and of days.

    Attributes:
        written: How many fields the expression has; zero for a descriptor.
        weekdays: Days of the week, Sunday is 0.
        any_day: Whether the day of month has a ``*`` or ``?``.
        any_weekday: Whether the day of week has one. When neither has, a day fits that fits
            either of the two; else it must fit both, also the steps of a ``*``.
    """

    written: int
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    any_day: bool
    any_weekday: bool

    def day_fits(self, month: int, day: int, weekday: int) -> bool:
        """Return whether a date is one of the days; Sunday is 0."""
        if month not in self.months:
            return False
        if self.any_day or self.any_weekday:
            return day in self.days and weekday in self.weekdays
        return day in self.days or weekday in self.weekdays

    def first_of_day(self, earliest: int) -> int | None:
        """Return the first fitting second of a day, counted from midnight, not before that one."""
        hour, rest = divmod(earliest, 3600)
        minute, second = divmod(rest, 60)
        for h in self.hours:
            if h > hour:
                return h * 3600 + self.minutes[0] * 60 + self.seconds[0]
            if h == hour:
                for m in self.minutes:
                    if m > minute:
                        return h * 3600 + m * 60 + self.seconds[0]
                    if m == minute:
                        for s in self.seconds:
                            if s >= second:
                                return h * 3600 + m * 60 + s
        return None


class Every(msgspec.Struct, frozen=True):
    """A constant delay, of ``@every``."""

    seconds: int


@lru_cache(maxsize=1024)
def parse(expression: str) -> Cron | Every:
    """Return what a cron expression means.

    Raises:
        InvalidRequest: It is not one, or names days that do not exist, such as 31 February.
    """
    if len(expression) > MAX_LENGTH:
        message = f"the cron expression has {len(expression)} characters"
        raise InvalidRequest(message, hint=f"write at most {MAX_LENGTH}")
    if expression.startswith(_EVERY):
        return Every(every_seconds(expression.removeprefix(_EVERY)))
    if expression.startswith("@"):
        return _descriptor(expression)
    texts = expression.split()
    if len(texts) not in (len(_FIELDS) - 1, len(_FIELDS)):
        message = f"cron expression {_shown(expression)} has {len(texts)} fields, not 5 or 6"
        raise InvalidRequest(message, hint=f"write {_FORM}")
    return _possible(_of_fields(texts), expression)


def _descriptor(expression: str) -> Cron:
    meaning = _DESCRIPTORS.get(expression)
    if meaning is None:
        message = f"cron descriptor {_shown(expression)} is not known"
        known = ", ".join(sorted(_DESCRIPTORS))
        raise InvalidRequest(message, hint=f"use one of {known} or @every <duration>")
    return msgspec.structs.replace(_of_fields(meaning.split()), written=0)


def _of_fields(texts: list[str]) -> Cron:
    whole = [*texts, "*"][: len(_FIELDS)]
    read = [_values(text, field) for text, field in zip(whole, _FIELDS, strict=True)]
    sets = [values for values, _ in read]
    return Cron(len(texts), *sets[:3], *sets[3:], any_day=read[3][1], any_weekday=read[5][1])


def _possible(cron: Cron, expression: str) -> Cron:
    """Return it when some date fits; with a list of weekdays beside the days some always does."""
    weekday_alone = not (cron.any_day or cron.any_weekday)
    fits = any(cron.days[0] <= _LONGEST_MONTH[month - 1] for month in cron.months)
    if not (weekday_alone or fits):
        months = ", ".join(_MONTHS[month - 1].capitalize() for month in cron.months)
        message = f"cron expression {_shown(expression)} never fires"
        hint = f"{months} has no day {cron.days[0]}: name a day that exists"
        raise InvalidRequest(message, hint=hint)
    return cron


def _values(text: str, field: _Field) -> tuple[tuple[int, ...], bool]:
    """Return the numbers of a field, ascending, and whether it has a star."""
    numbers: set[int] = set()
    star = False
    for part in filter(None, text.split(",")):
        values, starred = _range(part, field)
        numbers.update(values)
        star = star or starred
    if not numbers:
        raise _wrong(field, text, "has no value")
    return tuple(sorted(numbers)), star


def _range(text: str, field: _Field) -> tuple[range, bool]:
    span, *steps = text.split("/")
    first, *last = span.split("-")
    if len(steps) > 1:
        raise _wrong(field, text, "has more than one '/'")
    star = first in ("*", "?")  # what follows a hyphen after a star is not read, as in KFP
    if star:
        low, high = field.low, field.high
    elif len(last) > 1:
        raise _wrong(field, text, "has more than one '-'")
    else:
        low = _number(first, field, text)
        high = _number(last[0], field, text) if last else low
    if steps and len(last) == 0:
        high = field.high
    step = _number(steps[0], msgspec.structs.replace(field, words={}), text) if steps else 1
    _check_bounds(low, high, step, field, text)
    return range(low, high + 1, step), star


def _number(text: str, field: _Field, whole: str) -> int:
    word = field.words.get(text.lower())
    if word is not None:
        return word
    if _NUMBER.fullmatch(text) is None:
        raise _wrong(field, whole, f"has {_shown(text)} where a number belongs")
    return int(text)


def _check_bounds(low: int, high: int, step: int, field: _Field, text: str) -> None:
    if field.name == "day of week" and high == len(_WEEKDAYS):
        message = f"{field.name} {_shown(text)} of the cron expression goes beyond 6"
        raise InvalidRequest(message, hint="Sunday is 0, Saturday 6; KFP does not take 7")
    if low < field.low:
        raise _wrong(field, text, f"begins below {field.low}")
    if high > field.high:
        raise _wrong(field, text, f"goes beyond {field.high}")
    if low > high:
        raise _wrong(field, text, "begins after its end")
    if step == 0:
        raise _wrong(field, text, "has a step of 0")


def _wrong(field: _Field, text: str, what: str) -> InvalidRequest:
    message = f"{field.name} {_shown(text)} of the cron expression {what}"
    hint = f"the {field.name} goes from {field.low} to {field.high}; write {_FORM}"
    return InvalidRequest(message, hint=hint)


def _shown(text: str) -> str:
    short = text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - fits one line
    return ascii(short)
