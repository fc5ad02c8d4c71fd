"""Which pipeline a request means, and for which namespace and experiment it asks."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from headrace.errors import Conflict, InvalidRequest
from headrace.server.catalog import Chosen, latest_version, source_of_version
from headrace.server.documents import Source
from headrace.server.named import experiment_named, pipeline_named, version_named
from headrace.server.namespaces import named_namespace
from headrace.server.routing import services_of


def chosen(
    request: Request,
    spec: dict[str, Any] | None,
    platform: dict[str, Any] | None,
    pipeline_id: str | None,
    version_id: str | None,
) -> Chosen:
    """Return the pipeline that is given by its document, its version, or as the latest one.

    Raises:
        InvalidRequest: None is given, or several that do not belong together.
        NotFound: There is no such pipeline or version, or not for whoever asks.
    """
    if (spec is None) == (pipeline_id is None and version_id is None):
        raise InvalidRequest(
            "the pipeline must be given once", hint="give spec, version_id or pipeline_id"
        )
    if spec is not None:
        return Chosen(Source(spec, platform))
    services = services_of(request)
    if version_id is not None:
        version = version_named(request, version_id)
        if pipeline_id not in (None, version.pipeline_id):
            raise InvalidRequest(f"version {version_id} is not of pipeline {pipeline_id}")
    else:
        version = latest_version(services, pipeline_named(request, pipeline_id or "").id)
    source = source_of_version(services, version)
    return Chosen(source, version.pipeline_id, version.id, is_latest=version_id is None)


def home_of(request: Request, namespace: str | None, experiment_id: str | None) -> tuple[str, str]:
    """Return namespace and experiment of something to create.

    Raises:
        InvalidRequest: The experiment is of another namespace.
        Conflict: The experiment is archived.
    """
    services = services_of(request)
    if experiment_id is None:
        found = named_namespace(request, namespace, "write")
        return found, services.store.default_experiment(found, now=services.clock.now()).id
    experiment = experiment_named(request, experiment_id, "write")
    if namespace and namespace != experiment.namespace:
        raise InvalidRequest(f"experiment {experiment_id} is not of namespace {namespace}")
    if experiment.archived:
        raise Conflict(f"experiment {experiment.name} is archived", hint="restore it first")
    return experiment.namespace, experiment.id
