"""Namespaces, members, tokens, quotas and the audit log: who may change whose, and what is kept."""

from __future__ import annotations

import threading

import pytest
from native_bench import task
from tenants_world import NOW, secret_of

from headrace.server.security.tokens import digest_of, is_token
from headrace.store import Member, Query, Quota, RunBatch, Token

V1 = "/api/v1"


def _entries(world, **fields):
    found = world.store.find_audit(Query(sort="at", limit=500)).items
    return [one for one in found if all(getattr(one, k) == v for k, v in fields.items())]


def _as(world, secret, method, path, **more):
    return world.client.request(method, path, headers={"Authorization": f"Bearer {secret}"}, **more)


def _session(world, user):
    from headrace.server.security.sessions import Signer, signing_key

    value = Signer(signing_key(world.store), "session").sign({"user": user}, expires_at=NOW * 2)
    return {"Cookie": f"headrace_session={value}"}


def _personal(world, who, **body):
    """Make a token as a user who has logged in with a browser."""
    return world.client.post(
        f"{V1}/tokens", json={"name": "mine", **body}, headers=_session(world, who)
    )


# ------------------------------------------------------------------ tokens


def test_a_token_is_shown_once_and_kept_as_its_digest(world) -> None:
    answer = _personal(world, "editor")
    assert answer.status_code == 201, answer.text
    secret, token = answer.json()["secret"], answer.json()["token"]
    assert is_token(secret)
    assert world.store.token(token["id"]).digest == digest_of(secret)
    for path in (f"{V1}/tokens", f"{V1}/audit", f"{V1}/settings"):
        text = world.ask("root", "GET", path).text
        assert secret not in text
        assert digest_of(secret) not in text
    assert secret not in repr(world.store.tokens(user="editor"))
    assert _as(world, secret, "GET", f"{V1}/me").json()["user"] == "editor"


def test_a_token_gives_no_more_than_its_scopes(world) -> None:
    secret = _personal(world, "editor", scopes=["read"]).json()["secret"]
    assert _as(world, secret, "GET", f"{V1}/runs/run-a").status_code == 200
    assert _as(world, secret, "DELETE", f"{V1}/runs/run-a").status_code == 403


def test_a_token_gives_no_more_than_its_namespace_and_role(world) -> None:
    world.store.put_member(Member(namespace="b", user="admin", role="admin"))
    body = {"namespace": "a", "role": "viewer", "scopes": ["manage"]}
    secret = _personal(world, "admin", **body).json()["secret"]
    assert _as(world, secret, "GET", f"{V1}/runs/run-a").status_code == 200
    assert _as(world, secret, "DELETE", f"{V1}/runs/run-a").status_code == 403
    assert _as(world, secret, "GET", f"{V1}/runs/run-b").status_code == 404


def test_a_token_of_an_administrator_for_one_namespace_administers_nothing(world) -> None:
    body = {"namespace": "a", "scopes": ["administer"]}
    secret = _personal(world, "root", **body).json()["secret"]
    assert _as(world, secret, "GET", f"{V1}/runs/run-a").status_code == 200
    assert _as(world, secret, "GET", f"{V1}/runs/run-b").status_code == 404
    assert _as(world, secret, "POST", f"{V1}/namespaces", json={"name": "c"}).status_code == 403
    assert _as(world, secret, "GET", f"{V1}/audit").status_code == 403


def test_a_token_follows_what_its_user_may(world) -> None:
    secret = _personal(world, "editor").json()["secret"]
    world.store.remove_member("a", "editor")
    assert _as(world, secret, "GET", f"{V1}/runs/run-a").status_code == 404


def test_a_token_expires_and_is_revoked_at_once(world) -> None:
    made = _personal(world, "editor", expires_in_s=60).json()
    assert _as(world, made["secret"], "GET", f"{V1}/me").status_code == 200
    world.clock.at += 60
    assert _as(world, made["secret"], "GET", f"{V1}/me").status_code == 401
    other = _personal(world, "editor").json()
    path = f"{V1}/tokens/{other['token']['id']}"
    assert world.client.delete(path, headers=_session(world, "editor")).status_code == 200
    assert _as(world, other["secret"], "GET", f"{V1}/me").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"expires_in_s": 1},
        {"expires_in_s": 10**9},
        {"expires_in_s": None},
        {"name": ""},
        {"name": "a\nb"},
        {"kind": "service"},
        {"kind": "service", "namespace": "a"},
        {"kind": "service", "namespace": "a", "role": "owner"},
        {"user": "root"},
        {"digest": "0" * 64},
    ],
    ids=range(12),
)
def test_a_wrong_token_is_not_made(body, world) -> None:
    before = len(world.store.tokens())
    assert _personal(world, "admin", **body).status_code == 400
    assert len(world.store.tokens()) == before


