"""A registry of compiled pipelines as KFP's ``RegistryClient`` speaks to it, over the catalog.

A package is a pipeline, and its versions are versions of that pipeline, named by the digest of
their file. A tag is a label that moves between the versions of a package: at most one has it. It
is kept with the version as a tag of the catalog, under a prefix, so that both worlds see it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from headrace.errors import AlreadyExists, InvalidRequest, NotFound
from headrace.ir import write_yaml
from headrace.server.access import Verb
from headrace.server.catalog import (
    LONGEST_TAG,
    NewVersion,
    add_pipeline,
    add_version,
    checked_tags,
    source_of_version,
)
from headrace.server.documents import Source, source_in
from headrace.server.kfp.wire import time_text
from headrace.server.namespaces import named_namespace
from headrace.server.reading import json_of, uploaded_form
from headrace.server.replies import json_reply
from headrace.server.routing import Endpoint, services_of
from headrace.server.services import Services
from headrace.store.query import Query
from headrace.store.records import Pipeline, PipelineVersion

BASE = "/registry"
TAG_PREFIX = "registry."
_DIGEST = "sha256:"
_MOST = 1000
_FIELD = "content"


async def upload(request: Request) -> Response:
    """Add a version to the package that the file names; answer ``PACKAGE/VERSION``."""
    limit = services_of(request).settings.upload_bytes
    name, data, fields = await uploaded_form(request, _FIELD, limit)
    return await run_in_threadpool(_upload, request, name, data, fields.get("tags", ""))


def _upload(request: Request, filename: str, data: bytes, text: str) -> Response:
    services = services_of(request)
    namespace = named_namespace(request, request.query_params.get("namespace"), "write")
    source = source_in(data, filename)
    labels = [_checked_label(label.strip()) for label in text.split(",") if label.strip()]
    package = _package_for(services, namespace, source)
    version = _added(services, package, source, filename, data)
    for label in labels:
        _move(services, package, label, version)
    return PlainTextResponse(f"{package.name}/{version.name}")


def download(request: Request) -> Response:
    """Return the YAML of a version, by its digest or by a tag."""
    package = _package(request, "read")
    wanted = request.path_params["version"]
    services = services_of(request)
    version = (
        _version(services, package, wanted)
        if wanted.startswith(_DIGEST)
        else _tagged(services, package, wanted)
    )
    source = source_of_version(services, version)
    text = write_yaml(source.spec, source.platform)
    return PlainTextResponse(text, media_type="application/yaml")


# ------------------------------------------------------------------ packages and versions


def list_packages(request: Request) -> Response:
    """Return the packages of a namespace."""
    namespace = named_namespace(request, request.query_params.get("namespace"), "read")
    found = services_of(request).store.pipelines(namespace)
    return json_reply({"packages": [_package_value(one) for one in found]})


def get_package(request: Request) -> Response:
    """Return a package."""
    return json_reply(_package_value(_package(request, "read")))


def delete_package(request: Request) -> Response:
    """Remove a package with its versions."""
    package = _package(request, "write")
    services_of(request).store.remove_pipeline(package.id)
    return json_reply(_done(f"packages/{package.name}"))


def list_versions(request: Request) -> Response:
    """Return the versions of a package."""
    package = _package(request, "read")
    found = [_version_value(package, one) for one in _versions(services_of(request), package)]
    return json_reply({"versions": found})


def get_version(request: Request) -> Response:
    """Return a version of a package."""
    package = _package(request, "read")
    version = _version(services_of(request), package, request.path_params["version"])
    return json_reply(_version_value(package, version))


def delete_version(request: Request) -> Response:
    """Remove a version of a package."""
    package = _package(request, "write")
    services = services_of(request)
    version = _version(services, package, request.path_params["version"])
    services.store.remove_version(version.id)
    return json_reply(_done(_version_name(package, version)))


# ------------------------------------------------------------------ tags


def list_tags(request: Request) -> Response:
    """Return the tags of a package."""
    package = _package(request, "read")
    found = [
        _tag_value(package, label, version)
        for version in _versions(services_of(request), package)
        for label in _labels(version)
    ]
    return json_reply({"tags": found})


def create_tag(request: Request) -> Response:
    """Give a version a tag that no version of the package has yet."""
    package = _package(request, "write")
    services = services_of(request)
    label = _checked_label(request.query_params.get("tagId", ""))
    version = _version(services, package, _wanted_version(request, package))
    if any(label in _labels(one) for one in _versions(services, package)):
        raise AlreadyExists(f"package {package.name} has a tag {label}", hint="update it")
    _move(services, package, label, version)
    return json_reply(_tag_value(package, label, version))


def get_tag(request: Request) -> Response:
    """Return a tag."""
    package = _package(request, "read")
    label = request.path_params["tag"]
    return json_reply(_tag_value(package, label, _tagged(services_of(request), package, label)))


def update_tag(request: Request) -> Response:
    """Move a tag to another version."""
    package = _package(request, "write")
    services = services_of(request)
    label = request.path_params["tag"]
    _tagged(services, package, label)
    version = _version(services, package, _wanted_version(request, package))
    _move(services, package, label, version)
    return json_reply(_tag_value(package, label, version))


def delete_tag(request: Request) -> Response:
    """Take a tag away."""
    package = _package(request, "write")
    services = services_of(request)
    label = request.path_params["tag"]
    _untag(services, _tagged(services, package, label), label)
    return json_reply({})


# ------------------------------------------------------------------ over the catalog


def _package_for(services: Services, namespace: str, source: Source) -> Pipeline:
    name = source.pipeline_name
    try:
        return services.store.pipeline_named(namespace, name)
    except NotFound:
        pass
    try:
        return add_pipeline(services, namespace, name)[0]
    except AlreadyExists:  # somebody else was faster
        return services.store.pipeline_named(namespace, name)


def _added(
    services: Services, package: Pipeline, source: Source, filename: str, data: bytes
) -> PipelineVersion:
    """Return the version of these bytes, added unless it is there."""
    name = _DIGEST + hashlib.sha256(data).hexdigest()
    try:
        return add_version(services, package, NewVersion(source=source, name=name, origin=filename))
    except AlreadyExists:
        return _version(services, package, name)


def _package(request: Request, verb: Verb) -> Pipeline:
    namespace = named_namespace(request, request.query_params.get("namespace"), verb)
    return services_of(request).store.pipeline_named(namespace, request.path_params["package"])


def _versions(services: Services, package: Pipeline) -> Iterator[PipelineVersion]:
    """Yield the versions that came by the registry, the newest first."""
    found = services.store.find_versions(package.id, Query(limit=_MOST)).items
    return (version for version in found if version.name.startswith(_DIGEST))


def _version(services: Services, package: Pipeline, name: str) -> PipelineVersion:
    for version in _versions(services, package):
        if version.name == name:
            return version
    raise NotFound(f"package {package.name} has no version {name}")


def _tagged(services: Services, package: Pipeline, label: str) -> PipelineVersion:
    for version in _versions(services, package):
        if label in _labels(version):
            return version
    raise NotFound(f"package {package.name} has no tag {label}")


def _labels(version: PipelineVersion) -> list[str]:
    return [key.removeprefix(TAG_PREFIX) for key in version.tags if key.startswith(TAG_PREFIX)]


def _move(services: Services, package: Pipeline, label: str, version: PipelineVersion) -> None:
    for other in _versions(services, package):
        if other.id != version.id and label in _labels(other):
            _untag(services, other, label)
    current = services.store.version(version.id)
    tags = checked_tags({**current.tags, TAG_PREFIX + label: ""})
    services.store.update_version(version.id, tags=tags)


def _untag(services: Services, version: PipelineVersion, label: str) -> None:
    tags = {key: value for key, value in version.tags.items() if key != TAG_PREFIX + label}
    services.store.update_version(version.id, tags=tags)


def _checked_label(label: str) -> str:
    longest = LONGEST_TAG - len(TAG_PREFIX)
    if not label or label.startswith(_DIGEST) or "/" in label or len(label) > longest:
        raise InvalidRequest(
            f"{label[:80]!r} is no tag",
            hint=f"a tag has 1 to {longest} characters, no slash, and does not begin with sha256:",
        )
    return label


def _wanted_version(request: Request, package: Pipeline) -> str:
    value: Any = json_of(request)
    name = value.get("version") if isinstance(value, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    prefix = f"packages/{package.name}/versions/"
    if not isinstance(name, str) or not name.startswith(prefix):
        raise InvalidRequest(f"version must be {prefix}sha256:…")
    return name.removeprefix(prefix)


# ------------------------------------------------------------------ answers


def _package_value(package: Pipeline) -> dict[str, Any]:
    at = time_text(package.created_at)
    return {"name": f"packages/{package.name}", "createTime": at, "updateTime": at}


def _version_name(package: Pipeline, version: PipelineVersion) -> str:
    return f"packages/{package.name}/versions/{version.name}"


def _version_value(package: Pipeline, version: PipelineVersion) -> dict[str, Any]:
    at = time_text(version.created_at)
    related = [_tag_value(package, label, version) for label in _labels(version)]
    return {
        "name": _version_name(package, version),
        "createTime": at,
        "updateTime": at,
        **({"relatedTags": related} if related else {}),
    }


def _tag_value(package: Pipeline, label: str, version: PipelineVersion) -> dict[str, Any]:
    return {
        "name": f"packages/{package.name}/tags/{label}",
        "version": _version_name(package, version),
    }


def _done(name: str) -> dict[str, Any]:
    return {"name": f"operations/{name}", "done": True, "response": {}}


_PACKAGE = f"{BASE}/packages/{{package}}"

ENDPOINTS = (
    Endpoint("POST", BASE, upload, "write", "package", streams=True),
    Endpoint("GET", f"{BASE}/packages", list_packages, "read", "package"),
    Endpoint("GET", _PACKAGE, get_package, "read", "package"),
    Endpoint("DELETE", _PACKAGE, delete_package, "write", "package"),
    Endpoint("GET", f"{_PACKAGE}/versions", list_versions, "read", "package"),
    Endpoint("GET", f"{_PACKAGE}/versions/{{version}}", get_version, "read", "package"),
    Endpoint("DELETE", f"{_PACKAGE}/versions/{{version}}", delete_version, "write", "package"),
    Endpoint("GET", f"{_PACKAGE}/tags", list_tags, "read", "package"),
    Endpoint("POST", f"{_PACKAGE}/tags", create_tag, "write", "package"),
    Endpoint("GET", f"{_PACKAGE}/tags/{{tag}}", get_tag, "read", "package"),
    Endpoint("PATCH", f"{_PACKAGE}/tags/{{tag}}", update_tag, "write", "package"),
    Endpoint("DELETE", f"{_PACKAGE}/tags/{{tag}}", delete_tag, "write", "package"),
    Endpoint("GET", f"{BASE}/{{package}}/{{version}}", download, "read", "package"),
)
