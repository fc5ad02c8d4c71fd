"""Experiments in KFP's API: create, get, list, archive, unarchive, delete."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from headrace.server.access import Verb
from headrace.server.catalog import add_experiment
from headrace.server.kfp import messages
from headrace.server.kfp.listing import Keys, listing
from headrace.server.kfp.rendering import experiment_message
from headrace.server.kfp.wire import message_of
from headrace.server.named import experiment_named
from headrace.server.namespaces import named_namespace
from headrace.server.reading import json_of
from headrace.server.replies import json_reply
from headrace.server.routing import Endpoint, services_of
from headrace.store.records import Experiment

_BASE = "/apis/v2beta1/experiments"

#: How the store knows whether something is archived.
STORAGE_STATES = {"AVAILABLE": False, "ARCHIVED": True}

_KEYS = Keys(
    {
        "id": "id",
        "experiment_id": "id",
        "name": "name",
        "display_name": "name",  # KFP knows one name, by which scripts find it
        "created_at": "created_at",
        "last_run_created_at": "last_run_created_at",
        "description": "description",
        "namespace": "namespace",
        "storage_state": "archived",
    },
    times=frozenset({"created_at", "last_run_created_at"}),
    words={"storage_state": STORAGE_STATES},
)


def create(request: Request) -> Response:
    """Create an experiment."""
    given = message_of(json_of(request), messages.Experiment)
    namespace = named_namespace(request, given.namespace, "write")
    made = add_experiment(
        services_of(request),
        namespace,
        given.display_name or "",
        description=given.description or "",
    )
    return json_reply(experiment_message(made))


def get(request: Request) -> Response:
    """Return an experiment."""
    return json_reply(experiment_message(experiment_of(request, "read")))


def list_all(request: Request) -> Response:
    """Return a page of the experiments of a namespace."""
    services = services_of(request)
    namespace = named_namespace(request, request.query_params.get("namespace"), "read")
    if not namespace:
        services.store.default_experiment(now=services.clock.now())
    asked = listing(request, _KEYS, namespace=namespace)
    page = services.store.find_experiments(asked.query)
    return json_reply(
        messages.Experiments(
            experiments=[experiment_message(one) for one in page.items] or None,
            total_size=page.total or None,
            next_page_token=asked.token(page),
        )
    )


def archive(request: Request) -> Response:
    """Archive an experiment with its runs; its recurring runs are disabled."""
    return _set_archived(request, archived=True)


def unarchive(request: Request) -> Response:
    """Restore an experiment; its runs stay archived."""
    return _set_archived(request, archived=False)


def delete(request: Request) -> Response:
    """Remove an experiment; its runs stay."""
    experiment = experiment_of(request, "write")
    services_of(request).store.remove_experiment(experiment.id)
    return json_reply({})


def experiment_of(request: Request, verb: Verb, experiment_id: str | None = None) -> Experiment:
    """Return the experiment that a request names, with which whoever asks may do this.

    Raises:
        NotFound: There is none, or not for them.
    """
    wanted = experiment_id or request.path_params["experiment_id"]
    return experiment_named(request, wanted, verb)


def _set_archived(request: Request, *, archived: bool) -> Response:
    experiment = experiment_of(request, "write")
    services = services_of(request)
    services.store.set_experiment_archived(experiment.id, archived, now=services.clock.now())
    return json_reply({})


ENDPOINTS = (
    Endpoint("POST", _BASE, create, "write", "experiment"),
    Endpoint("GET", _BASE, list_all, "read", "experiment"),
    Endpoint("GET", f"{_BASE}/{{experiment_id}}", get, "read", "experiment"),
    Endpoint("DELETE", f"{_BASE}/{{experiment_id}}", delete, "write", "experiment"),
    Endpoint("POST", f"{_BASE}/{{experiment_id}}:archive", archive, "write", "experiment"),
    Endpoint("POST", f"{_BASE}/{{experiment_id}}:unarchive", unarchive, "write", "experiment"),
)
