"""Runs in KFP's API: create, get, list, archive, unarchive, terminate, retry, delete."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from headrace.errors import Conflict, InvalidRequest
from headrace.server.access import Verb
from headrace.server.catalog import Chosen, checked_name, checked_text
from headrace.server.documents import Source, kept
from headrace.server.kfp import messages
from headrace.server.kfp.experiments import STORAGE_STATES, experiment_of
from headrace.server.kfp.listing import Keys, listing
from headrace.server.kfp.run_rendering import STATES, run_message
from headrace.server.kfp.sources import chosen
from headrace.server.kfp.wire import message_of
from headrace.server.named import run_named
from headrace.server.namespaces import is_multi_user, named_namespace
from headrace.server.reading import json_of
from headrace.server.replies import json_reply
from headrace.server.routing import Endpoint, principal_of, services_of
from headrace.server.services import Submission
from headrace.store import Store
from headrace.store.query import Predicate
from headrace.store.records import ENDED, Run

_BASE = "/apis/v2beta1/runs"
_MOST_TASKS, _MOST_TASKS_OF_PAGE = 500, 5000
_END_S, _PAUSE_S = 20.0, 0.2

_STATES = {state: name for name, state in STATES.items()}
_WORDS = {**_STATES, "ERROR": "failed", "CANCELLED": "canceled"}
_KEYS = Keys(
    {
        "run_id": "run_id",
        "id": "run_id",
        "display_name": "display_name",
        "name": "display_name",
        "created_at": "created_at",
        "finished_at": "finished_at",
        "description": "description",
        "scheduled_at": "scheduled_at",
        "storage_state": "archived",
        "status": "state",
        "state": "state",
        "experiment_id": "experiment",
        "recurring_run_id": "recurring_run_id",
    },
    times=frozenset({"created_at", "finished_at", "scheduled_at"}),
    words={"storage_state": STORAGE_STATES, "state": _WORDS, "status": _WORDS},
    tags=True,
    metrics=True,
)


def create(request: Request) -> Response:
    """Create a run, which a controller begins."""
    given = message_of(json_of(request), messages.Run)
    if given.plugins_output is not None:
        raise InvalidRequest("plugins_output is written by servers alone", hint="leave it out")
    namespace, experiment = home_of(
        request, given.experiment_id or request.query_params.get("experiment_id")
    )
    name = checked_name(given.display_name or "", "run")
    found = chosen(request, given)
    config = given.runtime_config or messages.RuntimeConfig()
    made = services_of(request).runs.submit(
        Submission(
            document=found.source.spec,
            platform=found.source.platform,
            parameters=config.parameters or {},
            name=name,
            namespace=namespace,
            experiment=experiment,
            description=checked_text(given.description or "", "description"),
            service_account=given.service_account or "",
            pipeline_id=found.pipeline_id,
            version_id=found.version_id,
            pipeline_root=config.pipeline_root or None,
            submitted_by=principal_of(request).user,
            extra=_extra(given.plugins_input),
        )
    )
    return json_reply(_message(made, found))


def get(request: Request) -> Response:
    """Return a run with the details of its tasks."""
    run = run_of(request, "read")
    services = services_of(request)
    source = None if run.version_id else kept(services.store, run.document)
    asked = frozenset(one.kind for one in services.store.take_requests([run.run_id]))
    message = run_message(
        run,
        source=source,
        asked=asked,
        tasks=services.store.tasks(run.run_id),
        plugins_input=services.runs.remembered(run).get("plugins_input"),
    )
    return json_reply(message)


def list_all(request: Request) -> Response:
    """Return a page of the runs of an experiment or a namespace.

    Runs of more than a few hundred tasks are listed without the details of their tasks, and so are
    those that come when a page has thousands of them.
    """
    store = services_of(request).store
    namespace, scope = scope_of(request)
    asked = listing(request, _KEYS, namespace=namespace, scope=scope)
    page = store.find_runs(asked.query)
    found = list(_listed(store, page.items))
    return json_reply(
        messages.Runs(
            runs=found or None,
            total_size=page.total or None,
            next_page_token=asked.token(page),
        )
    )


def archive(request: Request) -> Response:
    """Archive a run."""
    run = run_of(request, "write")
    services_of(request).store.set_run_archived(run.run_id, True)
    return json_reply({})


def unarchive(request: Request) -> Response:
    """Restore a run, unless its experiment is archived."""
    run = run_of(request, "write")
    services_of(request).store.set_run_archived(run.run_id, False)
    return json_reply({})


def terminate(request: Request) -> Response:
    """Ask a run to end; its exit handlers still run."""
    run = run_of(request, "write")
    if run.state in ENDED:
        raise Conflict(f"run {run.run_id} has ended already: {run.state}")
    _ask(request, run, "cancel")
    return json_reply({})


def retry(request: Request) -> Response:
    """Go on with a failed or terminated run: what succeeded stays."""
    run = run_of(request, "write")
    if run.state not in ("failed", "canceled"):
        message = f"run {run.run_id} is {run.state}"
        raise Conflict(message, hint="only a failed or canceled run is retried")
    _ask(request, run, "retry")
    return json_reply({})


async def delete(request: Request) -> Response:
    """Remove a run; one that goes on is ended first."""
    run = await run_in_threadpool(run_of, request, "write")
    store = services_of(request).store
    if run.state not in ENDED:
        await run_in_threadpool(_ask, request, run, "cancel")
        until = time.monotonic() + _END_S
        while time.monotonic() < until:
            await asyncio.sleep(_PAUSE_S)
            if (await run_in_threadpool(store.run, run.run_id)).state in ENDED:
                break
    await run_in_threadpool(store.remove_run, run.run_id)
    return json_reply({})


# ------------------------------------------------------------------ what requests name


def run_of(request: Request, verb: Verb) -> Run:
    """Return the run that a request names, with which whoever asks may do this.

    Raises:
        NotFound: There is none, or not for them.
    """
    return run_named(request, request.path_params["run_id"], verb)


def home_of(request: Request, experiment_id: str | None) -> tuple[str, str]:
    """Return namespace and experiment of something to create; None is the default experiment.

    Raises:
        InvalidRequest: There are many users, and no experiment is named.
        Conflict: The experiment is archived.
    """
    services = services_of(request)
    if not experiment_id:
        if is_multi_user(request):
            raise InvalidRequest("the experiment is not named", hint="give experiment_id")
        namespace = named_namespace(request, None, "write")
        now = services.clock.now()
        return namespace, services.store.default_experiment(namespace, now=now).id
    experiment = experiment_of(request, "write", experiment_id)
    if experiment.archived:
        message = f"experiment {experiment.name} is archived"
        raise Conflict(message, hint="unarchive it first")
    return experiment.namespace, experiment.id


def scope_of(request: Request) -> tuple[str, tuple[Predicate, ...]]:
    """Return the namespace of a list, and the experiment that it is limited to."""
    wanted = request.query_params.get("experiment_id")
    if not wanted:
        return named_namespace(request, request.query_params.get("namespace"), "read"), ()
    experiment = experiment_of(request, "read", wanted)
    return experiment.namespace, (Predicate("experiment", "eq", experiment.id),)


def _listed(store: Store, runs: Iterable[Run]) -> Iterable[messages.Run]:
    found = list(runs)
    ids = [run.run_id for run in found]
    asked: dict[str, set[str]] = {}
    for one in store.take_requests(ids):
        asked.setdefault(one.run_id, set()).add(one.kind)
    counts = {run_id: sum(by.values()) for run_id, by in store.progress_of(ids).items()}
    sources: dict[str, Source] = {}
    shown = 0
    for run in found:
        if run.version_id is None and run.document not in sources:
            sources[run.document] = kept(store, run.document)
        count = counts.get(run.run_id, 0)
        has_room = count <= _MOST_TASKS and shown + count <= _MOST_TASKS_OF_PAGE
        shown += count if has_room else 0
        yield run_message(
            run,
            source=sources.get(run.document),
            asked=frozenset(asked.get(run.run_id, ())),
            tasks=store.tasks(run.run_id) if has_room else None,
        )


def _ask(request: Request, run: Run, kind: str) -> None:
    services = services_of(request)
    user = principal_of(request).user
    asked = "canceled" if kind == "cancel" else "asked for"
    reason = f"{asked} by {user or 'a user'}"
    services.store.send(run.run_id, kind, {"reason": reason}, now=services.clock.now())
    services.runs.wake()


def _message(run: Run, found: Chosen) -> messages.Run:
    return run_message(run, source=found.source)


def _extra(plugins_input: dict[str, dict[str, Any]] | None) -> dict[str, Any]:
    return {"plugins_input": plugins_input} if plugins_input else {}


_RUN = f"{_BASE}/{{run_id}}"

ENDPOINTS = (
    Endpoint("POST", _BASE, create, "write", "run"),
    Endpoint("GET", _BASE, list_all, "read", "run"),
    Endpoint("GET", _RUN, get, "read", "run"),
    Endpoint("DELETE", _RUN, delete, "write", "run"),
    Endpoint("POST", f"{_RUN}:archive", archive, "write", "run"),
    Endpoint("POST", f"{_RUN}:unarchive", unarchive, "write", "run"),
    Endpoint("POST", f"{_RUN}:terminate", terminate, "write", "run"),
    Endpoint("POST", f"{_RUN}:retry", retry, "write", "run"),
)
