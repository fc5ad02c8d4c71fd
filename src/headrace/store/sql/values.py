"""JSON in columns: small values in the row, large ones once in ``documents``, by digest.

A loop hands the same large input to thousands of iterations; it is stored once.
"""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Any, Generic, TypeVar

import msgspec

from headrace.store.sql.queries import load

_T = TypeVar("_T")

_INLINE_BYTES = 4096
# No JSON text begins so.
_REFERENCE = "@"
_SQL = load("values")
_ENCODER = msgspec.json.Encoder()


def document_digest(body: bytes) -> str:
    """Return the name under which a document is stored."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def to_json(value: Any) -> str:
    """Return the value as JSON text."""
    return _ENCODER.encode(value).decode()


class Packer:
    """Turns values into column texts and collects the documents that they need."""

    def __init__(self) -> None:
        self._documents: dict[str, bytes] = {}

    def pack(self, value: Any) -> str | None:
        """Return the text for the column; None stays None."""
        if value is None:
            return None
        body = _ENCODER.encode(value)
        if len(body) <= _INLINE_BYTES:
            return body.decode()
        return _REFERENCE + self.add(body)

    def add(self, body: bytes) -> str:
        """Collect a document and return its digest."""
        digest = document_digest(body)
        self._documents[digest] = body
        return digest

    def write(self, connection: sqlite3.Connection) -> None:
        """Insert the collected documents that are not there yet."""
        if self._documents:
            connection.executemany(_SQL["insert_document"], self._documents.items())


class Column(Generic[_T]):
    """Reads a column's texts as values of one type."""

    def __init__(self, kind: Any) -> None:
        self._decoder: msgspec.json.Decoder[_T] = msgspec.json.Decoder(kind)

    def read(self, text: str, connection: sqlite3.Connection) -> _T:
        """Return the value of a text; large ones are fetched through the connection."""
        if text.startswith(_REFERENCE):
            return self._decoder.decode(_body(text[len(_REFERENCE) :], connection))
        return self._decoder.decode(text)

    def read_or_none(self, text: str | None, connection: sqlite3.Connection) -> _T | None:
        """Return the value of a text; None stays None."""
        return None if text is None else self.read(text, connection)


def read_document(connection: sqlite3.Connection, digest: str) -> bytes | None:
    """Return a document's bytes, or None when there is none of that digest."""
    row = connection.execute(_SQL["document"], (digest,)).fetchone()
    return None if row is None else row[0]


def _body(digest: str, connection: sqlite3.Connection) -> bytes:
    body = read_document(connection, digest)
    if body is None:
        message = f"document {digest} is referred to but missing"
        raise sqlite3.DatabaseError(message)
    return body
