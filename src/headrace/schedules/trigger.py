"""What makes a recurring run fire: a cron expression, an interval, or nothing (once)."""

from __future__ import annotations

import msgspec


class Trigger(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """When to fire; with neither expression nor interval it is once, at creation.

    Attributes:
        cron: Expression as KFP reads it, see ``cron``.
        interval_s: Distance between two ticks, in seconds.
        start_at: Earliest tick, seconds since the epoch; included.
        end_at: Latest tick, seconds since the epoch; included.
        time_zone: Name of the IANA data base for the expression; None is UTC.
    """

    cron: str | None = None
    interval_s: int | None = None
    start_at: float | None = None
    end_at: float | None = None
    time_zone: str | None = None
