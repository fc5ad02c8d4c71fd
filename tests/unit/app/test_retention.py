"""What is removed when it is old, what nothing refers to, and what stays."""

from __future__ import annotations

import os

import pytest

from headrace.app.home import Home
from headrace.app.retention import DAY_S, Rules, collect, rules_of
from headrace.app.settings import Config
from headrace.engine.attempts import Artifact, Outputs
from headrace.engine.changes import ArtifactAdded, ArtifactUsed, RunChanged, TaskChanged
from headrace.engine.events import RunSubmitted
from headrace.errors import InvalidRequest
from headrace.store import NewRun, Query, RunBatch

NOW = 100 * DAY_S


@pytest.fixture
def home(tmp_path):
    found = Home(tmp_path / "home", Config())
    yield found
    found.store.close()


def run(home, run_id, *, ended_days_ago=None, tags=None, archived=False):
    """Make a run with a log and an artifact, which ended so long ago or goes on."""
    root = f"file://{home.artifacts}"
    submitted = RunSubmitted(run_id=run_id, run_name=run_id, parameters={}, pipeline_root=root)
    home.store.create_run(
        NewRun(
            submitted=submitted, pipeline="p", document=run_id.encode(), created_at=1.0,
            tags=tags or {},
        )
    )  # fmt: skip
    place = home.artifacts / "p" / run_id / "fit" / "model"
    old_file(place, b"12345")
    old_file(home.runs / run_id / "fit-1" / "log", b"123")
    artifact = Artifact(
        id=f"a-{run_id}", name="model", schema_title="system.Model", schema_version="0.0.1",
        uri=f"file://{place}", size=5,
    )  # fmt: skip
    changes = [
        ArtifactAdded(artifact=artifact, path="fit", attempt=1),
        ArtifactUsed(artifact_id=artifact.id, path="fit", role="output", name="model"),
    ]
    if ended_days_ago is not None:
        at = NOW - ended_days_ago * DAY_S
        changes.append(RunChanged(state="succeeded", finished_at=at))
    (lease,) = home.store.claim("me", now=1.0, lease_s=9.0, run_ids=[run_id])
    home.store.commit([RunBatch(lease=lease, at=2.0, changes=changes)])
    home.store.release([lease])
    if archived:
        home.store.set_run_archived(run_id, archived=True)
    return place


def old_file(path, data, days=50):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    for one in (path, *path.parents[:4]):
        os.utime(one, (NOW - days * DAY_S,) * 2)


def left(home):
    return {one.run_id for one in home.store.find_runs(Query()).items}


def test_old_runs_go_with_their_logs_and_artifacts(home):
    old, young = run(home, "old", ended_days_ago=31), run(home, "young", ended_days_ago=29)
    found = collect(home, Rules(runs_days=30), now=NOW)
    assert (found.runs, found.log_bytes, found.artifact_bytes) == (["old"], 3, 5)
    assert left(home) == {"young"}
    assert [place.exists() for place in (old, young)] == [False, True]
    assert [(home.runs / name).exists() for name in ("old", "young")] == [False, True]


def test_a_plan_removes_nothing_and_says_the_same(home):
    place = run(home, "old", ended_days_ago=31)
    planned = collect(home, Rules(runs_days=30), now=NOW, plan=True)
    assert (planned.runs, planned.log_bytes, planned.artifact_bytes) == (["old"], 3, 5)
    assert left(home) == {"old"}
    assert place.exists()


def test_runs_that_go_on_or_are_to_be_kept_stay(home):
    run(home, "open")
    run(home, "kept", ended_days_ago=99, tags={"keep": "yes"})
    rules = Rules(runs_days=1, archived_days=1, logs_days=1)
    assert collect(home, rules, now=NOW).runs == []
    assert left(home) == {"open", "kept"}
    assert (home.runs / "kept").exists()


def test_archived_runs_can_go_sooner(home):
    run(home, "archived", ended_days_ago=8, archived=True)
    run(home, "shown", ended_days_ago=8)
    assert collect(home, Rules(archived_days=7), now=NOW).runs == ["archived"]


def test_logs_can_go_before_runs(home):
    place = run(home, "old", ended_days_ago=31)
    found = collect(home, Rules(logs_days=30), now=NOW)
    assert (found.runs, found.log_bytes) == ([], 3)
    assert not (home.runs / "old").exists()
    assert place.exists()
    assert left(home) == {"old"}


def test_what_nothing_refers_to_goes_after_a_day(home):
    run(home, "open")
    old_file(home.artifacts / "p" / "gone" / "fit" / "model", b"12")
    old_file(home.runs / "gone" / "fit-1" / "log", b"1234")
    old_file(home.artifacts / "p" / "new" / "fit" / "model", b"12", days=0.5)
    old_file(home.artifacts / "p" / "open" / "fit" / "half", b"12")
    planned = collect(home, Rules(), now=NOW, plan=True)
    found = collect(home, Rules(), now=NOW)
    assert (found.artifact_bytes, found.log_bytes) == (2, 4)
    assert (planned.artifact_bytes, planned.log_bytes) == (2, 4)
    assert not (home.artifacts / "p" / "gone").exists()
    assert (home.artifacts / "p" / "new" / "fit" / "model").exists()
    assert (home.artifacts / "p" / "open" / "fit" / "half").exists()


def test_what_an_open_run_has_taken_over_stays(home):
    run(home, "old", ended_days_ago=31)
    place = home.artifacts / "p" / "old" / "fit" / "model"
    run(home, "open")
    taken = home.store.artifacts("old")[0].artifact
    (lease,) = home.store.claim("me", now=99.0, lease_s=9.0, run_ids=["open"])
    change = TaskChanged(
        path="fit", parent="", name="fit", display_name="fit", component="c", kind="container",
        state="succeeded", cached=True, outputs=Outputs(artifacts={"model": (taken,)}),
    )  # fmt: skip
    home.store.commit([RunBatch(lease=lease, at=2.0, changes=[change])])
    collect(home, Rules(runs_days=30), now=NOW)
    assert left(home) == {"open"}
    assert place.exists()


def test_workspaces_go_with_their_runs(home):
    for name in ("old", "young"):
        run(home, name, ended_days_ago=31 if name == "old" else 1)
        old_file(home.path / "workspaces" / name / "data", b"1234567")
    found = collect(home, Rules(runs_days=30), now=NOW)
    assert found.log_bytes == 10
    assert [(home.path / "workspaces" / name).exists() for name in ("old", "young")] == [
        False,
        True,
    ]


def test_read_only_leftovers_of_steps_go_too(home):
    run(home, "old", ended_days_ago=31)
    locked = home.runs / "old" / "fit-1"
    locked.chmod(0o500)
    collect(home, Rules(logs_days=30), now=NOW)
    assert not locked.exists()


def test_a_link_in_the_directory_of_runs_is_left_alone(home, tmp_path):
    run(home, "open")
    outside = tmp_path / "outside"
    old_file(outside / "precious", b"1")
    (home.runs / "link").symlink_to(outside)
    collect(home, Rules(logs_days=1), now=NOW)
    assert (outside / "precious").exists()


def test_a_home_where_nothing_was_run_is_left_alone(tmp_path):
    home = Home(tmp_path / "none", Config())
    assert collect(home, Rules(runs_days=1), now=NOW).runs == []
    assert not home.path.exists()


@pytest.mark.parametrize(
    "values", [{"runs_days": 0}, {"runs_days": "30"}, {"runs_days": True}, {"years": 1}]
)
def test_wrong_rules_are_refused(values):
    with pytest.raises(InvalidRequest) as raised:
        rules_of(values)
    assert raised.value.hint
