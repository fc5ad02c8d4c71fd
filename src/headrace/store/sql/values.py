"""JSON in columns: small values in the row, large ones once in ``documents``, by digest.

A loop hands the same large input to thousands of iterations; it is stored once. Which run refers
to which document is noted beside it, so that a document can go when nothing needs it any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from typing import Any, Generic, TypeVar

import msgspec

from headrace.store.sql.connection import Connection, DamagedValue
from headrace.store.sql.queries import load

_T = TypeVar("_T")

_INLINE_BYTES = 4096
# No JSON text begins so.
_REFERENCE = "@"
_DIGEST = "sha256:"
_SQL = load("values")
_ENCODER = msgspec.json.Encoder()


def document_digest(body: bytes) -> str:
    """Return the name under which a document is stored."""
    return _DIGEST + hashlib.sha256(body).hexdigest()


def to_json(value: Any) -> str:
    """Return the value as JSON text."""
    return _ENCODER.encode(value).decode()


def named_documents(value: Any) -> set[str]:
    """Return all texts in a JSON value that may be the digest of a document."""
    return {text for text in _texts(value) if text.startswith(_DIGEST)}


class Packer:
    """Turns values into column texts and collects the documents that they need."""

    def __init__(self) -> None:
        self._documents: dict[str, bytes] = {}
        self._uses: set[tuple[int, str]] = set()

    def pack(self, value: Any, run: int | None = None) -> str | None:
        """Return the text for a column of a run's row; None stays None."""
        if value is None:
            return None
        body = _ENCODER.encode(value)
        if len(body) <= _INLINE_BYTES:
            return body.decode()
        digest = self.add(body)
        if run is not None:
            self._uses.add((run, digest))
        return _REFERENCE + digest

    def add(self, body: bytes) -> str:
        """Collect a document and return its digest."""
        digest = document_digest(body)
        self._documents[digest] = body
        return digest

    @property
    def digests(self) -> frozenset[str]:
        """What was collected."""
        return frozenset(self._documents)

    def write(self, connection: Connection) -> None:
        """Insert the collected documents that are not there yet, and who refers to them."""
        if self._documents:
            connection.executemany(_SQL["insert_document"], sorted(self._documents.items()))
        if self._uses:
            connection.executemany(_SQL["insert_use"], sorted(self._uses))


class Column(Generic[_T]):
    """Reads a column's texts as values of one type."""

    def __init__(self, kind: Any) -> None:
        self._decoder: msgspec.json.Decoder[_T] = msgspec.json.Decoder(kind)

    def read(self, text: str, connection: Connection) -> _T:
        """Return the value of a text; large ones are fetched through the connection."""
        if text.startswith(_REFERENCE):
            return self._decoder.decode(_body(text[len(_REFERENCE) :], connection))
        return self._decoder.decode(text)

    def read_or_none(self, text: str | None, connection: Connection) -> _T | None:
        """Return the value of a text; None stays None."""
        return None if text is None else self.read(text, connection)


def read_document(connection: Connection, digest: str) -> bytes | None:
    """Return a document's bytes, or None when there is none of that digest."""
    row = connection.execute(_SQL["document"], (digest,)).fetchone()
    return None if row is None else row[0]


def note_named(connection: Connection, run: int, digests: Collection[str]) -> None:
    """Note that a run refers to those of the documents that there are."""
    rows = [{"run": run, "digest": digest} for digest in sorted(digests)]
    if rows:
        connection.executemany(_SQL["insert_named_use"], rows)


def _body(digest: str, connection: Connection) -> bytes:
    body = read_document(connection, digest)
    if body is None:
        raise DamagedValue(f"document {digest} is referred to but missing")
    return body


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield str(name)  # pyright: ignore[reportUnknownArgumentType]
            yield from _texts(member)
    elif isinstance(value, list | tuple):
        for member in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(member)
