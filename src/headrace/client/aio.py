"""The client for asyncio; made from ``sync`` by tools/async_client.py: change that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any, Self, TypeVar

import httpx2
import msgspec

from headrace.client import calls, connecting
from headrace.client.records import (
    Event,
    Experiment,
    LogChunk,
    Me,
    Page,
    Pipeline,
    PipelineVersion,
    PlanStep,
    RecurringRun,
    Run,
    RunDetail,
    Slot,
    StoredArtifact,
)
from headrace.schedules import Trigger

_T = TypeVar("_T")

# Below the pause between a stream's signs of life, which would put off the end of the wait.
_LOOK_AGAIN_S = 10.0


class AsyncClient:
    """Talks to a Headrace server; close it, or use it as an async context manager.

    Every method raises the kinds of ``headrace.errors``: ``NotFound``, ``InvalidRequest``,
    ``AlreadyExists``, ``Conflict``, and ``InfrastructureError`` when the server does not answer.

    Args:
        url: Address of the server, such as ``http://127.0.0.1:8080``.
        token: Personal or service token; by default ``HEADRACE_TOKEN``, else what ``headrace
            login`` kept.
        namespace: Namespace of what is made and listed; the server's own by default.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        namespace: str | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.namespace = namespace
        self._http = httpx2.AsyncClient(transport=transport, **connecting.options(url, token))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def me(self) -> Me:
        """Return who the server takes the caller for."""
        return await self._send(calls.me())

    async def submit(
        self,
        pipeline: Any,
        parameters: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        experiment: str | None = None,
        description: str | None = None,
        cache: bool | None = None,
        fail_fast: bool | None = None,
        deadline_s: float | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Run:
        """Start a run and return it at once.

        Args:
            pipeline: A pipeline or component, its IR as a dict, or the id of a stored version.
            parameters: Values of its inputs.
            experiment: Id of the experiment that it belongs to.
            cache: False reuses nothing; None is as the steps say.
            deadline_s: Longest time that the run may take, in seconds.
        """
        fields: dict[str, Any] = {
            "namespace": self.namespace,
            "name": name,
            "experiment": experiment,
            "description": description,
            "cache": cache,
            "fail_fast": fail_fast,
            "deadline_s": deadline_s,
            "tags": dict(tags) if tags else None,
        }
        return await self._send(calls.submit(connecting.submission(pipeline, parameters, fields)))

    async def runs(self, *, limit: int | None = None, **where: Any) -> AsyncIterator[Run]:
        """Yield runs, the newest first, reading page after page.

        Args:
            limit: The most runs to yield; None yields all.
            where: What the API's list takes: ``state``, ``pipeline``, ``experiment``, ``text``,
                ``archived``, ``filter``, ``sort``.
        """
        async for found in self._pages(calls.runs, limit, {"namespace": self.namespace, **where}):
            yield found

    async def run(self, run: str | Run) -> Run:
        """Return a run as it is now."""
        return (await self.detail(run)).run

    async def detail(self, run: str | Run) -> RunDetail:
        """Return a run with its steps, attempts and metrics."""
        return await self._send(calls.run(connecting.run_id_of(run)))

    async def document(self, run: str | Run) -> dict[str, Any]:
        """Return the IR of a run: ``spec`` and ``platform``."""
        return await self._send(calls.document(connecting.run_id_of(run)))

    async def wait(self, run: str | Run, *, timeout: float | None = None) -> Run:  # noqa: ASYNC109 - as the other client has it
        """Wait until a run has ended, succeeded or not, and return it.

        Args:
            timeout: Longest time to wait, in seconds.

        Raises:
            TimeoutError: It has not ended in that time; it goes on.
        """
        give_up_at = None if timeout is None else time.monotonic() + timeout
        run_id = connecting.run_id_of(run)
        while True:
            detail = await self.detail(run_id)
            if detail.run.ended:
                return detail.run
            async for event in self._one_stream(run_id, detail.last_event_id, give_up_at):
                if event.run is not None and event.run.ended:
                    return event.run
            if give_up_at is not None and time.monotonic() >= give_up_at:
                message = f"run {run_id} has not ended in {timeout:g} s"
                raise TimeoutError(message)

    async def events(
        self, run: str | Run | None = None, *, after: int | None = None
    ) -> AsyncIterator[Event]:
        """Yield the entries of the feed as they come, of one run (until it ends) or of all.

        A broken line is taken up again where it broke.

        Args:
            after: Id of the last entry that is known already; 0 begins with the first.
        """
        run_id = None if run is None else connecting.run_id_of(run)
        last, final = after, None
        while True:
            if run_id is not None and last is None:
                detail = await self.detail(run_id)
                if detail.run.ended:
                    return
                last = detail.last_event_id
            async for event in self._one_stream(run_id, last, None):
                last = event.id
                yield event
                if run_id is not None and event.run is not None and event.run.ended:
                    # The row is newer than the entry: others may follow that were written before.
                    final = final or (await self.detail(run_id)).last_event_id
                    if last >= final:
                        return
            if run_id is not None:
                detail = await self.detail(run_id)
                if detail.run.ended and (last or 0) >= detail.last_event_id:
                    return

    async def logs(
        self,
        run: str | Run,
        task: str | None = None,
        *,
        attempt: int | None = None,
        follow: bool = False,
    ) -> AsyncIterator[LogChunk]:
        """Yield what the steps wrote, in blocks, to the last byte.

        Args:
            task: Path of one step; None is all.
            attempt: Which try of it; the last by default.
            follow: Go on until the run has ended.
        """
        positions: dict[tuple[str, int], int] = {}
        while True:
            detail = await self.detail(run)
            for key in connecting.wanted_attempts(detail, task, attempt):
                async for found in self._new_bytes(detail.run.run_id, key, positions):
                    yield found
            if detail.run.ended or not follow:
                return
            await asyncio.sleep(connecting.LOG_PAUSE_S)

    async def terminate(self, run: str | Run) -> Run:
        """Ask a run to end; its exit handlers still run."""
        return await self._send(calls.act(connecting.run_id_of(run), "terminate"))

    async def retry(self, run: str | Run) -> Run:
        """Go on with a failed or canceled run: what did not succeed runs again."""
        return await self._send(calls.act(connecting.run_id_of(run), "retry"))

    async def archive(self, run: str | Run) -> Run:
        """Take a run out of the ordinary lists."""
        return await self._send(calls.act(connecting.run_id_of(run), "archive"))

    async def restore(self, run: str | Run) -> Run:
        """Put an archived run back."""
        return await self._send(calls.act(connecting.run_id_of(run), "restore"))

    async def delete(self, run: str | Run) -> None:
        """Delete an ended run."""
        await self._send(calls.delete(connecting.run_id_of(run)))

    async def rerun(
        self,
        run: str | Run,
        *,
        from_task: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        name: str | None = None,
    ) -> Run:
        """Run again as a new run, reusing what is still valid."""
        body = {"from_task": from_task, "parameters": dict(parameters or {}), "name": name}
        return await self._send(calls.rerun(connecting.run_id_of(run), body))

    async def plan(
        self,
        run: str | Run,
        *,
        from_task: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> tuple[PlanStep, ...]:
        """Return what ``rerun`` would do, step by step."""
        body = {"from_task": from_task, "parameters": dict(parameters or {})}
        return (await self._send(calls.plan(connecting.run_id_of(run), body))).steps

    async def explain(self, run: str | Run, task: str) -> dict[str, Any]:
        """Return why a step was reused, or was not, with the fields that differ."""
        return await self._send(calls.explain(connecting.run_id_of(run), task))

    async def usage(self, run: str | Run) -> dict[str, Any]:
        """Return what the steps asked for and used."""
        return await self._send(calls.usage(connecting.run_id_of(run)))

    async def artifacts(
        self, *, limit: int | None = None, **where: Any
    ) -> AsyncIterator[StoredArtifact]:
        """Yield artifacts, the newest first; ``where`` is what the API's list takes."""
        async for found in self._pages(
            calls.artifacts, limit, {"namespace": self.namespace, **where}
        ):
            yield found

    async def download(self, artifact_id: str) -> AsyncIterator[bytes]:
        """Yield the content of an artifact in blocks."""
        call = calls.content(artifact_id)
        async with self._http.stream("GET", call.target) as response:
            if not response.is_success:
                raise calls.refusal(response.status_code, await response.aread())
            async for block in response.aiter_bytes():
                yield block

    async def pipelines(self, *, limit: int | None = None, **where: Any) -> AsyncIterator[Pipeline]:
        """Yield the stored pipelines."""
        async for found in self._pages(
            calls.pipelines, limit, {"namespace": self.namespace, **where}
        ):
            yield found

    async def add_pipeline(self, pipeline: Any, *, name: str | None = None) -> Pipeline:
        """Store a pipeline with its first version."""
        body = connecting.submission(pipeline, None, {"name": name, "namespace": self.namespace})
        return await self._send(calls.add_pipeline(body))

    async def versions(
        self, pipeline_id: str, *, limit: int | None = None
    ) -> AsyncIterator[PipelineVersion]:
        """Yield the versions of a pipeline, the newest first."""
        async for found in self._pages(partial(calls.versions, pipeline_id), limit, {}):
            yield found

    async def add_version(
        self, pipeline_id: str, pipeline: Any, *, name: str | None = None
    ) -> PipelineVersion:
        """Store a version of a pipeline."""
        return await self._send(
            calls.add_version(pipeline_id, connecting.submission(pipeline, None, {"name": name}))
        )

    async def version_document(self, version_id: str) -> dict[str, Any]:
        """Return the IR of a version: ``spec`` and ``platform``."""
        return await self._send(calls.version_document(version_id))

    async def experiments(
        self, *, limit: int | None = None, **where: Any
    ) -> AsyncIterator[Experiment]:
        """Yield the experiments."""
        async for found in self._pages(
            calls.experiments, limit, {"namespace": self.namespace, **where}
        ):
            yield found

    async def add_experiment(self, name: str, *, description: str | None = None) -> Experiment:
        """Add an experiment."""
        body = {"name": name, "description": description, "namespace": self.namespace}
        return await self._send(calls.add_experiment(body))

    async def recurring_runs(
        self, *, limit: int | None = None, **where: Any
    ) -> AsyncIterator[RecurringRun]:
        """Yield the recurring runs, the newest first."""
        query = {"namespace": self.namespace, **where}
        async for found in self._pages(calls.recurring_runs, limit, query):
            yield found

    async def add_recurring_run(
        self,
        name: str,
        trigger: Trigger,
        pipeline: Any = None,
        parameters: Mapping[str, Any] | None = None,
        *,
        pipeline_id: str | None = None,
        max_concurrency: int = 1,
        catchup: bool = True,
        enabled: bool = True,
    ) -> RecurringRun:
        """Make a recurring run, which the server carries out.

        Args:
            trigger: When it fires (``headrace.schedules.Trigger``).
            pipeline: What it runs, as for ``submit``; or leave it out and give ``pipeline_id``.
            pipeline_id: Runs the version that is the latest at each tick.
            max_concurrency: The most of its runs at once.
            catchup: Whether ticks that were missed are made up for one by one.
        """
        fields: dict[str, Any] = {
            "display_name": name,
            "trigger": msgspec.to_builtins(trigger),
            "namespace": self.namespace,
            "pipeline_id": pipeline_id,
            "max_concurrency": max_concurrency,
            "catchup": catchup,
            "enabled": enabled,
        }
        if pipeline is None:
            body = {**fields, "parameters": dict(parameters or {})}
        else:
            body = connecting.submission(pipeline, parameters, fields)
        return await self._send(calls.add_recurring_run(body))

    async def enable_recurring_run(self, recurring_id: str) -> RecurringRun:
        """Let a recurring run make runs, from now on."""
        return await self._send(calls.switch_recurring_run(recurring_id, "enable"))

    async def disable_recurring_run(self, recurring_id: str) -> RecurringRun:
        """Let a recurring run make no runs; those that it made go on."""
        return await self._send(calls.switch_recurring_run(recurring_id, "disable"))

    async def delete_recurring_run(self, recurring_id: str) -> None:
        """Remove a recurring run; its runs stay."""
        await self._send(calls.delete_recurring_run(recurring_id))

    async def backfill(
        self, recurring_id: str, begin: float, end: float, *, most: int = 100, plan: bool = False
    ) -> tuple[Slot, ...]:
        """Make the runs of a span of the past, both ends included; ``plan`` makes none.

        Args:
            begin: The first time, in seconds since the epoch.
            end: The last.
        """
        body = {"begin": begin, "end": end, "most": most, "plan": plan}
        page = await self._send(calls.backfill(recurring_id, body))
        return page.items

    async def _send(self, call: calls.Call[_T]) -> _T:
        pauses = iter(connecting.PAUSES_S)
        while True:
            try:
                response = await self._http.request(
                    call.method, call.target, params=call.parameters, json=call.body
                )
                return calls.decode(call, response.status_code, response.content)
            except httpx2.TransportError as error:
                pause = next(pauses, None) if connecting.may_repeat(call, error) else None
                if pause is None:
                    raise connecting.unreachable(self._http.base_url, error) from None
                await asyncio.sleep(pause)

    async def _pages(
        self, list_of: Any, limit: int | None, query: Mapping[str, Any]
    ) -> AsyncIterator[Any]:
        token: str | None = None
        left = limit
        while left is None or left > 0:
            size = 200 if left is None else min(200, left)
            page: Page[Any] = await self._send(
                list_of({**query, "limit": size, "page_token": token})
            )
            for item in page.items if left is None else page.items[:left]:
                yield item
            left = None if left is None else left - len(page.items)
            token = page.next_token
            if token is None:
                return

    async def _one_stream(
        self, run_id: str | None, after: int | None, give_up_at: float | None
    ) -> AsyncIterator[Event]:
        """Yield the entries of one connection; ends when the line does, or when it is time."""
        query = {"run_id": run_id, "rows": 1, "after": after}
        parameters = {name: str(value) for name, value in query.items() if value is not None}
        timeout = _until(give_up_at)
        try:
            async with self._http.sse(
                f"{calls.BASE}/events", params=parameters, timeout=timeout
            ) as stream:
                if not stream.response.is_success:
                    raise calls.refusal(stream.response.status_code, await stream.response.aread())
                async for event in stream:
                    if event.data:
                        yield connecting.event_of(event.data)
                    if give_up_at is not None and time.monotonic() >= give_up_at:
                        return
        except httpx2.TransportError:
            if give_up_at is None or time.monotonic() < give_up_at:
                await asyncio.sleep(
                    connecting.PAUSES_S[0]
                )  # the caller looks again, and tells what is wrong

    async def _new_bytes(
        self, run_id: str, key: tuple[str, int], positions: dict[tuple[str, int], int]
    ) -> AsyncIterator[LogChunk]:
        path, number = key
        while True:
            offset = positions.get(key, 0)
            data = await self._send(
                calls.log(run_id, path, number, offset, connecting.LOG_BLOCK_BYTES)
            )
            if data:
                positions[key] = offset + len(data)
                yield LogChunk(path=path, attempt=number, offset=offset, data=data)
            if len(data) < connecting.LOG_BLOCK_BYTES:
                return


def _until(give_up_at: float | None) -> httpx2.Timeout:
    if give_up_at is None:
        return connecting.STREAM_TIMEOUT
    left = max(0.05, give_up_at - time.monotonic())
    return httpx2.Timeout(min(_LOOK_AGAIN_S, left), connect=min(10.0, left))
