"""Pipelines, versions and experiments in the SQL store."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from headrace.errors import AlreadyExists, Conflict, NotFound
from headrace.store.port.values import DEFAULT_EXPERIMENT
from headrace.store.query import Page, Query
from headrace.store.records import Experiment, Pipeline, PipelineVersion
from headrace.store.sql import listings
from headrace.store.sql.catalog_rows import values_of
from headrace.store.sql.connection import Connection, Database, reads, writes
from headrace.store.sql.creating import ensure_default_experiment, put_tags
from headrace.store.sql.finding import Listing, find
from headrace.store.sql.queries import load
from headrace.store.sql.values import document_digest, read_document, to_json

_SQL = load("catalog")


class SqlCatalog:
    """``CatalogStore`` over a database."""

    _db: Database

    @writes
    def put_document(self, connection: Connection, document: bytes) -> str:
        """Store an IR document and return its digest."""
        digest = document_digest(document)
        named = {"digest": digest, "body": document, "now": time.time()}
        connection.execute(_SQL["put_document"], named)
        return digest

    # ------------------------------------------------------------------ pipelines

    @writes
    def add_pipeline(
        self, connection: Connection, pipeline: Pipeline, version: PipelineVersion | None = None
    ) -> None:
        """Add a pipeline, alone or with its first version, whose document is stored already."""
        row = connection.execute(_SQL["add_pipeline"], values_of(pipeline, "tags")).fetchone()
        if row is None:
            raise AlreadyExists(f"there is already a pipeline {pipeline.name}")
        put_tags(connection, "pipeline", row[0], pipeline.tags)
        if version is not None:
            _add_version(connection, version)

    @reads
    def pipeline(
        self, connection: Connection, pipeline_id: str, namespace: str | None = None
    ) -> Pipeline:
        """Return the pipeline with this id."""
        return _pipeline(connection, pipeline_id, namespace)

    @reads
    def pipeline_named(self, connection: Connection, namespace: str, name: str) -> Pipeline:
        """Return the pipeline with this name."""
        found = _select(connection, listings.PIPELINES, "by_name", (namespace, name))
        return _only(found, f"there is no pipeline {name}")

    @reads
    def pipelines(self, connection: Connection, namespace: str | None = None) -> list[Pipeline]:
        """Return the pipelines, the newest first."""
        return _select(connection, listings.PIPELINES, "of_namespace", {"namespace": namespace})

    @reads
    def find_pipelines(self, connection: Connection, query: Query) -> Page[Pipeline]:
        """Return the pipelines that fit, in the order asked for."""
        return find(connection, listings.PIPELINES, query)

    @writes
    def update_pipeline(
        self,
        connection: Connection,
        pipeline_id: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Pipeline:
        """Change what is given; return the pipeline as it is then."""
        old = _pipeline(connection, pipeline_id)
        new = _changed(old, display_name=display_name, description=description, tags=tags)
        row = connection.execute(_SQL["update_pipeline"], _with_tags(new)).fetchone()
        replace_tags(connection, "pipeline", row[0], new.tags)
        return new

    @writes
    def remove_pipeline(self, connection: Connection, pipeline_id: str) -> None:
        """Remove a pipeline and its versions; runs stay."""
        named = {"id": pipeline_id}
        connection.execute(_SQL["remove_pipeline_tags"], named)
        if not connection.execute(_SQL["remove_pipeline"], named).rowcount:
            raise NotFound(f"there is no pipeline {pipeline_id}")

    # ------------------------------------------------------------------ versions

    @writes
    def add_version(self, connection: Connection, version: PipelineVersion) -> None:
        """Add a version; its document is stored already."""
        _add_version(connection, version)

    @reads
    def version(
        self, connection: Connection, version_id: str, namespace: str | None = None
    ) -> PipelineVersion:
        """Return the version with this id."""
        return _version(connection, version_id, namespace)

    @reads
    def versions(self, connection: Connection, pipeline_id: str) -> list[PipelineVersion]:
        """Return the versions of a pipeline, the newest first."""
        _pipeline(connection, pipeline_id)
        return _select(connection, listings.VERSIONS, "versions_of", (pipeline_id,))

    @reads
    def find_versions(
        self, connection: Connection, pipeline_id: str, query: Query
    ) -> Page[PipelineVersion]:
        """Return the versions of a pipeline that fit, in the order asked for."""
        _pipeline(connection, pipeline_id, query.namespace)
        fixed = [("versions.pipeline_id", pipeline_id)]
        return find(connection, listings.VERSIONS, query, fixed)

    @writes
    def update_version(
        self,
        connection: Connection,
        version_id: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> PipelineVersion:
        """Change what is given; return the version as it is then."""
        old = _version(connection, version_id)
        new = _changed(old, display_name=display_name, description=description, tags=tags)
        row = connection.execute(_SQL["update_version"], _with_tags(new)).fetchone()
        replace_tags(connection, "version", row[0], new.tags)
        return new

    @writes
    def remove_version(self, connection: Connection, version_id: str) -> None:
        """Remove a version."""
        named = {"id": version_id}
        connection.execute(_SQL["remove_version_tags"], named)
        if not connection.execute(_SQL["remove_version"], named).rowcount:
            raise NotFound(f"there is no version {version_id}")

    # ------------------------------------------------------------------ experiments

    @writes
    def add_experiment(self, connection: Connection, experiment: Experiment) -> None:
        """Add an experiment."""
        if not connection.execute(_SQL["add_experiment"], values_of(experiment)).rowcount:
            raise AlreadyExists(f"there is already an experiment {experiment.name}")

    @reads
    def experiment(
        self, connection: Connection, experiment_id: str, namespace: str | None = None
    ) -> Experiment:
        """Return the experiment with this id."""
        return experiment_of(connection, experiment_id, namespace)

    @reads
    def experiment_named(self, connection: Connection, namespace: str, name: str) -> Experiment:
        """Return the experiment with this name."""
        found = _select(connection, listings.EXPERIMENTS, "by_name", (namespace, name))
        return _only(found, f"there is no experiment {name}")

    @writes
    def default_experiment(
        self, connection: Connection, namespace: str = "", *, now: float
    ) -> Experiment:
        """Return the experiment of runs that name none, made if it is missing."""
        return experiment_of(connection, ensure_default_experiment(connection, namespace, now))

    @reads
    def experiments(self, connection: Connection, namespace: str | None = None) -> list[Experiment]:
        """Return the experiments, the newest first."""
        return _select(connection, listings.EXPERIMENTS, "of_namespace", {"namespace": namespace})

    @reads
    def find_experiments(self, connection: Connection, query: Query) -> Page[Experiment]:
        """Return the experiments that fit, in the order asked for."""
        return find(connection, listings.EXPERIMENTS, query)

    @writes
    def update_experiment(
        self,
        connection: Connection,
        experiment_id: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
    ) -> Experiment:
        """Change what is given; return the experiment as it is then."""
        old = experiment_of(connection, experiment_id)
        new = _changed(old, display_name=display_name, description=description)
        named = {"id": new.id, "display_name": new.display_name, "description": new.description}
        connection.execute(_SQL["update_experiment"], named)
        return new

    @writes
    def remove_experiment(self, connection: Connection, experiment_id: str) -> None:
        """Remove an experiment; its runs stay."""
        if experiment_id == DEFAULT_EXPERIMENT:
            raise Conflict("the default experiment cannot be removed")
        if not connection.execute(_SQL["remove_experiment"], {"id": experiment_id}).rowcount:
            raise NotFound(f"there is no experiment {experiment_id}")


def experiment_of(
    connection: Connection, experiment_id: str, namespace: str | None = None
) -> Experiment:
    """Return the experiment.

    Raises:
        NotFound: There is none, or not in the namespace.
    """
    named = {"id": experiment_id, "namespace": namespace}
    found = _select(connection, listings.EXPERIMENTS, "by_id", named)
    return _only(found, f"there is no experiment {experiment_id}")


def replace_tags(connection: Connection, kind: str, owner: int, tags: Mapping[str, str]) -> None:
    """Make the entry be found by these tags and no others."""
    connection.execute(_SQL["remove_tags"], (kind, owner))
    put_tags(connection, kind, owner, tags)


def _pipeline(connection: Connection, pipeline_id: str, namespace: str | None = None) -> Pipeline:
    named = {"id": pipeline_id, "namespace": namespace}
    found = _select(connection, listings.PIPELINES, "by_id", named)
    return _only(found, f"there is no pipeline {pipeline_id}")


def _version(
    connection: Connection, version_id: str, namespace: str | None = None
) -> PipelineVersion:
    named = {"id": version_id, "namespace": namespace}
    found = _select(connection, listings.VERSIONS, "version_in", named)
    return _only(found, f"there is no version {version_id}")


def _add_version(connection: Connection, version: PipelineVersion) -> None:
    _pipeline(connection, version.pipeline_id)
    if read_document(connection, version.document) is None:
        raise NotFound(f"there is no document {version.document}", hint="store it first")
    row = connection.execute(_SQL["add_version"], values_of(version, "tags")).fetchone()
    if row is None:
        raise AlreadyExists(f"there is already a version {version.name}")
    put_tags(connection, "version", row[0], version.tags)


def _select(connection: Connection, listing: Listing, block: str, values: Any) -> list[Any]:
    sql = f"{listing.columns} {listing.source} {_SQL[block]}"
    return [listing.read(row, connection) for row in connection.execute(sql, values).fetchall()]


def _only(found: list[Any], missing: str) -> Any:
    if not found:
        raise NotFound(missing)
    return found[0]


def _changed(old: Any, **given: Any) -> Any:
    changes = {name: value for name, value in given.items() if value is not None}
    if "tags" in changes:
        changes["tags"] = dict(changes["tags"])
    return msgspec.structs.replace(old, **changes)


def _with_tags(new: Pipeline | PipelineVersion) -> dict[str, Any]:
    return {
        "id": new.id,
        "display_name": new.display_name,
        "description": new.description,
        "tags": to_json(new.tags),
    }
