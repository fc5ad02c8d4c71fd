"""All endpoints of the server: each module of handlers adds its list here."""

from __future__ import annotations

from headrace.server import health, kfp, metrics, registry
from headrace.server.native import webhooks
from headrace.server.native.surface import endpoints_of, native_operations
from headrace.server.routing import Endpoint
from headrace.server.security import audit_log, credentials, tenants

NATIVE = native_operations(
    [
        *tenants.OPERATIONS,
        *credentials.OPERATIONS,
        *audit_log.OPERATIONS,
        *webhooks.OPERATIONS,
    ]
)


def endpoints() -> tuple[Endpoint, ...]:
    """Return every endpoint, in the order in which they are asked."""
    return (
        *health.ENDPOINTS,
        *metrics.ENDPOINTS,
        *kfp.endpoints(),
        *registry.ENDPOINTS,
        *endpoints_of(NATIVE),
    )
