"""What works beside the controller, over every store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headrace.store.memory import MemoryStore
from headrace.store.port import Store
from headrace.store.sqlite import SqliteStore

sys.path.insert(0, str(Path(__file__).parents[2]))

from postgres_server import Server

BACK_ENDS: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": lambda directory: SqliteStore.open(directory / "headrace.db"),
}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    from headrace.store.postgres import PostgresStore

    server = Server()
    try:
        server.admin("CREATE DATABASE made")
        PostgresStore.open(server.url("made")).close()
        yield server
    finally:
        server.stop()


@pytest.fixture(params=[*sorted(BACK_ENDS), "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "postgres":
        from headrace.store.postgres import PostgresStore

        server = request.getfixturevalue("postgres")
        opened: Store = PostgresStore.open(server.url(server.database("made")))
    else:
        opened = BACK_ENDS[request.param](tmp_path)
    yield opened
    opened.close()
