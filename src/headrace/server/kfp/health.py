"""The health endpoint of KFP's API, from which clients learn whether there are namespaces."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from headrace.server.replies import json_reply
from headrace.server.routing import Endpoint, services_of


async def health(request: Request) -> Response:
    """Answer with the version and whether the server has many users."""
    settings = services_of(request).settings
    return json_reply(
        {
            "commit_sha": "",
            "tag_name": settings.version,
            "multi_user": settings.mode == "multi",
            "pipeline_store": "database",
        }
    )


ENDPOINTS = (
    Endpoint("GET", "/apis/v2beta1/healthz", health, "read", "health", exempt=True),
    Endpoint("GET", "/apis/v1beta1/healthz", health, "read", "health", exempt=True),
)
