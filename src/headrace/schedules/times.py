"""When a trigger fires: the next time, the times in a span, the latest one.

A cron expression fires at every whole second whose time on the wall of its zone fits: an hour
that clocks skip in spring has no tick, one that they repeat in autumn has its ticks twice, as
with KFP. Every function ends in bounded time whatever it is given. Pure: the time is handed in.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta, tzinfo
from itertools import islice

from headrace.errors import InvalidRequest
from headrace.schedules.cron import Cron, Every, parse
from headrace.schedules.durations import checked_interval
from headrace.schedules.trigger import Trigger
from headrace.schedules.zones import DAY_S, local_date, midnight, segments_of_day, zone

#: Times that can be used, seconds since the epoch: from 1970 to the end of the year 9000.
LAST_TIME = 221845392000.0
#: How far the next day of an expression can be: 29 February over 2100, a weekday of 1 February.
_HORIZON_YEARS = 13
_MOST = 100_000


def validate(trigger: Trigger) -> None:
    """Check a trigger whole.

    Raises:
        InvalidRequest: It has two kinds, a wrong expression, interval, zone or span of time.
    """
    if trigger.cron is not None and trigger.interval_s is not None:
        message = "the trigger has a cron expression and an interval"
        raise InvalidRequest(message, hint="give one of the two")
    for name, at in (("start", trigger.start_at), ("end", trigger.end_at)):
        if at is not None:
            _checked_time(at, f"{name} of the trigger")
    start, end = trigger.start_at, trigger.end_at
    if start is not None and end is not None and end < start:
        raise InvalidRequest(
            "the trigger ends before it starts", hint="give an end after the start"
        )
    zone(trigger.time_zone)
    if trigger.cron is not None:
        parse(trigger.cron)
    if trigger.interval_s is not None:
        checked_interval(trigger.interval_s, "the trigger")


def next_time(trigger: Trigger, after: float, *, anchor: float | None = None) -> float | None:
    """Return the first time at which the trigger fires after that time, or None for never again.

    Start and end of the trigger belong to it: a tick exactly at them counts.

    Args:
        after: Seconds since the epoch; a tick at this time itself is not returned.
        anchor: From when on intervals are counted if the trigger has no later start, such as the
            creation of the recurring run; None means ``after``.

    Raises:
        InvalidRequest: The trigger or a time cannot be used.
    """
    _checked_time(after, "the time to go on from")
    if anchor is not None:
        _checked_time(anchor, "the anchor")
    earliest = math.floor(after) + 1
    if trigger.start_at is not None:
        earliest = max(earliest, math.ceil(trigger.start_at))
    found = _first_from(trigger, earliest, after if anchor is None else anchor)
    if found is None or (trigger.end_at is not None and found > trigger.end_at):
        return None
    return float(found)


def times(
    trigger: Trigger, after: float, count: int, *, anchor: float | None = None
) -> list[float]:
    """Return the next times after that one, at most so many; see ``next_time``."""
    whence = after if anchor is None else anchor
    return list(islice(_times(trigger, after, whence), max(0, min(count, _MOST))))


def missed(
    trigger: Trigger, after: float, until: float, *, limit: int = 1000, anchor: float | None = None
) -> list[float]:
    """Return the times after the one and up to the other, included, the oldest first.

    Args:
        limit: The most times to return.
    """
    _checked_time(until, "the end of the span")
    whence = after if anchor is None else anchor
    found: list[float] = []
    for at in islice(_times(trigger, after, whence), max(0, min(limit, _MOST))):
        if at > until:
            break
        found.append(at)
    return found


def latest_time(
    trigger: Trigger, after: float, until: float, *, anchor: float | None = None
) -> float | None:
    """Return the last time after the one and up to the other, included, or None.

    Costs the logarithm of the span, not the number of ticks in it.
    """
    whence = after if anchor is None else anchor

    def fires_since(at: float) -> bool:
        found = next_time(trigger, at, anchor=whence)
        return found is not None and found <= until

    if not fires_since(after):
        return None
    low, high = math.floor(after), math.floor(until)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fires_since(middle) else (low, middle)
    return next_time(trigger, max(float(low), after), anchor=whence)


def _times(trigger: Trigger, after: float, anchor: float) -> Iterator[float]:
    at = next_time(trigger, after, anchor=anchor)
    while at is not None:
        yield at
        at = next_time(trigger, at, anchor=anchor)


def _first_from(trigger: Trigger, earliest: int, anchor: float) -> int | None:
    """Return the first tick not before that second, whatever the end of the trigger."""
    if trigger.interval_s is not None:
        interval = checked_interval(trigger.interval_s, "the trigger")
        return _on_grid(_origin(trigger, anchor), interval, earliest)
    if trigger.cron is None:
        return None
    match parse(trigger.cron):
        case Every(seconds):
            return _on_grid(_origin(trigger, anchor), seconds, earliest)
        case Cron() as cron:
            return _on_wall(cron, zone(trigger.time_zone), earliest)


def _origin(trigger: Trigger, anchor: float) -> int:
    start = trigger.start_at
    return math.floor(anchor) if start is None or start < anchor else math.ceil(start)


def _on_grid(origin: int, interval: int, earliest: int) -> int | None:
    found = origin + -((origin - earliest) // interval) * interval
    return found if found <= LAST_TIME else None


def _on_wall(cron: Cron, where: tzinfo, earliest: int) -> int | None:
    for day in _days(cron, local_date(earliest, where)):
        found = _on_day(cron, day, where, earliest)
        if found is not None:
            # Clocks put back over midnight show the end of a day again after the next one began.
            following = _on_day(cron, day + timedelta(days=1), where, earliest)
            return found if following is None else min(found, following)
    return None


def _on_day(cron: Cron, day: date, where: tzinfo, earliest: int) -> int | None:
    """Return the first tick of a day not before that second; clocks may change during the day."""
    if not cron.day_fits(day.month, day.day, day.isoweekday() % 7):
        return None
    start = midnight(day)
    for begin, end, offset in segments_of_day(day, where):
        on_the_wall = max(begin, earliest) + offset - start
        if on_the_wall < DAY_S:
            second = cron.first_of_day(max(0, on_the_wall))
            if second is not None and start + second - offset < end:
                return start + second - offset
    return None


def _days(cron: Cron, first: date) -> Iterator[date]:
    """Yield the fitting dates from that one on (the day before it too, for clocks put back)."""
    day = first - timedelta(days=1)
    for year in range(day.year, min(first.year + _HORIZON_YEARS, date.max.year)):
        for month in cron.months:
            if (year, month) < (day.year, day.month):
                continue
            starts, length = monthrange(year, month)
            for number in range(1, length + 1):
                weekday = (starts + number) % 7  # monthrange counts from Monday, cron from Sunday
                if cron.day_fits(month, number, weekday) and date(year, month, number) >= day:
                    yield date(year, month, number)


def _checked_time(at: float, what: str) -> None:
    if not 0 <= at <= LAST_TIME:  # also NaN
        message = f"{what} is {at} s, which is no time that can be used"
        raise InvalidRequest(message, hint="give seconds since 1970, before the year 9000")
