"""Recurring runs in KFP's API: create, get, list, enable, disable, delete."""

from __future__ import annotations

import uuid

from starlette.requests import Request
from starlette.responses import Response

from headrace.controller.recurring import first_tick, tick_after_change
from headrace.errors import InvalidRequest
from headrace.schedules import Trigger
from headrace.server.access import Verb
from headrace.server.catalog import checked_name, checked_text
from headrace.server.documents import keep, kept, spec_value
from headrace.server.kfp import messages
from headrace.server.kfp.listing import Keys, listing
from headrace.server.kfp.runs import home_of, scope_of
from headrace.server.kfp.sources import chosen
from headrace.server.kfp.wire import message_of, text_or_none, time_of, time_text
from headrace.server.named import recurring_named
from headrace.server.reading import json_of
from headrace.server.replies import json_reply
from headrace.server.routing import Endpoint, principal_of, services_of
from headrace.server.services import Services
from headrace.store.records import RecurringRun, RecurringRunUpdate

_BASE = "/apis/v2beta1/recurringruns"
_MOST_CONCURRENT = 10
_UNKNOWN = 2

_STATUS = {"ENABLED": True, "DISABLED": False}
_KEYS = Keys(
    {
        "id": "id",
        "recurring_run_id": "id",
        "name": "name",
        "display_name": "display_name",
        "created_at": "created_at",
        "updated_at": "updated_at",
        "description": "description",
        "status": "enabled",
    },
    times=frozenset({"created_at", "updated_at"}),
    words={"status": _STATUS},
)


def create(request: Request) -> Response:
    """Create a recurring run; its first tick is set before anything is written."""
    given = message_of(json_of(request), messages.RecurringRun)
    services = services_of(request)
    namespace, experiment = home_of(request, given.experiment_id)
    name = checked_name(given.display_name or "", "recurring run")
    found = chosen(request, given)
    config = given.runtime_config or messages.RuntimeConfig()
    services.runs.check(found.source.spec, found.source.platform, config.parameters or {})
    trigger = _trigger(given.trigger)
    concurrency = _concurrency(given.max_concurrency)
    now = services.clock.now()
    made = RecurringRun(
        id=str(uuid.uuid4()),
        namespace=namespace,
        experiment=experiment,
        display_name=name,
        created_at=now,
        updated_at=now,
        trigger=trigger,
        description=checked_text(given.description or "", "description"),
        pipeline_id=found.pipeline_id,
        version_id=None if found.is_latest else found.version_id,
        document=None if found.pipeline_id else keep(services.store, found.source),
        parameters=config.parameters or {},
        pipeline_root=config.pipeline_root or "",
        service_account=given.service_account or "",
        max_concurrency=concurrency,
        enabled=given.mode != "DISABLE",
        catchup=not given.no_catchup,
        options={"plugins_input": given.plugins_input} if given.plugins_input else {},
        created_by=principal_of(request).user,
        next_tick_at=first_tick(trigger, now, catchup=not given.no_catchup),
    )
    services.store.add_recurring_run(made)
    return json_reply(recurring_message(services, made))


def get(request: Request) -> Response:
    """Return a recurring run."""
    return json_reply(recurring_message(services_of(request), recurring_of(request, "read")))


def list_all(request: Request) -> Response:
    """Return a page of the recurring runs of an experiment or a namespace."""
    services = services_of(request)
    namespace, scope = scope_of(request)
    asked = listing(request, _KEYS, namespace=namespace, scope=scope)
    page = services.store.find_recurring_runs(asked.query)
    return json_reply(
        messages.RecurringRuns(
            recurring_runs=[recurring_message(services, one) for one in page.items] or None,
            total_size=page.total or None,
            next_page_token=asked.token(page),
        )
    )


def enable(request: Request) -> Response:
    """Let a recurring run make runs again, from now on."""
    return _set_enabled(request, enabled=True)


def disable(request: Request) -> Response:
    """Let a recurring run make no runs; those that it made go on."""
    return _set_enabled(request, enabled=False)


def delete(request: Request) -> Response:
    """Remove a recurring run; its runs stay, whatever the propagation policy says."""
    found = recurring_of(request, "write")
    services_of(request).store.remove_recurring_run(found.id)
    return json_reply({})


def recurring_of(request: Request, verb: Verb) -> RecurringRun:
    """Return the recurring run that a request names, with which whoever asks may do this.

    Raises:
        NotFound: There is none, or not for them.
    """
    return recurring_named(request, request.path_params["recurring_run_id"], verb)


