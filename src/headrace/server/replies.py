"""JSON bodies and the headers that every answer of the API has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

_ENCODER = msgspec.json.Encoder()


def json_reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer with a JSON body: a plain value or a ``msgspec`` struct.

    Answers may hold what only this caller may see, so no cache keeps them.
    """
    return Response(
        _ENCODER.encode(value),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
