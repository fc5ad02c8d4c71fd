"""Forms with a file, read whole within a bound before anything looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from headrace.errors import InvalidRequest
from headrace.server.reading import read_body

_FORM = "multipart/form-data"
_FILE = "file"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file with the text fields that came beside it."""

    name: str
    data: bytes
    fields: Mapping[str, str]


async def read_upload(request: Request, limit: int) -> tuple[bytes, Upload | None]:
    """Return the body, and the file in it when it is a form.

    Raises:
        RequestTooLarge: It is longer than the limit.
        InvalidRequest: It is a form that cannot be read, or without a ``file``.
    """
    body = await read_body(request, limit)
    if not request.headers.get("content-type", "").startswith(_FORM):
        return body, None

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    again = Request(request.scope, replay)
    try:
        async with again.form(max_files=1, max_fields=20, max_part_size=1 << 20) as form:
            file = form.get(_FILE)
            if not isinstance(file, UploadFile):
                raise InvalidRequest(f"the form has no file named {_FILE!r}")
            texts = {key: value for key, value in form.items() if isinstance(value, str)}
            return body, Upload(_name(file.filename or ""), await file.read(), texts)
    except HTTPException as error:
        raise InvalidRequest(f"the form cannot be read: {error.detail}") from error


def _name(given: str) -> str:
    """Return the last part of a file name: it names a thing, and never a place."""
    return given.replace("\\", "/").rpartition("/")[2][:255] or "pipeline.yaml"
