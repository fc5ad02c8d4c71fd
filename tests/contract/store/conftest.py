from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headrace.store.memory import MemoryStore
from headrace.store.port import Store
from headrace.store.sqlite import SqliteStore

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from postgres_server import Server

BACK_ENDS: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": lambda directory: SqliteStore.open(directory / "home" / "runs.db"),
}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server with a database ``made`` that holds our tables and nothing else."""
    from headrace.store.postgres import PostgresStore

    server = Server()
    try:
        server.admin("CREATE DATABASE made")
        PostgresStore.open(server.url("made")).close()
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    return postgres.url(postgres.database("made"))


@pytest.fixture(params=[*sorted(BACK_ENDS), "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "postgres":
        from headrace.store.postgres import PostgresStore

        opened: Store = PostgresStore.open(request.getfixturevalue("postgres_url"))
    else:
        opened = BACK_ENDS[request.param](tmp_path)
    yield opened
    opened.close()
