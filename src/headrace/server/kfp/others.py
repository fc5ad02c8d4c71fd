"""The rest of KFP's API: authorisation, and services that exist for their names alone."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from headrace.errors import InvalidRequest
from headrace.server.errors import kfp_body
from headrace.server.namespaces import named_namespace
from headrace.server.replies import json_reply
from headrace.server.routing import Endpoint

_VERBS = ("UNASSIGNED_VERB", "CREATE", "GET", "DELETE")
_RESOURCES = ("UNASSIGNED_RESOURCES", "VIEWERS")
_UNIMPLEMENTED = 12
_NOT_IMPLEMENTED = 501


def authorize(request: Request) -> Response:
    """Answer whether whoever asks may do something with the viewers of a namespace."""
    given = request.query_params
    verb = _one_of(given.get("verb", _VERBS[0]), _VERBS, "verb")
    _one_of(given.get("resources", _RESOURCES[0]), _RESOURCES, "resources")
    named_namespace(request, given.get("namespace"), "read" if verb == "GET" else "write")
    return json_reply({})


def empty_filter(_request: Request) -> Response:
    """Return a filter without conditions; the method exists for its message alone."""
    return json_reply({})


def visualize(_request: Request) -> Response:
    """Answer that nothing is drawn here: the page draws what artifacts hold."""
    return _missing("visualisations are drawn by the page, from the artifacts of a run")


def report(_request: Request) -> Response:
    """Answer that nobody reports: states are committed by the controller itself."""
    return _missing("there is no persistence agent: controllers commit states themselves")


def _one_of(text: str, names: tuple[str, ...], what: str) -> str:
    if text.isascii() and text.isdecimal() and int(text) < len(names):
        return names[int(text)]
    if text not in names:
        raise InvalidRequest(f"{what} is {text[:50]!r}", hint=f"use one of {', '.join(names)}")
    return text


def _missing(message: str) -> Response:
    return json_reply(kfp_body(_UNIMPLEMENTED, message), _NOT_IMPLEMENTED)


ENDPOINTS = (
    Endpoint("GET", "/apis/v2beta1/auth", authorize, "read", "auth"),
    Endpoint("GET", "/apis/v1beta1/auth", authorize, "read", "auth"),
    Endpoint("GET", "/apis/v2beta1/filters", empty_filter, "read", "filter"),
    Endpoint("POST", "/apis/v2beta1/visualizations/{namespace}", visualize, "write", "filter"),
    Endpoint("POST", "/apis/v1beta1/visualizations/{namespace}", visualize, "write", "filter"),
    Endpoint("POST", "/apis/v2beta1/workflows", report, "write", "report"),
    Endpoint("POST", "/apis/v2beta1/scheduledworkflows", report, "write", "report"),
)
