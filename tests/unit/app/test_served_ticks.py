"""What a tick runs, and whose rights it needs: looked up when it fires."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from headrace.app.served_ticks import ServedTicks
from headrace.controller.recurring import Tick
from headrace.errors import NotFound, PermissionDenied, TooManyRequests
from headrace.schedules import Trigger
from headrace.server.documents import Source, keep
from headrace.server.services import Services, Settings
from headrace.store import (
    Member,
    Namespace,
    Pipeline,
    PipelineVersion,
    Quota,
    RecurringRun,
    Token,
)
from headrace.store.memory import MemoryStore


@dataclass
class FakeRuns:
    asked: list[Any] = field(default_factory=list)

    def prepare(self, submission):
        self.asked.append(submission)
        return submission


@pytest.fixture
def store():
    opened = MemoryStore()
    opened.add_namespace(Namespace(name="a", created_at=0.0, service_accounts=("allowed",)))
    yield opened
    opened.close()


def prepare(store, *, mode="multi", admins=(), **more):
    recurring = RecurringRun(
        **{
            "id": "r", "namespace": "a", "experiment": "e", "display_name": "d", "created_at": 0.0,
            "updated_at": 0.0, "trigger": Trigger(), "created_by": "ann",
            "document": keep(store, Source({"name": "inline"})), **more,
        }
    )  # fmt: skip
    runs = FakeRuns()
    services = Services(
        store=store, runs=runs, logs=None, artifacts=None, capacity=None,
        clock=SimpleNamespace(now=lambda: 100.0), settings=Settings(mode=mode),
    )  # fmt: skip
    ticks = ServedTicks(services, admins)
    return ticks.prepare(Tick(recurring, 60.0, "run", 3, "d-3"))


def member(store, role):
    store.put_member(Member(namespace="a", user="ann", role=role))


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_who_may_write_has_runs(store, role):
    member(store, role)
    made = prepare(store)
    assert (made.run_id, made.index, made.scheduled_at, made.submitted_by) == (
        "run",
        3,
        60.0,
        "ann",
    )
    assert made.document == {"name": "inline"}


def test_who_left_or_may_only_read_has_none(store):
    member(store, "viewer")
    with pytest.raises(PermissionDenied):
        prepare(store)
    store.remove_member("a", "ann")
    with pytest.raises(PermissionDenied):
        prepare(store)


def test_administrators_and_the_one_user_of_a_machine_have(store):
    assert prepare(store, admins=("ann",))
    assert prepare(store, mode="single", namespace="", created_by="")


@pytest.mark.parametrize(
    ("more", "ok"),
    [
        ({}, True),
        ({"revoked_at": 50.0}, False),
        ({"expires_at": 99.0}, False),
        ({"expires_at": 101.0}, True),
        ({"role": "viewer"}, False),
    ],
    ids=["a token", "revoked", "expired", "not yet expired", "reads only"],
)
def test_a_service_has_while_a_token_of_it_counts(store, more, ok):
    token = Token(
        id="t", name="ci", user="service:a:ci", digest="x", created_at=0.0, namespace="a",
        role="editor",
    )  # fmt: skip
    store.add_token(msgspec.structs.replace(token, **more))
    if ok:
        assert prepare(store, created_by="service:a:ci")
    else:
        with pytest.raises(PermissionDenied):
            prepare(store, created_by="service:a:ci")


def test_a_service_account_must_be_allowed_still(store):
    member(store, "editor")
    assert prepare(store, service_account="allowed").service_account == "allowed"
    with pytest.raises(PermissionDenied, match="service account"):
        prepare(store, service_account="root", admins=("ann",))


def test_a_namespace_that_has_submitted_enough_waits(store):
    member(store, "editor")
    store.update_namespace("a", quota=Quota(runs_per_minute=0))
    with pytest.raises(TooManyRequests):
        prepare(store)


def add_version(store, number):
    document = keep(store, Source({"name": f"v{number}"}))
    store.add_version(
        PipelineVersion(id=f"v{number}", pipeline_id="p", name=f"{number}", document=document, created_at=float(number))
    )  # fmt: skip


def test_the_latest_version_is_taken_at_each_tick(store):
    member(store, "editor")
    store.add_pipeline(Pipeline(id="p", namespace="a", name="p", created_at=0.0))
    for number in (1, 2):
        add_version(store, number)
        made = prepare(store, document=None, pipeline_id="p")
        assert (made.version_id, made.document) == (f"v{number}", {"name": f"v{number}"})
    fixed = prepare(store, document=None, pipeline_id="p", version_id="v1")
    assert fixed.document == {"name": "v1"}


def test_a_pipeline_or_version_that_is_gone_is_said(store):
    member(store, "editor")
    with pytest.raises(NotFound):
        prepare(store, document=None, pipeline_id="p")
    with pytest.raises(NotFound):
        prepare(store, document=None, pipeline_id="p", version_id="v9")
    with pytest.raises(NotFound):
        prepare(store, document=None)
