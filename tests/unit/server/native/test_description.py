"""The OpenAPI description covers every endpoint of the native API, and only those."""

from __future__ import annotations

import json

import pytest

from headrace.server.native.description import described
from headrace.server.routing import Endpoint
from headrace.server.surface import NATIVE, endpoints

BASE = "/api/v1"
DESCRIBED = described(NATIVE, endpoints())
NATIVE_ENDPOINTS = sorted(
    f"{one.method} {one.path}" for one in endpoints() if one.path.startswith(BASE + "/")
)


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


@pytest.mark.parametrize("name", NATIVE_ENDPOINTS)
def test_each_native_endpoint_is_described(name):
    method, path = name.split(" ")
    found = DESCRIBED["paths"][path.replace(":path", "")][method.lower()]
    named = {one["name"] for one in found["parameters"] if one["in"] == "path"}
    assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}
    assert {"400", "401", "403", "404"} <= found["responses"].keys()


def test_each_native_endpoint_is_described_by_the_structs_that_it_uses():
    described_by_structs = {(one.endpoint.method, one.endpoint.path) for one in NATIVE}
    assert {tuple(name.split(" ")) for name in NATIVE_ENDPOINTS} <= described_by_structs


def test_operations_have_names_of_their_own_and_a_summary():
    operations = [one for path in DESCRIBED["paths"].values() for one in path.values()]
    ids = [one["operationId"] for one in operations]
    assert len(ids) == len(set(ids))
    assert all(one["summary"] for one in operations)


def test_all_references_lead_somewhere():
    for reference in references(DESCRIBED):
        place = DESCRIBED
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def test_the_description_is_served(bench):
    served = bench.get("/openapi.json")
    assert served["openapi"] == "3.1.0"
    assert served["info"]["version"] == "1.2.3"
    assert "/api/v1/openapi.json" in served["paths"]
    assert json.dumps(served)


def test_endpoints_that_are_no_operations_are_described_by_their_path():
    odd = Endpoint("POST", f"{BASE}/odd/{{odd_id}}", lambda _: None, "write", "odd")
    found = described((), [odd])["paths"][f"{BASE}/odd/{{odd_id}}"]["post"]
    assert found["parameters"][0]["name"] == "odd_id"


def test_every_write_needs_the_right_to_write():
    loose = {
        f"{one.endpoint.method} {one.endpoint.path}"
        for one in NATIVE
        if one.endpoint.method != "GET" and one.endpoint.verb == "read"
    }
    assert loose <= {f"POST {BASE}/graph", f"POST {BASE}/recurring-runs/preview"} | {
        name for name in loose if "/tokens" in name
    }
    assert not [one for one in NATIVE if one.endpoint.exempt]
