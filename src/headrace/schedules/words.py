"""A trigger as a sentence, for people who do not read cron.

Pure; the sentence says what the expression does here, not what was meant (see ``advice``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from headrace.schedules.cron import Cron, Every, parse
from headrace.schedules.durations import duration_words
from headrace.schedules.trigger import Trigger
from headrace.schedules.zones import zone

_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
#: The most times of day to name one by one.
_MOST_TIMES = 6
_SHORTEST_RANGE = 3
_HOURS = 24
_MINUTES = 60  # as many as there are seconds in one
_DAYS = 31


def describe(trigger: Trigger) -> str:
    """Return the trigger as a sentence without a full stop.

    Raises:
        InvalidRequest: The trigger cannot be used.

    Example:
        >>> describe(Trigger(cron="0 30 9 ? * 1,3"))
        'at 09:30 on Monday and Wednesday, UTC'
    """
    if trigger.cron is not None:
        match parse(trigger.cron):
            case Every(seconds):
                text = f"every {duration_words(seconds)}"
            case Cron() as cron:
                text = f"{_clock(cron)}{_days(cron)}, {trigger.time_zone or 'UTC'}"
    elif trigger.interval_s is not None:
        text = f"every {duration_words(trigger.interval_s)}"
    else:
        return "once, when it is created"
    return text + _span(trigger)


def _span(trigger: Trigger) -> str:
    where = zone(trigger.time_zone)

    def at(time: float) -> str:
        return f"{datetime.fromtimestamp(time, where):%Y-%m-%d %H:%M:%S}"

    start = "" if trigger.start_at is None else f", from {at(trigger.start_at)}"
    end = "" if trigger.end_at is None else f", until {at(trigger.end_at)}"
    return start + end


def _clock(cron: Cron) -> str:
    count = len(cron.seconds) * len(cron.minutes) * len(cron.hours)
    if count <= _MOST_TIMES:
        times = [
            f"{hour:02d}:{minute:02d}" + (f":{second:02d}" if cron.seconds != (0,) else "")
            for hour in cron.hours
            for minute in cron.minutes
            for second in cron.seconds
        ]
        return f"at {_listed(times)}"
    return _seconds_and_minutes(cron) + _hours(cron)


def _seconds_and_minutes(cron: Cron) -> str:
    whole = len(cron.minutes) == _MINUTES
    if cron.seconds == (0,):
        return "every minute" if whole else _every_or_at(cron.minutes, "minute")
    seconds = _every_or_at(cron.seconds, "second")
    if whole:
        return seconds if seconds.startswith("every") else f"{seconds} of every minute"
    return f"{seconds} of {_every_or_at(cron.minutes, 'minute').removeprefix('at ')}"


def _every_or_at(values: Sequence[int], unit: str) -> str:
    """Return which seconds of a minute, or minutes of an hour."""
    if len(values) == _MINUTES:
        return f"every {unit}"
    step = _step(values, _MINUTES)
    if step is not None:
        return f"every {step} {unit}s"
    return f"at {unit}{'s' if len(values) > 1 else ''} {_ranges(values, str)}"


def _hours(cron: Cron) -> str:
    hours = cron.hours
    if len(hours) == _HOURS:
        return "" if _regular(cron.minutes) else " of every hour"
    step = _step(hours, _HOURS)
    if step is not None:
        return f" of every {step} hours"
    if len(hours) >= _SHORTEST_RANGE and hours[-1] - hours[0] == len(hours) - 1:
        return f" from {hours[0]:02d}:00 to {hours[-1]:02d}:59"
    return f" of hour{'s' if len(hours) > 1 else ''} {_ranges(hours, str)}"


def _regular(minutes: Sequence[int]) -> bool:
    return len(minutes) == _MINUTES or _step(minutes, _MINUTES) is not None


def _days(cron: Cron) -> str:
    days = (
        ""
        if len(cron.days) == _DAYS
        else f"day{'s' if len(cron.days) > 1 else ''} {_ranges(cron.days, str)} of the month"
    )
    weekdays = (
        ""
        if len(cron.weekdays) == len(_WEEKDAYS)
        else _ranges(cron.weekdays, _WEEKDAYS.__getitem__)
    )
    months = (
        ""
        if len(cron.months) == len(_MONTHS)
        else f" in {_ranges(cron.months, lambda month: _MONTHS[month - 1])}"
    )
    either = not (cron.any_day or cron.any_weekday)
    if either and not (days and weekdays):
        days = weekdays = ""  # one of the two names every day, and either is enough
    if days and weekdays:
        text = (
            f" on {days} and on every {weekdays}" if either else f" on {days} if it is {weekdays}"
        )
    elif days or weekdays:
        text = f" on {days or weekdays}"
    else:
        text = "" if len(cron.hours) == _HOURS else " every day"
    return text + months


def _step(values: Sequence[int], size: int) -> int | None:
    """Return the step when the values are 0, step, 2 * step … through the whole."""
    if len(values) < _SHORTEST_RANGE - 1 or values[0] != 0:
        return None
    step = values[1]
    return step if tuple(values) == tuple(range(0, size, step)) and size % step == 0 else None


def _ranges(values: Sequence[int], name: Callable[[int], str]) -> str:
    """Return numbers or names as a list with its runs of three or more as ranges."""
    runs: list[list[int]] = []
    for value in values:
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    parts: list[str] = []
    for run in runs:
        if len(run) >= _SHORTEST_RANGE:
            parts.append(f"{name(run[0])} to {name(run[-1])}")
        else:
            parts += [name(value) for value in run]
    return _listed(parts)


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
