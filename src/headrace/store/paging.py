"""Page tokens: opaque to callers, checked when they come back, never part of a statement's text.

A token names the last entry of a page by what it is sorted by, so that entries added meanwhile
neither repeat nor hide others.
"""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple

import msgspec

from headrace.errors import InvalidRequest
from headrace.store.query import Query

MAX_LIMIT = 1000

Key = tuple[str | float | int | bool, ...]


class Place(NamedTuple):
    """Where a page begins: after the entry with this key.

    Attributes:
        part: Lists come in parts: entries that have what they are sorted by, then those without.
        key: What the entry is sorted by in that part; last its number in the store.
    """

    part: int
    key: Key


class _Token(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    part: int
    key: tuple[str | float | int | bool, ...]
    query: str


def write_token(place: Place, kind: str, query: Query) -> str:
    """Return the token for the page that follows this place in this list."""
    token = _Token(place.part, place.key, _mark(kind, query))
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).decode().rstrip("=")


def read_token(kind: str, query: Query) -> Place | None:
    """Return the place that the query's token names; no token is the beginning.

    Raises:
        InvalidRequest: It is not a token, or one of another list.
    """
    text = query.page_token
    if not text:
        return None
    try:
        body = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        token = msgspec.json.decode(body, type=_Token)
    except (ValueError, msgspec.DecodeError) as error:
        raise _foreign() from error
    if token.query != _mark(kind, query):
        raise InvalidRequest("the page token belongs to another list", hint="keep the filter")
    return Place(token.part, token.key)


def checked_place(place: Place, shapes: list[tuple[type, ...]]) -> Place:
    """Return a token's place when it has the shape of one of this list.

    Args:
        place: What the token names.
        shapes: The types of the keys of each part.

    Raises:
        InvalidRequest: It has not: the token was not made by ``write_token``.
    """
    if not 0 <= place.part < len(shapes):
        raise _foreign()
    shape = shapes[place.part]
    if len(place.key) != len(shape) or not all(map(_is_of, place.key, shape)):
        raise _foreign()
    return place


def checked_limit(limit: int) -> int:
    """Return the number of rows to read, at most ``MAX_LIMIT``.

    Raises:
        InvalidRequest: It is not positive.
    """
    if limit < 1:
        raise InvalidRequest(f"cannot list {limit} entries", hint="ask for at least one")
    return min(limit, MAX_LIMIT)


def _is_of(value: object, type_: type) -> bool:
    if type_ is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if type_ is int:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return isinstance(value, type_)


def _foreign() -> InvalidRequest:
    return InvalidRequest("the page token is not one of ours", hint="start anew")


def _mark(kind: str, query: Query) -> str:
    asked = (kind, query.namespace, query.where, query.sort, query.descending)
    return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()[:12]