@pytest.mark.parametrize(
    ("user", "body", "status"),
    [
        ("editor", {"scopes": ["administer"]}, 403),
        ("editor", {"namespace": "b"}, 404),
        ("editor", {"kind": "service", "namespace": "a", "role": "viewer", "name": "ci"}, 403),
        ("admin", {"kind": "service", "namespace": "b", "role": "viewer", "name": "ci"}, 404),
        ("admin", {"kind": "service", "namespace": "a", "role": "viewer", "name": "a:b"}, 400),
    ],
    ids=range(5),
)
def test_nobody_makes_a_token_for_more_than_they_may(user, body, status, world) -> None:
    assert _personal(world, user, **body).status_code == status


def test_a_token_makes_no_token_that_outlives_or_outgrows_it(world) -> None:
    for scope in ("", "write"):
        answer = world.ask("root", "POST", f"{V1}/tokens", scope=scope, json={"name": "more"})
        assert answer.status_code == 403
    body = {
        "kind": "service",
        "namespace": "a",
        "role": "admin",
        "scopes": ["manage"],
        "name": "ci",
    }
    answer = world.ask("admin", "POST", f"{V1}/tokens", scope="write", json=body)
    assert answer.status_code == 403


def test_tokens_of_others_are_not_there(world) -> None:
    for user in ("viewer", "other", "stranger"):
        assert world.ask(user, "DELETE", f"{V1}/tokens/token-admin").status_code == 404
        listed = world.ask(user, "GET", f"{V1}/tokens").json()["items"]
        assert {one["user"] for one in listed} <= {user, "service:b:ci"}
    assert world.store.token("token-admin").revoked_at is None


def test_the_number_of_tokens_is_bounded(world) -> None:
    for number in range(200):
        world.store.add_token(
            Token(id=f"x{number}", name="t", user="editor", digest=f"{number:064}", created_at=1.0)
        )
    assert _personal(world, "editor").status_code == 400


# ------------------------------------------------------------------ namespaces and members


@pytest.mark.parametrize(
    "name",
    ["", "A", "a_b", "-a", "a-", "a/b", "a.b", "ä", "a" * 64, "a\n", "..", "a b", "service:a"],
)
def test_names_of_namespaces_are_plain(name, world) -> None:
    answer = world.ask("root", "POST", f"{V1}/namespaces", json={"name": name})
    assert answer.status_code == 400


@pytest.mark.parametrize("user", ["service:a:ci", " ann", "ann ", "a\nb", "x" * 300])
def test_names_of_members_are_no_services_and_plain(user, world) -> None:
    from urllib.parse import quote

    path = f"{V1}/namespaces/a/members/{quote(user, safe='')}"
    assert world.ask("admin", "PUT", path, json={"role": "admin"}).status_code == 400


def test_an_admin_of_a_namespace_sets_no_quota_of_it(world) -> None:
    for body in ({"quota": {"max_runs": None}}, {"service_accounts": ["root"]}):
        assert world.ask("admin", "PATCH", f"{V1}/namespaces/a", json=body).status_code == 403
        assert world.ask("root", "PATCH", f"{V1}/namespaces/a", json=body).status_code == 200


def test_a_member_who_is_taken_out_loses_access_at_once(world) -> None:
    assert world.ask("viewer", "GET", f"{V1}/runs/run-a").status_code == 200
    assert world.ask("admin", "DELETE", f"{V1}/namespaces/a/members/viewer").status_code == 204
    assert world.ask("viewer", "GET", f"{V1}/runs/run-a").status_code == 404


# ------------------------------------------------------------------ quotas


def _start(world, user="editor"):
    return world.ask(user, "POST", f"{V1}/runs", json={"version_id": "version-a", "namespace": "a"})


