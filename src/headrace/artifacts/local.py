"""Artifacts in a directory of this machine: read in place, published by a rename.

What was read in full is noted with its ``stat`` signature (large artifacts only: small ones are
read again faster than a note is), so that a second look at an untouched artifact costs a few
system calls.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Generator
from contextlib import contextmanager
from pathlib import Path

from headrace.artifacts.notes import Notes
from headrace.artifacts.port import DownloadPolicy, Imported, Swept
from headrace.artifacts.trees import (
    is_there,
    make_read_only,
    move,
    remove,
    size_of,
    sync_directory,
    unreferenced,
)
from headrace.artifacts.uris import file_path, file_uri, path_below, scheme_of
from headrace.errors import InfrastructureError, InvalidRequest, NotFound
from headrace.types.digests import Digest, UnsafeTreeError, check_path, digest_path

_NOTES = ".verified"
_OBJECT_STORES = ("gs", "s3", "minio", "oci", "az", "abfs", "abfss")


class LocalArtifactStore:
    """``ArtifactStore`` in a directory; URIs are ``file:`` followed by the path.

    Args:
        root: The directory, absolute; made when it is needed.
        readable: Directories below which importers may refer to files; None allows all, as fits
            one user on their own machine.
        downloads: Bounds of what importers download.
    """

    def __init__(
        self,
        root: Path,
        *,
        readable: Collection[Path] | None = None,
        downloads: DownloadPolicy | None = None,
    ) -> None:
        self.root = root
        self._readable = readable
        self._downloads = downloads or DownloadPolicy()
        self._notes = Notes(root / _NOTES)

    def local_path(self, uri: str) -> Path | None:
        """Return the path of the URI; None for URIs that are not on this machine."""
        return None if scheme_of(uri) not in ("", "file") else file_path(uri)

    def fetch(self, uri: str, into: Path) -> Path:  # noqa: ARG002 - of the protocol; never copied
        """Return the artifact's own path."""
        path = file_path(uri)
        if not is_there(path):
            raise NotFound(f"there is nothing at {uri}")
        return path

    def publish(self, path: Path, uri: str) -> None:
        """Rename a file or directory to its URI and seal it; asked again, do nothing."""
        target = path_below(self.root, uri)
        with _reported(uri):
            if path != target:
                if not is_there(path):
                    if is_there(target):
                        return
                    raise NotFound(f"there is nothing at {path} to store as {uri}")
                check_path(path)
                target.parent.mkdir(parents=True, exist_ok=True)
                move(path, target)
                sync_directory(target.parent)
            make_read_only(target)

    def seal(self, uri: str) -> None:
        """Take the right to write from what is at the URI."""
        with _reported(uri):
            make_read_only(path_below(self.root, uri))

    def digest(self, uri: str) -> Digest:
        """Return digest and size of what is at the URI."""
        path = file_path(uri)
        with _reported(uri):
            if not is_there(path):
                raise NotFound(f"there is nothing at {uri}")
            return digest_path(path)

    def damage(
        self, uri: str, digest: str | None, size: int | None, *, full: bool = False
    ) -> str | None:
        """Say what is wrong with an artifact, or None when it is there and the same."""
        if scheme_of(uri) not in ("", "file"):
            return None if digest is None else "is not on this machine"
        path = file_path(uri)
        try:
            if not is_there(path):
                return "is gone"
            if digest is None:
                return None
            return self._difference(path, digest, size, full=full)
        except UnsafeTreeError as error:
            return f"was changed: {error}"
        except OSError as error:
            return f"cannot be read: {error.strerror}"

    def import_uri(self, uri: str, target: str) -> Imported:
        """Refer to a file or directory in place, or download to the target."""
        scheme = scheme_of(uri)
        if scheme in ("http", "https"):
            # Few runs download, and what it takes (TLS) doubles the time of this import.
            from headrace.artifacts.downloads import download

            path = path_below(self.root, target)
            with _reported(target):
                download(uri, path, self._downloads)
                make_read_only(path)
            found = self.digest(target)
            return Imported(uri=target, digest=found.digest, size=found.size)
        if scheme in _OBJECT_STORES:
            raise InvalidRequest(
                f"cannot import {uri}: no object store is set up for {scheme}: URIs",
                hint="download it and import the path, or use an http(s) address",
                code="HR3101",
            )
        path = Path(os.path.abspath(uri)) if not scheme else file_path(uri)  # noqa: PTH100
        self._check_readable(path, uri)
        uri = uri if scheme or path == Path(uri) else str(path)
        found = self.digest(uri)
        return Imported(uri=uri, digest=found.digest, size=found.size)

    def delete(self, uri: str) -> None:
        """Remove what is at the URI and below; nothing there is fine."""
        path = path_below(self.root, uri)
        with _reported(uri):
            remove(path)

    def sweep(self, keep: Collection[str], *, older_than: float) -> Swept:
        """Remove what nobody refers to."""
        kept = [file_path(uri) for uri in keep if scheme_of(uri) in ("", "file")]
        kept.append(self.root / _NOTES)
        uris: list[str] = []
        size = 0
        with _reported(file_uri(self.root)):
            for path in unreferenced(self.root, kept, older_than):
                size += size_of(path)
                remove(path)
                uris.append(file_uri(path))
            self._notes.forget_missing()
        return Swept(uris=tuple(uris), size=size)

    def usage(self, uri: str | None = None) -> int:
        """Return the bytes at and below the URI, or of the whole store."""
        with _reported(uri or file_uri(self.root)):
            return size_of(self.root if uri is None else path_below(self.root, uri))

    def _difference(self, path: Path, digest: str, size: int | None, *, full: bool) -> str | None:
        if size is not None and path.is_file() and path.stat().st_size != size:
            return f"was changed: it has {path.stat().st_size} bytes, not {size}"
        if not full and self._notes.holds(path, digest):
            return None
        with self._notes.reading(path) as note:
            found = digest_path(path)
            if found.digest != digest:
                return "was changed: its content is another"
            note(found)
        return None

    def _check_readable(self, path: Path, uri: str) -> None:
        if self._readable is None:
            return
        place = path.resolve()
        allowed = [root.resolve() for root in self._readable]
        if not any(root == place or root in place.parents for root in allowed):
            raise InvalidRequest(f"{uri} may not be imported here", hint="ask who runs this server")


@contextmanager
def _reported(uri: str) -> Generator[None]:
    """Turn errors of the file system into ours."""
    try:
        yield
    except UnsafeTreeError as error:
        raise InvalidRequest(f"{uri} cannot be stored: {error}", code="HR3102") from error
    except OSError as error:
        raise InfrastructureError(
            f"cannot use {uri}: {error.strerror or error}",
            retryable=True,
            hint="check the permissions of the artifact directory and the space on its disk",
            code="HR5101",
        ) from error
