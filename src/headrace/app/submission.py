"""Makes a prepared run durable: from here on nothing can lose it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from headrace import engine
from headrace.app.home import Home
from headrace.app.machine import owner_name
from headrace.app.places import SourcePlace
from headrace.app.preparation import Prepared
from headrace.engine.attempts import Outputs
from headrace.engine.events import RunSubmitted
from headrace.environments import Lock
from headrace.store import NewRun, Run, Store


@dataclass(frozen=True, slots=True)
class Reusable:
    """What the tasks of a run made, by task path, with the keys under which it may be reused."""

    run_id: str
    outputs: Mapping[str, Outputs]
    keys: Mapping[str, str]

    @classmethod
    def of(cls, store: Store, run_id: str) -> Reusable:
        """Return what the succeeded tasks of a run made."""
        made = {
            task.path: task
            for task in store.tasks(run_id)
            if task.state == "succeeded" and task.cache_key and task.outputs is not None
        }
        return cls(
            run_id,
            {path: task.outputs for path, task in made.items() if task.outputs is not None},
            {path: task.cache_key for path, task in made.items() if task.cache_key},
        )


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a run should go, beside its parameters.

    Attributes:
        name: What the run is called; None names it after the pipeline and the time.
        cache: False: reuse nothing; None: as the steps say.
        fail_fast: Cancel what still runs at the first failure.
        deadline_s: Longest time that the run may take, in seconds.
        reuse: What an earlier run made that may be taken over.
        rerun: Task paths that run again whatever the cache says.
        pipeline_root: Directory of the artifacts; None is that of the home.
        workspace_root: Directory of the workspaces; None is that of the home.
        run_id: Its id; None makes a new one.
        scheduled_at: When it was due, for its macros; None means now.
        index: Count of the runs of its schedule, for its macros.
        recurring_run_id: The schedule that makes it.
        pipeline_id: The pipeline of the catalog that it is of.
        version_id: The version of it.
        submitted_by: The user, empty where there are none.
        source: What it came from when that is no file.
        extra: What whoever submits it wants to find with it again.
    """

    name: str | None = None
    namespace: str = ""
    experiment: str = "default"
    cache: bool | None = None
    fail_fast: bool = False
    deadline_s: float | None = None
    reuse: Reusable | None = None
    rerun: tuple[str, ...] = ()
    pipeline_root: Path | None = None
    workspace_root: Path | None = None
    run_id: str | None = None
    scheduled_at: float | None = None
    index: int | None = None
    recurring_run_id: str | None = None
    pipeline_id: str | None = None
    version_id: str | None = None
    description: str = ""
    service_account: str = ""
    submitted_by: str = ""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    source: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])


class RunOptions(msgspec.Struct, frozen=True):
    """What is kept with a run beside its journal.

    Attributes:
        places: Where functions stand in the user's files, by the key of their shipped source.
        locks: Digest of the stored document of each lock, by the lock's digest.
        begun_by: Owner name of the process that carries the run out itself: others leave the run
            to it while it lives. Empty leaves it to any controller.
        extra: What whoever submitted it wants to find with it again.
    """

    places: dict[str, SourcePlace] = {}
    locks: dict[str, str] = {}
    begun_by: str = ""
    extra: dict[str, Any] = {}


def submit(home: Home, prepared: Prepared, wishes: Wishes | None = None) -> Run:
    """Create a run that this process carries out, and return it."""
    return home.store.create_run(
        new_run(home, prepared, wishes or Wishes(), now=time.time(), begun_by=owner_name())
    )


def new_run(
    home: Home, prepared: Prepared, wishes: Wishes, *, now: float, begun_by: str = ""
) -> NewRun:
    """Return a run to be created; the locks that it needs are stored."""
    run_id = wishes.run_id or str(uuid.uuid4())
    pipeline = prepared.document.spec.pipeline_info.name
    stamp = time.strftime("%Y-%m-%d %H-%M-%S", time.localtime(now))
    name = wishes.name or f"{pipeline} {stamp}"
    submitted = run_submitted(home, prepared, wishes, run_id=run_id, name=name, now=now)
    options = RunOptions(
        places=prepared.places,
        locks=_store_locks(home.store, prepared.locks),
        begun_by=begun_by,
        extra=dict(wishes.extra),
    )
    return NewRun(
        submitted=submitted,
        pipeline=pipeline,
        document=msgspec.json.encode(
            {"spec": prepared.document.raw, "platform": prepared.document.raw_platform},
            order="sorted",
        ),
        created_at=now,
        experiment=wishes.experiment,
        source=wishes.source if prepared.source is None else str(prepared.source.absolute()),
        options=msgspec.to_builtins(options),
        description=wishes.description,
        pipeline_id=wishes.pipeline_id,
        version_id=wishes.version_id,
        recurring_run_id=wishes.recurring_run_id,
        scheduled_at=wishes.scheduled_at,
        service_account=wishes.service_account,
        submitted_by=wishes.submitted_by,
        tags=dict(wishes.tags),
    )


def run_submitted(
    home: Home, prepared: Prepared, wishes: Wishes, *, run_id: str, name: str, now: float
) -> RunSubmitted:
    """Return the event with which the run begins."""
    reuse = wishes.reuse or Reusable("", {}, {})
    return RunSubmitted(
        run_id=run_id,
        run_name=name,
        parameters=engine.render_macros(
            prepared.parameters,
            run_id=run_id,
            now=now,
            scheduled_at=wishes.scheduled_at,
            index=wishes.index,
        ),
        pipeline_root=f"file://{quote(str(wishes.pipeline_root or home.artifacts))}",
        namespace=wishes.namespace,
        locks={label: lock.digest for label, lock in prepared.locks.items()},
        fingerprints=prepared.fingerprints,
        cache=wishes.cache,
        reuse=dict(reuse.outputs),
        reuse_keys=dict(reuse.keys),
        reuse_source=reuse.run_id,
        rerun=wishes.rerun,
        fail_fast=wishes.fail_fast,
        deadline_s=wishes.deadline_s,
        workspace=_workspace(wishes.workspace_root or home.path / "workspaces", prepared, run_id),
    )


def options_of(run: Run) -> RunOptions:
    """Return what was kept with the run."""
    return msgspec.convert(run.options, RunOptions)


def document_values(store: Store, run: Run) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the raw pipeline and platform documents of a run."""
    stored = msgspec.json.decode(store.document(run.document))
    return stored["spec"], stored["platform"]


def lock_of(store: Store, options: RunOptions, digest: str) -> Lock:
    """Return the lock that the run was submitted with."""
    return Lock.from_dict(msgspec.json.decode(store.document(options.locks[digest])))


def _store_locks(store: Store, locks: Mapping[str, Lock]) -> dict[str, str]:
    distinct = {lock.digest: lock for lock in locks.values()}
    return {
        digest: store.put_document(msgspec.json.encode(lock.to_dict(), order="sorted"))
        for digest, lock in distinct.items()
    }


def _workspace(root: Path, prepared: Prepared, run_id: str) -> str | None:
    config: dict[str, Any] = prepared.document.kubernetes.get("pipelineConfig") or {}
    if "workspace" not in config:
        return None
    return str(root / run_id)
