"""How errors leave the server: the HTTP status of each kind, and the two shapes of the body.

Paths under ``/apis`` answer as KFP's server does, with a code of gRPC's; all others answer
``{"error": {"code", "message", "hint"}}``. What is not a ``HeadraceError`` says nothing of itself.
"""

from __future__ import annotations

import logging
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from headrace.errors import (
    AlreadyExists,
    AuthoringError,
    CompilationFailed,
    Conflict,
    HeadraceError,
    InfrastructureError,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RequestError,
    RequestTooLarge,
    SpecError,
    TooManyRequests,
    Unauthenticated,
)
from headrace.server.replies import json_reply
from headrace.server.security.masking import without_places, without_secrets

_LOG = logging.getLogger("headrace.server")

#: Kind of error, HTTP status, gRPC code; the first that fits counts.
_STATUS: tuple[tuple[type[HeadraceError], int, int], ...] = (
    (NotFound, 404, 5),
    (AlreadyExists, 409, 6),
    (Conflict, 409, 9),
    (Unauthenticated, 401, 16),
    (PermissionDenied, 403, 7),
    (RequestTooLarge, 413, 3),
    (TooManyRequests, 429, 8),
    (InvalidRequest, 400, 3),
    (RequestError, 400, 3),
    (SpecError, 400, 3),
    (AuthoringError, 400, 3),
    (InfrastructureError, 503, 14),
    (HeadraceError, 500, 13),
)
_GRPC_OF_HTTP = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 409: 6, 413: 3, 415: 3, 429: 8, 503: 14}
_UNKNOWN = 13
_SERVER_FAULT = 500
_UNEXPECTED = "the server failed to answer this; its log says why"
_UPLOADS = ("/pipelines/upload", "/pipelines/upload_version")
_STATUS_TYPE = "type.googleapis.com/google.rpc.Status"


def http_status(error: HeadraceError) -> int:
    """Return the HTTP status of an error."""
    return next(status for kind, status, _ in _STATUS if isinstance(error, kind))


def error_reply(request: Request, error: HeadraceError) -> Response:
    """Answer a request with an error, in the shape that its path calls for."""
    status, code = next((s, c) for kind, s, c in _STATUS if isinstance(error, kind))
    if isinstance(error, Conflict) and _is_kfp(request):
        status = 400  # KFP says FailedPrecondition
    if status >= _SERVER_FAULT:
        _LOG.error("%s %s failed: %s", request.method, request.url.path, error.message)
    headers: dict[str, str] = {}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if _is_kfp(request):
        return json_reply(_kfp_body(request, code, _text(error)), status, headers)
    return json_reply(native_body(error.code, _message(error), _hint(error)), status, headers)


def http_error_reply(request: Request, error: HTTPException) -> Response:
    """Answer a request that no route takes, or not with this method."""
    headers = dict(error.headers or {})
    detail = str(error.detail)
    if _is_kfp(request):
        code = _GRPC_OF_HTTP.get(error.status_code, _UNKNOWN)
        return json_reply(kfp_body(code, detail), error.status_code, headers)
    body = native_body(f"HTTP{error.status_code}", detail, None)
    return json_reply(body, error.status_code, headers)


def unexpected_reply(request: Request, error: Exception) -> Response:
    """Answer a request that met a bug of ours; what it was stands in the log only."""
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    if _is_kfp(request):
        return json_reply(_kfp_body(request, _UNKNOWN, _UNEXPECTED), 500)
    return json_reply(native_body("HR9000", _UNEXPECTED, None), 500)


def kfp_body(code: int, message: str) -> dict[str, Any]:
    """Return an error as KFP's gateway writes it."""
    detail = {"@type": _STATUS_TYPE, "code": code, "message": message}
    return {"code": code, "message": message, "details": [detail]}


def _kfp_body(request: Request, code: int, message: str) -> dict[str, Any]:
    """Return an error in KFP's shape; uploads have another one than all else."""
    if request.url.path.endswith(_UPLOADS):
        return {"error_message": message, "error_details": message}
    return kfp_body(code, message)


def native_body(code: str, message: str, hint: str | None) -> dict[str, Any]:
    """Return an error as the native API writes it."""
    error: dict[str, Any] = {"code": code, "message": message}
    if hint:
        error["hint"] = hint
    return {"error": error}


def _is_kfp(request: Request) -> bool:
    return request.url.path.startswith("/apis/")


def _message(error: HeadraceError) -> str:
    if isinstance(error, InfrastructureError):
        return without_places(without_secrets(error.message))
    if http_status(error) >= _SERVER_FAULT:
        return _UNEXPECTED
    if isinstance(error, CompilationFailed):
        lines = [error.message, *(problem.message for problem in error.problems)]
        return without_secrets("\n".join(lines))
    path = error.path if isinstance(error, SpecError) else ""
    return without_secrets(f"{error.message} (at {path})" if path else error.message)


def _text(error: HeadraceError) -> str:
    hint = _hint(error)
    return f"{_message(error)}; {hint}" if hint else _message(error)


def _hint(error: HeadraceError) -> str | None:
    """Return the hint; what is not there and what is another's must read the same."""
    return None if isinstance(error, NotFound) else error.hint
