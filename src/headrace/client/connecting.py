"""What both clients share: headers, when to try again, what is asked for. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import msgspec

from headrace import __version__
from headrace.client.calls import Call
from headrace.client.credentials import find_token, normal_address
from headrace.client.records import Event, Run, RunDetail
from headrace.errors import InfrastructureError, InvalidRequest

#: A stream says something at least this often, in seconds; else the line is taken for dead.
SILENCE_S = 45.0
#: How long to wait before each new try to reach the server, in seconds.
PAUSES_S = (0.2, 0.5, 1.0, 2.0, 4.0)
LOG_BLOCK_BYTES = 1 << 20
LOG_PAUSE_S = 0.3

_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
STREAM_TIMEOUT = httpx2.Timeout(SILENCE_S, connect=10.0)


def options(url: str, token: str | None) -> dict[str, Any]:
    """Return the arguments of the HTTP client for a server.

    Raises:
        InvalidRequest: The address is none, or the token cannot stand in a header.
    """
    address = normal_address(url)
    headers = {"User-Agent": f"headrace/{__version__}"}
    found = token if token is not None else find_token(address)
    if found:
        if not found.isascii() or not found.isprintable() or " " in found:
            message = "the token holds characters that no token has"
            raise InvalidRequest(message, hint="copy it again, or log in: headrace login URL")
        headers["Authorization"] = f"Bearer {found}"
    return {"base_url": address, "headers": headers, "timeout": _TIMEOUT}


def may_repeat(call: Call[Any], error: httpx2.TransportError) -> bool:
    """Say whether a call without an answer may be sent again: it only reads, or was not sent."""
    return isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout) or call.method == "GET"


def unreachable(address: object, error: Exception) -> InfrastructureError:
    """Return the error for a server that does not answer."""
    message = f"the server at {address} does not answer: {error or type(error).__name__}"
    return InfrastructureError(
        message, retryable=True, hint="check the address and that it runs: headrace server"
    )


def run_id_of(run: str | Run) -> str:
    """Return the id of a run that is named by it or given whole."""
    return run if isinstance(run, str) else run.run_id


def event_of(data: str) -> Event:
    """Return an entry of the feed."""
    return msgspec.json.decode(data, type=Event)


def wanted_attempts(
    detail: RunDetail, task: str | None, attempt: int | None
) -> Iterator[tuple[str, int]]:
    """Yield path and number of the attempts whose logs are asked for, in order of their start.

    One step is by default its last attempt; all steps are all attempts.
    """
    found = sorted(detail.attempts, key=lambda one: (one.created_at, one.path, one.number))
    if task is not None:
        found = [one for one in found if one.path == task]
    if attempt is not None:
        found = [one for one in found if one.number == attempt]
    elif task is not None:
        found = found[-1:]
    for one in found:
        yield one.path, one.number


def submission(
    pipeline: Any, parameters: Mapping[str, Any] | None, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the body that starts a run of a pipeline.

    Args:
        pipeline: An authoring object (anything with ``pipeline_spec``), the IR as a dict, or the
            id of a stored version as text.
        parameters: Values of its inputs.
        fields: What else the run has; None is left out.

    Raises:
        InvalidRequest: The pipeline is none of these.
    """
    body = {**fields, "parameters": dict(parameters or {})}
    spec = getattr(pipeline, "pipeline_spec", None)
    if isinstance(spec, dict):
        return body | {"spec": spec, "platform": getattr(pipeline, "platform_spec", None) or None}
    if isinstance(pipeline, Mapping):
        return body | {"spec": dict(pipeline)}  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(pipeline, str):
        return body | {"version_id": pipeline}
    message = f"cannot run a {type(pipeline).__name__}"
    raise InvalidRequest(message, hint="give a pipeline, its IR as a dict, or a version's id")
