"""Reading requests: bodies with a limit, JSON into structs, query parameters.

Every input is hostile until it has been here: sizes are checked before anything is read, unknown
keys are refused, and an error names the place.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

import msgspec
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

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


async def uploaded_file(request: Request, field: str, limit: int) -> tuple[str, bytes]:
    """Return name and bytes of the one file of a form.

    Args:
        field: Name of the form's field that holds the file.
        limit: Bytes of the whole body; the reading stops as soon as there are more.

    Raises:
        RequestTooLarge: The body is longer.
        InvalidRequest: It is not a form with that file.
    """
    name, data, _ = await uploaded_form(request, field, limit)
    return name, data


async def uploaded_form(
    request: Request, field: str, limit: int
) -> tuple[str, bytes, dict[str, str]]:
    """Return name and bytes of the one file of a form, and its other fields; see above."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise InvalidRequest("the body is not a form", hint="send it as multipart/form-data")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        _refuse_size(limit)
    bounded = Request(request.scope, _bounded(request.receive, limit))
    try:
        async with bounded.form(max_files=1, max_fields=20, max_part_size=1 << 20) as form:
            file = form.get(field)
            if not isinstance(file, UploadFile):
                raise InvalidRequest(f"the form has no file {field!r}")
            fields = {key: item for key, item in form.items() if isinstance(item, str)}
            return _file_name(file.filename or ""), await file.read(), fields
    except HTTPException as error:
        raise InvalidRequest(f"the form cannot be read: {error.detail}") from error


def _bounded(receive: Receive, limit: int) -> Receive:
    """Return a source of messages that gives up when the body is too long."""
    size = 0

    async def receive_bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            _refuse_size(limit)
        return message

    return receive_bounded


def _file_name(name: str) -> str:
    """Return the last part of a file name: it names a thing, and never a place."""
    return name.replace("\\", "/").rpartition("/")[2][:255] or "pipeline.yaml"
