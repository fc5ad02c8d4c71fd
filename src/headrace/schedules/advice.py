"""What is likely not meant about a trigger that is valid: said before it is saved.

Pure. The commonest: a crontab of five fields, which KFP reads with its first field as seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime

from headrace.errors import InvalidRequest
from headrace.schedules.cron import Cron, parse
from headrace.schedules.times import next_time
from headrace.schedules.trigger import Trigger
from headrace.schedules.words import describe

_CRONTAB_FIELDS = 5
_OFTEN_S = 60
_SHORT_MONTH = 28


def warnings(trigger: Trigger, *, now: float | None = None) -> list[str]:
    """Return sentences about what may surprise; an empty list when nothing does.

    Args:
        now: Seconds since the epoch, to say that a trigger is over; None leaves that out.

    Raises:
        InvalidRequest: The trigger cannot be used.
    """
    found: list[str] = []
    if trigger.cron is not None:
        match parse(trigger.cron):
            case Cron() as cron:
                found += _about_cron(trigger, trigger.cron, cron)
            case _:
                pass
    if trigger.interval_s is not None and trigger.time_zone:
        found.append("the time zone has no effect on an interval")
    if now is not None and (trigger.cron or trigger.interval_s):
        found += _about_end(trigger, now)
    return found


def _about_cron(trigger: Trigger, expression: str, cron: Cron) -> list[str]:
    found: list[str] = []
    if cron.written == _CRONTAB_FIELDS:
        found.append(_five_fields(trigger, expression))
    if len(cron.seconds) > 1:
        found.append(f"this fires {len(cron.seconds)} times a minute; each is a run")
    if cron.any_weekday and min(cron.days) > _SHORT_MONTH:
        found.append(f"months without a day {min(cron.days)} are left out")
    if not (cron.any_day or cron.any_weekday):
        found.append(
            "day of month and day of week are both given: it fires on days that fit either of them"
        )
    return found


def _five_fields(trigger: Trigger, expression: str) -> str:
    meaning = describe(_only(trigger, expression))
    text = (
        f"this expression has five fields, and KFP reads the first as seconds: it means '{meaning}'"
    )
    meant = f"0 {' '.join(expression.split())}"
    try:
        intended = describe(_only(trigger, meant))
    except InvalidRequest:
        return text  # its five fields are no crontab either
    return f"{text}; a crontab with the minute first is written '{meant}': '{intended}'"


def _about_end(trigger: Trigger, now: float) -> list[str]:
    if next_time(trigger, now) is not None:
        return []
    if trigger.end_at is not None and trigger.end_at <= now:
        end = datetime.fromtimestamp(trigger.end_at, UTC)
        return [f"it ended at {end:%Y-%m-%d %H:%M:%S} UTC and does not fire any more"]
    return ["it does not fire between now and its end"]


def _only(trigger: Trigger, expression: str) -> Trigger:
    return Trigger(cron=expression, time_zone=trigger.time_zone)
