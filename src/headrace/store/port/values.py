"""Values that are written through the protocols, and how a commit that comes too late fails."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from headrace.engine.changes import Change
from headrace.engine.events import Event, RunSubmitted
from headrace.errors import InfrastructureError
from headrace.store.records import Run

#: Id of the experiment of runs that name none; other namespaces have one of their own.
DEFAULT_EXPERIMENT = "default"
DEFAULT_EXPERIMENT_NAME = "Default"


class LeaseLost(InfrastructureError):
    """A commit came from a controller that no longer owns the run; nothing of it was written.

    Attributes:
        runs: The runs that somebody else owns now.
    """

    default_code = "HR5010"

    def __init__(self, runs: Collection[str]) -> None:
        self.runs = frozenset(runs)
        super().__init__(
            f"another controller owns {', '.join(sorted(self.runs))}",
            hint="this controller stops working on it; the other one goes on",
        )


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the values that are written."""


class NewRun(_Value, frozen=True):
    """A run to create.

    Attributes:
        submitted: First event of its journal; the run's id, namespace, name, parameters and
            pipeline root are those of it.
        document: The IR document as JSON; stored once however many runs have it.
        experiment: Id of its experiment; the default one of the namespace is made when needed.
        options: Anything that the caller wants to find with the run again (JSON). Documents that
            are named in it by their digest are kept as long as the run.
    """

    submitted: RunSubmitted
    pipeline: str
    document: bytes
    created_at: float
    experiment: str = DEFAULT_EXPERIMENT
    source: str = ""
    options: dict[str, Any] = {}
    description: str = ""
    pipeline_id: str | None = None
    version_id: str | None = None
    recurring_run_id: str | None = None
    scheduled_at: float | None = None
    service_account: str = ""
    submitted_by: str = ""
    tags: dict[str, str] = {}

    def pending(self, *, position: int, experiment: str, document: str) -> Run:
        """Return the record of the run as it is when it has just been stored.

        Args:
            position: Its place in the order of submission.
            experiment: Id of its experiment, which is there.
            document: Digest of its document.
        """
        return Run(
            run_id=self.submitted.run_id,
            position=position,
            namespace=self.submitted.namespace,
            pipeline=self.pipeline,
            display_name=self.submitted.run_name,
            experiment=experiment,
            source=self.source,
            document=document,
            options=self.options,
            state="pending",
            created_at=self.created_at,
            description=self.description,
            pipeline_id=self.pipeline_id,
            version_id=self.version_id,
            recurring_run_id=self.recurring_run_id,
            scheduled_at=self.scheduled_at,
            parameters=self.submitted.parameters,
            pipeline_root=self.submitted.pipeline_root,
            service_account=self.service_account,
            submitted_by=self.submitted_by,
            tags=self.tags,
        )


class Lease(_Value, frozen=True):
    """Ownership of a run; each change of owner raises the epoch, which fences the earlier one."""

    run_id: str
    owner: str
    epoch: int


class RunBatch(_Value, frozen=True):
    """What one run's transition writes.

    Attributes:
        events: Facts for the journal with their times, in order.
        changes: Rows to add or replace, in order.
        at: Time of the changes that have none of their own.
        consumed: Ids of the requests that this batch carries out.
        first_seq: Place of the first event in the journal, counted from 1, when it is known. What
            is already there is not written again: a commit may be repeated whose answer got lost.
    """

    lease: Lease
    at: float
    events: Sequence[tuple[float, Event]] = ()
    changes: Sequence[Change] = ()
    consumed: Sequence[int] = ()
    first_seq: int | None = None


def default_experiment_id(namespace: str) -> str:
    """Return the id that the default experiment of a namespace gets when it is made."""
    return f"{DEFAULT_EXPERIMENT}-{namespace}" if namespace else DEFAULT_EXPERIMENT