def test_runs_beyond_a_minutes_quota_are_refused_until_it_is_over(world) -> None:
    world.clock.at = NOW + 1000
    world.store.update_namespace("a", quota=Quota(runs_per_minute=2))
    assert [_start(world).status_code for _ in range(3)] == [201, 201, 429]
    refused = _start(world)
    assert int(refused.headers["Retry-After"]) >= 1
    assert "2 runs per minute" in refused.text
    kfp = {
        "display_name": "x",
        "experiment_id": "experiment-a",
        "pipeline_version_reference": {"pipeline_id": "pipeline-a"},
    }
    assert world.ask("editor", "POST", "/apis/v2beta1/runs", json=kfp).status_code == 429
    assert world.ask("editor", "POST", f"{V1}/runs/run-a/rerun", json={}).status_code == 429
    other = {"version_id": "version-b", "namespace": "b"}
    assert world.ask("other", "POST", f"{V1}/runs", json=other).status_code == 201
    world.clock.at += 61
    assert _start(world).status_code == 201


def test_as_many_as_ask_at_once_do_not_slip_through(world) -> None:
    world.clock.at = NOW + 1000
    world.store.update_namespace("a", quota=Quota(runs_per_minute=3))
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(_start(world).status_code))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] * 3 + [429] * 5


# ------------------------------------------------------------------ audit


CHANGES = [
    ("POST", f"{V1}/runs/live-a/terminate", {}, "terminate", "run", "live-a"),
    ("POST", f"{V1}/runs/run-a/retry", {}, "retry", "run", "run-a"),
    ("POST", f"{V1}/runs/run-a/archive", {}, "archive", "run", "run-a"),
    ("DELETE", f"{V1}/runs/run-a", None, "delete", "run", "run-a"),
    ("POST", "/apis/v2beta1/runs/live-a:terminate", None, "terminate", "run", "live-a"),
    ("POST", "/apis/v2beta1/runs/run-a:retry", None, "retry", "run", "run-a"),
    ("DELETE", "/apis/v2beta1/runs/run-a", None, "delete", "run", "run-a"),
    ("POST", "/apis/v2beta1/experiments/experiment-a:archive", None, "archive", "experiment", "experiment-a"),
    ("DELETE", f"{V1}/recurring-runs/recurring-a", None, "delete", "recurring_run", "recurring-a"),
    ("PUT", f"{V1}/namespaces/a/members/eve", {"role": "viewer"}, "put", "member", "a/eve"),
    ("DELETE", f"{V1}/namespaces/a/members/viewer", None, "delete", "member", "a/viewer"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "action", "kind", "resource"), CHANGES, ids=range(len(CHANGES))
)
def test_what_is_changed_is_written_down(method, path, body, action, kind, resource, world) -> None:
    more = {} if body is None else {"json": body}
    assert world.ask("admin", method, path, **more).status_code < 300
    (entry,) = _entries(world, user="admin")
    assert (entry.action, entry.kind, entry.resource) == (action, kind, resource)
    assert (entry.namespace, entry.outcome, entry.address) == ("a", "done", "testclient")


def test_what_is_created_is_named(world) -> None:
    made = _start(world).json()
    (entry,) = _entries(world, action="create", kind="run")
    assert (entry.resource, entry.namespace, entry.user) == (made["run_id"], "a", "editor")
    kfp = {
        "display_name": "x",
        "experiment_id": "experiment-a",
        "pipeline_version_reference": {"pipeline_id": "pipeline-a"},
    }
    made = world.ask("editor", "POST", "/apis/v2beta1/runs", json=kfp).json()
    assert _entries(world, resource=made["run_id"])


def test_what_is_refused_is_written_down_too(world) -> None:
    assert world.ask("viewer", "DELETE", f"{V1}/runs/run-a").status_code == 403
    assert world.ask("other", "DELETE", f"{V1}/runs/run-a").status_code == 404
    assert [one.outcome for one in _entries(world, resource="run-a")] == ["refused", "refused"]


def test_bulk_names_what_it_was_about(world) -> None:
    body = {"action": "archive", "run_ids": ["run-a", "live-a"]}
    world.ask("editor", "POST", f"{V1}/runs/bulk", json=body)
    (entry,) = _entries(world, action="bulk")
    assert "run run-a" in entry.detail
    assert "run live-a" in entry.detail


def test_reading_is_not_written_down(world) -> None:
    world.ask("viewer", "GET", f"{V1}/runs")
    world.ask("viewer", "POST", f"{V1}/recurring-runs/preview", json={"trigger": {"interval_s": 9}})
    assert _entries(world) == []