def recurring_message(services: Services, found: RecurringRun) -> messages.RecurringRun:
    """Return a recurring run as a message."""
    spec = None if found.document is None else spec_value(kept(services.store, found.document))
    reference = messages.VersionReference(
        pipeline_id=found.pipeline_id, pipeline_version_id=found.version_id
    )
    return messages.RecurringRun(
        recurring_run_id=found.id,
        display_name=found.display_name,
        description=text_or_none(found.description),
        pipeline_spec=spec,
        pipeline_version_reference=reference if found.pipeline_id else None,
        runtime_config=messages.RuntimeConfig(
            parameters=found.parameters or None, pipeline_root=text_or_none(found.pipeline_root)
        ),
        service_account=text_or_none(found.service_account),
        max_concurrency=str(found.max_concurrency),
        trigger=_trigger_message(found.trigger),
        mode="ENABLE" if found.enabled else "DISABLE",
        created_at=time_text(found.created_at),
        updated_at=time_text(found.updated_at),
        status="ENABLED" if found.enabled else "DISABLED",
        error=messages.Fault(code=_UNKNOWN, message=found.error) if found.error else None,
        no_catchup=None if found.catchup else True,
        namespace=text_or_none(found.namespace),
        experiment_id=found.experiment,
        plugins_input=found.options.get("plugins_input"),
    )


def _trigger_message(trigger: Trigger) -> messages.Trigger | None:
    start, end = time_text(trigger.start_at), time_text(trigger.end_at)
    if trigger.cron is not None:
        cron = messages.CronSchedule(start_time=start, end_time=end, cron=trigger.cron)
        return messages.Trigger(cron_schedule=cron)
    if trigger.interval_s is not None:
        interval = str(trigger.interval_s)
        periodic = messages.PeriodicSchedule(
            start_time=start, end_time=end, interval_second=interval
        )
        return messages.Trigger(periodic_schedule=periodic)
    return None


def _trigger(given: messages.Trigger | None) -> Trigger:
    """Return when runs are made; no schedule is once, at creation.

    Raises:
        InvalidRequest: There are two schedules, or a value is no time or number.
    """
    cron = given.cron_schedule if given else None
    periodic = given.periodic_schedule if given else None
    if cron is not None and periodic is not None:
        raise InvalidRequest(
            "the trigger has two schedules", hint="give cron_schedule or periodic_schedule"
        )
    schedule = cron or periodic
    if schedule is None:
        return Trigger()
    return Trigger(
        cron=None if cron is None else cron.cron or "",
        interval_s=None
        if periodic is None
        else _whole(periodic.interval_second, "interval_second"),
        start_at=time_of(schedule.start_time, "start_time"),
        end_at=time_of(schedule.end_time, "end_time"),
    )


def _concurrency(text: str | None) -> int:
    number = _whole(text, "max_concurrency")
    if not 1 <= number <= _MOST_CONCURRENT:
        raise InvalidRequest(
            f"max_concurrency is {number}, but must be from 1 to {_MOST_CONCURRENT}"
        )
    return number


def _whole(text: str | None, field: str) -> int:
    try:
        return int(text or "0")
    except ValueError as error:
        raise InvalidRequest(f"{field} is no whole number") from error


def _set_enabled(request: Request, *, enabled: bool) -> Response:
    found = recurring_of(request, "write")
    services = services_of(request)
    now = services.clock.now()
    if enabled == found.enabled:
        return json_reply({})
    change = RecurringRunUpdate(enabled=enabled)
    if enabled and not found.catchup:
        tick = tick_after_change(found, found.trigger, now)
        change = RecurringRunUpdate(enabled=True, next_tick_at=tick)
    services.store.update_recurring_run(found.id, change, now=now)
    return json_reply({})


_ONE = f"{_BASE}/{{recurring_run_id}}"

ENDPOINTS = (
    Endpoint("POST", _BASE, create, "write", "recurring_run"),
    Endpoint("GET", _BASE, list_all, "read", "recurring_run"),
    Endpoint("GET", _ONE, get, "read", "recurring_run"),
    Endpoint("DELETE", _ONE, delete, "write", "recurring_run"),
    Endpoint("POST", f"{_ONE}:enable", enable, "write", "recurring_run"),
    Endpoint("POST", f"{_ONE}:disable", disable, "write", "recurring_run"),
)
