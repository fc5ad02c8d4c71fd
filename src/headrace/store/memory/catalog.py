"""Pipelines, versions and experiments in the memory store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from headrace.errors import AlreadyExists, Conflict, NotFound
from headrace.store import fields
from headrace.store.memory.finding import Entry, find
from headrace.store.memory.state import MemoryState
from headrace.store.port.values import DEFAULT_EXPERIMENT
from headrace.store.query import Page, Query
from headrace.store.records import Experiment, Pipeline, PipelineVersion


class MemoryCatalog(MemoryState):
    """``CatalogStore`` in memory, but for the archive."""

    def put_document(self, document: bytes) -> str:
        """Store an IR document and return its digest."""
        with self._lock:
            self._version += 1
            digest = self._keep(document)
            self._put.add(digest)
            return digest

    # ------------------------------------------------------------------ pipelines

    def add_pipeline(self, pipeline: Pipeline, version: PipelineVersion | None = None) -> None:
        """Add a pipeline, alone or with its first version, whose document is stored already."""
        with self._lock:
            names = {(p.namespace, p.name) for p in self._pipelines.values()}
            taken = (pipeline.namespace, pipeline.name) in names
            if taken or pipeline.id in self._pipelines:
                raise AlreadyExists(f"there is already a pipeline {pipeline.name}")
            self._pipelines[pipeline.id] = pipeline
            try:
                if version is not None:
                    self.add_version(version)
            except BaseException:
                del self._pipelines[pipeline.id]
                raise
            self._version += 1

    def pipeline(self, pipeline_id: str, namespace: str | None = None) -> Pipeline:
        """Return the pipeline with this id."""
        with self._lock:
            found = self._pipelines.get(pipeline_id)
            if found is None or namespace not in (None, found.namespace):
                raise NotFound(f"there is no pipeline {pipeline_id}")
            return found

    def pipeline_named(self, namespace: str, name: str) -> Pipeline:
        """Return the pipeline with this name."""
        return _named(self.pipelines(namespace), name, "pipeline")

    def pipelines(self, namespace: str | None = None) -> list[Pipeline]:
        """Return the pipelines, the newest first."""
        with self._lock:
            newest = reversed(self._pipelines.values())
            return [p for p in newest if namespace in (None, p.namespace)]

    def find_pipelines(self, query: Query) -> Page[Pipeline]:
        """Return the pipelines that fit, in the order asked for."""
        with self._lock:
            return find(fields.PIPELINES, _entries(self._pipelines.values()), query)

    def update_pipeline(
        self,
        pipeline_id: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Pipeline:
        """Change what is given; return the pipeline as it is then."""
        with self._lock:
            given = {"display_name": display_name, "description": description, "tags": tags}
            self._pipelines[pipeline_id] = changed(self.pipeline(pipeline_id), given)
            self._version += 1
            return self._pipelines[pipeline_id]

    def remove_pipeline(self, pipeline_id: str) -> None:
        """Remove a pipeline and its versions; runs stay."""
        with self._lock:
            if self._pipelines.pop(pipeline_id, None) is None:
                raise NotFound(f"there is no pipeline {pipeline_id}")
            versions = self._versions.items()
            self._versions = {k: v for k, v in versions if v.pipeline_id != pipeline_id}
            self._version += 1

    # ------------------------------------------------------------------ versions

    def add_version(self, version: PipelineVersion) -> None:
        """Add a version; its document is stored already."""
        with self._lock:
            self.pipeline(version.pipeline_id)
            if version.document not in self._documents:
                raise NotFound(f"there is no document {version.document}", hint="store it first")
            names = {(v.pipeline_id, v.name) for v in self._versions.values()}
            taken = (version.pipeline_id, version.name) in names
            if taken or version.id in self._versions:
                raise AlreadyExists(f"there is already a version {version.name}")
            self._versions[version.id] = version
            self._version += 1

    def version(self, version_id: str, namespace: str | None = None) -> PipelineVersion:
        """Return the version with this id."""
        with self._lock:
            found = self._versions.get(version_id)
            if found is not None:
                space = self._pipelines[found.pipeline_id].namespace
                if namespace in (None, space):
                    return found
            raise NotFound(f"there is no version {version_id}")

    def versions(self, pipeline_id: str) -> list[PipelineVersion]:
        """Return the versions of a pipeline, the newest first."""
        with self._lock:
            self.pipeline(pipeline_id)
            newest = reversed(self._versions.values())
            return [version for version in newest if version.pipeline_id == pipeline_id]

    def find_versions(self, pipeline_id: str, query: Query) -> Page[PipelineVersion]:
        """Return the versions of a pipeline that fit, in the order asked for."""
        with self._lock:
            self.pipeline(pipeline_id, query.namespace)
            oldest = reversed(self.versions(pipeline_id))
            return find(fields.VERSIONS, _entries(oldest), query, f" {pipeline_id}")

    def update_version(
        self,
        version_id: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> PipelineVersion:
        """Change what is given; return the version as it is then."""
        with self._lock:
            given = {"display_name": display_name, "description": description, "tags": tags}
            self._versions[version_id] = changed(self.version(version_id), given)
            self._version += 1
            return self._versions[version_id]

    def remove_version(self, version_id: str) -> None:
        """Remove a version."""
        with self._lock:
            if self._versions.pop(version_id, None) is None:
                raise NotFound(f"there is no version {version_id}")
            self._version += 1

    # ------------------------------------------------------------------ experiments

    def add_experiment(self, experiment: Experiment) -> None:
        """Add an experiment."""
        with self._lock:
            names = {(e.namespace, e.name) for e in self._experiments.values()}
            taken = (experiment.namespace, experiment.name) in names
            if taken or experiment.id in self._experiments:
                raise AlreadyExists(f"there is already an experiment {experiment.name}")
            self._experiments[experiment.id] = experiment
            self._version += 1

    def experiment(self, experiment_id: str, namespace: str | None = None) -> Experiment:
        """Return the experiment with this id."""
        with self._lock:
            found = self._experiments.get(experiment_id)
            if found is None or namespace not in (None, found.namespace):
                raise NotFound(f"there is no experiment {experiment_id}")
            return self._dated(found)

    def experiment_named(self, namespace: str, name: str) -> Experiment:
        """Return the experiment with this name."""
        return _named(self.experiments(namespace), name, "experiment")

    def default_experiment(self, namespace: str = "", *, now: float) -> Experiment:
        """Return the experiment of runs that name none, made if it is missing."""
        with self._lock:
            self._version += 1
            return self.experiment(self._ensure_default_experiment(namespace, now))

    def experiments(self, namespace: str | None = None) -> list[Experiment]:
        """Return the experiments, the newest first."""
        with self._lock:
            newest = reversed(self._experiments.values())
            return [self._dated(e) for e in newest if namespace in (None, e.namespace)]

    def find_experiments(self, query: Query) -> Page[Experiment]:
        """Return the experiments that fit, in the order asked for."""
        with self._lock:
            oldest = [self._dated(e) for e in self._experiments.values()]
            return find(fields.EXPERIMENTS, _entries(oldest), query)

    def update_experiment(
        self,
        experiment_id: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
    ) -> Experiment:
        """Change what is given; return the experiment as it is then."""
        with self._lock:
            given = {"display_name": display_name, "description": description}
            self._experiments[experiment_id] = changed(self.experiment(experiment_id), given)
            self._version += 1
            return self.experiment(experiment_id)

    def remove_experiment(self, experiment_id: str) -> None:
        """Remove an experiment; its runs stay."""
        with self._lock:
            if experiment_id == DEFAULT_EXPERIMENT:
                raise Conflict("the default experiment cannot be removed")
            if self._experiments.pop(experiment_id, None) is None:
                raise NotFound(f"there is no experiment {experiment_id}")
            self._version += 1

    def _dated(self, experiment: Experiment) -> Experiment:
        runs = (rows.run for rows in self._runs.values())
        times = [
            run.created_at
            for run in runs
            if (run.namespace, run.experiment) == (experiment.namespace, experiment.id)
        ]
        return msgspec.structs.replace(experiment, last_run_created_at=max(times, default=None))


def changed(old: Any, given: Mapping[str, Any]) -> Any:
    """Return the record with what is given and not None."""
    changes = {name: value for name, value in given.items() if value is not None}
    if "tags" in changes:
        changes["tags"] = dict(changes["tags"])
    return msgspec.structs.replace(old, **changes)


def field_of(record: Any) -> Callable[[str], Any]:
    """Return what gives the record's fields by name."""

    def field(name: str) -> Any:
        _, dot, member = name.partition(".")
        if dot:
            return [record.tags[member]] if member in record.tags else []
        return getattr(record, name)

    return field


def _entries(records: Iterable[Any]) -> list[Entry]:
    return [Entry(record, number, field_of(record)) for number, record in enumerate(records, 1)]


def _named(found: Iterable[Any], name: str, kind: str) -> Any:
    for record in found:
        if record.name == name:
            return record
    raise NotFound(f"there is no {kind} {name}")
