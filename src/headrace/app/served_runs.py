"""Creates runs for the server: what ``server.services.Runs`` asks for, over a home."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headrace import engine, ir
from headrace.app.execution import forecast_here, prepare_here
from headrace.app.home import Home
from headrace.app.preparation import Prepared
from headrace.app.submission import Reusable, Wishes, new_run, options_of
from headrace.controller import Clock
from headrace.server.services import Step, Submission
from headrace.store import NewRun, Run
from headrace.store.port import default_experiment_id


@dataclass(frozen=True, slots=True)
class ServedRuns:
    """Runs of a home that a controller carries out.

    Attributes:
        home: Where they are.
        clock: Gives the time at which they are created.
        created: Lets a controller look at once for what there is to do.
    """

    home: Home
    clock: Clock
    created: Callable[[], None]

    def check(
        self,
        document: Mapping[str, Any],
        platform: Mapping[str, Any] | None,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        """Make sure that a pipeline can be planned, and run with these parameters."""
        plan = engine.plan(ir.read_dict(document, platform))
        if parameters is not None:
            engine.run_parameters(plan, parameters)

    def prepare(self, submission: Submission) -> NewRun:
        """Check everything and resolve the packages; only documents of locks are written."""
        prepared = self._prepared(submission)
        wishes = self._wishes(submission)
        return new_run(self.home, prepared, wishes, now=self.clock.now())

    def submit(self, submission: Submission) -> Run:
        """Prepare and create the run; a controller begins it."""
        run = self.home.store.create_run(self.prepare(submission))
        self.created()
        return run

    def plan(self, submission: Submission) -> list[Step]:
        """Say what the run would do, without creating it."""
        steps = forecast_here(self.home, self._prepared(submission), self._wishes(submission))
        return [Step(step.path, step.fate, step.why) for step in steps]

    def remembered(self, run: Run) -> dict[str, Any]:
        """Return what the caller wanted to find with the run again."""
        return options_of(run).extra

    def wake(self) -> None:
        """Let a controller look at once for what was asked of runs."""
        self.created()

    def _prepared(self, submission: Submission) -> Prepared:
        document = ir.read_dict(submission.document, submission.platform)
        source, places = None, None
        if submission.reuse_of is not None:
            earlier = self.home.store.run(submission.reuse_of)
            source = Path(earlier.source) if earlier.source else None
            places = dict(options_of(earlier).places)
        return prepare_here(
            self.home, document, submission.parameters, source=source, places=places
        )

    def _wishes(self, submission: Submission) -> Wishes:
        reuse_of = submission.reuse_of
        return Wishes(
            name=submission.name,
            namespace=submission.namespace,
            experiment=submission.experiment or default_experiment_id(submission.namespace),
            cache=submission.cache,
            fail_fast=submission.fail_fast,
            deadline_s=submission.deadline_s,
            reuse=None if reuse_of is None else Reusable.of(self.home.store, reuse_of),
            rerun=submission.rerun,
            run_id=submission.run_id,
            scheduled_at=submission.scheduled_at,
            index=submission.index,
            recurring_run_id=submission.recurring_run_id,
            pipeline_id=submission.pipeline_id,
            version_id=submission.version_id,
            description=submission.description,
            service_account=submission.service_account,
            submitted_by=submission.submitted_by,
            tags=submission.tags,
            source=submission.source,
            extra=submission.extra,
        )
