"""What an endpoint of the native API is made of: query, body and answer as structs.

Handlers are written over those structs; decoding, encoding and the OpenAPI description follow from
them, so that the three cannot differ.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from headrace.errors import InvalidRequest
from headrace.server.access import Principal, Verb
from headrace.server.native.uploads import Upload, read_upload
from headrace.server.reading import body_of
from headrace.server.replies import json_reply
from headrace.server.routing import Endpoint, Handler, principal_of, services_of
from headrace.server.services import Services
from headrace.store import Store

BASE = "/api/v1"
JSON = "application/json"


class Query(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the query strings; a key that is not a field is refused."""


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the bodies; a key that is not a field is refused."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of the answers; fields that have their default are left out."""


class NoQuery(Query, frozen=True):
    """No query string."""


QueryT = TypeVar("QueryT", bound=Query)
BodyT = TypeVar("BodyT")


@dataclass(frozen=True, slots=True)
class Asked(Generic[QueryT, BodyT]):
    """A request that has been read.

    Attributes:
        query: Its query string.
        body: Its JSON body; None for operations without one.
        upload: The file of its form, where it was a form.
    """

    request: Request
    query: QueryT
    body: BodyT
    upload: Upload | None = None

    @property
    def services(self) -> Services:
        """What the server is given."""
        return services_of(self.request)

    @property
    def store(self) -> Store:
        """The store."""
        return self.services.store

    @property
    def principal(self) -> Principal:
        """Who asks."""
        return principal_of(self.request)

    def named(self, name: str) -> str:
        """Return a part of the path."""
        return cast("str", self.request.path_params[name])


Plain = Asked[NoQuery, None]
Respond = Callable[[Asked[QueryT, BodyT]], Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """An endpoint with what its description needs.

    Attributes:
        query: Struct of the query string.
        body: Type of the JSON body; None for none.
        answer: Type of the JSON body of the answer; None when it is not JSON.
        status: HTTP status of success.
        media: Content type of an answer that is not JSON; empty for an empty answer.
        summary: One line for people.
        uploads: The body may also be a form with a file.
        also: Other answers of success, by status.
    """

    endpoint: Endpoint
    query: type[Query]
    body: Any
    answer: Any
    status: int
    media: str
    summary: str
    uploads: bool = False
    also: Mapping[int, Any] = field(default_factory=dict[int, Any])


def operation(
    method: str,
    path: str,
    respond: Respond[QueryT, BodyT],
    *,
    kind: str,
    verb: Verb | None = None,
    query: type[QueryT] = NoQuery,
    body: type[BodyT] | None = None,
    answer: Any = None,
    status: int = 200,
    media: str = "",
    uploads: bool = False,
    also: Mapping[int, Any] | None = None,
) -> Operation:
    """Return an operation; its summary is the first line of the handler's docstring.

    Args:
        path: Below ``/api/v1``.
        respond: Returns the answer as ``answer`` says, or a whole response; a plain function runs
            in a thread, a coroutine function in the event loop.
        verb: ``read`` for GET and ``write`` for all else, unless it is given.
        uploads: The body is JSON or a form whose ``file`` is a pipeline package.
        also: Other answers of success, by status.
    """
    if uploads:
        handler = _uploading(respond, query, body, status)
    else:
        handler = _handler(respond, query, body, status)
    endpoint = Endpoint(
        method,
        BASE + path,
        handler,
        verb or ("read" if method == "GET" else "write"),
        kind,
        streams=uploads,
    )
    summary = (inspect.getdoc(respond) or "").partition("\n")[0].rstrip(".")
    return Operation(endpoint, query, body, answer, status, media, summary, uploads, also or {})


def _uploading(
    respond: Respond[QueryT, BodyT], query: type[QueryT], body: Any, status: int
) -> Handler:
    async def serve(request: Request) -> Response:
        read = read_query(request, query)
        settings = services_of(request).settings
        given, upload = await read_upload(request, settings.upload_bytes)
        decoded = read_json(given, body) if upload is None else read_fields(upload, body)
        asked = Asked(request, read, cast("BodyT", decoded), upload)
        return reply(await run_in_threadpool(respond, asked), status)

    return serve


def _handler(
    respond: Respond[QueryT, BodyT], query: type[QueryT], body: Any, status: int
) -> Handler:
    def asked(request: Request) -> Asked[QueryT, BodyT]:
        read = read_query(request, query)
        decoded = read_json(body_of(request), body) if body is not None else None
        return Asked(request, read, cast("BodyT", decoded))

    if inspect.iscoroutinefunction(respond):

        async def serve(request: Request) -> Response:
            awaited = cast("Callable[[Any], Awaitable[Any]]", respond)(asked(request))
            return reply(await awaited, status)

        return serve
    return lambda request: reply(respond(asked(request)), status)


def read_query(request: Request, kind: type[QueryT]) -> QueryT:
    """Return the query string as a struct.

    Raises:
        InvalidRequest: A key is unknown or given twice, or a value is not of its type.
    """
    given = request.query_params
    keys = [key for key, _ in given.multi_items()]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InvalidRequest(f"{twice[:50]} is given more than once")
    try:
        return msgspec.convert(dict(given), kind, strict=False)
    except msgspec.ValidationError as error:
        known = ", ".join(field.encode_name for field in msgspec.structs.fields(kind))
        hint = f"it takes {known}" if known else "it takes none"
        raise InvalidRequest(f"the query is not as expected: {error}", hint=hint) from error


def read_json(body: bytes, kind: Any) -> Any:
    """Return the JSON body as a value of that type.

    Raises:
        InvalidRequest: It is not JSON, or not of that form.
    """
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidRequest(f"the body is not as expected: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"the body is not JSON: {error}"
        raise InvalidRequest(message, hint="send a JSON object") from error


def read_fields(upload: Upload, kind: Any) -> Any:
    """Return the text fields of a form as a struct.

    Raises:
        InvalidRequest: A field is unknown, or not of its type.
    """
    try:
        return msgspec.convert(upload.fields, kind, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"the form is not as expected: {error}") from error


def reply(answer: Any, status: int) -> Response:
    """Return the response for what a handler returned."""
    if isinstance(answer, Response):
        return answer
    if answer is None:
        return Response(status_code=204)
    return json_reply(answer, status)
