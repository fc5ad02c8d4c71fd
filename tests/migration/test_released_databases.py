"""Databases of every version of the tables, with a run in flight, open and go on.

A new migration comes with a database of the version before it; ``HEADRACE_RECORD=1`` writes the
one of the newest version, and the test fails when a released migration is changed afterwards.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from headrace.engine.attempts import Artifact, AttemptId, Failure, Inputs, Outputs, Usage
from headrace.engine.changes import (
    ArtifactAdded,
    ArtifactUsed,
    AttemptChanged,
    CacheEntryAdded,
    Logged,
    MetricAdded,
    RunChanged,
    TaskChanged,
)
from headrace.engine.events import AttemptStarted, RunSubmitted, TimerFired
from headrace.store import NewRun, RunBatch
from headrace.store.sqlite import SqliteStore
from headrace.store.sqlite.migrations import migrations

DATABASES = Path(__file__).parent / "databases"
NEWEST = DATABASES / f"{len(migrations()):04}.sql"
STARTED = AttemptStarted(attempt=AttemptId(run_id="flying", task="fit", number=1), where="pid 7")
MODEL = Artifact(
    id="a1",
    name="model",
    schema_title="system.Model",
    schema_version="0.0.1",
    uri="file:///artifacts/model",
    metadata={"rows": 3},
    digest="sha256:" + "0" * 64,
    size=3,
)
OUTPUTS = Outputs(parameters={"loss": 0.5}, artifacts={"model": (MODEL,)})


def fill(store: SqliteStore) -> None:
    """Write a row of every table: one run that has ended, one in flight, one asked to cancel."""
    for run_id in ("done", "flying", "asked"):
        submitted = RunSubmitted(
            run_id=run_id, run_name=run_id, parameters={"x": 1}, pipeline_root="file:///artifacts"
        )
        store.create_run(
            NewRun(submitted=submitted, pipeline="train", document=b'{"root":{}}', created_at=1.0)
        )
    done, flying, _ = store.claim("owner", now=1.0, lease_s=10.0)
    task = {
        "path": "fit",
        "parent": "",
        "name": "fit",
        "display_name": "Fit",
        "component": "comp-fit",
        "kind": "container",
    }
    ended = [
        RunChanged(state="succeeded", started_at=1.0, finished_at=2.0, outputs=OUTPUTS),
        TaskChanged(**task, state="succeeded", inputs=Inputs(parameters={"t": "x" * 5000})),
        AttemptChanged(path="fit", number=1, state="succeeded", created_at=1.0, usage=Usage()),
        ArtifactAdded(artifact=MODEL, path="fit", attempt=1),
        ArtifactUsed(artifact_id="a1", path="fit", role="output", name="model"),
        MetricAdded(path="fit", artifact="metrics", name="loss", value=0.5),
        CacheEntryAdded(key="k", path="fit", fields={"image": "i"}, outputs=OUTPUTS),
        Logged(kind="task", path="fit", message="fit succeeded", data={"n": 1}),
    ]
    running = [
        RunChanged(state="running", started_at=1.0),
        TaskChanged(**task, state="running", attempts=2),
        AttemptChanged(
            path="fit",
            number=1,
            state="failed",
            created_at=1.0,
            error=Failure(kind="user", message="no"),
        ),
    ]
    store.commit(
        [
            RunBatch(lease=done, at=2.0, events=[(2.0, TimerFired(timer="t"))], changes=ended),
            RunBatch(lease=flying, at=2.0, events=[(2.0, STARTED)], changes=running),
        ]
    )
    store.send("asked", "cancel", {"reason": "enough"}, now=3.0)


def dump(path: Path) -> str:
    connection = sqlite3.connect(path)
    pragmas = [
        f"PRAGMA {name}={connection.execute(f'PRAGMA {name}').fetchone()[0]};"
        for name in ("application_id", "user_version")
    ]
    text = "\n".join([*pragmas, *connection.iterdump()]) + "\n"
    connection.close()
    return text


def restored(recorded: Path, path: Path) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(recorded.read_text())
    connection.close()
    return path


def content(path: Path) -> dict[str, object]:
    """Return what a database holds: its definition, and the rows of each table."""
    connection = sqlite3.connect(path)
    names = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables}
    connection.close()
    return {"": names, **rows}


@pytest.fixture
def filled(tmp_path):
    store = SqliteStore.open(tmp_path / "new.db")
    fill(store)
    store.close()
    return tmp_path / "new.db"


def test_the_database_of_the_newest_version_is_recorded(filled, tmp_path):
    if os.environ.get("HEADRACE_RECORD"):
        NEWEST.write_text(dump(filled))
    assert content(filled) == content(restored(NEWEST, tmp_path / "recorded.db"))


@pytest.mark.parametrize("recorded", sorted(DATABASES.glob("*.sql")), ids=lambda p: p.stem)
def test_a_database_of_an_earlier_version_opens_and_its_runs_go_on(recorded, tmp_path, filled):
    path = restored(recorded, tmp_path / "old.db")
    store, new = SqliteStore.open(path), SqliteStore.open(filled)
    for run_id in ("done", "flying", "asked"):
        assert store.run(run_id) == new.run(run_id)
        assert list(store.journal(run_id)) == list(new.journal(run_id))
        for read in ("tasks", "attempts", "artifacts", "metrics"):
            assert getattr(store, read)(run_id) == getattr(new, read)(run_id)
        assert store.uses(run_id=run_id) == new.uses(run_id=run_id)
    assert store.events() == new.events()
    assert store.cache_entries() == new.cache_entries()
    assert store.take_requests() == new.take_requests()
    assert store.unfinished_runs() == new.unfinished_runs()

    flying, _ = store.claim("next", now=100.0, lease_s=1.0)
    end = [RunChanged(state="canceled", finished_at=101.0)]
    store.commit([RunBatch(lease=flying, at=101.0, changes=end)])
    assert [run.run_id for run in store.unfinished_runs()] == ["asked"]
    store.close()
    new.close()


def test_every_version_has_its_database():
    recorded = [path.stem for path in sorted(DATABASES.glob("*.sql"))]
    assert recorded == [f"{step.version:04}" for step in migrations()]
