"""A store of tenants in dictionaries, and an application over it."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.store.memory import MemoryStore


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def now(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> Any:
    return MemoryStore()
