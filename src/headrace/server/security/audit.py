"""The audit log: who changed what, or was refused it; entries are added and never changed.

Each request that is not a mere reading becomes an entry, by its endpoint, so that a new endpoint
cannot be forgotten. Bodies and credentials are never part of one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headrace.errors import HeadraceError
from headrace.server import access
from headrace.server.access import Principal
from headrace.server.routing import Endpoint
from headrace.server.security.tokens import without_tokens
from headrace.store import AuditEntry, Store

_LOG = logging.getLogger("headrace.audit")

_VERB_OF_METHOD = {"POST": "create", "PUT": "put", "PATCH": "update", "DELETE": "delete"}
#: The last part of a path that says what is done to the thing before it.
_ACTION = re.compile(r"(?:[:/])([a-z][a-z_-]*)\Z")
_NOT_ACTIONS = re.compile(
    r"/(runs|experiments|pipelines|versions|recurring-runs|recurringruns|jobs|namespaces|members"
    r"|tokens|webhooks|graph|plan|preview|registry|packages|tags|visualizations)\Z"
)
_LONGEST = 500
_READ_BYTES = 1 << 16


class AuditLayer:
    """Writes an entry for each request that changes something, when its outcome is known."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        store: Store,
        now: Callable[[], float],
        address_of: Callable[[Request], str],
    ) -> None:
        self._app = app
        self._store = store
        self._now = now
        self._address_of = address_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        answer = _Answer()

        async def send_and_note(message: Message) -> None:
            answer.take(message)
            await send(message)

        with access.trail() as asked:
            try:
                await self._app(scope, receive, send_and_note)
            finally:
                await self._write(scope, answer, asked)

    async def _write(self, scope: Scope, answer: _Answer, asked: list[access.Asked]) -> None:
        request = Request(scope)
        endpoint = scope.get("state", {}).get("endpoint")
        principal = scope.get("state", {}).get("principal")
        if not isinstance(endpoint, Endpoint) or not isinstance(principal, Principal):
            return  # nobody, or nothing that is there: neither can change anything
        if endpoint.verb == "read":
            return  # a question that is too long for an address
        entry = AuditEntry(
            at=self._now(),
            user=principal.user,
            action=action_of(endpoint),
            kind=endpoint.kind,
            resource=_shown(_resource(scope.get("path_params", {}), answer)),
            namespace=_shown(_namespace(request, asked, answer)),
            outcome=_outcome(answer.status),
            detail=_shown(_detail(scope.get("path_params", {}), asked)),
            address=self._address_of(request),
        )
        await run_in_threadpool(write, self._store, entry)


def write(store: Store, entry: AuditEntry) -> None:
    """Write an entry; that it could not be written is in the server's log, with the entry."""
    try:
        store.add_audit(entry)
    except HeadraceError:
        _LOG.exception("an audit entry could not be written: %s", msgspec.json.encode(entry))


def action_of(endpoint: Endpoint) -> str:
    """Return what an endpoint does: the verb that its path ends with, else that of its method."""
    path = endpoint.path
    if not _NOT_ACTIONS.search(path) and (found := _ACTION.search(path)) is not None:
        return found[1]
    return _VERB_OF_METHOD.get(endpoint.method, endpoint.method.lower())


class _Answer:
    """What of an answer is needed: the status, and the body of a small JSON one."""

    def __init__(self) -> None:
        self.status = 500
        self._is_json = False
        self._body = bytearray()

    def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            kind = Headers(raw=message["headers"]).get("content-type", "")
            self._is_json = kind.startswith("application/json") and self.status < 300  # noqa: PLR2004
        elif self._is_json and len(self._body) < _READ_BYTES:
            self._body += message.get("body", b"")

    def fields(self) -> Mapping[str, Any]:
        """Return the JSON object that was answered; nothing when it was none."""
        if not self._is_json or len(self._body) > _READ_BYTES:
            return {}
        try:
            value = msgspec.json.decode(bytes(self._body))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return {}
        return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


#: An ``id`` of its own comes first: what was made may name other things too.
_IDS = ("id", "run_id", "recurring_run_id", "pipeline_version_id", "pipeline_id", "experiment_id")
#: Where an answer holds what was made beside something else, such as a secret.
_INSIDE = ("token", "webhook", "namespace")


def _resource(path: Mapping[str, Any], answer: _Answer) -> str:
    named = [str(value) for value in path.values()]
    if named:
        return "/".join(named)
    fields = answer.fields()
    inside = (fields.get(name) for name in _INSIDE)
    made = [fields, *(cast("dict[str, Any]", one) for one in inside if isinstance(one, dict))]
    ids = (one.get(name) for one in made for name in (*_IDS, "name"))
    return next((value for value in ids if isinstance(value, str) and value), "")


def _namespace(request: Request, asked: list[access.Asked], answer: _Answer) -> str:
    for one in asked:
        if one.namespace:
            return one.namespace
    found = answer.fields().get("namespace") or request.path_params.get("namespace")
    return found if isinstance(found, str) else ""


def _detail(path: Mapping[str, Any], asked: list[access.Asked]) -> str:
    """Return what was asked about, when that is not in the path: the things of a bulk request."""
    named = (one.what for one in asked if one.what not in ("", access.UNNAMED))
    return "" if path else ", ".join(dict.fromkeys(named))


def _outcome(status: int) -> str:
    if status < 400:  # noqa: PLR2004
        return "done"
    return "refused" if status in (401, 403, 404, 429) else "failed"


def _shown(text: str) -> str:
    """Return text that came from outside as one line without control characters."""
    plain = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return without_tokens(plain)[:_LONGEST]
