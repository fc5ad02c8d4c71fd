"""Runs: listed, shown, started, changed, asked to end or to go on, and removed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from starlette.requests import Request

from headrace.errors import Conflict, HeadraceError
from headrace.ir import dump_yaml
from headrace.server.catalog import checked_name, checked_tags, checked_text
from headrace.server.documents import kept
from headrace.server.named import run_named
from headrace.server.native.lists import Limit, Listed, ListQuery, store_query
from headrace.server.native.operations import Answer, Asked, Body, Plain, Query, operation
from headrace.server.native.sources import chosen, home_of
from headrace.server.routing import principal_of, services_of
from headrace.server.services import Submission
from headrace.store import Store
from headrace.store.records import ENDED, Attempt, HistoryEntry, Metric, Run, TaskRun

Action = Literal["terminate", "retry", "archive", "restore", "delete"]
_BULK = 1000


class RunsQuery(ListQuery, frozen=True):
    """Which runs to list."""

    state: str | None = None
    pipeline: str | None = None
    experiment: str | None = None
    archived: bool | None = False


class RunItem(Run, frozen=True):
    """A run in a list, with its metrics by name and its task runs by state."""

    metrics: dict[str, float | None] = msgspec.field(default_factory=dict[str, float | None])
    progress: dict[str, int] = msgspec.field(default_factory=dict[str, int])


class RunMetric(Answer, frozen=True):
    """A scalar metric of a task; null is no finite number."""

    run_id: str
    path: str
    artifact: str
    name: str
    value: float | None


class RunDetail(Answer, frozen=True):
    """A run with all that is known of its steps.

    Attributes:
        last_event_id: Entries of the feed up to this one are in it already.
    """

    run: Run
    tasks: list[TaskRun]
    attempts: list[Attempt]
    metrics: list[RunMetric]
    last_event_id: int


class RunStart(Body, frozen=True):
    """A run to start.

    Attributes:
        spec: The pipeline (IR); else ``version_id``, or ``pipeline_id`` for its latest version.
        cache: False reuses nothing; null is as the steps say.
        deadline_s: Longest time that it may take, in seconds.
    """

    spec: dict[str, Any] | None = None
    platform: dict[str, Any] | None = None
    pipeline_id: str | None = None
    version_id: str | None = None
    parameters: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    name: str | None = None
    experiment: str | None = None
    namespace: str | None = None
    description: str = ""
    service_account: str = ""
    cache: bool | None = None
    fail_fast: bool = False
    deadline_s: Annotated[float, Meta(gt=0)] | None = None
    tags: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class RunChange(Body, frozen=True):
    """What changes of a run; what is not given stays."""

    display_name: str | None = None
    description: str | None = None
    tags: dict[str, str] | None = None


class Bulk(Body, frozen=True):
    """An action on several runs."""

    action: Action
    run_ids: Annotated[list[str], Meta(max_length=_BULK)]


class BulkFailure(Answer, frozen=True):
    """A run on which an action could not be done."""

    run_id: str
    message: str


class BulkOutcome(Answer, frozen=True):
    """What became of an action on several runs."""

    done: list[str]
    failed: list[BulkFailure]


class DocumentAnswer(Answer, frozen=True):
    """A pipeline's documents, and both as YAML."""

    spec: dict[str, Any]
    yaml: str
    platform: dict[str, Any] | None = None


class HistoryQuery(Query, frozen=True):
    """Which entries of a run's history."""

    after: Annotated[int, Meta(ge=0, le=2**62)] = 0
    limit: Limit = 500


def list_runs(asked: Asked[RunsQuery, None]) -> Listed[RunItem]:
    """List runs."""
    query = asked.query
    equal = (
        ("state", query.state),
        ("pipeline", query.pipeline),
        ("experiment", query.experiment),
        ("archived", query.archived),
    )
    page = asked.store.find_runs(store_query(asked.request, query, equal))
    return Listed(
        items=run_items(asked.store, page.items), next_token=page.next_token, total=page.total
    )


