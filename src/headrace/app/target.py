"""What commands look at: the home on this machine, or a server. Both answer in the same records."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from headrace.app.explaining import explanation
from headrace.app.home import LATEST, Home
from headrace.app.reading_logs import read_logs
from headrace.app.results import WholeRun
from headrace.app.usage import suggestions
from headrace.errors import Conflict, InvalidRequest, NotFound
from headrace.store import Attempt, Metric, Run, RunFilter, StoredArtifact, TaskRun
from headrace.store.records import ENDED

if TYPE_CHECKING:
    from headrace.client import Client

_T = TypeVar("_T")

_WHOLE_ID = 36
_MOST_ALIKE = 50


class Target(Protocol):
    """Where runs are. Runs are named by id, by a beginning of one, or as ``latest``."""

    def runs(self, *, state: str | None, pipeline: str | None, limit: int) -> list[Run]:
        """Return runs, the newest first."""
        ...

    def run(self, run_id: str) -> Run:
        """Return a run.

        Raises:
            NotFound: There is none.
        """
        ...

    def whole(self, run_id: str) -> WholeRun:
        """Return a run with its steps."""
        ...

    def suggestions(self, run_id: str) -> list[str]:
        """Return requests that would fit the steps, a line for each."""
        ...

    def artifacts(self, run_id: str) -> list[StoredArtifact]:
        """Return what the run made."""
        ...

    def logs(
        self, run_id: str, task: str | None, *, attempt: int | None, follow: bool
    ) -> Iterator[tuple[str, int, bytes]]:
        """Yield path, attempt number and bytes of what the steps wrote."""
        ...

    def explain(self, run_id: str, task: str) -> dict[str, Any]:
        """Return why a step was reused, or was not; see ``explanation``."""
        ...

    def cancel(self, run_id: str) -> Run:
        """Ask a run to end.

        Raises:
            Conflict: It has ended already.
        """
        ...


@dataclass(frozen=True, slots=True)
class HomeTarget:
    """The runs of a home."""

    home: Home

    def runs(self, *, state: str | None, pipeline: str | None, limit: int) -> list[Run]:
        """Return runs, the newest first; none when nothing was ever run."""
        where = RunFilter(state=state, pipeline=pipeline)
        return list(self.home.store.runs(where, limit=limit).items) if self.home.exists else []

    def run(self, run_id: str) -> Run:
        """Return a run."""
        return self.home.run(run_id)

    def whole(self, run_id: str) -> WholeRun:
        """Return a run with its steps."""
        found = self.home.run(run_id)
        return WholeRun.of(self.home.store, found)

    def suggestions(self, run_id: str) -> list[str]:
        """Return requests that would fit the steps."""
        return suggestions(self.home.store, run_id)

    def artifacts(self, run_id: str) -> list[StoredArtifact]:
        """Return what the run made."""
        found = self.home.run(run_id)
        return self.home.store.artifacts(found.run_id)

    def logs(
        self, run_id: str, task: str | None, *, attempt: int | None, follow: bool
    ) -> Iterator[tuple[str, int, bytes]]:
        """Yield what the steps wrote."""
        found = self.home.run(run_id)
        return read_logs(self.home, found.run_id, task, attempt=attempt, follow=follow)

    def explain(self, run_id: str, task: str) -> dict[str, Any]:
        """Return why a step was reused, or was not."""
        found = self.home.run(run_id)
        return explanation(self.home.store, found, task)

    def cancel(self, run_id: str) -> Run:
        """Ask a run to end."""
        found = self.home.run(run_id)
        if found.state in ENDED:
            message = f"run {found.run_id} has ended already: {found.state}"
            raise Conflict(message)
        body = {"reason": "canceled by a user"}
        self.home.store.send(found.run_id, "cancel", body, now=time.time())
        return found


@dataclass(frozen=True, slots=True)
class ServerTarget:
    """The runs of a server."""

    client: Client

    def runs(self, *, state: str | None, pipeline: str | None, limit: int) -> list[Run]:
        """Return runs, the newest first."""
        found = self.client.runs(limit=limit, state=state, pipeline=pipeline)
        return [_run(one) for one in found]

    def run(self, run_id: str) -> Run:
        """Return a run."""
        return _run(self.client.run(self._id(run_id)))

    def whole(self, run_id: str) -> WholeRun:
        """Return a run with its steps."""
        detail = self.client.detail(self._id(run_id))
        return WholeRun(
            run=_run(detail.run),
            tasks=_as(detail.tasks, list[TaskRun]),
            attempts=_as(detail.attempts, list[Attempt]),
            metrics=_as([one for one in detail.metrics if one.value is not None], list[Metric]),
        )

    def suggestions(self, run_id: str) -> list[str]:
        """Return requests that would fit the steps."""
        steps = self.client.usage(self._id(run_id)).get("items", [])
        found = [(one["path"], one["suggestion"]) for one in steps if one.get("suggestion")]
        return [f"{path} would fit {calls}" for path, calls in found]

    def artifacts(self, run_id: str) -> list[StoredArtifact]:
        """Return what the run made, in order."""
        made = _as(list(self.client.artifacts(run_id=self._id(run_id))), list[StoredArtifact])
        return sorted(made, key=lambda one: one.created_at)

    def logs(
        self, run_id: str, task: str | None, *, attempt: int | None, follow: bool
    ) -> Iterator[tuple[str, int, bytes]]:
        """Yield what the steps wrote."""
        whole = self.whole(run_id)
        paths = [known.path for known in whole.tasks]
        if task is not None and task not in paths:
            message = f"run {whole.run.run_id} has no step {task}"
            raise NotFound(message, hint=f"its steps are {', '.join(paths[:20])}")
        numbers = [known.number for known in whole.attempts if known.path == task]
        if attempt is not None and numbers and attempt not in numbers:
            message = f"{task} has {len(numbers)} attempts, none of them number {attempt}"
            raise NotFound(message)
        for chunk in self.client.logs(whole.run.run_id, task, attempt=attempt, follow=follow):
            yield chunk.path, chunk.attempt, chunk.data

    def explain(self, run_id: str, task: str) -> dict[str, Any]:
        """Return why a step was reused, or was not."""
        told = self.client.explain(self._id(run_id), task)
        return {
            "path": task,
            "verdict": {True: "hit", False: "miss"}.get(told.get("hit"), "not looked up"),  # pyright: ignore[reportArgumentType, reportCallIssue]
            "reason": told.get("reason", ""),
            "nearest": told.get("compared_with"),
            "differences": {
                one["field"]: [one.get("here"), one.get("there")] for one in told.get("fields", ())
            },
        }

    def cancel(self, run_id: str) -> Run:
        """Ask a run to end."""
        return _run(self.client.terminate(self._id(run_id)))

    def _id(self, run_id: str) -> str:
        """Return the whole id that is meant; servers know no other.

        Raises:
            InvalidRequest: Several begin so.
        """
        if run_id == LATEST:
            newest = next(self.client.runs(limit=1), None)
            if newest is None:
                message = "the server has no runs yet"
                raise NotFound(message, hint="start one with headrace run --server")
            return newest.run_id
        if len(run_id) >= _WHOLE_ID:
            return run_id
        found = [
            run.run_id
            for run in self.client.runs(text=run_id, limit=_MOST_ALIKE)
            if run.run_id.startswith(run_id)
        ]
        if len(found) > 1:
            message = f"several runs begin with {run_id}: {', '.join(found[:5])}"
            raise InvalidRequest(message, hint="give more of the id")
        return found[0] if found else run_id


def find_target(server: str | None) -> Target:
    """Return the server at an address, or the home of this process when there is none."""
    if not server:
        return HomeTarget(Home.find())
    from headrace.app.remote import connect

    return ServerTarget(connect(server))


def _run(run: object) -> Run:
    """Return the store's record of a run that a server told of: order and options are its own."""
    return msgspec.convert({"position": 0, "options": {}, **msgspec.to_builtins(run)}, Run)


def _as(records: object, kind: type[_T]) -> _T:
    return msgspec.convert(msgspec.to_builtins(records), kind)
