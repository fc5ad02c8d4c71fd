"""URIs and paths of artifacts, and the checks that keep them inside of their store."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from headrace.errors import InvalidRequest

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")
_MAX_DECODINGS = 5


def scheme_of(uri: str) -> str:
    """Return the URI's scheme in lower case; a plain path has none and gives an empty text."""
    found = _SCHEME.match(uri)
    return found[1].lower() if found else ""


def file_path(uri: str) -> Path:
    """Return the path of a ``file:`` URI or of a plain path, wherever it leads.

    Raises:
        InvalidRequest: It is neither, names another machine, or holds NUL or ``..``.
    """
    scheme = scheme_of(uri)
    if scheme not in ("", "file"):
        raise InvalidRequest(f"{uri} is not on this machine", hint="use a path or a file: URI")
    text = _path_of_file_uri(uri) if scheme else uri
    _check(text, uri)
    if not text.startswith("/"):
        raise InvalidRequest(f"{uri} is not an absolute path", hint="write file:///… or /…")
    return Path(text)


def path_below(root: Path, uri: str) -> Path:
    """Return the path of a URI that must lie below the root.

    Symbolic links count: one that was planted on the way does not lead out.

    Raises:
        InvalidRequest: It does not, in any reading of it.
    """
    path = file_path(uri)
    if root not in path.parents:
        raise InvalidRequest(f"{uri} is not below {root}", hint="artifacts live in their store")
    home = root.resolve()
    place = path.parent.resolve()
    if place != home and home not in place.parents:
        raise InvalidRequest(f"{uri} leads out of {root} by a symbolic link")
    return path


def file_uri(path: Path) -> str:
    """Return the ``file:`` URI of an absolute path."""
    return "file://" + quote(str(path))


def _path_of_file_uri(uri: str) -> str:
    rest = uri[len("file:") :]
    if rest.startswith("//"):
        host, slash, rest = rest[2:].partition("/")
        rest = slash + rest
        if host not in ("", "localhost"):
            raise InvalidRequest(
                f"{uri} is on another machine", hint="file URIs begin with file:///"
            )
    return unquote(rest)


def _check(text: str, uri: str) -> None:
    """Refuse what some reader of the path, decoding it again, would take for another place."""
    for _ in range(_MAX_DECODINGS):
        if _FORBIDDEN.search(text) or ".." in PurePosixPath(text).parts:
            raise InvalidRequest(
                f"{uri!r} has a part that is not allowed",
                hint="no .., no backslash and no control character, encoded or not",
            )
        decoded = unquote(text, errors="surrogateescape")
        if decoded == text:
            return
        text = decoded
    raise InvalidRequest(f"{uri!r} is encoded over and over")
