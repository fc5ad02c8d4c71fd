"""Answers cache look-ups: a hit counts only when all its artifacts are there, unchanged."""

from __future__ import annotations

from collections.abc import Callable

from headrace import engine
from headrace.artifacts import ArtifactStore
from headrace.engine.attempts import Artifact, Outputs
from headrace.engine.commands import LookUpCache
from headrace.engine.events import CacheAnswered
from headrace.store import CacheEntry, CacheStore

Answer = Callable[[LookUpCache], CacheAnswered]


class Cache:
    """The cache of a store, checked against the artifacts that it promises."""

    def __init__(self, store: CacheStore, artifacts: ArtifactStore) -> None:
        self._store = store
        self._artifacts = artifacts

    def answer(self, namespace: str, pipeline: str, command: LookUpCache) -> CacheAnswered:
        """Say what an earlier task made under the key, or why there is nothing to reuse."""
        entry = self.entry(namespace, command)
        if entry is None:
            return CacheAnswered(task=command.task, reason=self._miss(namespace, pipeline, command))
        return self.checked(entry, command)

    def entry(self, namespace: str, command: LookUpCache) -> CacheEntry | None:
        """Return what is kept under the key, unchecked."""
        return self._store.cache_entry(command.key, namespace)

    def checked(self, entry: CacheEntry, command: LookUpCache) -> CacheAnswered:
        """Answer with the entry, or say which of its artifacts is gone or changed.

        An artifact that was never looked at is read in whole, which may take its time.
        """
        for artifact in stored(entry.outputs):
            damage = self._artifacts.damage(artifact.uri, artifact.digest, artifact.size)
            if damage is not None:
                reason = f"made in run {entry.run_id}, but its artifact {artifact.name} {damage}"
                return CacheAnswered(task=command.task, reason=reason)
        return CacheAnswered(
            task=command.task,
            outputs=entry.outputs,
            source=f"{entry.run_id}/{entry.path}",
            reason=f"same code and inputs as {entry.path} in run {entry.run_id}",
        )

    def _miss(self, namespace: str, pipeline: str, command: LookUpCache) -> str:
        nearest = self._store.nearest_cache_entry(
            pipeline=pipeline,
            path=command.task,
            component=command.component,
            namespace=namespace,
        )
        if nearest is None:
            return "no earlier run of this step"
        return engine.explain_difference(command.fields, nearest.fields)


def stored(outputs: Outputs) -> list[Artifact]:
    """Return the artifacts that have bytes, which may be gone by now."""
    everything = [artifact for several in outputs.artifacts.values() for artifact in several]
    return [artifact for artifact in everything if not artifact.holds_nothing]
