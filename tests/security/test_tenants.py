"""What belongs to one namespace is not there for another: by id, in lists, in bulk, in lineage."""

from __future__ import annotations

import asyncio
import base64
import json
import re

import pytest
from native_bench import read, task
from tenants_world import secret_of

from headrace.server.security.tokens import digest_of
from headrace.store import Member, RunBatch, Token

V1, V2 = "/api/v1", "/apis/v2beta1"

#: Every kind of thing, by the address at which one of ``b`` stands.
THINGS = [
    f"{V1}/runs/{{}}run-b",
    f"{V1}/runs/{{}}run-b/graph",
    f"{V1}/runs/{{}}run-b/document",
    f"{V1}/runs/{{}}run-b/events",
    f"{V1}/runs/{{}}run-b/usage",
    f"{V1}/runs/{{}}run-b/logs?task=load",
    f"{V1}/artifacts/{{}}artifact-b",
    f"{V1}/artifacts/{{}}artifact-b/content",
    f"{V1}/artifacts/{{}}artifact-b/preview",
    f"{V1}/artifacts/{{}}artifact-b/lineage",
    f"{V1}/pipelines/{{}}pipeline-b",
    f"{V1}/versions/{{}}version-b",
    f"{V1}/versions/{{}}version-b/document",
    f"{V1}/experiments/{{}}experiment-b",
    f"{V1}/recurring-runs/{{}}recurring-b",
    f"{V1}/webhooks/{{}}webhook-b",
    f"{V1}/namespaces/{{}}b",
    f"{V2}/runs/{{}}run-b",
    f"{V2}/experiments/{{}}experiment-b",
    f"{V2}/pipelines/{{}}pipeline-b",
    f"{V2}/recurringruns/{{}}recurring-b",
    "/apis/v1alpha1/runs/{}run-b/nodes/load/log",
]
LISTS = [
    f"{V1}/runs",
    f"{V1}/artifacts",
    f"{V1}/pipelines",
    f"{V1}/experiments",
    f"{V1}/recurring-runs",
    f"{V1}/webhooks",
    f"{V2}/runs",
    f"{V2}/experiments",
    f"{V2}/pipelines",
    f"{V2}/recurringruns",
    "/registry/packages",
]


def _tenants_in(text: str) -> set[str]:
    """Return whose things are named in a text."""
    kinds = "run|live|artifact|pipeline|version|experiment|recurring|webhook|package"
    return set(re.findall(rf"\b(?:{kinds})-([ab])\b", text))


@pytest.mark.parametrize("address", THINGS)
def test_a_thing_of_another_namespace_looks_like_one_that_is_not_there(address, world) -> None:
    """Word for word: a difference would tell whether it exists."""
    there = world.ask("admin", "GET", address.format(""))
    absent = world.ask("admin", "GET", address.format("no-"))
    assert (there.status_code, absent.status_code) == (404, 404)
    assert there.text.replace("no-", "") == absent.text.replace("no-", "")
    assert {**there.headers, "content-length": ""} == {**absent.headers, "content-length": ""}


@pytest.mark.parametrize("address", LISTS)
def test_a_list_shows_what_is_ones_own(address, world) -> None:
    for user, own, foreign in (("admin", "a", "b"), ("other", "b", "a")):
        answer = world.ask(user, "GET", address)
        assert answer.status_code == 200
        assert _tenants_in(answer.text) == {own}
        assert world.ask(user, "GET", address, params={"namespace": foreign}).status_code == 404


@pytest.mark.parametrize(
    "namespace",
    ["a ", " a", "A", "a/", "a%", "*", "a,b", "ab", "a\u200b", "a\x00", "a/../b", "b%2f..%2fa"],
)
@pytest.mark.parametrize("address", LISTS)
def test_names_are_compared_whole(address, namespace, world) -> None:
    answer = world.ask("admin", "GET", address, params={"namespace": namespace})
    assert answer.status_code in (400, 404)
    assert "run-" not in answer.text


def test_a_name_that_begins_alike_is_another(world) -> None:
    world.store.put_member(Member(namespace="a", user="ann", role="admin"))
    for number, user in enumerate(("an", "annn", "Ann", "ann@x", "ann ", "nn")):
        secret = secret_of(f"alike{number}")
        world.store.add_token(
            Token(
                id=user,
                name="t",
                user=user,
                digest=digest_of(secret),
                created_at=1.0,
                scopes=("read",),
            )
        )
        answer = world.ask(f"alike{number}", "GET", f"{V1}/runs/run-a")
        assert answer.status_code == (401 if user.strip() != user else 404)


