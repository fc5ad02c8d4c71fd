"""Cron and interval arithmetic: when a recurring run is due. Pure: the time is handed in.

``Trigger`` says when; ``validate`` checks it, ``next_time``, ``times``, ``missed`` and
``latest_time`` say when it fires, ``describe`` says it in words and ``warnings`` what about it is
likely not meant.
"""

from __future__ import annotations

from headrace.schedules.advice import warnings
from headrace.schedules.cron import Cron, Every, parse
from headrace.schedules.times import latest_time, missed, next_time, times, validate
from headrace.schedules.trigger import Trigger
from headrace.schedules.words import describe

__all__ = [
    "Cron",
    "Every",
    "Trigger",
    "describe",
    "latest_time",
    "missed",
    "next_time",
    "parse",
    "times",
    "validate",
    "warnings",
]
