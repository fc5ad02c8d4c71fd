"""Which pipeline a run or recurring run is made from: a document, a version, or the latest one."""

from __future__ import annotations

from starlette.requests import Request

from headrace.errors import InvalidRequest, NotFound
from headrace.server.catalog import Chosen, latest_version, source_of_version
from headrace.server.documents import source_of
from headrace.server.kfp import messages
from headrace.server.namespaces import allow
from headrace.server.routing import services_of


def chosen(request: Request, given: messages.Run | messages.RecurringRun) -> Chosen:
    """Return the pipeline that a message names.

    Raises:
        InvalidRequest: It names none, or several.
        NotFound: There is no such pipeline or version, or not for whoever asks.
    """
    reference = given.pipeline_version_reference
    named = [given.pipeline_version_id, given.pipeline_spec, reference]
    if sum(one is not None for one in named) != 1:
        raise InvalidRequest(
            "the pipeline must be given once",
            hint="give pipeline_spec, or pipeline_version_reference",
        )
    if given.pipeline_spec is not None:
        return Chosen(source_of(given.pipeline_spec))
    reference = reference or messages.VersionReference(
        pipeline_version_id=given.pipeline_version_id
    )
    return _referred(request, reference)


def _referred(request: Request, reference: messages.VersionReference) -> Chosen:
    services = services_of(request)
    pipeline_id, version_id = reference.pipeline_id, reference.pipeline_version_id
    if version_id:
        version = services.store.version(version_id)
        if pipeline_id and version.pipeline_id != pipeline_id:
            raise NotFound(f"pipeline {pipeline_id} has no version {version_id}")
    elif pipeline_id:
        version = latest_version(services, pipeline_id)
    else:
        raise InvalidRequest("the reference names neither a pipeline nor a version")
    pipeline = services.store.pipeline(version.pipeline_id)
    what = f"version {version_id}" if version_id else f"pipeline {pipeline_id}"
    allow(request, "read", pipeline.namespace, what)
    source = source_of_version(services, version)
    return Chosen(source, pipeline.id, version.id, is_latest=not version_id)
