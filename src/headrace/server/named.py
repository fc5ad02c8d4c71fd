"""The things that requests name, with the rights that whoever asks has in their namespace."""

from __future__ import annotations

from starlette.requests import Request

from headrace.errors import InvalidRequest, NotFound
from headrace.server.access import Verb
from headrace.server.namespaces import allow
from headrace.server.routing import services_of
from headrace.store.records import (
    Experiment,
    Pipeline,
    PipelineVersion,
    RecurringRun,
    Run,
    StoredArtifact,
    TaskRun,
)


def run_named(request: Request, run_id: str, verb: Verb = "read") -> Run:
    """Return the run with this whole id, with which whoever asks may do this.

    Raises:
        NotFound: There is none, or not for them.
        PermissionDenied: They may read it, but not this.
    """
    try:
        run = services_of(request).store.run(run_id)
    except InvalidRequest:  # several begin so
        raise NotFound(f"there is no run {run_id[:80]}") from None
    if run.run_id != run_id:
        raise NotFound(f"there is no run {run_id[:80]}", hint="give the whole id")
    allow(request, verb, run.namespace, f"run {run_id}")
    return run


def task_named(request: Request, run: Run, path: str) -> TaskRun:
    """Return a task of a run by its path.

    Raises:
        NotFound: There is none.
    """
    for task in services_of(request).store.tasks(run.run_id, [path]):
        return task
    raise NotFound(f"run {run.run_id} has no task {path[:200]}")


def artifact_named(request: Request, artifact_id: str) -> tuple[StoredArtifact, Run]:
    """Return an artifact with the run that made it.

    Raises:
        NotFound: There is none, or not for whoever asks.
    """
    store = services_of(request).store
    found = store.artifact(artifact_id)
    run = store.run(found.run_id)
    allow(request, "read", run.namespace, f"artifact {artifact_id[:80]}")
    return found, run


def pipeline_named(request: Request, pipeline_id: str, verb: Verb = "read") -> Pipeline:
    """Return a pipeline, with which whoever asks may do this.

    Raises:
        NotFound: There is none, or not for them.
    """
    found = services_of(request).store.pipeline(pipeline_id)
    allow(request, verb, found.namespace, f"pipeline {pipeline_id}")
    return found


def version_named(request: Request, version_id: str, verb: Verb = "read") -> PipelineVersion:
    """Return a version, with which whoever asks may do this.

    Raises:
        NotFound: There is none, or not for them.
    """
    store = services_of(request).store
    found = store.version(version_id)
    pipeline = store.pipeline(found.pipeline_id)
    allow(request, verb, pipeline.namespace, f"version {version_id}")
    return found


def experiment_named(request: Request, experiment_id: str, verb: Verb = "read") -> Experiment:
    """Return an experiment, with which whoever asks may do this.

    Raises:
        NotFound: There is none, or not for them.
    """
    found = services_of(request).store.experiment(experiment_id)
    allow(request, verb, found.namespace, f"experiment {experiment_id}")
    return found


def recurring_named(request: Request, recurring_id: str, verb: Verb = "read") -> RecurringRun:
    """Return a recurring run, with which whoever asks may do this.

    Raises:
        NotFound: There is none, or not for them.
    """
    found = services_of(request).store.recurring_run(recurring_id)
    allow(request, verb, found.namespace, f"recurring run {recurring_id}")
    return found
