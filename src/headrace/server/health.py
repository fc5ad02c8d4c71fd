"""Whether the process lives, and whether it can serve: what load balancers ask."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from headrace.server.replies import json_reply
from headrace.server.routing import Endpoint, services_of


async def alive(_request: Request) -> Response:
    """Answer that the process lives; asks nothing of anybody."""
    return json_reply({"status": "ok"})


def ready(request: Request) -> Response:
    """Answer whether the store can be read; an error says why it cannot."""
    services_of(request).store.data_version()
    return json_reply({"status": "ready"})


ENDPOINTS = (
    Endpoint("GET", "/healthz", alive, "read", "health", exempt=True),
    Endpoint("GET", "/readyz", ready, "read", "health", exempt=True),
)
