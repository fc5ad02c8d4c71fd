"""Logs and artifacts of tasks in KFP's API, by the ids that the details of a run name."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from headrace.errors import InvalidRequest, NotFound
from headrace.server.kfp.run_rendering import node_id
from headrace.server.kfp.runs import run_of
from headrace.server.reading import flag
from headrace.server.replies import json_reply
from headrace.server.routing import Endpoint, services_of
from headrace.server.services import Services
from headrace.store.records import ENDED, Run, TaskRun

_BLOCK_BYTES = 1 << 16
_PAUSE_S = 0.3


async def log(request: Request) -> Response:
    """Return what the last attempt of a task wrote; ``follow`` goes on until it has ended."""
    run, task = await run_in_threadpool(_task_of, request)
    blocks = _blocks(services_of(request), run, task, follow=flag(request, "follow"))
    return StreamingResponse(blocks, media_type="text/plain", headers={"Cache-Control": "no-cache"})


def read_artifact(request: Request) -> Response:
    """Return the bytes of an artifact that a task made, as base64 in JSON."""
    _, task = _task_of(request)
    name = request.path_params["artifact_name"]
    made = task.outputs.artifacts.get(name, ()) if task.outputs else ()
    if not made:
        raise NotFound(f"task {task.path} has no artifact {name}")
    services = services_of(request)
    found = services.artifacts.stat(made[0].uri)
    limit = services.settings.upload_bytes
    if found.entries is not None or found.size > limit:
        what = "a directory" if found.entries is not None else f"longer than {limit} bytes"
        raise InvalidRequest(
            f"artifact {name} is {what}", hint="download it by the native API: /api/v1/artifacts"
        )
    data = b"".join(services.artifacts.open(made[0].uri))
    return json_reply({"data": base64.b64encode(data).decode()})


def _task_of(request: Request) -> tuple[Run, TaskRun]:
    run = run_of(request, "read")
    wanted = request.path_params["node_id"]
    for task in services_of(request).store.tasks(run.run_id):
        if wanted in (node_id(run.run_id, task.path, task.name), task.path):
            return run, task
    raise NotFound(f"run {run.run_id} has no task {wanted}")


async def _blocks(
    services: Services, run: Run, task: TaskRun, *, follow: bool
) -> AsyncIterator[bytes]:
    number, offset = 0, 0
    while True:
        is_over = not follow or await run_in_threadpool(_has_ended, services, run, task)
        attempts = await run_in_threadpool(services.store.attempts, run.run_id, task.path)
        latest = attempts[-1].number if attempts else 0
        if latest != number:
            number, offset = latest, 0
        while number and (
            block := await run_in_threadpool(
                services.logs.read, run.run_id, task.path, number, offset, _BLOCK_BYTES
            )
        ):
            offset += len(block)
            yield block
        if is_over:
            return
        await asyncio.sleep(_PAUSE_S)


def _has_ended(services: Services, run: Run, task: TaskRun) -> bool:
    if services.store.run(run.run_id).state in ENDED:
        return True
    tasks = services.store.tasks(run.run_id)
    now = next((one for one in tasks if one.path == task.path), task)
    return now.state not in ("pending", "running")


_NODE = "runs/{run_id}/nodes/{node_id}"

ENDPOINTS = (
    Endpoint("GET", f"/apis/v1alpha1/{_NODE}/log", log, "read", "log"),
    Endpoint(
        "GET",
        f"/apis/v2beta1/{_NODE}/artifacts/{{artifact_name}}:read",
        read_artifact,
        "read",
        "artifact",
    ),
)
