"""PostgreSQL against the memory store: the same calls in any order give the same answers."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from hypothesis import settings

from headrace.store.postgres import PostgresStore

_FILE = Path(__file__).parents[2] / "contract" / "store" / "test_model.py"


def test_postgresql_agrees_with_the_memory_store(quick_server):
    spec = importlib.util.spec_from_file_location("stores_agree", _FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    class Agree(module.StoresAgree):
        url = None

        def made(self):
            self.url = self.url or quick_server.url(quick_server.database("made"))
            return PostgresStore.open(self.url)

    case = Agree.TestCase
    case.settings = settings(
        max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=[]
    )
    case("runTest").runTest()
