from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from headrace.artifacts import ArtifactStore, LocalArtifactStore
from headrace.artifacts.memory import MemoryArtifactStore


@dataclass
class BackEnd:
    """A store with what the tests must do behind its back."""

    store: ArtifactStore
    root: str

    def tamper(self, uri: str, content: bytes) -> None:
        """Change a stored file without the store."""
        if isinstance(self.store, MemoryArtifactStore):
            self.store._artifacts[uri] = ({"": content}, 0.0)
        else:
            path = self.store.local_path(uri)
            path.chmod(0o600)
            path.write_bytes(content)

    def let_time_pass(self) -> float:
        """Return a time after everything that is stored."""
        return 2e10


@pytest.fixture(params=["local", "memory"])
def back_end(request: pytest.FixtureRequest, tmp_path: Path) -> BackEnd:
    if request.param == "memory":
        return BackEnd(MemoryArtifactStore(), "memory://root")
    return BackEnd(LocalArtifactStore(tmp_path / "artifacts"), f"file://{tmp_path}/artifacts")
