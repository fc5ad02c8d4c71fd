from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
sys.path.insert(0, str(TESTS))
sys.path.insert(0, str(TESTS / "contract" / "store"))

from postgres_server import Server  # noqa: E402


def running(**more: bool) -> Iterator[Server]:
    """Run a server with our tables in the database ``made``."""
    from headrace.store.postgres import PostgresStore

    made = Server(**more)
    try:
        made.admin("CREATE DATABASE made")
        PostgresStore.open(made.url("made")).close()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that loses nothing when it is killed."""
    yield from running(durable=True)


@pytest.fixture(scope="module")
def quick_server() -> Iterator[Server]:
    """A server that keeps everything in memory."""
    yield from running()


@pytest.fixture
def url(server: Server) -> str:
    return server.url(server.database("made"))
