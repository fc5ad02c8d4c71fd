"""Odd requests made from the server's own description: no fault of the server, valid answers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

sys.path.insert(0, str(Path(__file__).parent))

from native_server import serving

from headrace.server.surface import NATIVE

EXAMPLES = int(os.environ.get("HEADRACE_OPENAPI_EXAMPLES", "25"))
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
#: Without end.
STREAMS = ["/api/v1/events", "/api/v1/runs/{run_id}/logs/stream"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("openapi")) as server:
        yield server


@pytest.fixture(scope="module")
def real(server):
    """Ids of things that are there, by the name of the parameter; requests may remove them."""
    run_id = server.ended(server.start())["run"]["run_id"]
    pipeline = server.post("/pipelines", {"name": "p", "spec": server.spec}, 201)
    version = server.get(f"/pipelines/{pipeline['id']}/versions")["items"][0]
    recurring = server.post(
        "/recurring-runs",
        {"display_name": "r", "pipeline_id": pipeline["id"], "trigger": {"cron": "@yearly"}},
        201,
    )
    return {
        "run_id": run_id,
        "artifact_id": server.get("/artifacts")["items"][0]["artifact"]["id"],
        "pipeline_id": pipeline["id"],
        "version_id": version["id"],
        "experiment_id": "default",
        "recurring_run_id": recurring["id"],
        "task": "load",
    }


@pytest.fixture(scope="module")
def api(server):
    return schemathesis.openapi.from_dict(server.get("/openapi.json"))


#: What removes things comes last: all others find them.
OPERATIONS = sorted(
    (
        f"{one.endpoint.method} {one.endpoint.path}"
        for one in NATIVE
        if one.endpoint.path not in STREAMS
    ),
    key=lambda name: (name.startswith("DELETE"), name),
)


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_is_a_fault_of_the_server(api, server, real, name):
    method, path = name.split(" ")

    @given(case=api[path][method].as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case):
        for values in (case.path_parameters, case.query):
            for key in real.keys() & (values or {}).keys():
                if len(str(values[key])) % 2 == 0:
                    values[key] = real[key]
        if isinstance(case.body, dict) and isinstance(case.body.get("spec"), dict):
            case.body["spec"] = server.spec
        case.call_and_validate(base_url=server.url, checks=list(CHECKS), timeout=30)

    ask()
