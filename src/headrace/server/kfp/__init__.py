"""KFP's REST API: v2beta1 as the official server writes it, and what is still called of v1beta1."""

from __future__ import annotations

from headrace.server.kfp import (
    experiments,
    health,
    logs,
    others,
    pipelines,
    recurring,
    runs,
    uploads,
)
from headrace.server.routing import Endpoint


def endpoints() -> tuple[Endpoint, ...]:
    """Return the endpoints of KFP's API; fixed paths stand before those with an id."""
    return (
        *health.ENDPOINTS,
        *experiments.ENDPOINTS,
        *uploads.ENDPOINTS,
        *pipelines.ENDPOINTS,
        *runs.ENDPOINTS,
        *recurring.ENDPOINTS,
        *logs.ENDPOINTS,
        *others.ENDPOINTS,
    )
