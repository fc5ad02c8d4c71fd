"""A server with two tenants and users of every role, over a store that each test has for itself."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "unit/server/native")]

from tenants_world import World, seed  # noqa: E402

from headrace.store.sqlite import SqliteStore  # noqa: E402


@pytest.fixture(scope="session")
def seeded(tmp_path_factory):
    """A database with two tenants, made once."""
    path = tmp_path_factory.mktemp("seed") / "h.db"
    store = SqliteStore.open(path)
    seed(store)
    store.close()
    return path


@pytest.fixture
def world(seeded, tmp_path):
    path = tmp_path / "h.db"
    shutil.copy(seeded, path)
    store = SqliteStore.open(path)
    with World(store) as world:
        yield world
    store.close()
