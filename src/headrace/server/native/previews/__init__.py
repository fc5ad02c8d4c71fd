"""Previews of artifacts: what they hold, read within bounds and never executed or unpickled.

``preview`` chooses by the artifact's type, then by what its first bytes say. Whatever cannot be
shown is told in a sentence; content is never a reason for an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import msgspec

from headrace.engine.attempts import Artifact
from headrace.errors import NotFound
from headrace.server.native.previews.classification import (
    classification_of,
    metrics_of,
    slices_of,
)
from headrace.server.native.previews.kinds import (
    Directory,
    Entry,
    Html,
    Image,
    Json,
    Markdown,
    Model,
    Nothing,
    Preview,
    Table,
    Text,
)
from headrace.server.native.previews.parquet import parquet_table
from headrace.server.native.previews.sniffing import (
    PARQUET,
    SVG,
    image_type,
    is_html,
    is_svg,
    text_of,
)
from headrace.server.native.previews.tables import delimited_table, lines_table
from headrace.server.services import Artifacts, ArtifactStat

__all__ = ["Preview", "preview", "read_head"]

HEAD_BYTES = 2 << 20
_TEXT_SHOWN = 256 << 10
_ENTRIES = 1000
_TABLES = (".csv", ".tsv")


def preview(artifact: Artifact, uri: str, artifacts: Artifacts) -> Preview:
    """Return what can be shown of an artifact.

    Args:
        uri: Where its bytes are: its own, or that of a file below it.
        artifacts: Gives the bytes.
    """
    whole = uri == artifact.uri
    if whole and (told := _by_metadata(artifact)) is not None:
        return told
    try:
        found = artifacts.stat(uri)
    except NotFound:
        return Nothing(reason="its content is gone, or is not where the server can read it")
    if whole and artifact.schema_title.endswith(".Model"):
        return _model(artifact, found)
    if found.entries is not None:
        return Directory(entries=_entries(found), total=len(found.entries), size=found.size)
    return _of_file(artifact, uri, found.size, artifacts)


def read_head(artifacts: Artifacts, uri: str, limit: int) -> bytes:
    """Return the first bytes of a file.

    Raises:
        NotFound: There is no file.
    """
    return b"".join(_up_to(limit, artifacts.open(uri, 0, limit)))[:limit]


def _by_metadata(artifact: Artifact) -> Preview | None:
    """Return what the metadata alone shows, for the types that keep their values there."""
    match artifact.schema_title:
        case "system.Metrics":
            return metrics_of(artifact.metadata)
        case "system.ClassificationMetrics":
            return classification_of(artifact.metadata)
        case "system.SlicedClassificationMetrics":
            return slices_of(artifact.metadata)
        case _ if artifact.holds_nothing:
            return Nothing(reason="the step wrote nothing there")
        case _:
            return None


def _of_file(artifact: Artifact, uri: str, size: int, artifacts: Artifacts) -> Preview:
    try:
        head = read_head(artifacts, uri, HEAD_BYTES)
    except NotFound:
        return Nothing(reason="its content is gone, or is not where the server can read it")
    if not size:
        return Nothing(reason="it is empty")
    if media_type := image_type(head):
        return Image(media_type=media_type)
    if head.startswith(PARQUET):
        return parquet_table(size, artifacts.open(uri, 0, size))
    complete = size <= len(head)
    text = text_of(head, complete=complete)
    if text is None:
        return Nothing(reason="it is neither text nor a format that is shown")
    return _of_text(artifact, uri, text, size, complete=complete)


def _of_text(artifact: Artifact, uri: str, text: str, size: int, *, complete: bool) -> Preview:
    suffix = _suffix(artifact, uri)
    shown, cut = text[:_TEXT_SHOWN], len(text) > _TEXT_SHOWN or not complete
    if artifact.schema_title == "system.HTML" or suffix in (".html", ".htm") or is_html(text):
        return Html(size=size)
    if is_svg(text):
        return Image(media_type=SVG)
    if artifact.schema_title == "system.Markdown" or suffix == ".md":
        return Markdown(text=shown, truncated=cut)
    if text.lstrip()[:1] in ("{", "["):
        return _of_json(text, shown, cut, complete=complete)
    table = delimited_table(text, complete=complete, certain=suffix in _TABLES)
    return table or Text(text=shown, truncated=cut)


def _of_json(text: str, shown: str, cut: bool, *, complete: bool) -> Json | Table | Text:
    if (table := lines_table(text, complete=complete)) is not None:
        return table
    if not cut:
        try:
            return Json(text=shown, value=msgspec.json.decode(text))
        except (msgspec.DecodeError, RecursionError):
            return delimited_table(text, complete=complete) or Text(text=shown)
    return Json(text=shown, truncated=True)


def _model(artifact: Artifact, found: ArtifactStat) -> Model:
    framework = artifact.metadata.get("framework")
    return Model(
        framework=framework if isinstance(framework, str) else "",
        metadata=artifact.metadata,
        size=found.size,
        files=_entries(found),
    )


def _entries(found: ArtifactStat) -> list[Entry]:
    return [Entry(name=name, size=size) for name, size in (found.entries or ())[:_ENTRIES]]


def _suffix(artifact: Artifact, uri: str) -> str:
    """Return the file's suffix: of its URI, or of the path that the step itself chose."""
    for place in (urlsplit(uri).path, artifact.custom_path or ""):
        if suffix := PurePosixPath(place).suffix.lower():
            return suffix
    return ""


def _up_to(limit: int, blocks: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for block in islice(blocks, limit):
        yield block
        size += len(block)
        if size >= limit:
            return
