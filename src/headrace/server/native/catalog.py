"""The catalog: pipelines, their versions, and experiments."""

from __future__ import annotations

from typing import Any

import msgspec

from headrace.errors import InvalidRequest
from headrace.server.catalog import (
    NewVersion,
    add_experiment,
    add_pipeline,
    add_version,
    checked_name,
    checked_tags,
    checked_text,
)
from headrace.server.documents import Source, source_in
from headrace.server.named import experiment_named, pipeline_named, version_named
from headrace.server.namespaces import named_namespace
from headrace.server.native.lists import Listed, ListQuery, listed, store_query
from headrace.server.native.operations import Asked, Body, Plain, Query, operation
from headrace.server.native.runs import DocumentAnswer, document_answer
from headrace.store import Store
from headrace.store.records import Experiment, Pipeline, PipelineVersion


class CatalogQuery(ListQuery, frozen=True):
    """Which pipelines or versions to list; ``text`` is part of the display name."""


class ExperimentsQuery(ListQuery, frozen=True):
    """Which experiments to list; ``text`` is part of the display name."""

    archived: bool | None = False


class PipelineBody(Body, frozen=True):
    """A pipeline to add, with its first version when there is a document.

    Attributes:
        name: Without it the pipeline is named as its document is.
        tags: In a form, a JSON object.
    """

    name: str | None = None
    display_name: str = ""
    description: str = ""
    namespace: str | None = None
    tags: dict[str, str] | str | None = None
    code_source_url: str = ""
    version_name: str = ""
    spec: dict[str, Any] | None = None
    platform: dict[str, Any] | None = None


class VersionBody(Body, frozen=True):
    """A version to add; its document is ``spec``, or the file of a form.

    Attributes:
        name: Without it, ``v`` and the next number that is free.
        tags: In a form, a JSON object.
    """

    name: str | None = None
    display_name: str = ""
    description: str = ""
    tags: dict[str, str] | str | None = None
    code_source_url: str = ""
    spec: dict[str, Any] | None = None
    platform: dict[str, Any] | None = None


class Change(Body, frozen=True):
    """What changes; what is not given stays."""

    display_name: str | None = None
    description: str | None = None
    tags: dict[str, str] | None = None


class ExperimentBody(Body, frozen=True):
    """An experiment to add."""

    name: str
    description: str = ""
    namespace: str | None = None


class ExperimentChange(Body, frozen=True):
    """What changes of an experiment; what is not given stays."""

    display_name: str | None = None
    description: str | None = None


# ------------------------------------------------------------------ pipelines


def list_pipelines(asked: Asked[CatalogQuery, None]) -> Listed[Pipeline]:
    """List pipelines."""
    query = store_query(asked.request, asked.query, text_field="display_name")
    return listed(asked.store.find_pipelines(query))


def create_pipeline(asked: Asked[Query, PipelineBody]) -> Pipeline:
    """Add a pipeline, with its first version when there is a document."""
    body = asked.body
    namespace = named_namespace(asked.request, body.namespace, "write")
    given = _given_source(asked, body)
    name = body.name or (given.pipeline_name if given is not None else "")
    version = None
    if given is not None:
        version = NewVersion(
            source=given,
            name=body.version_name,
            description=body.description,
            tags=_tags(body.tags),
            code_source_url=body.code_source_url,
            origin=asked.upload.name if asked.upload is not None else "",
        )
    made, _ = add_pipeline(
        asked.services,
        namespace,
        name,
        display_name=body.display_name,
        description=body.description,
        tags=_tags(body.tags),
        version=version,
    )
    return made


def get_pipeline(asked: Plain) -> Pipeline:
    """Return a pipeline."""
    return pipeline_named(asked.request, asked.named("pipeline_id"))


def change_pipeline(asked: Asked[Query, Change]) -> Pipeline:
    """Change a pipeline's name on screen, description or tags."""
    found = pipeline_named(asked.request, asked.named("pipeline_id"), "write")
    return asked.store.update_pipeline(found.id, **_changes(asked.body, "pipeline"))


