"""The OpenAPI 3.1 description of the native API, made of the structs that the handlers use.

Pure but for the endpoint that serves it. Endpoints that are not operations (they read and write
JSON by themselves) are described by their path, method and kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

import msgspec

from headrace.server.native.operations import BASE, JSON, Operation, Plain, operation
from headrace.server.routing import Endpoint

_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
_REFERENCES = "#/components/schemas/{name}"
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "hint": {"type": "string"},
            },
        }
    },
}
_FAILURES = {"400": "BadRequest", "401": "Unauthenticated", "403": "Forbidden", "404": "NotFound"}
_OTHERS = {
    "GET": {"405": "NotAllowed", "429": "TooMany", "503": "Unavailable"},
    "": {
        "405": "NotAllowed",
        "409": "Conflict",
        "413": "TooLarge",
        "429": "TooMany",
        "503": "Unavailable",
    },
}
_MEANINGS = {
    "BadRequest": "What was sent is wrong; the message says what and the hint how to fix it.",
    "Unauthenticated": "Credentials are needed, or those given do not count.",
    "Forbidden": "Whoever asks may not do this.",
    "NotFound": "There is no such thing, or not for whoever asks.",
    "NotAllowed": "The path takes other methods.",
    "Conflict": "The thing is in a state that does not allow this.",
    "TooLarge": "What was sent is too large.",
    "TooMany": "Too much at once; `Retry-After` says when to try again, in seconds.",
    "Unavailable": "The store or something else that is needed cannot be used at the moment.",
}


def described(
    operations: Sequence[Operation], others: Iterable[Endpoint] = (), *, version: str = ""
) -> dict[str, Any]:
    """Return the OpenAPI document.

    Args:
        operations: Endpoints whose structs are known.
        others: Endpoints below the same base without them.
        version: Of the program.
    """
    kinds = _kinds(operations)
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REFERENCES)
    schema_of = dict(zip(map(id, kinds), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        _add(paths, one.endpoint, _operation(one, schema_of))
    known = {(one.endpoint.method, one.endpoint.path) for one in operations}
    for endpoint in others:
        if endpoint.path.startswith(BASE + "/") and (endpoint.method, endpoint.path) not in known:
            _add(paths, endpoint, _unknown(endpoint))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Headrace", "version": version or "0"},
        "paths": paths,
        "components": {
            "schemas": components | {"Error": _ERROR},
            "responses": {name: _failure(text) for name, text in _MEANINGS.items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def description_operation(described_now: Any) -> Operation:
    """Return the operation that serves the description."""

    def serve_description(asked: Plain) -> dict[str, Any]:
        """Return this description."""
        return described_now(asked)

    return operation(
        "GET", "/openapi.json", serve_description, kind="description", answer=dict[str, Any]
    )


def _kinds(operations: Sequence[Operation]) -> list[Any]:
    """Return each type that a schema is needed of, once."""
    found: dict[int, Any] = {}
    for one in operations:
        for kind in (one.query, one.body, one.answer, *one.also.values()):
            if kind is not None:
                found[id(kind)] = kind
    return list(found.values())


def _operation(one: Operation, schema_of: dict[int, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _id_of(one.endpoint),
        "summary": one.summary,
        "tags": [one.endpoint.kind],
        "parameters": _path_parameters(one.endpoint.path) + _query_parameters(one.query),
        "responses": {
            str(status): _success(one, answer, schema_of)
            for status, answer in ({one.status: one.answer} | dict(one.also)).items()
        }
        | _failures(one.endpoint.method),
    }
    if one.body is not None:
        content = {JSON: {"schema": schema_of[id(one.body)]}}
        if one.uploads:
            content["multipart/form-data"] = {"schema": _form(one.body)}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _success(one: Operation, answer: Any, schema_of: dict[int, Any]) -> dict[str, Any]:
    if answer is not None:
        return {"description": "Done", "content": {JSON: {"schema": schema_of[id(answer)]}}}
    if one.media:
        return {"description": "Done", "content": {one.media: {"schema": {"type": "string"}}}}
    return {"description": "Done"}


def _form(body: Any) -> dict[str, Any]:
    texts = {
        field.encode_name: {"type": "string"}
        for field in msgspec.structs.fields(body)
        if field.encode_name not in ("spec", "platform", "tags")
    }
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    return {"type": "object", "required": ["file"], "properties": {"file": file} | texts}


def _unknown(endpoint: Endpoint) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _id_of(endpoint),
        "tags": [endpoint.kind],
        "parameters": _path_parameters(endpoint.path),
        "responses": {"2XX": {"description": "Done", "content": {JSON: {"schema": {}}}}}
        | _failures(endpoint.method),
    }
    if endpoint.method in ("POST", "PUT", "PATCH"):
        content = {JSON: {"schema": {"type": "object"}}}
        described["requestBody"] = {"content": content}
    return described


def _add(paths: dict[str, dict[str, Any]], endpoint: Endpoint, described: dict[str, Any]) -> None:
    path = _PARAMETER.sub(lambda found: f"{{{found[1]}}}", endpoint.path)
    paths.setdefault(path, {})[endpoint.method.lower()] = described


def _id_of(endpoint: Endpoint) -> str:
    words = re.sub(r"\W+", "_", endpoint.path.removeprefix(BASE)).strip("_")
    return f"{endpoint.method.lower()}_{words}"


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(path)
    ]


def _query_parameters(query: type[msgspec.Struct]) -> list[dict[str, Any]]:
    (schema,), components = msgspec.json.schema_components([query], ref_template="{name}")
    struct = cast("dict[str, Any]", components[schema["$ref"]])
    required: list[str] = struct.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _plain(value)}
        for name, value in struct["properties"].items()
    ]


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a query parameter: there is no null in a query string."""
    alternatives = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(alternatives) == 1:
        return alternatives[0]
    return {key: value for key, value in schema.items() if key != "default" or value is not None}


def _failures(method: str) -> dict[str, Any]:
    names = _FAILURES | _OTHERS["GET" if method == "GET" else ""]
    return {
        status: {"$ref": f"#/components/responses/{name}"} for status, name in sorted(names.items())
    }


def _failure(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": text, "content": {JSON: {"schema": schema}}}
