"""Reading requests: bodies with a limit, JSON into structs, query parameters.

Every input is hostile until it has been here: sizes are checked before anything is read, unknown
keys are refused, and an error names the place.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

import msgspec
from starlette.requests import Request

from headrace.errors import InvalidRequest, RequestTooLarge

_Value = TypeVar("_Value")

_TRUE = frozenset({"1", "true", "yes"})
_FALSE = frozenset({"0", "false", "no", ""})


async def read_body(request: Request, limit: int) -> bytes:
    """Read the body of a request.

    Args:
        limit: Bytes; the reading stops as soon as there are more.

    Raises:
        RequestTooLarge: It is longer.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        _refuse_size(limit)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            _refuse_size(limit)
        parts.append(part)
    return b"".join(parts)


def body_of(request: Request) -> bytes:
    """Return the body, which has been read before the handler began."""
    return cast("bytes", getattr(request.state, "body", b""))


def json_of(request: Request) -> Any:
    """Return the body as plain JSON values.

    Raises:
        InvalidRequest: It is not JSON.
    """
    try:
        return msgspec.json.decode(body_of(request))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"the body is not JSON: {error}"
        raise InvalidRequest(message, hint="send a JSON object") from error


def struct_of(request: Request, kind: type[_Value]) -> _Value:
    """Return the body as a struct; what it does not know is refused if its class says so.

    Raises:
        InvalidRequest: The body is not JSON of that form.
    """
    return converted(json_of(request), kind)


def converted(value: Any, kind: type[_Value]) -> _Value:
    """Return plain JSON values as a struct.

    Raises:
        InvalidRequest: They are not of that form.
    """
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidRequest(f"the body is not as expected: {error}") from error


def flag(request: Request, name: str, *, default: bool = False) -> bool:
    """Return a yes-or-no query parameter.

    Raises:
        InvalidRequest: It is neither.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise InvalidRequest(f"{name} is {text[:50]!r}, but must be true or false")


def number(request: Request, name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """Return a whole number from the query.

    Raises:
        InvalidRequest: It is not one, or out of bounds.
    """
    text = request.query_params.get(name)
    if text is None or not text:
        return default
    try:
        value = int(text) if len(text) < 20 else None  # noqa: PLR2004 - no number of ours is longer
    except ValueError:
        value = None
    if value is None or not least <= value <= most:
        message = f"{name} is {text[:50]!r}, but must be a whole number from {least} to {most}"
        raise InvalidRequest(message)
    return value


def _refuse_size(limit: int) -> None:
    raise RequestTooLarge(
        f"the body is longer than {limit} bytes", hint="send less at once, or upload a file"
    )
