"""The protocol of artifact stores.

An artifact is a file or a directory at a URI. It is written once, at a URI that belongs to one
attempt, and never changed. All methods are synchronous and may block on disks or networks; they
may be called from any thread. URIs are checked in every method: one that leads out of the store by
``..``, encoded or not, or that holds NUL or a backslash, is an ``InvalidRequest``.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Protocol

import msgspec

from headrace.types.digests import Digest


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an importer refers to.

    Attributes:
        uri: Where the bytes are: the URI as it was given when they can be read there, else the
            place to which they were copied.
        digest: Content, or None when it cannot be known.
        size: Bytes, or None when it cannot be known.
    """

    uri: str
    digest: str | None
    size: int | None


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep removed: URIs, and the bytes that they took."""

    uris: tuple[str, ...]
    size: int


class DownloadPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of a download.

    Attributes:
        max_bytes: The most that is accepted.
        silence_s: Longest time without a byte.
        total_s: Longest time in all.
        private_addresses: Whether hosts may be on this machine or its private networks; a server
            that imports for others forbids it.
    """

    max_bytes: int = 100 << 30
    silence_s: float = 60.0
    total_s: float = 6 * 3600.0
    private_addresses: bool = True


class ArtifactStore(Protocol):
    """Bytes by URI."""

    def local_path(self, uri: str) -> Path | None:
        """Return where a program on this machine reads and writes the URI; None when it cannot."""
        ...

    def fetch(self, uri: str, into: Path) -> Path:
        """Return a path with the artifact's bytes.

        That is its own place when it is on this machine (nothing is copied, and nobody may write
        there), else a copy at ``into``, which must not exist.

        Raises:
            NotFound: There is nothing at the URI.
        """
        ...

    def publish(self, path: Path, uri: str) -> None:
        """Move a file or directory to its URI and seal it; asked again, do nothing.

        On this machine that is a rename. An artifact that is already there, as an attempt may have
        left it half-way, is replaced.

        Raises:
            NotFound: There is nothing at the path, nor at the URI.
        """
        ...

    def seal(self, uri: str) -> None:
        """Protect what was written in place against change by mistake, as far as possible."""
        ...

    def digest(self, uri: str) -> Digest:
        """Return digest and size of what is at the URI, as ``headrace.types.digests`` defines them.

        Raises:
            NotFound: There is nothing at the URI.
            InvalidRequest: It has no stable content, such as a link that leads out.
        """
        ...

    def damage(
        self, uri: str, digest: str | None, size: int | None, *, full: bool = False
    ) -> str | None:
        """Say what is wrong with an artifact, or None when it is there and the same.

        Args:
            uri: Where it should be.
            digest: What it should hold; None checks only that it is there.
            size: Bytes that it should have, when known.
            full: Read all bytes even when nothing shows that they were touched since they were
                read last.

        Returns:
            A predicate such as ``is gone`` or ``was changed``, to follow the artifact's name.
        """
        ...

    def import_uri(self, uri: str, target: str) -> Imported:
        """Make the bytes of a foreign URI readable and say what they are.

        Files and directories of this machine stay where they are; ``http`` and ``https`` are
        downloaded to the target, an URI of this store.

        Raises:
            NotFound: There is nothing.
            InvalidRequest: The URI is malformed, of an unknown kind, or not allowed.
            InfrastructureError: It is out of reach at the moment.
        """
        ...

    def delete(self, uri: str) -> None:
        """Remove what is at the URI and below; nothing there is fine."""
        ...

    def sweep(self, keep: Collection[str], *, older_than: float) -> Swept:
        """Remove what nobody refers to.

        Args:
            keep: URIs that stay, with all that is below them: of every committed artifact, and the
                output root of every attempt that may still write.
            older_than: Only what was last changed before this time (seconds since the epoch).
        """
        ...

    def usage(self, uri: str | None = None) -> int:
        """Return the bytes at and below the URI, or of the whole store."""
        ...
