"""Writes the page of the native HTTP API from the server's own description of it."""

from __future__ import annotations

from typing import Any

from headrace.server.native.description import described
from headrace.server.surface import NATIVE

_INTRODUCTION = """# HTTP API

Generated from the code; `python tools/reference.py` writes it again. The server describes the same
for programs at `/api/v1/openapi.json` (OpenAPI 3.1). KFP's own API, `/apis/v2beta1`, is served
beside it for the official client.

- Paths are below `/api/v1`. Times are seconds since the epoch; fields that are null or have their
  default may be missing.
- Where there are many users, send a token: `Authorization: Bearer TOKEN`. What is in another
  namespace does not exist for you (404).
- Errors are `{"error": {"code", "message", "hint"}}`: 400 wrong input, 401, 403, 404, 409 the state
  does not allow it, 413 too large, 429 too much at once (`Retry-After`), 503 out of reach. Unknown
  fields of queries and bodies are refused.
- Lists take `sort` (`-created_at` is downwards), `limit`, `page_token`, `total=1`, `text`, and
  `filter`: a JSON list of `{"field", "op", "value"}` with `eq ne gt ge lt le in contains`. Fields
  of runs include `tag.NAME`, `parameter.NAME` and `metric.NAME`. `next_token` leads to the next
  page.

## Streams

`GET /events` and `GET /runs/{run_id}/logs/stream` are server-sent events. Each has an id; a broken
connection goes on where it broke with the header `Last-Event-ID`, or with `after` and `offset`. A
comment comes every 15 seconds when nothing else does.

Events: the name is the kind of the entry, the data is the entry: `id`, `run_id`, `at`, `kind`,
`path`, `message`. With `rows=1` the rows of `run`, `task` and the task's last `attempt` come along,
as they are when they are sent. Every change of state is an entry: `run_running`, `run_canceling`,
`run_ended`, `task_running`, `task_succeeded`, `task_failed`, `task_skipped`, `task_canceled`,
`attempt_failed`, `group_failed`; others say what else happened. Tasks that only begin to wait come
with the run or group that they are in.

Logs: events `text` with `{"text", "offset"}` in UTF-8, and `end` when nothing more will come.
Ranges (`GET /runs/{run_id}/logs`) answer bytes with `X-Log-Offset`, `X-Log-End` and
`X-Log-Complete`.

## Previews

`GET /artifacts/{artifact_id}/preview` tells its kind: `table` (CSV, TSV, JSON lines; Parquet where
pyarrow or polars is installed beside the server) with column statistics over the rows that were
read, `image`, `text`, `json`, `markdown`, `html`, `metrics`, `roc`, `confusion`, `sliced`, `model`,
`directory`, or `none` with a reason. Reading is bounded, and nothing is executed or unpickled.
HTML and images are shown from `/frame` under a policy that lets nothing run and nothing load;
`scripts=1` lets a document's own scripts run in its sandbox, still without a network.
"""
_MANY = 7


def api_page() -> str:
    """Return the page: what holds for all operations, then a table of them for each kind."""
    document = described(NATIVE)
    by_kind: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            row = _row(method.upper(), path.removeprefix("/api/v1"), one, document)
            by_kind.setdefault(one["tags"][0], []).append(row)
    sections = [
        "\n".join(
            [f"## {_title(kind)}", "", "| | | takes | answers |", "| --- | --- | --- | --- |"]
        )
        + "\n"
        + "\n".join(rows)
        + "\n"
        for kind, rows in by_kind.items()
    ]
    return "\n".join([_INTRODUCTION, *sections])


def _row(method: str, path: str, one: dict[str, Any], document: dict[str, Any]) -> str:
    query = [f"`?{each['name']}`" for each in one["parameters"] if each["in"] == "query"]
    takes = query + [f"`{name}`" for name in _fields(one.get("requestBody"), document)]
    success = next(value for status, value in one["responses"].items() if status.startswith("2"))
    answers = [f"`{name}`" for name in _fields(success, document, short=True)]
    return (
        f"| `{method} {path}` | {one['summary']} | {' '.join(takes)} | {' '.join(answers) or '—'} |"
    )


def _fields(
    holder: dict[str, Any] | None, document: dict[str, Any], *, short: bool = False
) -> list[str]:
    """Return the fields of a JSON body, those that must be there first, or only its name."""
    content = (holder or {}).get("content", {})
    if "application/json" not in content:
        return list(content)
    schema = content["application/json"]["schema"]
    label = ""
    while "$ref" in schema:
        label = schema["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][label]
    required = schema.get("required", [])
    names = sorted(schema.get("properties", {}), key=lambda name: name not in required)
    return [label] if short and len(names) > _MANY else names


def _title(kind: str) -> str:
    return kind.replace("_", " ").capitalize()
