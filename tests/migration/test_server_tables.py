"""What the second version of the tables makes of runs that the first one knew less of."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from headrace.store import Predicate, Query
from headrace.store.sqlite import SqliteStore

FIRST = Path(__file__).parent / "databases" / "0001.sql"
RUN = (
    "INSERT INTO runs (run_id, namespace, pipeline, display_name, experiment, source, document, "
    "options, state, created_at) VALUES (?, ?, 'p', ?, ?, '', 'sha256:ir', ?, 'failed', ?)"
)
EVENT = (
    '{"type":"run_submitted","run_id":"r","run_name":"r","parameters":{"rate":0.1,"n":3,'
    '"on":true,"text":"abc","list":[1,2],"none":null},"pipeline_root":"file:///root"}'
)


@pytest.fixture
def store(tmp_path):
    connection = sqlite3.connect(tmp_path / "old.db")
    connection.executescript(FIRST.read_text())
    for digest in ("sha256:ir", "sha256:lock", "sha256:large", "sha256:options", "sha256:nobody"):
        body = b'{"locks":{"a":"sha256:lock"}}' if digest == "sha256:options" else b'{"a":1}'
        connection.execute("INSERT INTO documents VALUES (?, ?)", (digest, body))
    rows = [
        ("r1", "", "r1", "mine", "{}", 5.0),
        ("r2", "team", "r2", "default", '{"locks":{"a":"sha256:lock"}}', 6.0),
        ("r3", "team", "r3", "mine", "@sha256:options", 7.0),
    ]
    for row in rows:
        key = connection.execute(RUN, row).lastrowid
        connection.execute("INSERT INTO leases VALUES (?, '', 0, 0)", (key,))
        connection.execute("INSERT INTO journal VALUES (?, 1, 1.0, ?)", (key, EVENT))
    connection.execute(
        "INSERT INTO tasks (run, path, parent, name, display_name, component, kind, state, reason, "
        "cached, attempts, inputs) VALUES (?, 'fit', '', 'fit', 'fit', 'c', 'container', 'failed', "
        "'', 0, 1, '@sha256:large')",
        (key,),
    )
    connection.execute(
        "INSERT INTO experiments (id, namespace, name, created_at, display_name, description, "
        "archived) VALUES ('team/default', 'team', 'default', 1.0, '', '', 0)"
    )
    connection.commit()
    connection.close()
    opened = SqliteStore.open(tmp_path / "old.db")
    yield opened
    opened.close()


def test_runs_hold_the_id_of_their_experiment(store):
    held = {run.run_id: run.experiment for run in store.runs().items}
    names = {e.id: (e.namespace, e.name) for e in store.experiments()}
    assert {run_id: names[held[run_id]] for run_id in ("r1", "r2", "r3", "done")} == {
        "r1": ("", "mine"),
        "r2": ("team", "Default"),
        "r3": ("team", "mine"),
        "done": ("", "Default"),
    }
    assert (held["done"], held["r2"]) == ("default", "default-team")
    assert store.default_experiment("team", now=9.0).id == "default-team"


def test_runs_are_found_by_what_they_were_submitted_with(store):
    run = store.run("r1")
    assert run.parameters["list"] == [1, 2]
    assert run.pipeline_root == "file:///root"
    for name, value in (("rate", 0.1), ("n", 3), ("on", True), ("text", "abc"), ("list", "[1,2]")):
        where = (Predicate(f"parameter.{name}", "eq", value),)
        found = {one.run_id for one in store.find_runs(Query(where=where)).items}
        assert found == {"r1", "r2", "r3"}, name


def test_documents_that_runs_refer_to_stay(store):
    assert store.sweep_documents(unused_s=0.0) == 1
    for digest in ("sha256:ir", "sha256:lock", "sha256:large", "sha256:options"):
        assert store.document(digest)
    for run_id in ("r3", "r2", "r1"):
        store.remove_run(run_id)
    assert store.sweep_documents(unused_s=0.0) == 0
    assert [run.run_id for run in store.runs().items] == ["asked", "flying", "done"]


def test_webhooks_are_not_told_of_what_was_before(store):
    assert store.delivery_cursor() == store.events()[-1].id
