"""Cache entries, pipelines, versions and experiments in the memory store."""

from __future__ import annotations

from collections.abc import Collection

from headrace.errors import AlreadyExists, NotFound
from headrace.store.memory.state import MemoryState
from headrace.store.paging import checked_limit
from headrace.store.records import CacheEntry, Experiment, Pipeline, PipelineVersion


class MemoryCache(MemoryState):
    """``CacheStore`` in memory."""

    def cache_entry(self, key: str, namespace: str = "") -> CacheEntry | None:
        """Return the entry with this key."""
        with self._lock:
            return self._cache.get((namespace, key))

    def nearest_cache_entry(
        self, *, pipeline: str, path: str, component: str, namespace: str = ""
    ) -> CacheEntry | None:
        """Return what to compare a miss with."""
        entries = self._newest_entries(namespace)
        same_task = (e for e in entries if (e.pipeline, e.path) == (pipeline, path))
        same_component = (e for e in entries if e.component == component)
        return next(same_task, None) or next(same_component, None)

    def cache_entries(self, namespace: str = "", *, limit: int = 1000) -> list[CacheEntry]:
        """Return entries, the newest first."""
        return self._newest_entries(namespace)[: checked_limit(limit)]

    def remove_cache_entries(
        self,
        namespace: str = "",
        *,
        keys: Collection[str] | None = None,
        pipeline: str | None = None,
        before: float | None = None,
    ) -> int:
        """Remove the entries that fit all that is given; return how many."""
        with self._lock:
            gone = [
                entry
                for entry in self._newest_entries(namespace)
                if (keys is None or entry.key in keys)
                and pipeline in (None, entry.pipeline)
                and (before is None or entry.created_at < before)
            ]
            for entry in gone:
                del self._cache[namespace, entry.key]
            self._version += 1
            return len(gone)

    def _newest_entries(self, namespace: str) -> list[CacheEntry]:
        with self._lock:
            return [e for e in reversed(self._cache.values()) if e.namespace == namespace]


class MemoryCatalog(MemoryState):
    """``CatalogStore`` in memory."""

    def put_document(self, document: bytes) -> str:
        """Store an IR document and return its digest."""
        with self._lock:
            self._version += 1
            return self._keep(document)

    def add_pipeline(self, pipeline: Pipeline) -> None:
        """Add a pipeline without versions."""
        with self._lock:
            names = {(p.namespace, p.name) for p in self._pipelines.values()}
            taken = (pipeline.namespace, pipeline.name) in names
            if taken or pipeline.id in self._pipelines:
                raise AlreadyExists(f"there is already a pipeline {pipeline.name}")
            self._pipelines[pipeline.id] = pipeline
            self._version += 1

    def pipelines(self, namespace: str | None = None) -> list[Pipeline]:
        """Return the pipelines, the newest first."""
        with self._lock:
            newest = reversed(self._pipelines.values())
            return [p for p in newest if namespace in (None, p.namespace)]

    def remove_pipeline(self, pipeline_id: str) -> None:
        """Remove a pipeline and its versions; runs stay."""
        with self._lock:
            if self._pipelines.pop(pipeline_id, None) is None:
                raise NotFound(f"there is no pipeline {pipeline_id}")
            versions = self._versions.items()
            self._versions = {k: v for k, v in versions if v.pipeline_id != pipeline_id}
            self._version += 1

    def add_version(self, version: PipelineVersion) -> None:
        """Add a version; its document is stored already."""
        with self._lock:
            if version.pipeline_id not in self._pipelines:
                raise NotFound(f"there is no pipeline {version.pipeline_id}")
            if version.document not in self._documents:
                raise NotFound(f"there is no document {version.document}", hint="store it first")
            names = {(v.pipeline_id, v.name) for v in self._versions.values()}
            taken = (version.pipeline_id, version.name) in names
            if taken or version.id in self._versions:
                raise AlreadyExists(f"there is already a version {version.name}")
            self._versions[version.id] = version
            self._version += 1

    def versions(self, pipeline_id: str) -> list[PipelineVersion]:
        """Return the versions of a pipeline, the newest first."""
        with self._lock:
            if pipeline_id not in self._pipelines:
                raise NotFound(f"there is no pipeline {pipeline_id}")
            newest = reversed(self._versions.values())
            return [version for version in newest if version.pipeline_id == pipeline_id]

    def remove_version(self, version_id: str) -> None:
        """Remove a version."""
        with self._lock:
            if self._versions.pop(version_id, None) is None:
                raise NotFound(f"there is no version {version_id}")
            self._version += 1

    def add_experiment(self, experiment: Experiment) -> None:
        """Add an experiment."""
        with self._lock:
            names = {(e.namespace, e.name) for e in self._experiments.values()}
            taken = (experiment.namespace, experiment.name) in names
            if taken or experiment.id in self._experiments:
                raise AlreadyExists(f"there is already an experiment {experiment.name}")
            self._experiments[experiment.id] = experiment
            self._version += 1

    def experiments(self, namespace: str | None = None) -> list[Experiment]:
        """Return the experiments, the newest first."""
        with self._lock:
            newest = reversed(self._experiments.values())
            return [e for e in newest if namespace in (None, e.namespace)]

    def remove_experiment(self, experiment_id: str) -> None:
        """Remove an experiment; its runs stay."""
        with self._lock:
            if self._experiments.pop(experiment_id, None) is None:
                raise NotFound(f"there is no experiment {experiment_id}")
            self._version += 1