@pytest.mark.parametrize(
    "where",
    [
        [{"field": "namespace", "op": "eq", "value": "b"}],
        [{"field": "namespace", "op": "in", "value": ["a", "b"]}],
        [{"field": "namespace", "op": "ne", "value": "a"}],
        [{"field": "run_id", "op": "in", "value": ["run-b", "live-b"]}],
        [{"field": "display_name", "op": "contains", "value": "b"}],
        [{"field": "experiment", "op": "eq", "value": "experiment-b"}],
        [{"field": "pipeline_id", "op": "eq", "value": "pipeline-b"}],
        [{"field": "tag.team", "op": "eq", "value": "b"}],
    ],
    ids=range(8),
)
def test_no_filter_reaches_into_another_namespace(where, world) -> None:
    query = {"namespace": "a", "filter": json.dumps(where), "total": "1"}
    answer = world.ask("admin", "GET", f"{V1}/runs", params=query)
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert [
            run["run_id"] for run in answer.json()["items"] if not run["run_id"].endswith("-a")
        ] == []
        assert answer.json().get("total", 0) <= 2


@pytest.mark.parametrize(
    "query",
    [
        {"experiment": "experiment-b"},
        {"experiment_id": "experiment-b"},
        {"pipeline": "x", "namespace": "b"},
    ],
)
def test_no_parameter_reaches_into_another_namespace(query, world) -> None:
    for address in (f"{V1}/runs", f"{V2}/runs"):
        answer = world.ask("admin", "GET", address, params=query)
        assert "run-b" not in answer.text
        assert "live-b" not in answer.text


def _token_of_b(world, address) -> str:
    answer = world.ask(
        "other", "GET", address, params={"limit": "1"} if "/api/" in address else {"page_size": "1"}
    )
    body = answer.json()
    return body.get("next_token") or body.get("next_page_token")


@pytest.mark.parametrize("address", [f"{V1}/runs", f"{V2}/runs"])
def test_a_page_token_of_another_namespace_is_none(address, world) -> None:
    token = _token_of_b(world, address)
    assert token
    answer = world.ask("admin", "GET", address, params={"page_token": token})
    assert answer.status_code == 400
    assert "b" not in _tenants_in(answer.text)


