"""Recurring runs: made, changed, switched on and off, filled up, and shown before they exist."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from headrace import schedules
from headrace.controller.recurring import (
    Tick,
    backfill,
    backfill_slots,
    first_tick,
    tick_after_change,
)
from headrace.schedules import Trigger
from headrace.server.catalog import Chosen, checked_name, checked_text, source_of_recurring
from headrace.server.documents import Source, keep
from headrace.server.named import recurring_named
from headrace.server.native.lists import Listed, ListQuery, listed, store_query
from headrace.server.native.operations import Answer, Asked, Body, Plain, Query, operation
from headrace.server.native.runs import RunItem, run_items
from headrace.server.native.sources import chosen, home_of
from headrace.server.services import Submission
from headrace.store import NewRun
from headrace.store.records import RecurringRun, RecurringRunUpdate

_SHOWN = 5
_CONCURRENT = Annotated[int, Meta(ge=1, le=100)]


class RecurringQuery(ListQuery, frozen=True):
    """Which recurring runs to list; ``text`` is part of the display name."""

    enabled: bool | None = None
    experiment: str | None = None


class RecurringBody(Body, frozen=True):
    """A recurring run to make.

    Attributes:
        spec: The pipeline (IR); else ``version_id``, or ``pipeline_id`` for the version that is
            the latest at each tick.
        catchup: Whether ticks that were missed are made up for one by one.
    """

    display_name: str
    trigger: Trigger
    spec: dict[str, Any] | None = None
    platform: dict[str, Any] | None = None
    pipeline_id: str | None = None
    version_id: str | None = None
    parameters: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    experiment: str | None = None
    namespace: str | None = None
    description: str = ""
    service_account: str = ""
    max_concurrency: _CONCURRENT = 1
    enabled: bool = True
    catchup: bool = True


class RecurringChange(Body, frozen=True):
    """What changes of a recurring run; what is not given stays."""

    display_name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    trigger: Trigger | UnsetType = UNSET
    pipeline_id: str | UnsetType = UNSET
    version_id: str | UnsetType | None = UNSET
    parameters: dict[str, Any] | UnsetType = UNSET
    max_concurrency: _CONCURRENT | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    catchup: bool | UnsetType = UNSET


class PreviewBody(Body, frozen=True):
    """A trigger to look at."""

    trigger: Trigger


class SchedulePreview(Answer, frozen=True):
    """When a trigger fires, in words and in seconds since the epoch, and what may surprise."""

    sentence: str
    next: list[float]
    warning: str | None = None


class BackfillBody(Body, frozen=True):
    """A span of time to fill up, both ends included; ``plan`` makes nothing."""

    begin: Annotated[float, Meta(ge=0, le=4e10)]
    end: Annotated[float, Meta(ge=0, le=4e10)]
    most: Annotated[int, Meta(ge=1, le=1000)] = 100
    plan: bool = False


class BackfillSlot(Answer, frozen=True):
    """A tick of a backfill; it exists when its run was there already."""

    at: float
    run_id: str
    exists: bool


def list_recurring(asked: Asked[RecurringQuery, None]) -> Listed[RecurringRun]:
    """List recurring runs."""
    query = asked.query
    equal = (("enabled", query.enabled), ("experiment", query.experiment))
    found = store_query(asked.request, query, equal, text_field="display_name")
    return listed(asked.store.find_recurring_runs(found))


def create_recurring(asked: Asked[Query, RecurringBody]) -> RecurringRun:
    """Make a recurring run."""
    body, services = asked.body, asked.services
    namespace, experiment = home_of(asked.request, body.namespace, body.experiment)
    name = checked_name(body.display_name, "recurring run")
    found = chosen(asked.request, body.spec, body.platform, body.pipeline_id, body.version_id)
    services.runs.check(found.source.spec, found.source.platform, body.parameters)
    now = services.clock.now()
    made = RecurringRun(
        id=str(uuid.uuid4()),
        namespace=namespace,
        experiment=experiment,
        display_name=name,
        created_at=now,
        updated_at=now,
        trigger=body.trigger,
        description=checked_text(body.description, "description"),
        pipeline_id=found.pipeline_id,
        version_id=None if found.is_latest else found.version_id,
        document=None if found.pipeline_id else keep(asked.store, found.source),
        parameters=body.parameters,
        service_account=body.service_account,
        max_concurrency=body.max_concurrency,
        enabled=body.enabled,
        catchup=body.catchup,
        created_by=asked.principal.user,
        next_tick_at=first_tick(body.trigger, now, catchup=body.catchup),
    )
    asked.store.add_recurring_run(made)
    return made


def get_recurring(asked: Plain) -> RecurringRun:
    """Return a recurring run."""
    return recurring_named(asked.request, asked.named("recurring_run_id"))


def change_recurring(asked: Asked[Query, RecurringChange]) -> RecurringRun:
    """Change a recurring run."""
    found = recurring_named(asked.request, asked.named("recurring_run_id"), "write")
    body, now = asked.body, asked.services.clock.now()
    change: dict[str, Any] = {
        name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET
    }
    if isinstance(body.display_name, str):
        checked_name(body.display_name, "recurring run")
    if isinstance(body.description, str):
        checked_text(body.description, "description")
    if change.keys() & {"pipeline_id", "version_id"}:
        pick = _chosen_again(asked, found, change)
        change |= {
            "pipeline_id": pick.pipeline_id,
            "version_id": None if pick.is_latest else pick.version_id,
            "document": None,
        }
    if change.keys() & {"pipeline_id", "version_id", "parameters"}:
        source = _source_after(asked, found, change)
        parameters = change.get("parameters", found.parameters)
        asked.services.runs.check(source.spec, source.platform, parameters)
    if isinstance(body.trigger, Trigger):
        change["next_tick_at"] = tick_after_change(found, body.trigger, now)
    return asked.store.update_recurring_run(found.id, RecurringRunUpdate(**change), now=now)


def delete_recurring(asked: Plain) -> None:
    """Delete a recurring run; its runs stay."""
    found = recurring_named(asked.request, asked.named("recurring_run_id"), "write")
    asked.store.remove_recurring_run(found.id)


def enable_recurring(asked: Plain) -> RecurringRun:
    """Let a recurring run make runs; what it missed while it was off is not made up for."""
    found = recurring_named(asked.request, asked.named("recurring_run_id"), "write")
    if found.enabled:
        return found
    now = asked.services.clock.now()
    change = RecurringRunUpdate(
        enabled=True, next_tick_at=tick_after_change(found, found.trigger, now)
    )
    return asked.store.update_recurring_run(found.id, change, now=now)


def disable_recurring(asked: Plain) -> RecurringRun:
    """Let a recurring run make no more runs; those that it made go on."""
    found = recurring_named(asked.request, asked.named("recurring_run_id"), "write")
    now = asked.services.clock.now()
    return asked.store.update_recurring_run(found.id, RecurringRunUpdate(enabled=False), now=now)


def backfill_recurring(asked: Asked[Query, BackfillBody]) -> Listed[BackfillSlot]:
    """Make the runs of ticks in a span of the past; those that are there already are left alone."""
    body = asked.body
    verb = "read" if body.plan else "write"
    found = recurring_named(asked.request, asked.named("recurring_run_id"), verb)
    slots = backfill_slots(asked.store, found, body.begin, body.end, most=body.most)
    if not body.plan:
        backfill(asked.store, lambda tick: _prepared(asked, tick), found, slots)
        asked.services.runs.wake()
    return Listed(
        items=[BackfillSlot(at=one.at, run_id=one.run_id, exists=one.exists) for one in slots]
    )


def recurring_history(asked: Asked[ListQuery, None]) -> Listed[RunItem]:
    """List the runs that a recurring run made."""
    found = recurring_named(asked.request, asked.named("recurring_run_id"))
    given = msgspec.structs.replace(asked.query, namespace=found.namespace or None)
    query = store_query(asked.request, given, (("recurring_run_id", found.id),))
    page = asked.store.find_runs(query)
    return Listed(
        items=run_items(asked.store, page.items), next_token=page.next_token, total=page.total
    )


def preview_trigger(asked: Asked[Query, PreviewBody]) -> SchedulePreview:
    """Say when a trigger fires, before anything is made."""
    trigger, now = asked.body.trigger, asked.services.clock.now()
    schedules.validate(trigger)
    is_once = trigger.cron is None and trigger.interval_s is None
    first = first_tick(trigger, now)
    times = [first] if is_once else schedules.times(trigger, now, _SHOWN)
    warnings = schedules.warnings(trigger, now=now)
    return SchedulePreview(
        sentence=schedules.describe(trigger),
        warning="; ".join(warnings) or None,
        next=[at for at in times if at is not None],
    )


def _chosen_again(asked: Asked[Query, Any], found: RecurringRun, change: dict[str, Any]) -> Chosen:
    pipeline_id = change.get("pipeline_id", found.pipeline_id)
    return chosen(asked.request, None, None, pipeline_id, change.get("version_id"))


def _source_after(asked: Asked[Query, Any], found: RecurringRun, change: dict[str, Any]) -> Source:
    values = {"pipeline_id", "version_id", "document"}
    after = msgspec.structs.replace(found, **{k: v for k, v in change.items() if k in values})
    return source_of_recurring(asked.services, after)[0]


def _prepared(asked: Asked[Query, Any], tick: Tick) -> NewRun:
    """Return the run of a tick, asked for by whoever asks for the backfill."""
    recurring = tick.recurring
    source, version_id = source_of_recurring(asked.services, recurring)
    return asked.services.runs.prepare(
        Submission(
            document=source.spec,
            platform=source.platform,
            parameters=recurring.parameters,
            name=tick.name,
            namespace=recurring.namespace,
            experiment=recurring.experiment,
            description=recurring.description,
            service_account=recurring.service_account,
            pipeline_id=recurring.pipeline_id,
            version_id=version_id,
            submitted_by=asked.principal.user,
            run_id=tick.run_id,
            recurring_run_id=recurring.id,
            scheduled_at=tick.at,
            index=tick.index,
        )
    )


_BASE = "/recurring-runs"
_ONE = f"{_BASE}/{{recurring_run_id}}"
_KIND = "recurring_run"

OPERATIONS = (
    operation(
        "GET",
        _BASE,
        list_recurring,
        kind=_KIND,
        query=RecurringQuery,
        answer=Listed[RecurringRun],
    ),
    operation(
        "POST",
        _BASE,
        create_recurring,
        kind=_KIND,
        body=RecurringBody,
        answer=RecurringRun,
        status=201,
    ),
    operation(
        "POST",
        f"{_BASE}/preview",
        preview_trigger,
        kind=_KIND,
        verb="read",
        body=PreviewBody,
        answer=SchedulePreview,
    ),
    operation("GET", _ONE, get_recurring, kind=_KIND, answer=RecurringRun),
    operation(
        "PATCH", _ONE, change_recurring, kind=_KIND, body=RecurringChange, answer=RecurringRun
    ),
    operation("DELETE", _ONE, delete_recurring, kind=_KIND, status=204),
    operation("POST", f"{_ONE}/enable", enable_recurring, kind=_KIND, answer=RecurringRun),
    operation("POST", f"{_ONE}/disable", disable_recurring, kind=_KIND, answer=RecurringRun),
    operation(
        "POST",
        f"{_ONE}/backfill",
        backfill_recurring,
        kind=_KIND,
        body=BackfillBody,
        answer=Listed[BackfillSlot],
    ),
    operation(
        "GET",
        f"{_ONE}/runs",
        recurring_history,
        kind="run",
        query=ListQuery,
        answer=Listed[RunItem],
    ),
)
