"""Artifacts: listed, shown with what made and read them, downloaded, previewed."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import quote

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from headrace.errors import InvalidRequest, NotFound
from headrace.server.named import artifact_named, run_named
from headrace.server.native.files import attachment, framed
from headrace.server.native.lists import Listed, ListQuery, listed, store_query
from headrace.server.native.operations import Answer, Asked, Plain, Query, operation
from headrace.server.native.previews import HEAD_BYTES, Preview, preview, read_head
from headrace.server.native.previews.sniffing import SVG, image_type, is_html, is_svg, text_of
from headrace.server.native.rows import task_rows
from headrace.server.native.runs import public
from headrace.server.routing import services_of
from headrace.server.services import Services
from headrace.store.records import Run, StoredArtifact, TaskRun

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_FRAME_BYTES = 64 << 20
_CONSUMERS = 500


class ArtifactsQuery(ListQuery, frozen=True):
    """Which artifacts to list; ``type`` is a schema title such as ``system.Model``."""

    run_id: str | None = None
    type: str | None = None
    name: str | None = None
    pipeline: str | None = None


class FileQuery(Query, frozen=True):
    """Which file of an artifact that is a directory: its path below it."""

    path: str | None = None


class FrameQuery(FileQuery, frozen=True):
    """What to show in a frame; with ``scripts=1`` the document's own scripts run in its sandbox."""

    scripts: Annotated[int, Meta(ge=0, le=1)] = 0


class Producer(Answer, frozen=True):
    """The run and the task that made an artifact."""

    run: Run
    task: TaskRun | None = None


class Consumer(Answer, frozen=True):
    """A task that read an artifact, as the input of this name."""

    run_id: str
    path: str
    name: str
    pipeline: str
    state: str


class ArtifactDetail(Answer, frozen=True):
    """An artifact with what made it and what read it."""

    artifact: StoredArtifact
    producer: Producer | None
    consumers: list[Consumer]


def list_artifacts(asked: Asked[ArtifactsQuery, None]) -> Listed[StoredArtifact]:
    """List artifacts."""
    query = asked.query
    if query.run_id is not None:
        run_named(asked.request, query.run_id)
    equal = (
        ("run_id", query.run_id),
        ("schema_title", query.type),
        ("name", query.name),
        ("pipeline", query.pipeline),
    )
    return listed(asked.store.find_artifacts(store_query(asked.request, query, equal)))


def get_artifact(asked: Plain) -> ArtifactDetail:
    """Return an artifact with its producer and its consumers."""
    found, run = artifact_named(asked.request, asked.named("artifact_id"))
    task = task_rows(asked.store, run.run_id, [found.path]).get(found.path)
    return ArtifactDetail(
        artifact=found,
        producer=Producer(run=public(run), task=task),
        consumers=_consumers(asked.services, found, run.namespace),
    )


def get_content(asked: Asked[FileQuery, None]) -> Response:
    """Download an artifact, or a file of it; ranges of bytes can be asked for."""
    found, uri = _file_of(asked.request, asked.named("artifact_id"), asked.query.path)
    artifacts = asked.services.artifacts
    stat = artifacts.stat(uri)
    if stat.entries is not None:
        raise InvalidRequest(
            "this artifact is a directory", hint="name a file in it: ?path=, see its preview"
        )
    name = PurePosixPath(asked.query.path or found.artifact.name).name
    headers = {**attachment(name), "Accept-Ranges": "bytes"}
    part = _range(asked.request.headers.get("range", ""), stat.size)
    if part is None:
        headers["Content-Length"] = str(stat.size)
        blocks = artifacts.open(uri, 0, stat.size)
        return StreamingResponse(blocks, media_type="application/octet-stream", headers=headers)
    begin, end = part
    if begin >= end:
        return Response(
            status_code=416, headers={**headers, "Content-Range": f"bytes */{stat.size}"}
        )
    headers["Content-Range"] = f"bytes {begin}-{end - 1}/{stat.size}"
    headers["Content-Length"] = str(end - begin)
    return StreamingResponse(
        artifacts.open(uri, begin, end),
        status_code=206,
        media_type="application/octet-stream",
        headers=headers,
    )


