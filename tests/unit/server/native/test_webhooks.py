"""Webhooks in the native API: made, shown without secrets, tried, for admins of a namespace alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from native_bench import Bench, ended
from starlette.testclient import TestClient

from headrace.controller.notifying import Notifying
from headrace.errors import InfrastructureError
from headrace.server.access import Principal
from headrace.server.application import application
from headrace.server.native import webhooks
from headrace.server.native.surface import endpoints_of

URL = "https://hooks.example.org/a"


class FakeSender:
    def __init__(self):
        self.sent = []
        self.problem = None

    def check(self, webhook):
        pass

    def __call__(self, webhook, delivery, secret):
        if self.problem:
            raise self.problem
        self.sent.append((webhook.id, delivery.id, secret))


@pytest.fixture
def sender():
    return FakeSender()


def serve(bench, sender):
    bench.services = replace(bench.services, sender=sender)
    app = application(
        bench.services, endpoints_of(webhooks.OPERATIONS), authenticate=bench._authenticate
    )
    bench.client = TestClient(app, base_url="http://localhost")
    return bench


@pytest.fixture
def api(bench, sender):
    return serve(bench, sender)


def make(api, status=201, **more):
    return api.post("/webhooks", {"name": "ops", "url": URL, **more}, status)


def test_the_secret_is_shown_once(api):
    made = make(api)
    assert len(made["secret"]) > 30
    identity = made["webhook"]["id"]
    shown = [api.get(f"/webhooks/{identity}"), *api.get("/webhooks")["items"]]
    assert [one["signed"] for one in shown] == [True, True]
    assert made["secret"] not in str(shown)
    assert api.store.webhook_secret(identity) == made["secret"].encode()


def test_a_secret_can_be_given_and_changed(api):
    made = make(api, secret="0123456789abcdef")
    identity = made["webhook"]["id"]
    api.send("PATCH", f"/webhooks/{identity}", json={"secret": "fedcba9876543210", "name": "new"})
    assert api.store.webhook_secret(identity) == b"fedcba9876543210"
    api.send("PATCH", f"/webhooks/{identity}", json={"enabled": False})
    assert api.store.webhook_secret(identity) == b"fedcba9876543210"
    assert api.get(f"/webhooks/{identity}").get("enabled") is False


def test_the_address_of_a_chat_is_shown_in_part(api):
    url = "https://hooks.slack.example/services/T000/B000/hush-hush-hush"
    made = make(api, url=url, format="slack")
    assert made.get("secret") is None
    assert "hush" not in str(api.get("/webhooks"))
    assert api.store.webhook(made["webhook"]["id"]).url == url


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"url": "ftp://x"},
        {"url": "http://user:pw@x/"},
        {"url": "http://169.254.169.254/"},
        {"url": "x" * 5000},
        {"format": "fax"},
        {"states": ["pending"]},
        {"secret": "short"},
        {"secret": "0123456789abcdef", "format": "slack"},
        {"url": "mailto:a@b.c", "format": "email"},
        {"pipelines": [""]},
        {"other": 1},
    ],
    ids=lambda body: str(body)[:40],
)
def test_what_is_wrong_is_refused(bench, body):
    make(serve(bench, None), 400, **body)


def test_a_trial_says_whether_it_arrived(api, sender):
    identity = make(api)["webhook"]["id"]
    assert api.post(f"/webhooks/{identity}/test") == {"delivered": True, "error": None}
    assert len(sender.sent) == 1
    sender.problem = InfrastructureError("the target answered 500", retryable=True)
    assert api.post(f"/webhooks/{identity}/test") == {
        "delivered": False,
        "error": "the target answered 500",
    }


def test_deliveries_are_shown(api, sender):
    identity = make(api)["webhook"]["id"]
    api.run(*ended("failed"), at=api.clock.at + 5)
    Notifying(api.store, sender, clock=api.clock).turn()
    (one,) = api.get(f"/webhooks/{identity}/deliveries")["items"]
    assert (one["run_id"], one["state"]) == ("r1", "delivered")


def test_one_that_is_removed_is_gone(api):
    identity = make(api)["webhook"]["id"]
    api.send("DELETE", f"/webhooks/{identity}", 204)
    api.get(f"/webhooks/{identity}", 404)
    assert api.get("/webhooks") == {"items": []}


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [("admin", 200, 404), ("editor", 403, 404), ("viewer", 403, 404)],
)
def test_only_admins_of_the_namespace_see_them(store, sender, role, own, other):
    admin = Principal(user="root", admin=True, roles={"a": "admin", "b": "admin"})
    api = serve(Bench(store, mode="multi", principal=admin), sender)
    ids = {name: make(api, namespace=name)["webhook"]["id"] for name in ("a", "b")}
    api.principal = Principal(user="ann", roles={"a": role})
    api.get(f"/webhooks/{ids['a']}", own)
    api.get("/webhooks", own, namespace="a")
    for method, where in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/test"),
        ("GET", "/deliveries"),
    ):
        body = {"json": {}} if method in ("PATCH", "POST") else {}
        api.send(method, f"/webhooks/{ids['b']}{where}", other, **body)
    api.get("/webhooks", other, namespace="b")