def delete_pipeline(asked: Plain) -> None:
    """Delete a pipeline with its versions; runs stay."""
    asked.store.remove_pipeline(
        pipeline_named(asked.request, asked.named("pipeline_id"), "write").id
    )


# ------------------------------------------------------------------ versions


def list_versions(asked: Asked[CatalogQuery, None]) -> Listed[PipelineVersion]:
    """List the versions of a pipeline."""
    found = pipeline_named(asked.request, asked.named("pipeline_id"))
    given = msgspec.structs.replace(asked.query, namespace=found.namespace or None)
    query = store_query(asked.request, given, text_field="display_name")
    return listed(asked.store.find_versions(found.id, query))


def create_version(asked: Asked[Query, VersionBody]) -> PipelineVersion:
    """Add a version to a pipeline."""
    found = pipeline_named(asked.request, asked.named("pipeline_id"), "write")
    body = asked.body
    given = _given_source(asked, body)
    if given is None:
        raise InvalidRequest("the version has no document", hint="give spec, or upload a file")
    return add_version(
        asked.services,
        found,
        NewVersion(
            source=given,
            name=body.name or _next_name(asked.store, found.id),
            display_name=body.display_name,
            description=body.description,
            tags=_tags(body.tags),
            code_source_url=body.code_source_url,
            origin=asked.upload.name if asked.upload is not None else "",
        ),
    )


def get_version(asked: Plain) -> PipelineVersion:
    """Return a version of a pipeline."""
    return version_named(asked.request, asked.named("version_id"))


def change_version(asked: Asked[Query, Change]) -> PipelineVersion:
    """Change a version's name on screen, description or tags."""
    found = version_named(asked.request, asked.named("version_id"), "write")
    return asked.store.update_version(found.id, **_changes(asked.body, "version"))


def delete_version(asked: Plain) -> None:
    """Delete a version; runs stay."""
    asked.store.remove_version(version_named(asked.request, asked.named("version_id"), "write").id)


def version_document(asked: Plain) -> DocumentAnswer:
    """Return the pipeline of a version."""
    found = version_named(asked.request, asked.named("version_id"))
    return document_answer(asked.store, found.document)


# ------------------------------------------------------------------ experiments


def list_experiments(asked: Asked[ExperimentsQuery, None]) -> Listed[Experiment]:
    """List experiments."""
    equal = (("archived", asked.query.archived),)
    query = store_query(asked.request, asked.query, equal, text_field="display_name")
    asked.store.default_experiment(query.namespace or "", now=asked.services.clock.now())
    return listed(asked.store.find_experiments(query))


def create_experiment(asked: Asked[Query, ExperimentBody]) -> Experiment:
    """Add an experiment."""
    body = asked.body
    namespace = named_namespace(asked.request, body.namespace, "write")
    return add_experiment(asked.services, namespace, body.name, description=body.description)


def get_experiment(asked: Plain) -> Experiment:
    """Return an experiment."""
    return experiment_named(asked.request, asked.named("experiment_id"))


def change_experiment(asked: Asked[Query, ExperimentChange]) -> Experiment:
    """Change an experiment's name on screen or description."""
    found = experiment_named(asked.request, asked.named("experiment_id"), "write")
    body = Change(display_name=asked.body.display_name, description=asked.body.description)
    changes = _changes(body, "experiment")
    del changes["tags"]
    return asked.store.update_experiment(found.id, **changes)


def delete_experiment(asked: Plain) -> None:
    """Delete an experiment; its runs stay."""
    found = experiment_named(asked.request, asked.named("experiment_id"), "write")
    asked.store.remove_experiment(found.id)


def archive_experiment(asked: Plain) -> Experiment:
    """Archive an experiment with its runs; its recurring runs are disabled."""
    return _set_archived(asked, archived=True)


def restore_experiment(asked: Plain) -> Experiment:
    """Put an archived experiment back; its runs stay archived."""
    return _set_archived(asked, archived=False)


def _set_archived(asked: Plain, *, archived: bool) -> Experiment:
    found = experiment_named(asked.request, asked.named("experiment_id"), "write")
    now = asked.services.clock.now()
    return asked.store.set_experiment_archived(found.id, archived, now=now)


