"""A hosted controller takes on what nobody carries out, and leaves alone what a command does."""

from __future__ import annotations

import time

import pytest

from headrace.app import hosting
from headrace.app.home import Home
from headrace.app.hosting import ControllerHost
from headrace.app.machine import owner_name
from headrace.app.settings import Config
from headrace.engine.changes import RunChanged
from headrace.engine.events import RunSubmitted
from headrace.store import NewRun, RunBatch

HERE, GONE, ELSEWHERE = owner_name(), "gone", "another-host|boot|1|1"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(hosting, "is_gone", lambda owner: owner == GONE)
    home = Home(tmp_path, Config())
    yield home
    home.store.close()


def make(home, run_id="r", *, begun_by="", age_s=0.0):
    submitted = RunSubmitted(
        run_id=run_id, run_name=run_id, parameters={}, pipeline_root="memory://r", namespace=""
    )
    options = {"begun_by": begun_by} if begun_by else {}
    home.store.create_run(
        NewRun(
            submitted=submitted,
            pipeline="p",
            document=b"{}",
            created_at=time.time() - age_s,
            options=options,
        )
    )


def free(home):
    return ControllerHost(home)._free_runs(frozenset())


@pytest.mark.parametrize(
    ("begun_by", "age_s", "is_free"),
    [
        pytest.param("", 0.0, True, id="of nobody"),
        pytest.param(HERE, 0.0, False, id="of a command that lives"),
        pytest.param(HERE, 1e6, False, id="of a command that lives, for long"),
        pytest.param(GONE, 0.0, True, id="of a command that is gone"),
        pytest.param(ELSEWHERE, 0.0, False, id="of a command on another machine"),
        pytest.param(ELSEWHERE, 61.0, True, id="of a command on another machine, for long"),
    ],
)
def test_a_new_run(home, begun_by, age_s, is_free):
    make(home, begun_by=begun_by, age_s=age_s)
    assert free(home) == (["r"] if is_free else [])


@pytest.mark.parametrize(
    ("owner", "ends_in_s", "is_free"),
    [
        pytest.param(HERE, 60.0, False, id="held"),
        pytest.param(HERE, -1.0, True, id="held for too long"),
        pytest.param(GONE, 60.0, True, id="held by what is gone"),
        pytest.param(ELSEWHERE, 60.0, False, id="held elsewhere"),
    ],
)
def test_a_run_that_was_taken(home, owner, ends_in_s, is_free):
    make(home, begun_by=HERE)
    home.store.claim(owner, now=time.time(), lease_s=ends_in_s, run_ids=["r"])
    assert free(home) == (["r"] if is_free else [])


@pytest.mark.parametrize(
    ("by", "is_free"),
    [
        pytest.param({}, True, id="by an API"),
        pytest.param({"by": HERE}, False, id="by a command that lives"),
        pytest.param({"by": GONE}, True, id="by a command that is gone"),
    ],
)
def test_an_ended_run_that_is_asked_for(home, by, is_free):
    make(home)
    (lease,) = home.store.claim("me", now=time.time(), lease_s=60, run_ids=["r"])
    change = RunChanged(state="failed", finished_at=1.0)
    home.store.commit([RunBatch(lease=lease, at=1.0, changes=[change])])
    home.store.release([lease])
    assert free(home) == []
    home.store.send("r", "retry", {"reason": "x", **by}, now=1.0)
    assert free(home) == (["r"] if is_free else [])