def run_items(store: Store, runs: tuple[Run, ...]) -> list[RunItem]:
    """Return runs as lists show them."""
    ids = [run.run_id for run in runs]
    metrics, progress = store.metrics_of(ids), store.progress_of(ids)
    return [
        RunItem(
            **msgspec.structs.asdict(public(run)),
            metrics={one.name: _finite(one.value) for one in metrics.get(run.run_id, ())},
            progress=progress.get(run.run_id, {}),
        )
        for run in runs
    ]


def get_run(asked: Plain) -> RunDetail:
    """Return a run with its tasks, attempts and metrics."""
    store = asked.store
    last = store.last_event_id()
    run = run_named(asked.request, asked.named("run_id"))
    return RunDetail(
        run=public(run),
        tasks=store.tasks(run.run_id),
        attempts=store.attempts(run.run_id),
        metrics=[run_metric(metric) for metric in store.metrics(run.run_id)],
        last_event_id=last,
    )


def start_run(asked: Asked[Query, RunStart]) -> Run:
    """Start a run."""
    body, services = asked.body, asked.services
    namespace, experiment = home_of(asked.request, body.namespace, body.experiment)
    found = chosen(asked.request, body.spec, body.platform, body.pipeline_id, body.version_id)
    submission = Submission(
        document=found.source.spec,
        platform=found.source.platform,
        parameters=body.parameters,
        name=checked_name(body.name, "run") if body.name is not None else None,
        namespace=namespace,
        experiment=experiment,
        description=checked_text(body.description, "description"),
        service_account=body.service_account,
        pipeline_id=found.pipeline_id,
        version_id=found.version_id,
        cache=body.cache,
        tags=checked_tags(body.tags),
        submitted_by=asked.principal.user,
        fail_fast=body.fail_fast,
        deadline_s=body.deadline_s,
    )
    return public(services.runs.submit(submission))


def change_run(asked: Asked[Query, RunChange]) -> Run:
    """Change a run's name, description or tags."""
    run = run_named(asked.request, asked.named("run_id"), "write")
    body = asked.body
    return public(
        asked.store.update_run(
            run.run_id,
            display_name=checked_name(body.display_name, "run")
            if body.display_name is not None
            else None,
            description=checked_text(body.description, "description")
            if body.description is not None
            else None,
            tags=checked_tags(body.tags) if body.tags is not None else None,
        )
    )


def delete_run(asked: Plain) -> None:
    """Delete a run that has ended."""
    _delete(asked.request, asked.named("run_id"))


def terminate_run(asked: Plain) -> Run:
    """Ask a run to end; its exit handlers still run."""
    return public(_terminate(asked.request, asked.named("run_id")))


def retry_run(asked: Plain) -> Run:
    """Go on with a failed or canceled run: what did not succeed runs again."""
    return public(_retry(asked.request, asked.named("run_id")))


def archive_run(asked: Plain) -> Run:
    """Take a run out of the ordinary lists."""
    return public(_archive(asked.request, asked.named("run_id")))


def restore_run(asked: Plain) -> Run:
    """Put an archived run back."""
    return public(_restore(asked.request, asked.named("run_id")))


def act_on_runs(asked: Asked[Query, Bulk]) -> BulkOutcome:
    """Do the same with several runs; a failure of one stops no other."""
    act = _ACTIONS[asked.body.action]
    done: list[str] = []
    failed: list[BulkFailure] = []
    for run_id in dict.fromkeys(asked.body.run_ids):
        try:
            act(asked.request, run_id)
            done.append(run_id)
        except HeadraceError as error:
            failed.append(BulkFailure(run_id=run_id, message=error.message))
    return BulkOutcome(done=done, failed=failed)


def run_document(asked: Plain) -> DocumentAnswer:
    """Return the pipeline that a run is of."""
    run = run_named(asked.request, asked.named("run_id"))
    return document_answer(asked.store, run.document)


