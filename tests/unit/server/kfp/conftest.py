"""KFP's API and the registry over a store of its own for each test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1] / "native"))

from native_bench import Bench

from headrace.server import kfp, registry
from headrace.server.application import application
from headrace.store.memory import MemoryStore


class Desk(Bench):
    """The bench of the native API, with KFP's API in front."""

    def __init__(self, **more):
        super().__init__(MemoryStore(), **more)
        self.app = application(
            self.services,
            [*kfp.endpoints(), *registry.ENDPOINTS],
            authenticate=self._authenticate,
        )
        self.client = TestClient(
            self.app, base_url="http://localhost", raise_server_exceptions=False
        )

    def send(self, method, path, status=200, **more):
        where = path if path.startswith(("/apis", "/registry")) else f"/apis/v2beta1{path}"
        response = self.client.request(method, where, **more)
        assert response.status_code == status, response.text
        return response.json() if "json" in response.headers.get("content-type", "") else response


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def make_desk():
    return Desk