# ------------------------------------------------------------------ what bodies say


def _given_source(
    asked: Asked[Query, PipelineBody] | Asked[Query, VersionBody],
    body: PipelineBody | VersionBody,
) -> Source | None:
    if asked.upload is not None:
        return source_in(asked.upload.data, asked.upload.name)
    return Source(body.spec, body.platform) if body.spec is not None else None


def _next_name(store: Store, pipeline_id: str) -> str:
    taken = {version.name for version in store.versions(pipeline_id)}
    number = len(taken) + 1
    while f"v{number}" in taken:
        number += 1
    return f"v{number}"


def _tags(given: dict[str, str] | str | None) -> dict[str, str]:
    if not isinstance(given, str):
        return checked_tags(given)
    try:
        return checked_tags(msgspec.json.decode(given or "{}", type=dict[str, str]))
    except (msgspec.DecodeError, RecursionError) as error:
        message = "the tags are not as expected"
        raise InvalidRequest(message, hint='write them as {"team": "a"}') from error


def _changes(body: Change, kind: str) -> dict[str, Any]:
    name, text, tags = body.display_name, body.description, body.tags
    return {
        "display_name": None if name is None else checked_name(name, kind),
        "description": None if text is None else checked_text(text, "description"),
        "tags": None if tags is None else checked_tags(tags),
    }


_PIPELINE, _VERSION = "/pipelines/{pipeline_id}", "/versions/{version_id}"
_EXPERIMENT = "/experiments/{experiment_id}"

OPERATIONS = (
    operation(
        "GET",
        "/pipelines",
        list_pipelines,
        kind="pipeline",
        query=CatalogQuery,
        answer=Listed[Pipeline],
    ),
    operation(
        "POST",
        "/pipelines",
        create_pipeline,
        kind="pipeline",
        body=PipelineBody,
        answer=Pipeline,
        status=201,
        uploads=True,
    ),
    operation("GET", _PIPELINE, get_pipeline, kind="pipeline", answer=Pipeline),
    operation("PATCH", _PIPELINE, change_pipeline, kind="pipeline", body=Change, answer=Pipeline),
    operation("DELETE", _PIPELINE, delete_pipeline, kind="pipeline", status=204),
    operation(
        "GET",
        f"{_PIPELINE}/versions",
        list_versions,
        kind="version",
        query=CatalogQuery,
        answer=Listed[PipelineVersion],
    ),
    operation(
        "POST",
        f"{_PIPELINE}/versions",
        create_version,
        kind="version",
        body=VersionBody,
        answer=PipelineVersion,
        status=201,
        uploads=True,
    ),
    operation("GET", _VERSION, get_version, kind="version", answer=PipelineVersion),
    operation(
        "PATCH", _VERSION, change_version, kind="version", body=Change, answer=PipelineVersion
    ),
    operation("DELETE", _VERSION, delete_version, kind="version", status=204),
    operation(
        "GET", f"{_VERSION}/document", version_document, kind="version", answer=DocumentAnswer
    ),
    operation(
        "GET",
        "/experiments",
        list_experiments,
        kind="experiment",
        query=ExperimentsQuery,
        answer=Listed[Experiment],
    ),
    operation(
        "POST",
        "/experiments",
        create_experiment,
        kind="experiment",
        body=ExperimentBody,
        answer=Experiment,
        status=201,
    ),
    operation("GET", _EXPERIMENT, get_experiment, kind="experiment", answer=Experiment),
    operation(
        "PATCH",
        _EXPERIMENT,
        change_experiment,
        kind="experiment",
        body=ExperimentChange,
        answer=Experiment,
    ),
    operation("DELETE", _EXPERIMENT, delete_experiment, kind="experiment", status=204),
    operation(
        "POST",
        f"{_EXPERIMENT}/archive",
        archive_experiment,
        kind="experiment",
        answer=Experiment,
    ),
    operation(
        "POST",
        f"{_EXPERIMENT}/restore",
        restore_experiment,
        kind="experiment",
        answer=Experiment,
    ),
)
