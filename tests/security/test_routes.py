"""Every route of the server with what each role may do there; a route without a row fails.

A row says who is the least that may; everybody below is refused, with 401 where there are no
credentials, 404 where one may not even know that the thing exists, and 403 where one may.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from native_bench import SPEC
from tenants_world import NOW, USERS

from headrace.ir import write_yaml
from headrace.server.security.gate import EXEMPT
from headrace.server.surface import endpoints

ORDER = ("stranger", "viewer", "editor", "admin", "root")
PATH = {
    "run_id": "run-a",
    "experiment_id": "experiment-a",
    "pipeline_id": "pipeline-a",
    "pipeline_version_id": "version-a",
    "version_id": "version-a",
    "recurring_run_id": "recurring-a",
    "artifact_id": "artifact-a",
    "webhook_id": "webhook-a",
    "namespace": "a",
    "user": "viewer",
    "token_id": "service-a",
    "node_id": "load",
    "artifact_name": "table",
    "name": "pipe a",
    "package": "package-a",
    "version": "sha256:" + "0" * 64,
    "tag": "latest",
}


@dataclass(frozen=True)
class Row:
    """What is expected of a route.

    Attributes:
        least: The least of ``ORDER`` that may; ``stranger`` is anybody with credentials.
        hidden: Whether others learn nothing of it (404); else they are told that they may not.
        more: What else a request needs: query, body.
        path: What stands in the path where it is not the usual.
    """

    least: str
    hidden: bool = True
    more: dict[str, Any] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)


FILE = ("p.yaml", write_yaml(SPEC).encode())


def _in_a(**query: Any) -> dict[str, Any]:
    return {"params": {"namespace": "a", **query}}


def _body(**body: Any) -> dict[str, Any]:
    return {"json": body}


def _file(**query: Any) -> dict[str, Any]:
    return {"params": query, "files": {"uploadfile": FILE}}


LIVE = {"run_id": "live-a"}
PACKAGE = {"pipeline_id": "package-a"}
TRIGGER = {"interval_s": 3600}
KFP_RECURRING = {
    "display_name": "new",
    "experiment_id": "experiment-a",
    "pipeline_version_reference": {"pipeline_id": "pipeline-a", "pipeline_version_id": "version-a"},
    "max_concurrency": "1",
    "mode": "ENABLE",
    "trigger": {"periodic_schedule": {"interval_second": "3600"}},
}
READ, WRITE = Row("viewer"), Row("editor")
LIST = Row("viewer", more=_in_a())
#: For anybody with credentials: it says nothing of any namespace.
OPEN = Row("stranger")
ROOT = Row("root", hidden=False)
SPECIFIED = {"display_name": "new", "experiment_id": "experiment-a", "pipeline_spec": SPEC}
V2, V1 = "/apis/v2beta1", "/api/v1"

TABLE: dict[str, Row | None] = {
    "GET /healthz": None,
    "GET /readyz": None,
    f"GET {V2}/healthz": None,
    "GET /apis/v1beta1/healthz": None,
    "GET /metrics": ROOT,
    f"POST {V2}/experiments": Row("editor", more=_body(display_name="new", namespace="a")),
    f"GET {V2}/experiments": LIST,
    f"GET {V2}/experiments/{{experiment_id}}": READ,
    f"DELETE {V2}/experiments/{{experiment_id}}": WRITE,
    f"POST {V2}/experiments/{{experiment_id}}:archive": WRITE,
    f"POST {V2}/experiments/{{experiment_id}}:unarchive": WRITE,
    f"POST {V2}/pipelines/upload": Row("editor", more=_file(namespace="a", name="new")),
    f"POST {V2}/pipelines/upload_version": Row(
        "editor", more=_file(pipelineid="pipeline-a", name="n")
    ),
    f"POST {V2}/pipelines": Row("editor", more=_body(display_name="new", namespace="a")),
    f"POST {V2}/pipelines/create": Row(
        "editor",
        more=_body(
            pipeline={"display_name": "new", "namespace": "a"},
            pipeline_version={"display_name": "v", "pipeline_spec": SPEC},
        ),
    ),
    f"GET {V2}/pipelines": LIST,
    f"GET {V2}/pipelines/names/{{name}}": LIST,
    f"GET {V2}/pipelines/{{pipeline_id}}": READ,
    f"PATCH {V2}/pipelines/{{pipeline_id}}": Row("editor", more=_body(display_name="changed")),
    f"DELETE {V2}/pipelines/{{pipeline_id}}": Row("editor", more={"params": {"cascade": "true"}}),
    f"POST {V2}/pipelines/{{pipeline_id}}/versions": Row(
        "editor", more=_body(display_name="v", pipeline_spec=SPEC)
    ),
    f"GET {V2}/pipelines/{{pipeline_id}}/versions": READ,
    f"GET {V2}/pipelines/{{pipeline_id}}/versions/{{pipeline_version_id}}": READ,
    f"PATCH {V2}/pipelines/{{pipeline_id}}/versions/{{pipeline_version_id}}": Row(
        "editor", more=_body(display_name="changed")
    ),
    f"DELETE {V2}/pipelines/{{pipeline_id}}/versions/{{pipeline_version_id}}": WRITE,
    f"POST {V2}/runs": Row("editor", more=_body(**SPECIFIED)),
    f"GET {V2}/runs": LIST,
    f"GET {V2}/runs/{{run_id}}": READ,
    f"DELETE {V2}/runs/{{run_id}}": WRITE,
    f"POST {V2}/runs/{{run_id}}:archive": WRITE,
    f"POST {V2}/runs/{{run_id}}:unarchive": WRITE,
    f"POST {V2}/runs/{{run_id}}:terminate": Row("editor", path=LIVE),
    f"POST {V2}/runs/{{run_id}}:retry": WRITE,
    f"POST {V2}/recurringruns": Row("editor", more=_body(**KFP_RECURRING)),
    f"GET {V2}/recurringruns": LIST,
    f"GET {V2}/recurringruns/{{recurring_run_id}}": READ,
    f"DELETE {V2}/recurringruns/{{recurring_run_id}}": WRITE,
    f"POST {V2}/recurringruns/{{recurring_run_id}}:enable": WRITE,
    f"POST {V2}/recurringruns/{{recurring_run_id}}:disable": WRITE,
    "GET /apis/v1alpha1/runs/{run_id}/nodes/{node_id}/log": READ,
    f"GET {V2}/runs/{{run_id}}/nodes/{{node_id}}/artifacts/{{artifact_name}}:read": READ,
    f"GET {V2}/auth": Row("viewer", more=_in_a(verb="GET", resources="VIEWERS")),
    "GET /apis/v1beta1/auth": Row("viewer", more=_in_a(verb="GET", resources="VIEWERS")),
    f"GET {V2}/filters": OPEN,
    f"POST {V2}/visualizations/{{namespace}}": OPEN,
    "POST /apis/v1beta1/visualizations/{namespace}": OPEN,
    f"POST {V2}/workflows": OPEN,
    f"POST {V2}/scheduledworkflows": OPEN,
    "POST /registry": Row("editor", more={**_in_a(), "files": {"content": FILE}}),
    "GET /registry/packages": LIST,
    "GET /registry/packages/{package}": LIST,
    "DELETE /registry/packages/{package}": Row("editor", more=_in_a()),
    "GET /registry/packages/{package}/versions": LIST,
    "GET /registry/packages/{package}/versions/{version}": LIST,
    "DELETE /registry/packages/{package}/versions/{version}": Row("editor", more=_in_a()),
    "GET /registry/packages/{package}/tags": LIST,
    "POST /registry/packages/{package}/tags": Row(
        "editor", more={**_in_a(tagId="new"), **_body(name="", version="x")}
    ),
    "GET /registry/packages/{package}/tags/{tag}": LIST,
    "PATCH /registry/packages/{package}/tags/{tag}": Row(
        "editor", more={**_in_a(), **_body(name="", version="x")}
    ),
    "DELETE /registry/packages/{package}/tags/{tag}": Row("editor", more=_in_a()),
    "GET /registry/{package}/{version}": LIST,
    f"GET {V1}/me": OPEN,
    f"GET {V1}/settings": ROOT,
    f"GET {V1}/runs": LIST,
    f"POST {V1}/runs": Row("editor", more=_body(spec=SPEC, namespace="a")),
    f"POST {V1}/runs/bulk": OPEN,  # each run of it is judged alone; see test_tenants
    f"GET {V1}/runs/{{run_id}}": READ,
    f"PATCH {V1}/runs/{{run_id}}": Row("editor", more=_body(display_name="changed")),
    f"DELETE {V1}/runs/{{run_id}}": WRITE,
    f"POST {V1}/runs/{{run_id}}/terminate": Row("editor", path=LIVE, more=_body()),
    f"POST {V1}/runs/{{run_id}}/retry": Row("editor", more=_body()),
    f"POST {V1}/runs/{{run_id}}/archive": Row("editor", more=_body()),
    f"POST {V1}/runs/{{run_id}}/restore": Row("editor", more=_body()),
    f"GET {V1}/runs/{{run_id}}/document": READ,
    f"GET {V1}/runs/{{run_id}}/events": READ,
    f"POST {V1}/runs/{{run_id}}/rerun": Row("editor", more=_body()),
    f"GET {V1}/runs/{{run_id}}/logs": Row("viewer", more={"params": {"task": "load"}}),
    f"GET {V1}/runs/{{run_id}}/logs/stream": Row("viewer", more={"params": {"task": "load"}}),
    f"GET {V1}/runs/{{run_id}}/graph": READ,
    f"GET {V1}/versions/{{version_id}}/graph": READ,
    f"POST {V1}/graph": Row("stranger", more=_body(spec=SPEC)),
    f"GET {V1}/runs/{{run_id}}/explain": Row("viewer", more={"params": {"task": "load"}}),
    f"GET {V1}/runs/{{run_id}}/source": Row("viewer", more={"params": {"task": "load"}}),
    f"GET {V1}/runs/{{run_id}}/environment": Row("viewer", more={"params": {"task": "load"}}),
    f"GET {V1}/runs/{{run_id}}/usage": READ,
    f"GET {V1}/events": Row("viewer", more=_in_a()),
    f"GET {V1}/artifacts": LIST,
    f"GET {V1}/artifacts/{{artifact_id}}": READ,
    f"GET {V1}/artifacts/{{artifact_id}}/content": READ,
    f"GET {V1}/artifacts/{{artifact_id}}/preview": READ,
    f"GET {V1}/artifacts/{{artifact_id}}/frame": READ,
    f"GET {V1}/artifacts/{{artifact_id}}/lineage": READ,
    f"GET {V1}/pipelines": LIST,
    f"POST {V1}/pipelines": Row("editor", more=_body(name="new", namespace="a", spec=SPEC)),
    f"GET {V1}/pipelines/{{pipeline_id}}": READ,
    f"PATCH {V1}/pipelines/{{pipeline_id}}": Row("editor", more=_body(display_name="changed")),
    f"DELETE {V1}/pipelines/{{pipeline_id}}": WRITE,
    f"GET {V1}/pipelines/{{pipeline_id}}/versions": READ,
    f"POST {V1}/pipelines/{{pipeline_id}}/versions": Row(
        "editor", more=_body(name="v2", spec=SPEC)
    ),
    f"GET {V1}/versions/{{version_id}}": READ,
    f"PATCH {V1}/versions/{{version_id}}": Row("editor", more=_body(display_name="changed")),
    f"DELETE {V1}/versions/{{version_id}}": WRITE,
    f"GET {V1}/versions/{{version_id}}/document": READ,
    f"GET {V1}/experiments": LIST,
    f"POST {V1}/experiments": Row("editor", more=_body(name="new", namespace="a")),
    f"GET {V1}/experiments/{{experiment_id}}": READ,
    f"PATCH {V1}/experiments/{{experiment_id}}": Row("editor", more=_body(display_name="changed")),
    f"DELETE {V1}/experiments/{{experiment_id}}": WRITE,
    f"POST {V1}/experiments/{{experiment_id}}/archive": Row("editor", more=_body()),
    f"POST {V1}/experiments/{{experiment_id}}/restore": Row("editor", more=_body()),
    f"GET {V1}/recurring-runs": LIST,
    f"POST {V1}/recurring-runs": Row(
        "editor",
        more=_body(display_name="new", trigger=TRIGGER, pipeline_id="pipeline-a", namespace="a"),
    ),
    f"POST {V1}/recurring-runs/preview": Row("stranger", more=_body(trigger=TRIGGER)),
    f"GET {V1}/recurring-runs/{{recurring_run_id}}": READ,
    f"PATCH {V1}/recurring-runs/{{recurring_run_id}}": Row(
        "editor", more=_body(display_name="new")
    ),
    f"DELETE {V1}/recurring-runs/{{recurring_run_id}}": WRITE,
    f"POST {V1}/recurring-runs/{{recurring_run_id}}/enable": Row("editor", more=_body()),
    f"POST {V1}/recurring-runs/{{recurring_run_id}}/disable": Row("editor", more=_body()),
    f"POST {V1}/recurring-runs/{{recurring_run_id}}/backfill": Row(
        "editor", more=_body(begin=NOW - 7200, end=NOW)
    ),
    f"GET {V1}/recurring-runs/{{recurring_run_id}}/runs": READ,
    f"GET {V1}/compare": Row("viewer", more={"params": {"runs": "run-a,live-a"}}),
    f"GET {V1}/cluster": OPEN,  # what it shows of namespaces is in test_tenants
    f"GET {V1}/webhooks": Row("admin", more=_in_a()),
    f"POST {V1}/webhooks": Row(
        "admin", more=_body(name="n", url="https://hooks.example.com/y", namespace="a")
    ),
    f"GET {V1}/webhooks/{{webhook_id}}": Row("admin"),
    f"PATCH {V1}/webhooks/{{webhook_id}}": Row("admin", more=_body(name="n")),
    f"DELETE {V1}/webhooks/{{webhook_id}}": Row("admin"),
    f"POST {V1}/webhooks/{{webhook_id}}/test": Row("admin", more=_body()),
    f"GET {V1}/webhooks/{{webhook_id}}/deliveries": Row("admin"),
    f"GET {V1}/namespaces": OPEN,
    f"POST {V1}/namespaces": Row("root", hidden=False, more=_body(name="new")),
    f"GET {V1}/namespaces/{{namespace}}": READ,
    f"PATCH {V1}/namespaces/{{namespace}}": Row("admin", more=_body(description="x")),
    f"DELETE {V1}/namespaces/{{namespace}}": ROOT,
    f"GET {V1}/namespaces/{{namespace}}/members": READ,
    f"PUT {V1}/namespaces/{{namespace}}/members/{{user}}": Row("admin", more=_body(role="viewer")),
    f"DELETE {V1}/namespaces/{{namespace}}/members/{{user}}": Row("admin"),
    f"GET {V1}/tokens": OPEN,
    f"POST {V1}/tokens": Row(
        "admin", more=_body(name="ci", kind="service", namespace="a", role="viewer")
    ),
    f"DELETE {V1}/tokens/{{token_id}}": Row("admin", path={"token_id": "service-a"}),
    f"GET {V1}/audit": Row("admin", more=_in_a()),
    f"GET {V1}/openapi.json": OPEN,
}
STREAMS = frozenset({f"GET {V1}/events", f"GET {V1}/runs/{{run_id}}/logs/stream"})
#: What the thing in the table does not have, so that who may ask is told so.
NOTHING_THERE = frozenset(
    {
        f"GET {V1}/artifacts/{{artifact_id}}/frame",
        "GET /metrics",
        f"GET {V2}/runs/{{run_id}}/nodes/{{node_id}}/artifacts/{{artifact_name}}:read",
    }
)
#: Where the answer to those who may read but not do this is the same as to strangers.
UNSEEN_BY_READERS = frozenset({f"DELETE {V1}/tokens/{{token_id}}"})
ROUTES = {f"{one.method} {one.path}": one for one in endpoints()}


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert sorted(ROUTES) == sorted(TABLE)


def test_the_routes_for_anybody_are_a_list_of_whole_paths() -> None:
    exempt = {one.path for one in ROUTES.values() if one.exempt}
    assert exempt == {key.partition(" ")[2] for key, row in TABLE.items() if row is None}
    assert exempt <= EXEMPT
    assert EXEMPT - exempt == {"/auth/login", "/auth/callback", "/auth/logout", "/auth/session"}
    assert all("{" not in path for path in EXEMPT)


@pytest.mark.parametrize("key", sorted(TABLE))
def test_nobody_gets_anything(key: str, world) -> None:
    method, path, more = _request(key)
    answer = world.ask(None, method, path, **more)
    if TABLE[key] is None:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("key", sorted(key for key, row in TABLE.items() if row is not None))
def test_each_role_may_do_what_the_table_says(key: str, world) -> None:
    row = TABLE[key]
    method, path, more = _request(key)
    place = ORDER.index(row.least)
    for user in USERS:
        below = user == "other" or ORDER.index(user) < place
        if row.least == "stranger" or not below:
            continue
        status = _ask(world, user, method, path, more).status_code
        assert status == _refusal(key, row, user), (user, key)
    if key not in STREAMS:
        status = _ask(world, row.least, method, path, more).status_code
        assert status not in (401, 403, 405, 500), (row.least, key)
        assert (status == 404) is (key in NOTHING_THERE)


@pytest.mark.parametrize(
    "key",
    sorted(f"{one.method} {one.path}" for one in ROUTES.values() if one.verb != "read"),
)
def test_a_token_for_reading_changes_nothing(key: str, world) -> None:
    method, path, more = _request(key)
    answer = world.ask("root", method, path, scope="read", **more)
    assert answer.status_code == 403


def test_a_token_for_writing_manages_nothing(world) -> None:
    for key, endpoint in ROUTES.items():
        if endpoint.verb in ("manage", "administer"):
            method, path, more = _request(key)
            assert world.ask("root", method, path, scope="write", **more).status_code == 403, key


@pytest.mark.parametrize("name", ["healthz", "readyz", "x/health", "ready", "login", "auth/login"])
def test_what_is_named_like_an_exempt_route_is_not_exempt(name: str, world) -> None:
    for path in (
        f"/api/v1/runs/{name}",
        f"/apis/v2beta1/pipelines/names/{name}",
        f"/api/v1/{name}",
        f"/{name}/",
        f"//{name}",
        f"/x/../{name}/..;/api/v1/runs",
    ):
        assert world.ask(None, "GET", path).status_code in (401, 403), path


def _ask(world, user, method, path, more):
    return world.ask(user, method, path, **more)


def _refusal(key: str, row: Row, user: str) -> int:
    if not row.hidden and ROUTES[key].verb == "administer":
        return 403
    sees = user in ("viewer", "editor", "admin")
    if ROUTES[key].verb == "manage" and not sees:
        return 404
    return 403 if sees and key not in UNSEEN_BY_READERS else 404


def _request(key: str) -> tuple[str, str, dict[str, Any]]:
    method, _, path = key.partition(" ")
    row = TABLE[key] or Row("stranger")
    values = PATH | row.path
    return method, path.format(**values), row.more
