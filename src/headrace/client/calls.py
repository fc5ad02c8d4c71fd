"""The calls of the native API as values: what is asked and how the answer reads. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from headrace.client.records import (
    Experiment,
    Me,
    Page,
    Pipeline,
    PipelineVersion,
    Plan,
    RecurringRun,
    Run,
    RunDetail,
    Slot,
    StoredArtifact,
)
from headrace.errors import (
    AlreadyExists,
    Conflict,
    HeadraceError,
    InfrastructureError,
    InvalidRequest,
    NotFound,
)

BASE = "/api/v1"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Call(Generic[_T]):
    """One request and the type of its answer; ``bytes`` is taken as it comes."""

    method: str
    path: str
    answer: type[_T]
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])
    body: Any = None

    @property
    def target(self) -> str:
        """Path below the server's address."""
        return BASE + self.path

    @property
    def parameters(self) -> dict[str, str]:
        """The query as texts, without what is not given."""
        return {name: _text(value) for name, value in self.query.items() if value is not None}


def me() -> Call[Me]:
    """Ask who the caller is."""
    return Call("GET", "/me", Me)


def runs(query: Mapping[str, Any]) -> Call[Page[Run]]:
    """List runs."""
    return Call("GET", "/runs", Page[Run], query)


def run(run_id: str) -> Call[RunDetail]:
    """Read a run with its steps."""
    return Call("GET", _run(run_id), RunDetail)


def submit(body: Mapping[str, Any]) -> Call[Run]:
    """Start a run."""
    return Call("POST", "/runs", Run, body={k: v for k, v in body.items() if v is not None})


def act(run_id: str, action: str) -> Call[Run]:
    """Terminate, retry, archive or restore a run."""
    return Call("POST", f"{_run(run_id)}/{action}", Run, body={})


def delete(run_id: str) -> Call[object]:
    """Delete an ended run."""
    return Call("DELETE", _run(run_id), object)


def rerun(run_id: str, body: Mapping[str, Any]) -> Call[Run]:
    """Run again as a new run."""
    return Call("POST", f"{_run(run_id)}/rerun", Run, body={**body, "plan": False})


def plan(run_id: str, body: Mapping[str, Any]) -> Call[Plan]:
    """Ask what a rerun would do."""
    return Call("POST", f"{_run(run_id)}/rerun", Plan, body={**body, "plan": True})


def document(run_id: str) -> Call[dict[str, Any]]:
    """Read the IR of a run."""
    return Call("GET", f"{_run(run_id)}/document", dict[str, Any])


def explain(run_id: str, task: str) -> Call[dict[str, Any]]:
    """Ask why a step was reused, or was not."""
    return Call("GET", f"{_run(run_id)}/explain", dict[str, Any], {"task": task})


def usage(run_id: str) -> Call[dict[str, Any]]:
    """Ask what the steps used and would fit them."""
    return Call("GET", f"{_run(run_id)}/usage", dict[str, Any])


def log(run_id: str, task: str, attempt: int, offset: int, limit: int) -> Call[bytes]:
    """Read part of an attempt's log."""
    query = {"task": task, "attempt": attempt, "offset": offset, "limit": limit}
    return Call("GET", f"{_run(run_id)}/logs", bytes, query)


def artifacts(query: Mapping[str, Any]) -> Call[Page[StoredArtifact]]:
    """List artifacts."""
    return Call("GET", "/artifacts", Page[StoredArtifact], query)


def content(artifact_id: str) -> Call[bytes]:
    """Download an artifact."""
    return Call("GET", f"/artifacts/{quote(artifact_id, safe='')}/content", bytes)


def pipelines(query: Mapping[str, Any]) -> Call[Page[Pipeline]]:
    """List pipelines."""
    return Call("GET", "/pipelines", Page[Pipeline], query)


def add_pipeline(body: Mapping[str, Any]) -> Call[Pipeline]:
    """Add a pipeline, with its first version when there is a document."""
    return Call("POST", "/pipelines", Pipeline, body={k: v for k, v in body.items() if v})


