"""Artifact stores: where the bytes are that steps make, and whether they are still the same.

``port`` holds the protocol; ``local`` is a directory, ``memory`` a dictionary for tests. A store
knows URIs, bytes and digests; it does not know runs, tasks or the database.
"""

from __future__ import annotations

from headrace.artifacts.local import LocalArtifactStore
from headrace.artifacts.port import ArtifactStore, DownloadPolicy, Imported, Swept

__all__ = [
    "ArtifactStore",
    "DownloadPolicy",
    "Imported",
    "LocalArtifactStore",
    "Swept",
]
