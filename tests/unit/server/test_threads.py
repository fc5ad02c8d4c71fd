"""Requests that change something, however long they take, hold up none that reads."""

from __future__ import annotations

import asyncio
import threading

import httpx2
from starlette.responses import PlainTextResponse

from headrace.launchers.port import Capacity
from headrace.server import application as module
from headrace.server.application import application
from headrace.server.routing import Endpoint
from headrace.server.services import Services
from headrace.store.memory import MemoryStore


def test_reading_goes_on_while_all_that_write_are_busy():
    gate = threading.Event()

    def slow(_request):
        gate.wait(10)
        return PlainTextResponse("written")

    def quick(_request):
        return PlainTextResponse("read")

    services = Services(
        store=MemoryStore(),
        runs=None,
        logs=None,
        artifacts=None,
        capacity=Capacity(cpus=1.0, memory_bytes=1, accelerators={}),
    )
    app = application(
        services,
        [
            Endpoint("POST", "/x", slow, "write", "thing"),
            Endpoint("GET", "/x", quick, "read", "thing"),
        ],
    )

    async def main():
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            writes = [asyncio.create_task(client.post("/x")) for _ in range(3 * module._WRITERS)]
            await asyncio.sleep(0)
            try:
                async with asyncio.timeout(5):
                    assert (await client.get("/x")).text == "read"
                assert not any(write.done() for write in writes)
            finally:
                gate.set()
            assert {(await write).text for write in writes} == {"written"}

    asyncio.run(main())
