"""Page tokens: opaque to callers, checked when they come back, never part of a query's text."""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple

import msgspec

from headrace.errors import InvalidRequest
from headrace.store.port import RunFilter

MAX_LIMIT = 1000


class Place(NamedTuple):
    """Where a page of runs begins: after the run with this time and position."""

    created_at: float
    position: int


class _Token(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    created_at: float
    position: int
    filter: str


def write_token(place: Place, where: RunFilter) -> str:
    """Return the token for the page that follows this place in this list."""
    token = _Token(place.created_at, place.position, _mark(where))
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).decode().rstrip("=")


def read_token(text: str | None, where: RunFilter) -> Place | None:
    """Return the place that a token names; no token is the beginning.

    Raises:
        InvalidRequest: It is not a token, or one of a list with another filter.
    """
    if not text:
        return None
    try:
        body = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        token = msgspec.json.decode(body, type=_Token)
    except (ValueError, msgspec.DecodeError) as error:
        raise InvalidRequest("the page token is not one of ours", hint="start anew") from error
    if token.filter != _mark(where):
        raise InvalidRequest("the page token belongs to another list", hint="keep the filter")
    if not 0 <= token.position < 2**63:
        raise InvalidRequest("the page token is not one of ours", hint="start anew")
    return Place(token.created_at, token.position)


def checked_limit(limit: int) -> int:
    """Return the number of rows to read, at most ``MAX_LIMIT``.

    Raises:
        InvalidRequest: It is not positive.
    """
    if limit < 1:
        raise InvalidRequest(f"cannot list {limit} entries", hint="ask for at least one")
    return min(limit, MAX_LIMIT)


def _mark(where: RunFilter) -> str:
    return hashlib.sha256(msgspec.json.encode(where)).hexdigest()[:8]
