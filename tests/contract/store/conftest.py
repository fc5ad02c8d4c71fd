from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headrace.store.memory import MemoryStore
from headrace.store.port import Store
from headrace.store.sqlite import SqliteStore

sys.path.insert(0, str(Path(__file__).parent))

BACK_ENDS: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": lambda directory: SqliteStore.open(directory / "home" / "runs.db"),
}


@pytest.fixture(params=sorted(BACK_ENDS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = BACK_ENDS[request.param](tmp_path)
    yield opened
    opened.close()
