"""Uploads of pipeline packages in KFP's API; their errors have a body of their own."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from headrace.errors import InvalidRequest
from headrace.server.catalog import NewVersion, add_pipeline, add_version
from headrace.server.documents import source_in
from headrace.server.kfp.pipelines import pipeline_of
from headrace.server.kfp.rendering import pipeline_message, version_message
from headrace.server.namespaces import named_namespace
from headrace.server.reading import uploaded_file
from headrace.server.replies import json_reply
from headrace.server.routing import Endpoint, services_of

_BASE = "/apis/v2beta1/pipelines"
_FIELD = "uploadfile"


async def upload(request: Request) -> Response:
    """Create a pipeline with its first version from a file."""
    name, data = await uploaded_file(request, _FIELD, services_of(request).settings.upload_bytes)
    return await run_in_threadpool(_create, request, name, data)


async def upload_version(request: Request) -> Response:
    """Add a version from a file."""
    name, data = await uploaded_file(request, _FIELD, services_of(request).settings.upload_bytes)
    return await run_in_threadpool(_add, request, name, data)


def _create(request: Request, filename: str, data: bytes) -> Response:
    given = request.query_params
    namespace = named_namespace(request, given.get("namespace"), "write")
    display_name = given.get("display_name", "")
    tags = _tags(request)
    pipeline, _ = add_pipeline(
        services_of(request),
        namespace,
        given.get("name") or display_name or filename,
        display_name=display_name,
        description=given.get("description", ""),
        tags=tags,
        version=NewVersion(
            source=source_in(data, filename),
            description=given.get("description", ""),
            code_source_url=given.get("code_source_url", ""),
            tags=tags,
            origin=filename,
        ),
    )
    return json_reply(pipeline_message(pipeline))


def _add(request: Request, filename: str, data: bytes) -> Response:
    given = request.query_params
    if not given.get("pipelineid"):
        raise InvalidRequest("the pipeline is not named", hint="give pipelineid in the query")
    pipeline = pipeline_of(request, "write", given["pipelineid"])
    display_name = given.get("display_name", "")
    source = source_in(data, filename)
    version = add_version(
        services_of(request),
        pipeline,
        NewVersion(
            source=source,
            name=given.get("name") or display_name or filename,
            display_name=display_name,
            description=given.get("description", ""),
            tags=_tags(request),
            code_source_url=given.get("code_source_url", ""),
            origin=filename,
        ),
    )
    return json_reply(version_message(version, source))


def _tags(request: Request) -> dict[str, str]:
    text = request.query_params.get("tags")
    if not text:
        return {}
    try:
        value: Any = msgspec.json.decode(text)
    except msgspec.DecodeError:
        value = None
    if not isinstance(value, dict) or not all(
        isinstance(item, str) for item in cast("dict[str, Any]", value).values()
    ):
        raise InvalidRequest("tags must be a JSON object of texts")
    return cast("dict[str, str]", value)


ENDPOINTS = (
    Endpoint("POST", f"{_BASE}/upload", upload, "write", "pipeline", streams=True),
    Endpoint("POST", f"{_BASE}/upload_version", upload_version, "write", "version", streams=True),
)
