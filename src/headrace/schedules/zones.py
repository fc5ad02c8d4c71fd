"""Time zones: from instants to the clock on the wall and back, with the hours that a zone skips.

Instants are whole seconds since the epoch. Zones come from ``zoneinfo``; "UTC" needs no data.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from headrace.errors import InvalidRequest

DAY_S = 86400
_EPOCH = date(1970, 1, 1).toordinal()
_MAX_NAME = 100
#: The clocks of the Earth are at most this far from UTC, in seconds.
_FARTHEST_S = 15 * 3600


def zone(name: str | None) -> tzinfo:
    """Return the zone with this name of the IANA data base; None is UTC.

    Raises:
        InvalidRequest: There is no such zone here.
    """
    if name is None or name in ("", "UTC"):
        return UTC
    try:
        return ZoneInfo(name[:_MAX_NAME])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"time zone {name[:_MAX_NAME]!a} is not known here"
        hint = "name one of the IANA data base such as Europe/Berlin; without tzdata only UTC works"
        raise InvalidRequest(message, hint=hint) from error


def offset(instant: int, where: tzinfo) -> int:
    """Return how far the clocks of the zone are ahead of UTC at the instant, in seconds."""
    away = datetime.fromtimestamp(instant, where).utcoffset()
    return 0 if away is None else int(away / timedelta(seconds=1))


def local_date(instant: int, where: tzinfo) -> date:
    """Return the date on the wall at the instant."""
    return datetime.fromtimestamp(instant, where).date()


def midnight(day: date) -> int:
    """Return the day's midnight in UTC as an instant."""
    return (day.toordinal() - _EPOCH) * DAY_S


def segments_of_day(day: date, where: tzinfo) -> list[tuple[int, int, int]]:
    """Return the stretches of instants around a day, each with its offset, in order.

    They cover every instant that has this date in the zone, and more around it. Where clocks are
    put back, two stretches show the same time on the wall; where they are put forward, or a whole
    day is left out, no stretch shows what is missing. Two changes within 54 hours are not looked
    for: no zone has them.
    """
    begin = midnight(day) - _FARTHEST_S
    end = midnight(day) + DAY_S + _FARTHEST_S
    before, after = offset(begin, where), offset(end, where)
    if before == after:
        return [(begin, end, before)]
    low, high = begin, end
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle, where) == before else (low, middle)
    return [(begin, high, before), (high, end, after)]