def test_no_secret_is_in_an_entry(world) -> None:
    secret = _personal(world, "admin").json()["secret"]
    hook = {
        "name": "n",
        "url": "https://hooks.example.com/T000/secretpath",
        "secret": "hush-hush",
        "namespace": "a",
    }
    world.ask("admin", "POST", f"{V1}/webhooks", json=hook)
    text = repr(_entries(world))
    for word in (secret, digest_of(secret), "hush-hush", "secretpath", secret_of("admin")):
        assert word not in text


def test_removing_a_run_keeps_its_entries(world) -> None:
    world.ask("admin", "POST", f"{V1}/runs/run-a/archive", json={})
    world.ask("admin", "DELETE", f"{V1}/runs/run-a")
    assert {one.action for one in _entries(world, resource="run-a")} == {"archive", "delete"}


def test_the_log_can_only_grow(world) -> None:
    world.ask("admin", "POST", f"{V1}/runs/run-a/archive", json={})
    assert world.store.find_audit(Query(sort="at")).items
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in (f"{V1}/audit", f"{V1}/audit/1"):
            assert world.ask("root", method, path).status_code in (404, 405)
    names = [name for name in dir(world.store) if "audit" in name]
    assert sorted(names) == ["add_audit", "find_audit"]


def test_the_log_is_for_admins(world) -> None:
    world.ask("admin", "POST", f"{V1}/runs/run-a/archive", json={})
    assert world.ask("editor", "GET", f"{V1}/audit", params={"namespace": "a"}).status_code == 403
    assert world.ask("other", "GET", f"{V1}/audit", params={"namespace": "a"}).status_code == 404
    assert world.ask("admin", "GET", f"{V1}/audit").status_code == 403
    listed = world.ask("admin", "GET", f"{V1}/audit", params={"namespace": "a"}).json()
    assert [one["resource"] for one in listed["items"]] == ["run-a"]


@pytest.mark.parametrize("name", ["a\r\nFAKE", "\x1b[31mred", "\u202eevil", "<script>"])
def test_names_cannot_forge_an_entry(name, world) -> None:
    from urllib.parse import quote

    world.ask("admin", "DELETE", f"{V1}/runs/{quote(name, safe='')}")
    (entry,) = _entries(world)
    assert entry.resource.isprintable()


def test_the_reason_to_wait_is_shown(world) -> None:
    """A run that the quota keeps from beginning, and a step that it keeps from starting."""
    now = world.clock.now()
    changes = [task("load", "running", started_at=1.0), task("fit", "pending")]
    (lease,) = world.store.claim("c", now=now, lease_s=9.0, run_ids=["live-a"])
    world.store.commit([RunBatch(lease=lease, at=1.0, changes=changes)])
    world.store.update_namespace("a", quota=Quota(max_runs=1))
    kept = _start(world).json()["run_id"]
    waiting = world.ask("viewer", "GET", f"{V1}/cluster").json()["waiting"]
    reasons = {one["run_id"]: one["reason"] for one in waiting if not one["path"]}
    assert reasons == {kept: "namespace a carries out 1 runs, and its quota allows 1"}
    other = world.ask("other", "GET", f"{V1}/cluster")
    assert kept not in other.text


@pytest.mark.parametrize(
    ("path", "body", "kind", "where"),
    [
        pytest.param(
            "/recurring-runs",
            {
                "display_name": "nightly",
                "namespace": "a",
                "pipeline_id": "pipeline-a",
                "trigger": {"interval_s": 3600},
            },
            "recurring_run",
            ("id",),
            id="what names a pipeline too",
        ),
        pytest.param(
            "/webhooks",
            {"name": "gate", "namespace": "a", "url": "https://example.com/hook"},
            "webhook",
            ("webhook", "id"),
            id="what comes with a secret",
        ),
        pytest.param("/namespaces", {"name": "c"}, "namespace", ("namespace", "name"), id="a name"),
    ],
)
def test_what_was_made_is_named_by_its_own_id(world, path, body, kind, where) -> None:
    answer = world.ask("root", "POST", f"{V1}{path}", json=body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    for name in where:
        made = made[name]
    (entry,) = _entries(world, kind=kind, action="create")
    assert (entry.resource, "thing" in entry.detail) == (made, False)