def get_preview(asked: Asked[FileQuery, None]) -> Preview:
    """Return what can be shown of an artifact, or of a file of it."""
    found, uri = _file_of(asked.request, asked.named("artifact_id"), asked.query.path)
    return preview(found.artifact, uri, asked.services.artifacts)


def get_frame(asked: Asked[FrameQuery, None]) -> Response:
    """Return HTML or an image for a frame, in a sandbox that reaches nothing."""
    found, uri = _file_of(asked.request, asked.named("artifact_id"), asked.query.path)
    artifacts = asked.services.artifacts
    stat = artifacts.stat(uri)
    media_type = None
    if stat.entries is None and stat.size <= _FRAME_BYTES:
        head = read_head(artifacts, uri, min(HEAD_BYTES, 1 << 16))
        is_page = found.artifact.schema_title == "system.HTML" and asked.query.path is None
        media_type = _shown_as(head, size=stat.size, is_page=is_page)
    if media_type is None:
        raise NotFound("this artifact has nothing to show in a frame", hint="see its preview")
    return StreamingResponse(
        artifacts.open(uri, 0, stat.size),
        media_type=media_type,
        headers=framed(scripts=bool(asked.query.scripts)),
    )


def _shown_as(head: bytes, *, size: int, is_page: bool) -> str | None:
    if image := image_type(head):
        return image
    text = text_of(head, complete=size <= len(head))
    if text is None:
        return None
    if is_svg(text) and not is_page:
        return SVG
    return "text/html; charset=utf-8" if is_page or is_html(text) else None


def _file_of(request: Request, artifact_id: str, path: str | None) -> tuple[StoredArtifact, str]:
    """Return an artifact with the URI of its content, or of a file in it.

    Raises:
        NotFound: There is no such artifact or file, or not for whoever asks.
    """
    found, _ = artifact_named(request, artifact_id)
    uri = found.artifact.uri
    if path is None:
        return found, uri
    entries = services_of(request).artifacts.stat(uri).entries or ()
    if path not in {name for name, _ in entries}:
        raise NotFound(f"the artifact has no file {path[:200]!r}")
    return found, f"{uri.rstrip('/')}/{_quoted(uri, path)}"


def _quoted(uri: str, path: str) -> str:
    return quote(path) if ":" in uri.partition("/")[0] else path


def _range(header: str, size: int) -> tuple[int, int] | None:
    """Return first byte and end of the one range that is asked for; None is the whole file.

    A range that does not fit is empty; several ranges, or none that can be read, are the whole.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    end = min(size, int(last) + 1) if last else size
    return int(first), end


def _consumers(services: Services, found: StoredArtifact, namespace: str) -> list[Consumer]:
    store = services.store
    uses = [
        use
        for use in store.uses(artifact_id=found.artifact.id, namespace=namespace)
        if use.role == "input"
    ][-_CONSUMERS:]
    runs = {use.run_id: store.run(use.run_id) for use in uses}
    tasks = {
        run_id: task_rows(store, run_id, {use.path for use in uses if use.run_id == run_id})
        for run_id in runs
    }
    return [
        Consumer(
            run_id=use.run_id,
            path=use.path,
            name=use.name,
            pipeline=runs[use.run_id].pipeline,
            state=tasks[use.run_id][use.path].state if use.path in tasks[use.run_id] else "",
        )
        for use in uses
    ]


_ONE = "/artifacts/{artifact_id}"

OPERATIONS = (
    operation(
        "GET",
        "/artifacts",
        list_artifacts,
        kind="artifact",
        query=ArtifactsQuery,
        answer=Listed[StoredArtifact],
    ),
    operation("GET", _ONE, get_artifact, kind="artifact", answer=ArtifactDetail),
    operation(
        "GET",
        f"{_ONE}/content",
        get_content,
        kind="artifact",
        query=FileQuery,
        media="application/octet-stream",
    ),
    operation(
        "GET", f"{_ONE}/preview", get_preview, kind="artifact", query=FileQuery, answer=Preview
    ),
    operation("GET", f"{_ONE}/frame", get_frame, kind="artifact", query=FrameQuery, media="*/*"),
)
