"""What costs much or says something else than it is: filters, pages, lineage, names, addresses."""

from __future__ import annotations

import ast
import json
import re
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from native_bench import made, read, task
from tenants_world import World

import headrace.server
from headrace.server.security.limits import Limits
from headrace.store import RunBatch

V1, V2 = "/api/v1", "/apis/v2beta1"
BOUND_S = 5.0

EVIL = [
    "(a+)+$" + "a" * 40,
    "%" * 200,
    "_" * 200,
    "a%" * 100,
    "\\" * 100,
    "[" * 100,
    "*" * 200,
    "(" * 100 + "x",
]


@pytest.mark.parametrize("text", EVIL, ids=range(len(EVIL)))
def test_searching_for_evil_takes_bounded_time_and_means_the_characters(text, world) -> None:
    began = time.monotonic()
    for query in (
        {"text": text},
        {"filter": json.dumps([{"field": "display_name", "op": "contains", "value": text}])},
    ):
        answer = world.ask("viewer", "GET", f"{V1}/runs", params={"namespace": "a", **query})
        assert answer.status_code in (200, 400)
        assert answer.json().get("items", []) == []
    kfp = {
        "predicates": [{"operation": "IS_SUBSTRING", "key": "display_name", "string_value": text}]
    }
    answer = world.ask(
        "viewer", "GET", f"{V2}/runs", params={"namespace": "a", "filter": json.dumps(kfp)}
    )
    assert "runs" not in answer.json() or answer.status_code == 400
    assert time.monotonic() - began < BOUND_S


@pytest.mark.parametrize(
    "where",
    [
        pytest.param([{"field": "run_id", "op": "eq", "value": "x"}] * 500, id="conditions"),
        pytest.param([{"field": "run_id", "op": "in", "value": ["x"] * 5000}], id="values"),
        pytest.param(
            [{"field": "display_name", "op": "contains", "value": "x" * 10_000}], id="text"
        ),
        pytest.param([{"field": "tag." + "x" * 10_000, "op": "eq", "value": "x"}], id="name"),
        pytest.param([{"field": "run_id", "op": "regex", "value": "x"}], id="regular expression"),
        pytest.param([{"field": "run_id", "op": "eq", "value": {"a": 1}}], id="object"),
        pytest.param([{"field": "created_at", "op": "gt", "value": 1e400}], id="infinity"),
        pytest.param("[" * 5000, id="nesting"),
    ],
)
def test_a_filter_beyond_the_bounds_is_refused_or_finds_nothing(where, world) -> None:
    text = where if isinstance(where, str) else json.dumps(where)
    began = time.monotonic()
    answer = world.ask("viewer", "GET", f"{V1}/runs", params={"namespace": "a", "filter": text})
    assert answer.status_code == 400 or answer.json().get("items", []) == []
    assert time.monotonic() - began < BOUND_S


@pytest.mark.parametrize(
    "size", ["0", "-1", "1001", "999999999999999999999", "1e3", "NaN", "", "x"]
)
@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{V1}/runs", "limit"),
        (f"{V1}/artifacts", "limit"),
        (f"{V1}/audit", "limit"),
        (f"{V2}/runs", "page_size"),
        (f"{V2}/pipelines", "page_size"),
    ],
)
def test_pages_have_a_bounded_size(path, name, size, world) -> None:
    answer = world.ask("admin", "GET", path, params={"namespace": "a", name: size})
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert size in ("", "1e3") or path.startswith(V2)


