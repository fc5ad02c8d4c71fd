"""The protocols of what people keep and tidy: catalog, experiments, recurring runs, ended runs.

Names are unique in their namespace. Adding what exists raises ``AlreadyExists``, naming what does
not raises ``NotFound``; a namespace of None means all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from headrace.store.port.values import NewRun
from headrace.store.query import Page, Query
from headrace.store.records import (
    Experiment,
    Pipeline,
    PipelineVersion,
    RecurringRun,
    RecurringRunUpdate,
    Run,
)


class CatalogStore(Protocol):
    """Pipelines, their versions, and experiments."""

    def put_document(self, document: bytes) -> str:
        """Store an IR document and return its digest."""
        ...

    def add_pipeline(self, pipeline: Pipeline, version: PipelineVersion | None = None) -> None:
        """Add a pipeline, alone or with its first version, whose document is stored already."""
        ...

    def pipeline(self, pipeline_id: str, namespace: str | None = None) -> Pipeline:
        """Return the pipeline with this id."""
        ...

    def pipeline_named(self, namespace: str, name: str) -> Pipeline:
        """Return the pipeline with this name."""
        ...

    def pipelines(self, namespace: str | None = None) -> list[Pipeline]:
        """Return the pipelines, the newest first."""
        ...

    def find_pipelines(self, query: Query) -> Page[Pipeline]:
        """Return the pipelines that fit, in the order asked for."""
        ...

    def update_pipeline(
        self,
        pipeline_id: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Pipeline:
        """Change what is given; return the pipeline as it is then."""
        ...

    def remove_pipeline(self, pipeline_id: str) -> None:
        """Remove a pipeline and its versions; runs stay."""
        ...

    def add_version(self, version: PipelineVersion) -> None:
        """Add a version; its document is stored already."""
        ...

    def version(self, version_id: str, namespace: str | None = None) -> PipelineVersion:
        """Return the version with this id."""
        ...

    def versions(self, pipeline_id: str) -> list[PipelineVersion]:
        """Return the versions of a pipeline, the newest first."""
        ...

    def find_versions(self, pipeline_id: str, query: Query) -> Page[PipelineVersion]:
        """Return the versions of a pipeline that fit, in the order asked for."""
        ...

    def update_version(
        self,
        version_id: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> PipelineVersion:
        """Change what is given; return the version as it is then."""
        ...

    def remove_version(self, version_id: str) -> None:
        """Remove a version."""
        ...

    def add_experiment(self, experiment: Experiment) -> None:
        """Add an experiment."""
        ...

    def experiment(self, experiment_id: str, namespace: str | None = None) -> Experiment:
        """Return the experiment with this id."""
        ...

    def experiment_named(self, namespace: str, name: str) -> Experiment:
        """Return the experiment with this name."""
        ...

    def default_experiment(self, namespace: str = "", *, now: float) -> Experiment:
        """Return the experiment of runs that name none, made if it is missing."""
        ...

    def experiments(self, namespace: str | None = None) -> list[Experiment]:
        """Return the experiments, the newest first."""
        ...

    def find_experiments(self, query: Query) -> Page[Experiment]:
        """Return the experiments that fit, in the order asked for."""
        ...

    def update_experiment(
        self,
        experiment_id: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
    ) -> Experiment:
        """Change what is given; return the experiment as it is then."""
        ...

    def set_experiment_archived(
        self, experiment_id: str, archived: bool, *, now: float
    ) -> Experiment:
        """Archive an experiment with its runs and disable its schedules, or restore it alone."""
        ...

    def remove_experiment(self, experiment_id: str) -> None:
        """Remove an experiment; its runs stay.

        Raises:
            Conflict: It is the default experiment.
        """
        ...


class TidyingStore(Protocol):
    """What people change of runs."""

    def update_run(
        self,
        run_id: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Run:
        """Change what is given; return the run as it is then."""
        ...

    def set_run_archived(self, run_id: str, archived: bool) -> Run:
        """Archive a run, or restore it.

        Raises:
            Conflict: It is to be restored into an experiment that is archived.
        """
        ...

    def remove_run(self, run_id: str) -> None:
        """Remove a run that has ended, with all that belongs to it and to no other.

        An artifact that other runs use stays, and belongs to the oldest of them from then on.

        Raises:
            Conflict: It has not ended.
        """
        ...

    def sweep_documents(self, *, unused_s: float = 3600.0) -> int:
        """Remove documents that nothing refers to; return how many.

        Those that somebody has put within ``unused_s`` seconds stay: what will refer to them may
        just be being written.
        """
        ...


class RecurringStore(Protocol):
    """Recurring runs and their ticks."""

    def add_recurring_run(self, recurring_run: RecurringRun) -> None:
        """Add a recurring run; a document that it names is stored already."""
        ...

    def recurring_run(self, recurring_run_id: str, namespace: str | None = None) -> RecurringRun:
        """Return the recurring run with this id."""
        ...

    def find_recurring_runs(self, query: Query) -> Page[RecurringRun]:
        """Return the recurring runs that fit, in the order asked for."""
        ...

    def update_recurring_run(
        self, recurring_run_id: str, change: RecurringRunUpdate, *, now: float
    ) -> RecurringRun:
        """Change what is given; return the recurring run as it is then."""
        ...

    def remove_recurring_run(self, recurring_run_id: str) -> None:
        """Remove a recurring run; its runs stay."""
        ...

    def due(self, now: float, limit: int = 100) -> list[RecurringRun]:
        """Return the enabled recurring runs whose next tick has come, the most overdue first."""
        ...

    def fire(
        self,
        recurring_run_id: str,
        expected_next_at: float,
        run: NewRun | None,
        next_at: float | None,
        *,
        now: float,
        error: str | None = None,
    ) -> RecurringRun | None:
        """Carry out a tick: create its run and move on to the next, both or neither.

        Args:
            recurring_run_id: Which.
            expected_next_at: The tick; who comes after it was carried out gets None.
            run: The run to create; one with its id that exists already is left as it is. None
                makes no run, such as when a tick is passed over.
            next_at: The tick after it; None when it was the last.
            now: The time.
            error: Why no run could be made.

        Returns:
            The recurring run as it is then; None when the tick was carried out by somebody else,
            or it is disabled or gone.
        """
        ...

    def count_active(self, recurring_run_id: str) -> int:
        """Return how many of its runs have not ended."""
        ...
