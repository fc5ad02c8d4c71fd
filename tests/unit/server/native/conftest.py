"""A server over a store of its own for each test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from native_bench import Bench

from headrace.store.sqlite import SqliteStore


@pytest.fixture
def store(tmp_path):
    store = SqliteStore.open(tmp_path / "h.db")
    yield store
    store.close()


@pytest.fixture
def bench(store):
    return Bench(store)
