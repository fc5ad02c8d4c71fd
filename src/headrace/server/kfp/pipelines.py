"""Pipelines and their versions in KFP's API: create, get, list, change, delete."""

from __future__ import annotations

from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from headrace.errors import Conflict, InvalidRequest, NotFound
from headrace.server.access import Verb
from headrace.server.catalog import (
    NewVersion,
    add_pipeline,
    add_version,
    checked_name,
    checked_tags,
    source_of_version,
)
from headrace.server.documents import Source, source_in, source_of
from headrace.server.fetching import fetch
from headrace.server.kfp import messages
from headrace.server.kfp.listing import Keys, listing
from headrace.server.kfp.rendering import pipeline_message, version_message
from headrace.server.kfp.wire import Message, message_of
from headrace.server.named import pipeline_named
from headrace.server.namespaces import named_namespace
from headrace.server.reading import flag, json_of
from headrace.server.replies import json_reply
from headrace.server.routing import Endpoint, services_of
from headrace.server.services import Services
from headrace.store.query import Query
from headrace.store.records import Pipeline, PipelineVersion

_Kind = TypeVar("_Kind", bound=Message)

_BASE = "/apis/v2beta1/pipelines"
_FETCH_S = 60.0

_KEYS = Keys(
    {
        "id": "id",
        "pipeline_id": "id",
        "name": "name",
        "display_name": "display_name",
        "created_at": "created_at",
        "description": "description",
        "namespace": "namespace",
    },
    tags=True,
)
_VERSION_KEYS = Keys(
    {
        "id": "id",
        "pipeline_version_id": "id",
        "name": "name",
        "display_name": "display_name",
        "created_at": "created_at",
        "description": "description",
    },
    tags=True,
)


# ------------------------------------------------------------------ pipelines


def create(request: Request) -> Response:
    """Create a pipeline without versions."""
    given = message_of(json_of(request), messages.Pipeline)
    namespace = named_namespace(request, given.namespace, "write")
    pipeline, _ = add_pipeline(
        services_of(request),
        namespace,
        given.name or given.display_name or "",
        display_name=given.display_name or "",
        description=given.description or "",
        tags=given.tags,
    )
    return json_reply(pipeline_message(pipeline))


def create_with_version(request: Request) -> Response:
    """Create a pipeline with its first version, whose package is fetched or given."""
    given = message_of(json_of(request), messages.PipelineAndVersion)
    if given.pipeline is None or given.pipeline_version is None:
        raise InvalidRequest("pipeline and pipeline_version must both be given")
    about, version = given.pipeline, given.pipeline_version
    namespace = named_namespace(request, about.namespace, "write")
    services = services_of(request)
    source = _source(services, version)
    pipeline, _ = add_pipeline(
        services,
        namespace,
        about.name or about.display_name or source.pipeline_name,
        display_name=about.display_name or "",
        description=about.description or "",
        tags=about.tags,
        version=_new_version(version, source),
    )
    return json_reply(pipeline_message(pipeline))


def get(request: Request) -> Response:
    """Return a pipeline."""
    return json_reply(pipeline_message(pipeline_of(request, "read")))


def get_by_name(request: Request) -> Response:
    """Return the pipeline of a namespace that has this name."""
    namespace = named_namespace(request, request.query_params.get("namespace"), "read")
    found = services_of(request).store.pipeline_named(namespace, request.path_params["name"])
    return json_reply(pipeline_message(found))


def list_all(request: Request) -> Response:
    """Return a page of the pipelines of a namespace."""
    namespace = named_namespace(request, request.query_params.get("namespace"), "read")
    asked = listing(request, _KEYS, namespace=namespace)
    page = services_of(request).store.find_pipelines(asked.query)
    return json_reply(
        messages.Pipelines(
            pipelines=[pipeline_message(one) for one in page.items] or None,
            total_size=page.total or None,
            next_page_token=asked.token(page),
        )
    )


def update(request: Request) -> Response:
    """Change the display name or the tags; ``"tags": {}`` takes all tags away."""
    pipeline = pipeline_of(request, "write")
    given = _given(request, messages.Pipeline, "pipeline")
    if given.display_name:
        checked_name(given.display_name, "pipeline")
    changed = services_of(request).store.update_pipeline(
        pipeline.id,
        display_name=given.display_name or None,
        tags=None if given.tags is None else checked_tags(given.tags),
    )
    return json_reply(pipeline_message(changed))


def delete(request: Request) -> Response:
    """Remove a pipeline; one that has versions only with ``cascade``."""
    pipeline = pipeline_of(request, "write")
    store = services_of(request).store
    if not flag(request, "cascade") and store.find_versions(pipeline.id, Query(limit=1)).items:
        message = f"pipeline {pipeline.name} has versions"
        raise Conflict(message, hint="delete them first, or delete it with cascade=true")
    store.remove_pipeline(pipeline.id)
    return json_reply({})


# ------------------------------------------------------------------ versions


def create_version(request: Request) -> Response:
    """Add a version, whose package is fetched or given."""
    pipeline = pipeline_of(request, "write")
    given = _given(request, messages.PipelineVersion, "pipeline_version")
    services = services_of(request)
    source = _source(services, given)
    version = add_version(services, pipeline, _new_version(given, source))
    return json_reply(version_message(version, source))