def test_lineage_of_a_long_chain_is_bounded(world) -> None:
    changes = [task(f"t{n}") for n in range(400)]
    for n in range(400):
        changes += made(f"link{n}", f"t{n}", name="out")
        if n:
            changes.append(read(f"link{n - 1}", f"t{n}"))
    (lease,) = world.store.claim("c", now=world.clock.now(), lease_s=9.0, run_ids=["live-a"])
    world.store.commit([RunBatch(lease=lease, at=1.0, changes=changes)])
    began = time.monotonic()
    answer = world.ask("viewer", "GET", f"{V1}/artifacts/link200/lineage", params={"depth": 20})
    assert answer.status_code == 200
    assert len(answer.json()["nodes"]) < 100
    assert time.monotonic() - began < BOUND_S
    for depth in ("21", "1000000", "-1"):
        asked = world.ask(
            "viewer", "GET", f"{V1}/artifacts/link200/lineage", params={"depth": depth}
        )
        assert asked.status_code == 400


def test_streams_of_one_user_are_bounded_at_the_server(world) -> None:
    """The bound itself is in the unit tests; here it is that the server has one."""
    tight = World(world.store, limits=Limits(streams_per_user=0))
    with tight:
        for path in (f"{V1}/events?namespace=a", f"{V1}/runs/run-a/logs/stream?task=load"):
            answer = tight.ask("viewer", "GET", path)
            assert answer.status_code == 429
            assert answer.headers["Retry-After"]


HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "a\r\nSet-Cookie: x=y",
    "\x1b]0;title\x07\x1b[31m",
    "\u202egnp.exe",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "'; DROP TABLE runs; --",
    "../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "\u0000",
    "a" * 100_000,
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_are_text_wherever_they_come_out(name, world) -> None:
    bodies = [
        (f"{V1}/runs", {"version_id": "version-a", "namespace": "a", "name": name}),
        (f"{V1}/experiments", {"name": name, "namespace": "a"}),
        (f"{V2}/experiments", {"display_name": name, "namespace": "a"}),
        (f"{V1}/pipelines", {"name": name, "namespace": "a", "spec": {}}),
    ]
    for path, body in bodies:
        answer = world.ask("editor", "POST", path, json=body)
        assert answer.status_code in (200, 201, 400, 409), (path, answer.status_code)
        _check_inert(answer)
    for path in (f"{V1}/runs", f"{V1}/experiments", f"{V2}/experiments", f"{V2}/runs"):
        _check_inert(world.ask("viewer", "GET", path, params={"namespace": "a"}))
    path = f"{V1}/runs/{quote(name[:500], safe='')}"
    answer = world.ask("viewer", "GET", path)
    assert answer.status_code in (400, 404)
    _check_inert(answer)


def _check_inert(answer) -> None:
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "x=y" not in answer.headers.get("set-cookie", "")
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", answer.text)
    json.loads(answer.text)


@pytest.mark.parametrize("name", ["a\r\nERROR forged", "a\nroot logged in", "\x1b[31m"])
def test_names_forge_no_line_of_the_log(name, world, caplog, monkeypatch) -> None:
    from headrace.app.log_format import JsonLines, TextLines
    from headrace.errors import InfrastructureError

    def out(*_: object, **__: object) -> None:
        raise InfrastructureError(f"out: {name}")

    monkeypatch.setattr(type(world.store), "run", out)
    world.ask("viewer", "GET", f"{V1}/runs/{quote(name, safe='')}")
    assert caplog.records
    for record in caplog.records:
        for lines in (JsonLines(), TextLines()):
            line = lines.format(record)
            assert "\n" not in line
            assert "\x1b" not in line