def document_answer(store: Store, digest: str) -> DocumentAnswer:
    """Return stored documents with their YAML, as the compiler writes it."""
    source = kept(store, digest)
    parts = [source.spec, source.platform] if source.platform else [source.spec]
    yaml = "---\n".join(dump_yaml(part) for part in parts)
    return DocumentAnswer(spec=source.spec, platform=source.platform, yaml=yaml)


def run_history(asked: Asked[HistoryQuery, None]) -> Listed[HistoryEntry]:
    """Return the history of a run, the oldest entry first."""
    run = run_named(asked.request, asked.named("run_id"))
    query = asked.query
    found = asked.store.events(query.after, run_id=run.run_id, limit=query.limit)
    return Listed(items=found)


def public(run: Run) -> Run:
    """Return a run without what only whoever carries it out needs."""
    return msgspec.structs.replace(run, options={})


def run_metric(metric: Metric) -> RunMetric:
    """Return a metric whose value JSON can say."""
    return RunMetric(
        run_id=metric.run_id,
        path=metric.path,
        artifact=metric.artifact,
        name=metric.name,
        value=_finite(metric.value),
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _terminate(request: Request, run_id: str) -> Run:
    run = run_named(request, run_id, "write")
    if run.state in ENDED:
        raise Conflict(f"run {run.run_id} has ended already: {run.state}")
    return _ask(request, run, "cancel")


def _retry(request: Request, run_id: str) -> Run:
    run = run_named(request, run_id, "write")
    if run.state not in ("failed", "canceled"):
        hint = "only a failed or canceled run is retried"
        raise Conflict(f"run {run.run_id} is {run.state}", hint=hint)
    return _ask(request, run, "retry")


def _ask(request: Request, run: Run, kind: str) -> Run:
    services, user = services_of(request), principal_of(request).user
    asked = "canceled" if kind == "cancel" else "asked for"
    reason = f"{asked} by {user or 'a user'}"
    services.store.send(run.run_id, kind, {"reason": reason}, now=services.clock.now())
    services.runs.wake()
    return services.store.run(run.run_id)


def _archive(request: Request, run_id: str) -> Run:
    run = run_named(request, run_id, "write")
    return services_of(request).store.set_run_archived(run.run_id, True)


def _restore(request: Request, run_id: str) -> Run:
    run = run_named(request, run_id, "write")
    return services_of(request).store.set_run_archived(run.run_id, False)


def _delete(request: Request, run_id: str) -> None:
    run = run_named(request, run_id, "write")
    services_of(request).store.remove_run(run.run_id)


_ACTIONS: dict[Action, Callable[[Request, str], Any]] = {
    "terminate": _terminate,
    "retry": _retry,
    "archive": _archive,
    "restore": _restore,
    "delete": _delete,
}
_RUN = "/runs/{run_id}"

OPERATIONS = (
    operation("GET", "/runs", list_runs, kind="run", query=RunsQuery, answer=Listed[RunItem]),
    operation("POST", "/runs", start_run, kind="run", body=RunStart, answer=Run, status=201),
    operation("POST", "/runs/bulk", act_on_runs, kind="run", body=Bulk, answer=BulkOutcome),
    operation("GET", _RUN, get_run, kind="run", answer=RunDetail),
    operation("PATCH", _RUN, change_run, kind="run", body=RunChange, answer=Run),
    operation("DELETE", _RUN, delete_run, kind="run", status=204),
    operation("POST", f"{_RUN}/terminate", terminate_run, kind="run", answer=Run),
    operation("POST", f"{_RUN}/retry", retry_run, kind="run", answer=Run),
    operation("POST", f"{_RUN}/archive", archive_run, kind="run", answer=Run),
    operation("POST", f"{_RUN}/restore", restore_run, kind="run", answer=Run),
    operation("GET", f"{_RUN}/document", run_document, kind="run", answer=DocumentAnswer),
    operation(
        "GET",
        f"{_RUN}/events",
        run_history,
        kind="event",
        query=HistoryQuery,
        answer=Listed[HistoryEntry],
    ),
)