def versions(pipeline_id: str, query: Mapping[str, Any]) -> Call[Page[PipelineVersion]]:
    """List the versions of a pipeline."""
    path = f"/pipelines/{quote(pipeline_id, safe='')}/versions"
    return Call("GET", path, Page[PipelineVersion], query)


def add_version(pipeline_id: str, body: Mapping[str, Any]) -> Call[PipelineVersion]:
    """Add a version to a pipeline."""
    path = f"/pipelines/{quote(pipeline_id, safe='')}/versions"
    return Call("POST", path, PipelineVersion, body={k: v for k, v in body.items() if v})


def version_document(version_id: str) -> Call[dict[str, Any]]:
    """Read the IR of a version."""
    path = f"/versions/{quote(version_id, safe='')}/document"
    return Call("GET", path, dict[str, Any])


def experiments(query: Mapping[str, Any]) -> Call[Page[Experiment]]:
    """List experiments."""
    return Call("GET", "/experiments", Page[Experiment], query)


def add_experiment(body: Mapping[str, Any]) -> Call[Experiment]:
    """Add an experiment."""
    return Call("POST", "/experiments", Experiment, body={k: v for k, v in body.items() if v})


def recurring_runs(query: Mapping[str, Any]) -> Call[Page[RecurringRun]]:
    """List recurring runs."""
    return Call("GET", "/recurring-runs", Page[RecurringRun], query)


def add_recurring_run(body: Mapping[str, Any]) -> Call[RecurringRun]:
    """Make a recurring run."""
    given = {k: v for k, v in body.items() if v is not None}
    return Call("POST", "/recurring-runs", RecurringRun, body=given)


def switch_recurring_run(recurring_id: str, action: str) -> Call[RecurringRun]:
    """Enable or disable a recurring run."""
    return Call("POST", f"{_recurring(recurring_id)}/{action}", RecurringRun, body={})


def delete_recurring_run(recurring_id: str) -> Call[object]:
    """Remove a recurring run; its runs stay."""
    return Call("DELETE", _recurring(recurring_id), object)


def backfill(recurring_id: str, body: Mapping[str, Any]) -> Call[Page[Slot]]:
    """Make the runs of a span of the past, or list them."""
    return Call("POST", f"{_recurring(recurring_id)}/backfill", Page[Slot], body=body)


def decode(call: Call[_T], status: int, content: bytes) -> _T:
    """Return the answer of a call.

    Raises:
        HeadraceError: What the server refused, as the kind of error that it is.
    """
    if status // 100 != 2:  # noqa: PLR2004 - the statuses are HTTP's
        raise refusal(status, content)
    if call.answer is bytes:
        return content  # pyright: ignore[reportReturnType]
    try:
        return msgspec.json.decode(content or b"null", type=call.answer)
    except msgspec.MsgspecError as error:
        message = f"the answer to {call.method} {call.target} is not understood: {error}"
        raise InfrastructureError(
            message, hint="check that the address is that of a Headrace server"
        ) from error


def refusal(status: int, content: bytes) -> HeadraceError:
    """Return the error that a status and body other than of success stand for."""
    message, hint, code = _told(status, content)
    if status == 404:  # noqa: PLR2004 - the statuses are HTTP's
        return NotFound(message, hint=hint, code=code)
    if status == 409:  # noqa: PLR2004
        kind = AlreadyExists if code == AlreadyExists.default_code else Conflict
        return kind(message, hint=hint, code=code)
    if status == 401:  # noqa: PLR2004
        return InvalidRequest(message, hint=hint or "log in: headrace login URL", code=code)
    if 400 <= status < 500 and status != 429:  # noqa: PLR2004
        return InvalidRequest(message, hint=hint, code=code)
    return InfrastructureError(message, retryable=True, hint=hint, code=code)


def _told(status: int, content: bytes) -> tuple[str, str | None, str | None]:
    """Return message, hint and code of an error body, or what the status alone says."""
    try:
        error = msgspec.json.decode(content)["error"]
        return str(error["message"]), error.get("hint"), error.get("code")
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError):
        return f"the server answered with status {status}", None, None


def _recurring(recurring_id: str) -> str:
    return f"/recurring-runs/{quote(recurring_id, safe='')}"


def _run(run_id: str) -> str:
    return f"/runs/{quote(run_id, safe='')}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