TRAVERSALS = [
    "..%2f..%2fetc%2fpasswd",
    "..%252f..%252fetc%252fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "..\\..\\etc\\passwd",
    "..%5c..%5cetc%5cpasswd",
    "%c0%ae%c0%ae/etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "~root/.ssh/id_rsa",
    "C:%5cWindows%5cwin.ini",
    "a%00.txt",
    "assets/../../errors.py",
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_address_leads_to_a_file_of_the_server(path, world, tmp_path) -> None:
    from headrace.server.files import page_routes
    from headrace.server.security.assembly import secured

    root = tmp_path / "page"
    root.mkdir()
    (root / "index.html").write_text("the page")
    (tmp_path / "secret.txt").write_text("secret")
    app = secured(world.services, world.endpoints, world.auth, routes=page_routes(root))
    world.client.app = app
    from starlette.testclient import TestClient
    from tenants_world import secret_of

    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        headers = {"Authorization": f"Bearer {secret_of('root')}"}
        for asked in (
            f"/{path}",
            f"/assets/{path}",
            f"{V1}/artifacts/artifact-a/content?path={path}",
            f"{V1}/artifacts/artifact-a/preview?path={path}",
            f"{V1}/runs/run-a/logs?task={path}",
            f"{V1}/artifacts/{path}",
            f"/apis/v1alpha1/runs/run-a/nodes/{path}/log",
        ):
            answer = client.get(asked, headers=headers)
            assert answer.status_code in (200, 400, 404), asked
            assert "root:" not in answer.text
            assert "secret" not in answer.text
            assert "HTTP status of each kind" not in answer.text  # errors.py


def test_a_package_is_not_fetched_from_the_servers_own_network(world, monkeypatch) -> None:
    from headrace.server import fetching

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(fetching, "_connect", never)
    for url in (
        "http://169.254.169.254/latest",
        "http://127.0.0.1:8080/x",
        "http://2130706433/",
        "file:///etc/passwd",
        "http://[::ffff:10.0.0.1]/",
        "http://me:pw@example.com/",
    ):
        body = {"display_name": "v", "package_url": {"pipeline_url": url}}
        answer = world.ask("editor", "POST", f"{V2}/pipelines/pipeline-a/versions", json=body)
        assert answer.status_code == 400, url


def test_a_webhook_does_not_reach_into_the_servers_own_network(world, monkeypatch) -> None:
    from headrace.server import fetching

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(fetching, "_connect", never)
    for url in (
        "http://169.254.169.254/latest",
        "http://127.0.0.1:1/x",
        "http://0x7f.1/",
        "gopher://x/",
        "http://me:pw@example.com/",
    ):
        made = world.ask(
            "admin", "POST", f"{V1}/webhooks", json={"name": "n", "url": url, "namespace": "a"}
        )
        if made.status_code == 400:
            continue
        tested = world.ask(
            "admin", "POST", f"{V1}/webhooks/{made.json()['webhook']['id']}/test", json={}
        )
        assert tested.status_code == 200
        assert tested.json()["delivered"] is False


def test_a_run_is_nobody_else(world) -> None:
    body = {"version_id": "version-a", "namespace": "a", "service_account": "cluster-admin"}
    for user in ("editor", "root"):
        assert world.ask(user, "POST", f"{V1}/runs", json=body).status_code == 403
    kfp = {
        "display_name": "x",
        "experiment_id": "experiment-a",
        "service_account": "cluster-admin",
        "pipeline_version_reference": {"pipeline_id": "pipeline-a"},
    }
    assert world.ask("editor", "POST", f"{V2}/runs", json=kfp).status_code == 403
    world.store.update_namespace("a", service_accounts=("cluster-admin",))
    assert world.ask("editor", "POST", f"{V1}/runs", json=body).status_code == 201


FORBIDDEN = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "torch", "marshal", "shelve"}


def test_the_server_unpickles_and_evaluates_nothing() -> None:
    """By its source: no module that runs what it reads, no eval, no loader of YAML's objects."""
    root = Path(headrace.server.__file__).parent
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names]
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not FORBIDDEN & {name.partition(".")[0] for name in names}, path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile", "__import__"), path
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("unsafe_load", "full_load", "load_all"), path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("TRACE", "/api/v1/me"),
        ("CONNECT", "/api/v1/me"),
        ("PROPFIND", "/"),
        ("OPTIONS", "/api/v1/me"),
        ("PUT", "/api/v1/me"),
    ],
)
def test_other_methods_are_refused(method, path, world) -> None:
    answer = world.ask("root", method, path)
    assert answer.status_code in (404, 405)
    assert not any(name.startswith("access-control") for name in answer.headers)
