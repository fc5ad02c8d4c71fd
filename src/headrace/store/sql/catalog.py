"""Pipelines, versions and experiments in the SQLite store."""

from __future__ import annotations

import msgspec

from headrace.errors import AlreadyExists, NotFound
from headrace.store.records import Experiment, Pipeline, PipelineVersion
from headrace.store.sql.queries import load
from headrace.store.sql.values import Packer, read_document
from headrace.store.sqlite.database import Database

_SQL = load("catalog")


class SqliteCatalog:
    """``CatalogStore`` over a database."""

    _db: Database

    def put_document(self, document: bytes) -> str:
        """Store an IR document and return its digest."""
        packer = Packer()
        digest = packer.add(document)
        with self._db.write() as connection:
            packer.write(connection)
        return digest

    def add_pipeline(self, pipeline: Pipeline) -> None:
        """Add a pipeline without versions."""
        self._add("add_pipeline", pipeline, f"there is already a pipeline {pipeline.name}")

    def pipelines(self, namespace: str | None = None) -> list[Pipeline]:
        """Return the pipelines, the newest first."""
        with self._db.read() as connection:
            rows = connection.execute(_SQL["pipelines"], {"namespace": namespace})
            return [
                Pipeline(
                    id=id_,
                    namespace=space,
                    name=name,
                    created_at=at,
                    display_name=display_name,
                    description=description,
                )
                for id_, space, name, at, display_name, description in rows
            ]

    def remove_pipeline(self, pipeline_id: str) -> None:
        """Remove a pipeline and its versions; runs stay."""
        self._remove("remove_pipeline", pipeline_id, f"there is no pipeline {pipeline_id}")

    def add_version(self, version: PipelineVersion) -> None:
        """Add a version; its document is stored already."""
        with self._db.read() as connection:
            known = connection.execute(_SQL["pipeline_exists"], (version.pipeline_id,)).fetchone()
            if known is None:
                raise NotFound(f"there is no pipeline {version.pipeline_id}")
            if read_document(connection, version.document) is None:
                raise NotFound(f"there is no document {version.document}", hint="store it first")
        self._add("add_version", version, f"there is already a version {version.name}")

    def versions(self, pipeline_id: str) -> list[PipelineVersion]:
        """Return the versions of a pipeline, the newest first."""
        with self._db.read() as connection:
            if connection.execute(_SQL["pipeline_exists"], (pipeline_id,)).fetchone() is None:
                raise NotFound(f"there is no pipeline {pipeline_id}")
            rows = connection.execute(_SQL["versions"], (pipeline_id,))
            return [
                PipelineVersion(
                    id=id_,
                    pipeline_id=pipeline,
                    name=name,
                    document=document,
                    created_at=at,
                    display_name=display_name,
                    description=description,
                    source=source,
                )
                for id_, pipeline, name, document, at, display_name, description, source in rows
            ]

    def remove_version(self, version_id: str) -> None:
        """Remove a version."""
        self._remove("remove_version", version_id, f"there is no version {version_id}")

    def add_experiment(self, experiment: Experiment) -> None:
        """Add an experiment."""
        self._add("add_experiment", experiment, f"there is already an experiment {experiment.name}")

    def experiments(self, namespace: str | None = None) -> list[Experiment]:
        """Return the experiments, the newest first."""
        with self._db.read() as connection:
            rows = connection.execute(_SQL["experiments"], {"namespace": namespace})
            return [
                Experiment(
                    id=id_,
                    namespace=space,
                    name=name,
                    created_at=at,
                    display_name=display_name,
                    description=description,
                    archived=bool(archived),
                )
                for id_, space, name, at, display_name, description, archived in rows
            ]

    def remove_experiment(self, experiment_id: str) -> None:
        """Remove an experiment; its runs stay."""
        self._remove("remove_experiment", experiment_id, f"there is no experiment {experiment_id}")

    def _add(self, block: str, record: msgspec.Struct, taken: str) -> None:
        with self._db.write() as connection:
            if not connection.execute(_SQL[block], msgspec.structs.asdict(record)).rowcount:
                raise AlreadyExists(taken)

    def _remove(self, block: str, id_: str, missing: str) -> None:
        with self._db.write() as connection:
            if not connection.execute(_SQL[block], (id_,)).rowcount:
                raise NotFound(missing)