def _forgeries(token: str) -> list[str]:
    body = token + "=" * (-len(token) % 4)
    raw = base64.urlsafe_b64decode(body)
    changed = [
        raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :] for place in range(len(raw))
    ]
    texts = [
        base64.urlsafe_b64encode(one).decode().rstrip("=")
        for one in changed[:: max(1, len(raw) // 24)]
    ]
    return [
        *texts,
        token[:-1],
        token + "A",
        token[::-1],
        "' OR 1=1 --",
        "eyJ9",
        "\x00",
        "x" * 5000,
        "☃",
    ]


@pytest.mark.parametrize("address", [f"{V1}/runs", f"{V2}/runs"])
def test_a_page_token_that_was_changed_is_none_or_leads_into_the_same_list(address, world) -> None:
    """KFP's tokens are signed; ours hold a place in one list, and no right to anything."""
    limit = {"limit": "1"} if "/api/" in address else {"page_size": "1"}
    answer = world.ask("admin", "GET", address, params=limit).json()
    token = answer.get("next_token") or answer.get("next_page_token")
    for forged in _forgeries(token):
        answer = world.ask("admin", "GET", address, params={**limit, "page_token": forged})
        if address.startswith(V1) and answer.status_code == 200:
            assert _tenants_in(answer.text) <= {"a"}
        else:
            assert answer.status_code == 400, forged


SQL = [
    "created_at; DROP TABLE runs",
    "created_at desc, (select 1)",
    "1",
    "run_id--",
    "tag.'x'",
    'metric."',
    "x' OR '1'='1",
    "__class__",
    "payload",
    "namespace) UNION SELECT",
]


@pytest.mark.parametrize("field", SQL)
def test_fields_that_are_none_are_refused(field, world) -> None:
    predicate = json.dumps([{"field": field, "op": "eq", "value": "x"}])
    kfp = json.dumps({"predicates": [{"operation": "EQUALS", "key": field, "string_value": "x"}]})
    asked = [
        (f"{V1}/runs", {"sort": field}),
        (f"{V1}/runs", {"filter": predicate}),
        (f"{V1}/pipelines", {"sort": field}),
        (f"{V1}/pipelines/pipeline-a/versions", {"sort": field}),
        (f"{V1}/artifacts", {"sort": field}),
        (f"{V2}/runs", {"sort_by": field}),
        (f"{V2}/runs", {"filter": kfp}),
        (f"{V2}/experiments", {"sort_by": field}),
        (f"{V2}/pipelines", {"filter": kfp}),
    ]
    for address, query in asked:
        answer = world.ask("admin", "GET", address, params=query)
        if (
            answer.status_code == 200
        ):  # a tag or a metric may be called anything; then nothing has it
            assert field.startswith(("tag.", "metric.")), (address, query)
            continue
        assert answer.status_code == 400, (address, query)
        assert "sqlite" not in answer.text.lower()
        assert "syntax" not in answer.text.lower()
    assert world.ask("admin", "GET", f"{V1}/runs/run-a").status_code == 200


@pytest.mark.parametrize("action", ["terminate", "retry", "archive", "restore", "delete"])
def test_bulk_touches_what_is_ones_own_only(action, world) -> None:
    ids = ["run-b", "live-b", "nowhere"]
    before = [world.store.run(one) for one in ids[:2]]
    answer = world.ask("admin", "POST", f"{V1}/runs/bulk", json={"action": action, "run_ids": ids})
    assert answer.status_code == 200
    body = answer.json()
    assert body.get("done", []) == []
    told = {one["run_id"]: one["message"].replace(one["run_id"], "") for one in body["failed"]}
    assert set(told) == set(ids)
    assert len(set(told.values())) == 1  # the same of what is there and what is not
    assert [world.store.run(one) for one in ids[:2]] == before
    assert world.store.take_requests(["run-b", "live-b"]) == []


def test_bulk_of_a_viewer_changes_nothing(world) -> None:
    body = {"action": "delete", "run_ids": ["run-a"]}
    answer = world.ask("viewer", "POST", f"{V1}/runs/bulk", json=body)
    assert answer.json().get("done", []) == []
    assert world.store.run("run-a").run_id == "run-a"


def test_comparing_needs_both(world) -> None:
    for runs in ("run-a,run-b", "run-b,live-b"):
        assert world.ask("admin", "GET", f"{V1}/compare", params={"runs": runs}).status_code == 404


def test_the_machine_shows_work_of_ones_own_only(world) -> None:
    for name in ("a", "b"):
        (lease,) = world.store.claim(
            "c", now=world.clock.now(), lease_s=9.0, run_ids=[f"live-{name}"]
        )
        changes = [task("load", "running", started_at=1.0), task("fit", "pending")]
        world.store.commit([RunBatch(lease=lease, at=1.0, changes=changes)])
    answer = world.ask("admin", "GET", f"{V1}/cluster")
    assert "live-a" in answer.text
    assert "live-b" not in answer.text


def test_lineage_ends_where_the_namespace_does(world) -> None:
    """An artifact of ``a`` that a run of ``b`` read: the reader is not shown, nor is the way on."""
    (lease,) = world.store.claim("c", now=world.clock.now(), lease_s=9.0, run_ids=["live-b"])
    changes = [task("load"), read("artifact-a", "load")]
    world.store.commit([RunBatch(lease=lease, at=1.0, changes=changes)])
    for address in ("artifact-a", "artifact-a/lineage?depth=20&direction=both"):
        answer = world.ask("admin", "GET", f"{V1}/artifacts/{address}")
        assert answer.status_code == 200
        assert "live-b" not in answer.text


def test_events_are_of_ones_own_namespaces(world) -> None:
    for user, own in (("admin", "a"), ("other", "b")):
        lines = _feed(world, user)
        assert _tenants_in("".join(lines)) == {own}


def _feed(world, user) -> list[str]:
    """Return what the feed has sent by the first moment of silence."""
    sent: list[bytes] = []

    async def ask() -> None:
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": "GET", "path": f"{V1}/events", "raw_path": b"", "root_path": "", "scheme": "http",
            "query_string": b"after=0&rows=1", "server": ("localhost", 80), "client": ("127.0.0.1", 1),
            "headers": [(b"host", b"localhost"), (b"authorization", f"Bearer {secret_of(user)}".encode())],
        }  # fmt: skip
        quiet, ended = asyncio.Event(), asyncio.Event()

        async def receive() -> dict:
            await quiet.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict) -> None:
            sent.append(message.get("body", b""))
            if b"run_ended" in sent[-1]:
                ended.set()

        task = asyncio.create_task(world.app(scope, receive, send))
        await ended.wait()
        await asyncio.sleep(0.05)
        quiet.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(asyncio.wait_for(ask(), 10))
    return b"".join(sent).decode().splitlines()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"{V1}/runs", {"version_id": "version-b", "namespace": "a"}),
        ("POST", f"{V1}/runs", {"pipeline_id": "pipeline-b", "namespace": "a"}),
        (
            "POST",
            f"{V1}/runs",
            {"version_id": "version-a", "namespace": "a", "experiment": "experiment-b"},
        ),
        ("POST", f"{V1}/runs", {"version_id": "version-a", "namespace": "b"}),
        (
            "POST",
            f"{V1}/recurring-runs",
            {
                "display_name": "x",
                "trigger": {"interval_s": 60},
                "pipeline_id": "pipeline-b",
                "namespace": "a",
            },
        ),
        (
            "POST",
            f"{V1}/recurring-runs",
            {
                "display_name": "x",
                "trigger": {"interval_s": 60},
                "pipeline_id": "pipeline-a",
                "namespace": "a",
                "experiment": "experiment-b",
            },
        ),
        ("PATCH", f"{V1}/recurring-runs/recurring-a", {"pipeline_id": "pipeline-b"}),
        (
            "PATCH",
            f"{V1}/recurring-runs/recurring-a",
            {"pipeline_id": "pipeline-a", "version_id": "version-b"},
        ),
        (
            "POST",
            f"{V2}/runs",
            {
                "display_name": "x",
                "experiment_id": "experiment-a",
                "pipeline_version_reference": {
                    "pipeline_id": "pipeline-b",
                    "pipeline_version_id": "version-b",
                },
            },
        ),
        (
            "POST",
            f"{V2}/runs",
            {
                "display_name": "x",
                "experiment_id": "experiment-a",
                "pipeline_version_reference": {
                    "pipeline_id": "pipeline-a",
                    "pipeline_version_id": "version-b",
                },
            },
        ),
        (
            "POST",
            f"{V2}/runs",
            {
                "display_name": "x",
                "experiment_id": "experiment-a",
                "pipeline_version_reference": {"pipeline_id": "pipeline-b"},
            },
        ),
        ("GET", f"{V2}/pipelines/pipeline-a/versions/version-b", None),
        ("DELETE", f"{V2}/pipelines/pipeline-a/versions/version-b", None),
        ("POST", f"{V2}/pipelines/upload_version?pipelineid=pipeline-b&name=x", None),
    ],
    ids=range(14),
)
def test_a_request_about_ones_own_cannot_name_what_is_anothers(method, path, body, world) -> None:
    runs_before = len(world.store.runs().items)
    more = {"json": body} if body is not None else {}
    if "upload_version" in path:
        more = {"files": {"uploadfile": ("p.yaml", b"x: 1")}}
    answer = world.ask("admin", method, path, **more)
    assert answer.status_code in (400, 404), answer.text
    assert len(world.store.runs().items) == runs_before
    assert world.store.recurring_run("recurring-a").pipeline_id == "pipeline-a"
    assert world.store.version("version-b").id == "version-b"


@pytest.mark.parametrize("prefix", ["r", "run", "run-", "live", "l"])
@pytest.mark.parametrize(
    "address", [f"{V1}/runs/{{}}", f"{V2}/runs/{{}}", "/apis/v1alpha1/runs/{}/nodes/load/log"]
)
def test_the_beginning_of_an_id_tells_nothing(address, prefix, world) -> None:
    """Which ids begin so is known of all tenants together."""
    assert world.ask("stranger", "GET", address.format(prefix)).status_code == 404


def test_a_service_reaches_its_own_namespace_only(world) -> None:
    assert world.ask("service-a", "GET", f"{V1}/runs/run-a").status_code == 200
    assert (
        world.ask("service-a", "PATCH", f"{V1}/runs/run-a", json={"description": "x"}).status_code
        == 200
    )
    assert world.ask("service-a", "GET", f"{V1}/runs/run-b").status_code == 404
    assert (
        world.ask(
            "service-a", "PUT", f"{V1}/namespaces/a/members/eve", json={"role": "admin"}
        ).status_code
        == 403
    )
    assert world.ask("service-a", "POST", f"{V1}/tokens", json={"name": "more"}).status_code == 403
