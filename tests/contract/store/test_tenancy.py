"""Namespaces, members, tokens, settings, webhooks and deliveries."""

from __future__ import annotations

import msgspec
import pytest
from store_samples import commit, new_run, started

from headrace.engine.changes import Logged
from headrace.errors import AlreadyExists, Conflict, NotFound
from headrace.store import Delivery, Experiment, Member, Namespace, Quota, Token, Webhook


def token(id_="t1", **more):
    more = {"digest": f"of {id_}", "user": "eve", "name": "ci", "created_at": 1.0} | more
    return Token(id=id_, **more)


def webhook(id_="w1", **more):
    more = {"namespace": "a", "name": "chat", "url": "https://x/", "created_at": 1.0} | more
    return Webhook(id=id_, **more)


def delivery(id_="d1", **more):
    more = {"webhook_id": "w1", "event_id": 1, "run_id": "r1", "body": "{}"} | more
    return Delivery(id=id_, created_at=1.0, **more)


def test_of_several_values_of_a_setting_the_first_holds(store):
    assert store.setting("key") is None
    assert store.put_setting("key", b"\0one") == b"\0one"
    assert store.put_setting("key", b"two") == b"\0one"
    assert store.setting("key") == b"\0one"


def test_namespaces_have_quotas_and_members(store):
    team = Namespace(
        name="team", created_at=1.0, quota=Quota(max_runs=3, cpu=1.5), service_accounts=("s",)
    )
    store.add_namespace(team)
    store.add_namespace(Namespace(name="a", created_at=2.0))
    with pytest.raises(AlreadyExists):
        store.add_namespace(team)
    assert [one.name for one in store.namespaces()] == ["a", "team"]
    assert store.namespace("team") == team
    new = store.update_namespace("team", description="d", quota=Quota())
    assert new == msgspec.structs.replace(team, description="d", quota=Quota())
    assert store.namespace("team") == new
    store.put_member(Member(namespace="team", user="eve", role="viewer"))
    store.put_member(Member(namespace="team", user="eve", role="admin"))
    store.put_member(Member(namespace="a", user="eve", role="editor"))
    store.put_member(Member(namespace="a", user="bob", role="editor"))
    assert [m.user for m in store.members(namespace="a")] == ["bob", "eve"]
    assert [(m.namespace, m.role) for m in store.members(user="eve")] == [
        ("a", "editor"),
        ("team", "admin"),
    ]
    store.remove_member("a", "eve")
    for fails in (
        lambda: store.remove_member("a", "eve"),
        lambda: store.put_member(Member(namespace="none", user="eve", role="admin")),
        lambda: store.namespace("none"),
        lambda: store.update_namespace("none", description="d"),
        lambda: store.remove_namespace("none"),
    ):
        with pytest.raises(NotFound):
            fails()


def test_a_namespace_is_removed_with_what_says_who_may_but_not_with_runs(store):
    store.add_namespace(Namespace(name="a", created_at=1.0))
    store.put_member(Member(namespace="a", user="eve", role="admin"))
    store.add_token(token(namespace="a"))
    store.add_webhook(webhook())
    store.default_experiment("a", now=1.0)
    mine = Experiment(id="e", namespace="a", name="mine", created_at=1.0)
    store.add_experiment(mine)
    with pytest.raises(Conflict, match="still has experiments"):
        store.remove_namespace("a")
    store.remove_experiment("e")
    store.remove_namespace("a")
    assert (store.members(), store.tokens(), store.webhooks()) == ([], [], [])
    assert store.experiments("a") == []
    store.add_namespace(Namespace(name="b", created_at=1.0))
    store.create_run(new_run(namespace="b"))
    with pytest.raises(Conflict, match="still has runs"):
        store.remove_namespace("b")


def test_what_a_namespace_uses_of_its_quota_is_counted(store):
    for n in range(3):
        store.create_run(new_run(f"r{n}", at=float(n), namespace="a"))
    usage = store.usage("a", since=1.0)
    assert (usage.active_runs, usage.created_runs) == (3, 2)
    assert store.usage("b", since=0.0).active_runs == 0


def test_tokens_are_known_by_their_digest_until_they_are_revoked(store):
    made = token(scopes=("runs:read",), namespace="a", role="viewer", expires_at=9.0)
    store.add_token(made)
    store.add_token(token("t2", user="bob"))
    for taken in (token(), token("t3", digest="of t1")):
        with pytest.raises(AlreadyExists):
            store.add_token(taken)
    assert store.token_by_digest("of t1") == made == store.token("t1")
    assert store.token_by_digest("none") is None
    assert [one.id for one in store.tokens()] == ["t2", "t1"]
    assert [one.id for one in store.tokens(user="eve", namespace="a")] == ["t1"]
    store.touch_token("t1", 5.0)
    assert store.revoke_token("t1", 6.0).revoked_at == 6.0
    assert store.revoke_token("t1", 7.0).revoked_at == 6.0
    assert store.token("t1").last_used_at == 5.0
    with pytest.raises(NotFound):
        store.revoke_token("none", 1.0)


def test_a_webhook_never_shows_its_secret(store):
    made = store.add_webhook(webhook(states=("failed",)), b"secret")
    assert made.signed
    assert store.webhook("w1", "a") == made == store.webhooks("a")[0]
    assert store.webhook_secret("w1") == b"secret"
    assert not store.add_webhook(webhook("w2", namespace="b")).signed
    assert store.webhook_secret("w2") is None
    changed = store.put_webhook(webhook(url="https://y/", enabled=False, created_by="x"))
    assert (changed.url, changed.enabled, changed.signed) == ("https://y/", False, True)
    assert changed.created_by == ""
    assert store.webhook("w1") == changed
    store.put_webhook(webhook(), b"new")
    assert store.webhook_secret("w1") == b"new"
    for fails in (
        lambda: store.add_webhook(webhook()),
        lambda: store.webhook("w1", "b"),
        lambda: store.put_webhook(webhook("w9")),
        lambda: store.remove_webhook("w9"),
    ):
        with pytest.raises((NotFound, AlreadyExists)):
            fails()


def test_deliveries_are_planned_once_and_taken_by_one(store):
    store.add_webhook(webhook())
    commit(store, started(store), Logged(kind="run", message="m"))
    assert store.delivery_cursor() == 0
    planned = [delivery(next_at=5.0), delivery("d2", next_at=4.0), delivery("d3", webhook_id="w9")]
    assert store.plan_deliveries(0, 1, planned)
    assert not store.plan_deliveries(0, 1, [delivery("d4")])
    assert store.delivery_cursor() == 1
    assert store.deliveries_due(3.0) == []
    assert [one.id for one in store.deliveries_due(5.0, hold_s=10.0)] == ["d2", "d1"]
    assert store.deliveries_due(14.0) == []
    first, second = store.deliveries_due(15.0)
    done = msgspec.structs.replace(second, state="delivered", attempts=1)
    store.settle_delivery(done)
    store.settle_delivery(msgspec.structs.replace(first, attempts=1, next_at=30.0, error="503"))
    assert [one.id for one in store.deliveries_due(30.0)] == [first.id]
    assert store.deliveries("w1")[0].error in (None, "503")
    assert len(store.deliveries("w1")) == 2
    store.remove_webhook("w1")
    store.settle_delivery(done)
    assert store.deliveries("w1") == []
