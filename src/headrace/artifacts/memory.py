"""Artifacts in memory: a twin of an object store, for tests and simulations.

URIs are ``memory:`` followed by anything; nothing is at a local path, so every reader fetches.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Collection
from pathlib import Path

from headrace.artifacts.port import Imported, Swept
from headrace.artifacts.trees import is_there, remove
from headrace.artifacts.uris import file_path, scheme_of
from headrace.errors import InvalidRequest, NotFound
from headrace.types.digests import Digest, UnsafeTreeError, digest_path

_PREFIX = "memory://"


class MemoryArtifactStore:
    """``ArtifactStore`` in a dictionary.

    Args:
        now: The time at which things are stored, in seconds since the epoch; sweeps compare it.
    """

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self._lock = threading.Lock()
        #: By URI: files by relative path (the empty path is the artifact itself), and the time.
        self._artifacts: dict[str, tuple[dict[str, bytes | None], float]] = {}

    def local_path(self, uri: str) -> Path | None:
        """Return None: nothing is at a path."""
        self._check(uri)
        return None

    def fetch(self, uri: str, into: Path) -> Path:
        """Write the artifact to ``into`` and return it."""
        for relative, content in self._files(uri).items():
            place = into / relative if relative else into
            if content is None:
                place.mkdir(parents=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
        return into

    def publish(self, path: Path, uri: str) -> None:
        """Take a file or directory over; asked again, do nothing."""
        self._check(uri)
        if not is_there(path):
            if uri in self._artifacts:
                return
            raise NotFound(f"there is nothing at {path} to store as {uri}")
        _digest(path, uri)
        with self._lock:
            self._artifacts[uri] = _read(path), self.now
        remove(path)

    def seal(self, uri: str) -> None:
        """Do nothing: nobody can write to it."""
        self._files(uri)

    def digest(self, uri: str) -> Digest:
        """Return digest and size of what is at the URI."""
        self._files(uri)
        with tempfile.TemporaryDirectory() as place:
            return _digest(self.fetch(uri, Path(place) / "artifact"), uri)

    def damage(
        self,
        uri: str,
        digest: str | None,
        size: int | None,
        *,
        full: bool = False,  # noqa: ARG002 - always full
    ) -> str | None:
        """Say what is wrong with an artifact, or None when it is there and the same."""
        try:
            found = self.digest(uri)
        except NotFound:
            return "is gone"
        if digest is None or found.digest == digest:
            return None
        if size is not None and found.size != size:
            return f"was changed: it has {found.size} bytes, not {size}"
        return "was changed: its content is another"

    def import_uri(self, uri: str, target: str) -> Imported:
        """Copy a file or directory of this machine to the target; refer to what is here."""
        if scheme_of(uri) == "memory":
            found = self.digest(uri)
            return Imported(uri=uri, digest=found.digest, size=found.size)
        path = file_path(uri)
        if not is_there(path):
            raise NotFound(f"there is nothing at {uri}")
        self._check(target)
        found = _digest(path, uri)
        with self._lock:
            self._artifacts[target] = _read(path), self.now
        return Imported(uri=target, digest=found.digest, size=found.size)

    def delete(self, uri: str) -> None:
        """Remove what is at the URI and below; nothing there is fine."""
        self._check(uri)
        with self._lock:
            for known in self._at_and_below(uri):
                del self._artifacts[known]

    def sweep(self, keep: Collection[str], *, older_than: float) -> Swept:
        """Remove what nobody refers to."""
        with self._lock:
            gone = [
                uri
                for uri, (_, stored_at) in sorted(self._artifacts.items())
                if stored_at < older_than
                and not any(uri == kept or uri.startswith(f"{kept}/") for kept in keep)
            ]
            size = sum(_size(self._artifacts.pop(uri)[0]) for uri in gone)
        return Swept(uris=tuple(gone), size=size)

    def usage(self, uri: str | None = None) -> int:
        """Return the bytes at and below the URI, or of the whole store."""
        if uri is not None:
            self._check(uri)
        with self._lock:
            known = list(self._artifacts) if uri is None else self._at_and_below(uri)
            return sum(_size(self._artifacts[each][0]) for each in known)

    def _files(self, uri: str) -> dict[str, bytes | None]:
        self._check(uri)
        with self._lock:
            if uri not in self._artifacts:
                raise NotFound(f"there is nothing at {uri}")
            return self._artifacts[uri][0]

    def _at_and_below(self, uri: str) -> list[str]:
        return [known for known in self._artifacts if known == uri or known.startswith(f"{uri}/")]

    def _check(self, uri: str) -> None:
        if not uri.startswith(_PREFIX):
            raise InvalidRequest(f"{uri} is not in memory", hint=f"URIs here begin with {_PREFIX}")
        file_path("/" + uri.removeprefix(_PREFIX))


def _read(path: Path) -> dict[str, bytes | None]:
    """Return files by relative path; None stands for a directory."""
    if not path.is_dir():
        return {"": path.read_bytes()}
    below = {str(p.relative_to(path)): p for p in sorted(path.rglob("*"))}
    found = {name: None if p.is_dir() else p.read_bytes() for name, p in below.items()}
    return {"": None, **found}


def _size(files: dict[str, bytes | None]) -> int:
    return sum(len(content) for content in files.values() if content is not None)


def _digest(path: Path, uri: str) -> Digest:
    try:
        return digest_path(path)
    except UnsafeTreeError as error:
        raise InvalidRequest(f"{uri} cannot be stored: {error}", code="HR3102") from error
