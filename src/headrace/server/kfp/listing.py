"""Lists of KFP's API: filters, sort keys and page tokens become queries of the store.

Page tokens are opaque and signed: they hold the store's own token with the filter and the order
that it belongs to, so that a page after the first may be asked for with the token alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import msgspec
from starlette.requests import Request

from headrace.errors import InvalidRequest
from headrace.server.kfp import messages
from headrace.server.kfp.wire import message_of, time_of
from headrace.server.routing import services_of
from headrace.store import Store
from headrace.store.query import Op, Page, Predicate, Query

_PAGE_SIZE, _MOST = 20, 200
_MOST_PREDICATES = 50
_LONGEST_FILTER = 16_384
_SIGNATURE_BYTES = 16
_KEY_NAME = "page-token-key"

_OPERATIONS: Mapping[str, Op] = {
    "EQUALS": "eq",
    "NOT_EQUALS": "ne",
    "GREATER_THAN": "gt",
    "GREATER_THAN_EQUALS": "ge",
    "LESS_THAN": "lt",
    "LESS_THAN_EQUALS": "le",
    "IN": "in",
    "IS_SUBSTRING": "contains",
}
_EQUALITY: frozenset[Op] = frozenset({"eq", "ne", "in"})


@dataclass(frozen=True, slots=True)
class Keys:
    """What a kind of thing can be filtered by and sorted by.

    Attributes:
        fields: The store's field by KFP's key.
        times: Keys whose values are times.
        words: By key: the store's value for each of KFP's, such as states.
        tags: Whether there are tags.
        metrics: Whether ``metric:NAME`` can be sorted by.
    """

    fields: Mapping[str, str]
    times: frozenset[str] = frozenset({"created_at"})
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    tags: bool = False
    metrics: bool = False


class _Token(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Place in a list, with what it is a list of."""

    place: str
    filter: str
    sort: str
    scope: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as it is asked for: the query, and how its next page is named.

    Attributes:
        query: For the store.
    """

    query: Query
    _filter: str
    _sort: str
    _scope: str
    _key: bytes

    def token(self, page: Page[Any]) -> str | None:
        """Return the token of the page after this one; None when there is none."""
        if page.next_token is None:
            return None
        token = _Token(page.next_token, self._filter, self._sort, self._scope)
        return _signed(msgspec.json.encode(token), self._key)


def listing(
    request: Request, keys: Keys, *, namespace: str | None, scope: tuple[Predicate, ...] = ()
) -> Listing:
    """Return the list that a request asks for.

    Args:
        keys: What it can be filtered and sorted by.
        namespace: Whose things; None means all.
        scope: Conditions beside those of the filter, such as the experiment.

    Raises:
        InvalidRequest: The filter, the order, the size or the token is wrong.
    """
    given = request.query_params
    key = signing_key(services_of(request).store)
    mark = _mark(namespace, scope)
    text, order = given.get("filter", ""), given.get("sort_by", "")
    place = None
    if given.get("page_token"):
        token = _opened(given["page_token"], key)
        if token.scope != mark:
            _refuse_token("belongs to another list")
        if text not in ("", token.filter) or order not in ("", token.sort):
            _refuse_token("belongs to a list with another filter or order")
        place, text, order = token.place, token.filter, token.sort
    sort, descending = _order(order, keys)
    query = Query(
        namespace=namespace,
        where=(*scope, *predicates(text, keys)),
        sort=sort,
        descending=descending,
        limit=_size(given.get("page_size", "")),
        page_token=place,
        total=True,
    )
    return Listing(query, text, order, mark, key)


def predicates(text: str, keys: Keys) -> tuple[Predicate, ...]:
    """Return the conditions of a filter in JSON; an empty one has none.

    Raises:
        InvalidRequest: It is not a filter, or names what cannot be filtered by.
    """
    if not text:
        return ()
    if len(text) > _LONGEST_FILTER:
        raise InvalidRequest(f"the filter is longer than {_LONGEST_FILTER} characters")
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        message = f"the filter is not JSON: {error}"
        hint = 'write {"predicates": [{"operation": "EQUALS", "key": …, "string_value": …}]}'
        raise InvalidRequest(message, hint=hint) from error
    given = message_of(value, messages.Filter, "filter").predicates or []
    if len(given) > _MOST_PREDICATES:
        raise InvalidRequest(f"the filter has more than {_MOST_PREDICATES} predicates")
    return tuple(_predicate(one, keys) for one in given)


def signing_key(store: Store) -> bytes:
    """Return the key that page tokens are signed with, made at the first use."""
    found = store.setting(_KEY_NAME)
    return found or store.put_setting(_KEY_NAME, secrets.token_bytes(32))


# ------------------------------------------------------------------ filters


def _predicate(given: messages.Predicate, keys: Keys) -> Predicate:
    op = _OPERATIONS.get(given.operation or "")
    if op is None:
        raise InvalidRequest(
            f"operation {given.operation or 'none'} is not known",
            hint=f"use one of {', '.join(_OPERATIONS)}",
        )
    key = given.key or ""
    values, is_many = _values(given)
    if is_many != (op == "in"):
        wants = "several values" if op == "in" else "one value"
        raise InvalidRequest(f"{given.operation} on {key[:80]} takes {wants}")
    if keys.tags and key.startswith("tags."):
        if op != "eq":
            raise InvalidRequest("tags can be filtered by EQUALS alone")
        return Predicate(f"tag.{key.removeprefix('tags.')}", op, str(values[0]))
    name = _field(key, keys, "filtered")
    words = keys.words.get(key)
    if words is not None:
        if op not in _EQUALITY:
            raise InvalidRequest(f"{key} can be filtered by EQUALS, NOT_EQUALS and IN alone")
        values = [_word(key, value, words) for value in values]
    elif key in keys.times:
        values = [_time(key, value) for value in values]
    elif not all(isinstance(value, str) for value in values):
        raise InvalidRequest(f"{key} is text, so its filter takes string_value")
    if op == "contains" and (words is not None or key in keys.times):
        raise InvalidRequest(f"{key} cannot be filtered by IS_SUBSTRING")
    return Predicate(name, op, tuple(values) if op == "in" else values[0])


def _values(given: messages.Predicate) -> tuple[list[Any], bool]:
    """Return the value or values, and whether they were given as several."""
    single = [
        value
        for value in (given.int_value, given.long_value, given.string_value, given.timestamp_value)
        if value is not None
    ]
    several = [
        one.values or []
        for one in (given.int_values, given.long_values, given.string_values)
        if one is not None
    ]
    count = len(single) + len(several)
    if count != 1:
        raise InvalidRequest(
            f"a predicate on {(given.key or 'no key')[:80]} has {count} values",
            hint="give one of string_value, int_value, long_value, timestamp_value, …_values",
        )
    if single:
        return single, False
    if not several[0]:
        raise InvalidRequest(f"IN on {(given.key or '')[:80]} has no values")
    return list(several[0]), True


def _field(key: str, keys: Keys, done: str) -> str:
    name = keys.fields.get(key)
    if name is None:
        message = f"lists cannot be {done} by {key[:80] or 'nothing'}"
        raise InvalidRequest(message, hint=f"use one of {', '.join(keys.fields)}")
    return name


def _word(key: str, value: Any, words: Mapping[str, Any]) -> Any:
    text = str(value).upper()
    if text not in words:
        raise InvalidRequest(
            f"{key} is never {str(value)[:80]!r}", hint=f"use one of {', '.join(words)}"
        )
    return words[text]


def _time(key: str, value: Any) -> float:
    if isinstance(value, int):
        return float(value)
    at = time_of(str(value), key)
    if at is None:
        raise InvalidRequest(f"{key} is compared with a time", hint="give a timestamp_value")
    return at


# ------------------------------------------------------------------ order and size


def _order(text: str, keys: Keys) -> tuple[str, bool]:
    words = text.split()
    if not words:
        return keys.fields["created_at"], False
    direction = words[1].lower() if len(words) > 1 else "asc"
    if len(words) > 2 or direction not in ("asc", "desc"):  # noqa: PLR2004 - key and direction
        raise InvalidRequest(
            f"sort_by is {text[:80]!r}", hint="write a key, then asc or desc: created_at desc"
        )
    if keys.metrics and words[0].startswith("metric:"):
        return f"metric.{words[0].removeprefix('metric:')}", direction == "desc"
    return _field(words[0], keys, "sorted"), direction == "desc"


def _size(text: str) -> int:
    if not text:
        return _PAGE_SIZE
    try:
        size = int(text)
    except ValueError:
        size = -1
    if size < 0 or not text.isascii():
        raise InvalidRequest(f"page_size is {text[:50]!r}, but must be a number from 0 to {_MOST}")
    return min(size, _MOST) or _PAGE_SIZE


# ------------------------------------------------------------------ tokens


def _mark(namespace: str | None, scope: tuple[Predicate, ...]) -> str:
    return hashlib.sha256(msgspec.json.encode((namespace, scope))).hexdigest()[:16]


def _signed(body: bytes, key: bytes) -> str:
    signature = hmac.digest(key, body, "sha256")[:_SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(signature + body).decode().rstrip("=")


def _opened(text: str, key: bytes) -> _Token:
    try:
        padded = text + "=" * (-len(text) % 4)
        data = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        _refuse_token("is not one of ours")
    signature, body = data[:_SIGNATURE_BYTES], data[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, hmac.digest(key, body, "sha256")[:_SIGNATURE_BYTES]):
        _refuse_token("is not one of ours")
    return msgspec.json.decode(body, type=_Token)


def _refuse_token(what: str) -> NoReturn:
    raise InvalidRequest(f"the page token {what}", hint="start again without a token")
