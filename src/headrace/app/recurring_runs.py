"""Recurring runs of a home, for the command line: made, looked at, switched, removed, filled up.

Their ticks are carried out by a server on the same home.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from headrace import ir, schedules
from headrace.app.home import Home
from headrace.app.served_ticks import ServedTicks
from headrace.app.serving import services
from headrace.controller.recurring import (
    Slot,
    backfill,
    backfill_slots,
    first_tick,
    tick_after_change,
)
from headrace.errors import InvalidRequest
from headrace.ir.model import Document
from headrace.schedules import Trigger
from headrace.schedules.zones import zone
from headrace.server.catalog import checked_name, latest_version
from headrace.server.documents import Source, keep, kept
from headrace.store import DEFAULT_EXPERIMENT, Query, RecurringRun, RecurringRunUpdate

SHOWN_TIMES = 5
_MOST_CONCURRENT = 100
_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A recurring run to make; ``source`` or the name of a pipeline of the catalog.

    Attributes:
        pipeline: Its latest version is run at each tick.
    """

    name: str
    trigger: Trigger
    source: Source | None = None
    pipeline: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    max_concurrency: int = 1
    catchup: bool = True
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Preview:
    """What a trigger means, what may surprise about it, and its next times."""

    sentence: str
    warnings: list[str]
    next: list[float]


def preview(trigger: Trigger, *, anchor: float | None = None) -> Preview:
    """Return what a trigger means, before anything is saved.

    Raises:
        InvalidRequest: It cannot be used.
    """
    now = time.time()
    schedules.validate(trigger)
    times = schedules.times(trigger, now, SHOWN_TIMES, anchor=anchor)
    if trigger.cron is None and trigger.interval_s is None:
        times = [at for at in (first_tick(trigger, now),) if at is not None]
    return Preview(schedules.describe(trigger), schedules.warnings(trigger, now=now), times)


def prepared(home: Home, wanted: Wanted) -> RecurringRun:
    """Check everything and return the recurring run, which is not saved yet.

    Raises:
        HeadraceError: Something about it is wrong.
    """
    given = services(home, lambda: None, None)
    if not 1 <= wanted.max_concurrency <= _MOST_CONCURRENT:
        message = f"the maximum at once is {wanted.max_concurrency}"
        raise InvalidRequest(message, hint=f"give 1 to {_MOST_CONCURRENT}")
    pipeline_id, source = None, wanted.source
    if wanted.pipeline is not None:
        pipeline = home.store.pipeline_named("", wanted.pipeline)
        pipeline_id = pipeline.id
        source = kept(home.store, latest_version(given, pipeline.id).document)
    if source is None:
        raise InvalidRequest("no pipeline is named", hint="give a file, or --pipeline NAME")
    given.runs.check(source.spec, source.platform, wanted.parameters)
    now = time.time()
    return RecurringRun(
        id=str(uuid.uuid4()),
        namespace="",
        experiment=DEFAULT_EXPERIMENT,
        display_name=checked_name(wanted.name or source.pipeline_name, "recurring run"),
        created_at=now,
        updated_at=now,
        trigger=wanted.trigger,
        pipeline_id=pipeline_id,
        document=None if pipeline_id else keep(home.store, source),
        parameters=dict(wanted.parameters),
        max_concurrency=wanted.max_concurrency,
        enabled=wanted.enabled,
        catchup=wanted.catchup,
        next_tick_at=first_tick(wanted.trigger, now, catchup=wanted.catchup),
    )


def latest_document(home: Home, pipeline: str) -> Document:
    """Return the document of the latest version of a pipeline of the catalog.

    Raises:
        NotFound: There is no such pipeline, or it has no version.
    """
    given = services(home, lambda: None, None)
    found = home.store.pipeline_named("", pipeline)
    source = kept(home.store, latest_version(given, found.id).document)
    return ir.read_dict(source.spec, source.platform)


def every(home: Home) -> list[RecurringRun]:
    """Return all recurring runs, the newest first."""
    found: list[RecurringRun] = []
    token: str | None = None
    while home.exists:
        page = home.store.find_recurring_runs(Query(limit=_PAGE, page_token=token))
        found += page.items
        token = page.next_token
        if token is None:
            break
    return found


def set_enabled(home: Home, recurring: RecurringRun, *, enabled: bool) -> RecurringRun:
    """Switch a recurring run on, from now on, or off."""
    now = time.time()
    change = RecurringRunUpdate(enabled=enabled)
    if enabled and not recurring.enabled:
        next_at = tick_after_change(recurring, recurring.trigger, now)
        change = RecurringRunUpdate(enabled=True, next_tick_at=next_at)
    return home.store.update_recurring_run(recurring.id, change, now=now)


def fill_up(
    home: Home, recurring: RecurringRun, begin: float, end: float, *, most: int, plan: bool
) -> list[Slot]:
    """Make the runs of ticks in a span, both ends included; ``plan`` makes none.

    Returns:
        All ticks of the span; those whose run was there already are left alone.

    Raises:
        HeadraceError: The span is wrong, or a run cannot be made; then none was.
    """
    slots = backfill_slots(home.store, recurring, begin, end, most=most)
    if not plan:
        ticks = ServedTicks(services(home, lambda: None, None))
        backfill(home.store, ticks.prepare, recurring, slots)
    return slots


def instant(text: str, time_zone: str | None) -> float:
    """Return a time that a person wrote, in that zone unless it names an offset itself.

    Raises:
        InvalidRequest: It is no time.
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text[:60]!a} is no time"
        hint = "write 2024-05-01, 2024-05-01T09:30 or 2024-05-01T09:30:00+02:00"
        raise InvalidRequest(message, hint=hint) from error
    return (read if read.tzinfo else read.replace(tzinfo=zone(time_zone))).timestamp()
