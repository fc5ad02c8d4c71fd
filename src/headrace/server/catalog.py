"""Pipelines, versions and experiments: what names may be, and how they come into being.

Everything is checked before anything is written. All APIs add things here, so that they have the
same rules. Blocking; knows no HTTP.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from headrace.errors import AlreadyExists, InvalidRequest, NotFound
from headrace.server.documents import Source, keep, kept
from headrace.server.services import Services
from headrace.store.query import Query
from headrace.store.records import Experiment, Pipeline, PipelineVersion, RecurringRun

LONGEST_NAME = 128
LONGEST_VERSION_NAME = 127
LONGEST_TEXT = 8192
MOST_TAGS = 20
LONGEST_TAG = 63

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A version to add.

    Attributes:
        name: Empty takes the name of the pipeline.
        source: Its documents.
        origin: What it was made from, such as the name of a file.
    """

    source: Source
    name: str = ""
    display_name: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    code_source_url: str = ""
    package_url: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A pipeline to run.

    Attributes:
        source: Its documents.
        pipeline_id: The pipeline of the catalog that it is a version of, if it is one.
        version_id: The version of it that is meant now.
        is_latest: Whether it was asked for as the latest version.
    """

    source: Source
    pipeline_id: str | None = None
    version_id: str | None = None
    is_latest: bool = False


def add_pipeline(
    services: Services,
    namespace: str,
    name: str,
    *,
    display_name: str = "",
    description: str = "",
    tags: Mapping[str, str] | None = None,
    version: NewVersion | None = None,
) -> tuple[Pipeline, PipelineVersion | None]:
    """Add a pipeline, alone or with its first version.

    Raises:
        InvalidRequest: A name, a tag or a text is not allowed.
        SpecError: The version's document is not valid.
        AlreadyExists: The namespace has a pipeline of this name.
    """
    pipeline = Pipeline(
        id=str(uuid.uuid4()),
        namespace=namespace,
        name=checked_name(name, "pipeline"),
        created_at=services.clock.now(),
        display_name=checked_name(display_name or name, "pipeline"),
        description=checked_text(description, "description"),
        tags=checked_tags(tags),
    )
    first = None if version is None else _version_of(services, pipeline, version)
    _check_free(services, namespace, name)
    services.store.add_pipeline(pipeline, first)
    return pipeline, first


def add_version(services: Services, pipeline: Pipeline, version: NewVersion) -> PipelineVersion:
    """Add a version to a pipeline.

    Raises:
        InvalidRequest: A name, a tag or a text is not allowed.
        SpecError: Its document is not valid.
        AlreadyExists: The pipeline has a version of this name.
    """
    record = _version_of(services, pipeline, version)
    services.store.add_version(record)
    return record


def latest_version(services: Services, pipeline_id: str) -> PipelineVersion:
    """Return the newest version of a pipeline.

    Raises:
        NotFound: It has none.
    """
    page = services.store.find_versions(pipeline_id, Query(limit=1))
    if not page.items:
        raise NotFound(f"pipeline {pipeline_id} has no version", hint="upload one")
    return page.items[0]


def source_of_version(services: Services, version: PipelineVersion) -> Source:
    """Return the documents of a version."""
    return kept(services.store, version.document)


def source_of_recurring(services: Services, recurring: RecurringRun) -> tuple[Source, str | None]:
    """Return what a recurring run runs now, with the version that it is, if it is one.

    Raises:
        NotFound: Its pipeline or version is gone.
    """
    if recurring.document is not None:
        return kept(services.store, recurring.document), None
    if recurring.version_id is not None:
        version = services.store.version(recurring.version_id)
    elif recurring.pipeline_id is not None:
        version = latest_version(services, recurring.pipeline_id)
    else:
        raise NotFound(f"recurring run {recurring.display_name} names no pipeline")
    return source_of_version(services, version), version.id


def add_experiment(
    services: Services, namespace: str, name: str, *, description: str = ""
) -> Experiment:
    """Add an experiment.

    Raises:
        InvalidRequest: The name or the description is not allowed.
        AlreadyExists: The namespace has an experiment of this name.
    """
    experiment = Experiment(
        id=str(uuid.uuid4()),
        namespace=namespace,
        name=checked_name(name, "experiment"),
        created_at=services.clock.now(),
        display_name=name,
        description=checked_text(description, "description"),
    )
    services.store.add_experiment(experiment)
    return experiment


def checked_name(name: str, kind: str, *, longest: int = LONGEST_NAME) -> str:
    """Return a name that is allowed.

    Raises:
        InvalidRequest: It is empty, too long or has control characters.
    """
    if not name.strip():
        raise InvalidRequest(f"the {kind} has no name", hint="give it one")
    if len(name) > longest:
        raise InvalidRequest(
            f"the name of the {kind} has {len(name)} characters, more than {longest}",
            hint="choose a shorter one",
        )
    if _CONTROL.search(name):
        raise InvalidRequest(f"the name of the {kind} has control characters")
    return name


def checked_text(text: str, what: str) -> str:
    """Return a text that is not too long.

    Raises:
        InvalidRequest: It is.
    """
    if len(text) > LONGEST_TEXT:
        raise InvalidRequest(f"the {what} is longer than {LONGEST_TEXT} characters")
    return text


def checked_tags(tags: Mapping[str, str] | None) -> dict[str, str]:
    """Return tags that are allowed.

    Raises:
        InvalidRequest: There are too many, or a key or value is too long.
    """
    if not tags:
        return {}
    if len(tags) > MOST_TAGS:
        raise InvalidRequest(f"there are {len(tags)} tags, more than {MOST_TAGS}")
    for key, value in tags.items():
        if not key or len(key) > LONGEST_TAG or len(value) > LONGEST_TAG:
            message = f"tag {key[:80]!r} has a key or value of no or more than {LONGEST_TAG}"
            raise InvalidRequest(f"{message} characters", hint="shorten it")
    return dict(tags)


def _version_of(services: Services, pipeline: Pipeline, version: NewVersion) -> PipelineVersion:
    """Check a version, store its documents, and return its record, which is not added yet."""
    name = checked_name(version.name or pipeline.name, "version", longest=LONGEST_VERSION_NAME)
    display_name = version.display_name or name
    checked_name(display_name, "version")
    tags = checked_tags(version.tags)
    checked_text(version.description, "description")
    checked_text(version.code_source_url, "code source URL")
    services.runs.check(version.source.spec, version.source.platform)
    return PipelineVersion(
        id=str(uuid.uuid4()),
        pipeline_id=pipeline.id,
        name=name,
        document=keep(services.store, version.source),
        created_at=services.clock.now(),
        display_name=display_name,
        description=version.description,
        source=version.origin[:LONGEST_TEXT],
        code_source_url=version.code_source_url,
        package_url=version.package_url,
        tags=tags,
    )


def _check_free(services: Services, namespace: str, name: str) -> None:
    """Say early that a name is taken; whether it is, the store decides when it is added."""
    try:
        services.store.pipeline_named(namespace, name)
    except NotFound:
        return
    raise AlreadyExists(f"there is already a pipeline {name}", hint="choose another name")