def get_version(request: Request) -> Response:
    """Return a version with its documents."""
    version = version_of(request, "read")
    source = source_of_version(services_of(request), version)
    return json_reply(version_message(version, source))


def list_versions(request: Request) -> Response:
    """Return a page of the versions of a pipeline."""
    pipeline = pipeline_of(request, "read")
    services = services_of(request)
    asked = listing(request, _VERSION_KEYS, namespace=None)
    page = services.store.find_versions(pipeline.id, asked.query)
    found = [version_message(one, source_of_version(services, one)) for one in page.items]
    return json_reply(
        messages.PipelineVersions(
            pipeline_versions=found or None,
            total_size=page.total or None,
            next_page_token=asked.token(page),
        )
    )


def update_version(request: Request) -> Response:
    """Change the display name or the tags; ``"tags": {}`` takes all tags away."""
    version = version_of(request, "write")
    given = _given(request, messages.PipelineVersion, "pipeline_version")
    if given.display_name:
        checked_name(given.display_name, "version")
    services = services_of(request)
    changed = services.store.update_version(
        version.id,
        display_name=given.display_name or None,
        tags=None if given.tags is None else checked_tags(given.tags),
    )
    return json_reply(version_message(changed, source_of_version(services, changed)))


def delete_version(request: Request) -> Response:
    """Remove a version; runs of it stay."""
    version = version_of(request, "write")
    services_of(request).store.remove_version(version.id)
    return json_reply({})


# ------------------------------------------------------------------ what requests name


def pipeline_of(request: Request, verb: Verb, pipeline_id: str | None = None) -> Pipeline:
    """Return the pipeline that a request names, with which whoever asks may do this.

    Raises:
        NotFound: There is none, or not for them.
    """
    wanted = pipeline_id or request.path_params["pipeline_id"]
    return pipeline_named(request, wanted, verb)


def version_of(request: Request, verb: Verb) -> PipelineVersion:
    """Return the version that a request names, with which whoever asks may do this.

    Raises:
        NotFound: There is none of this pipeline, or not for them.
    """
    pipeline = pipeline_of(request, verb)
    wanted = request.path_params["pipeline_version_id"]
    version = services_of(request).store.version(wanted)
    if version.pipeline_id != pipeline.id:
        raise NotFound(f"pipeline {pipeline.id} has no version {wanted}")
    return version


def _given(request: Request, kind: type[_Kind], wrapper: str) -> _Kind:
    """Return the message in the body, which some clients wrap in an object of its name."""
    value = json_of(request)
    is_wrapped = isinstance(value, dict) and list(cast("dict[str, Any]", value)) == [wrapper]
    return message_of(value[wrapper] if is_wrapped else value, kind)


def _source(services: Services, version: messages.PipelineVersion) -> Source:
    """Return the documents of a version to create: those given, or those that its URL names.

    Raises:
        InvalidRequest: There are none, or the URL must not be asked.
    """
    if version.pipeline_spec is not None:
        return source_of(version.pipeline_spec)
    url = version.package_url.pipeline_url if version.package_url else None
    if not url:
        hint = "give package_url.pipeline_url, or upload the package"
        raise InvalidRequest("the version has no package", hint=hint)
    settings = services.settings
    data = fetch(
        url,
        limit_bytes=settings.upload_bytes,
        timeout_s=_FETCH_S,
        allow_private=settings.private_urls,
    )
    return source_in(data, urlsplit(url).path.rpartition("/")[2] or "pipeline.yaml")


def _new_version(given: messages.PipelineVersion, source: Source) -> NewVersion:
    url = given.package_url.pipeline_url if given.package_url else None
    return NewVersion(
        source=source,
        name=given.name or given.display_name or "",
        display_name=given.display_name or "",
        description=given.description or "",
        tags=given.tags or {},
        code_source_url=given.code_source_url or "",
        package_url=url or "",
        origin=url or "",
    )


_PIPELINE = f"{_BASE}/{{pipeline_id}}"
_VERSION = f"{_PIPELINE}/versions/{{pipeline_version_id}}"

ENDPOINTS = (
    Endpoint("POST", _BASE, create, "write", "pipeline"),
    Endpoint("POST", f"{_BASE}/create", create_with_version, "write", "pipeline"),
    Endpoint("GET", _BASE, list_all, "read", "pipeline"),
    Endpoint("GET", f"{_BASE}/names/{{name}}", get_by_name, "read", "pipeline"),
    Endpoint("GET", _PIPELINE, get, "read", "pipeline"),
    Endpoint("PATCH", _PIPELINE, update, "write", "pipeline"),
    Endpoint("DELETE", _PIPELINE, delete, "write", "pipeline"),
    Endpoint("POST", f"{_PIPELINE}/versions", create_version, "write", "version"),
    Endpoint("GET", f"{_PIPELINE}/versions", list_versions, "read", "version"),
    Endpoint("GET", _VERSION, get_version, "read", "version"),
    Endpoint("PATCH", _VERSION, update_version, "write", "version"),
    Endpoint("DELETE", _VERSION, delete_version, "write", "version"),
)
