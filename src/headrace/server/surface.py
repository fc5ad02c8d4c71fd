"""All endpoints of the server: each module of handlers adds its list here."""

from __future__ import annotations

from headrace.server import health, kfp, registry
from headrace.server.routing import Endpoint


def endpoints() -> tuple[Endpoint, ...]:
    """Return every endpoint, in the order in which they are asked."""
    return (*health.ENDPOINTS, *kfp.endpoints(), *registry.ENDPOINTS)
