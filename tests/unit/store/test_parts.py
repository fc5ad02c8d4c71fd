"""The parts of the stores that need no store: tokens, SQL files, rows, values."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.engine.changes import RunChanged, TaskChanged
from headrace.errors import InvalidRequest
from headrace.store import LeaseLost, Predicate, Query
from headrace.store.paging import MAX_LIMIT, Place, checked_limit, read_token, write_token
from headrace.store.records import Run, run_with
from headrace.store.sql import projection, queries
from headrace.store.sql.projection import Projection, RunKey
from headrace.store.sql.tidying import _TABLES
from headrace.store.sql.values import Column, Packer
from headrace.store.sqlite.migrations import migrations

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
PLACES = st.builds(
    Place, st.integers(0, 2), st.tuples(NUMBERS | st.text(), st.integers(0, 2**63 - 1))
)
QUERIES = st.builds(
    Query,
    namespace=st.none() | st.text(),
    where=st.lists(st.builds(Predicate, st.text(), st.just("eq"), st.text())).map(tuple),
    sort=st.sampled_from(["created_at", "state"]),
    descending=st.booleans(),
)


@given(place=PLACES, query=QUERIES)
def test_a_token_leads_back_to_its_place(place, query):
    token = write_token(place, "runs", query)
    again = msgspec.structs.replace(query, page_token=token, limit=3, total=True)
    assert read_token("runs", again) == place
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    with pytest.raises(InvalidRequest, match="another list"):
        read_token("pipelines", again)


@given(text=st.text(min_size=1))
def test_any_other_text_is_no_token(text):
    with pytest.raises(InvalidRequest):
        read_token("runs", Query(page_token=text))


@pytest.mark.parametrize("token", [None, ""])
def test_no_token_is_the_beginning(token):
    assert read_token("runs", Query(page_token=token)) is None


def test_lists_are_bounded():
    assert checked_limit(5) == 5
    assert checked_limit(10**9) == MAX_LIMIT
    with pytest.raises(InvalidRequest, match="cannot list 0 entries"):
        checked_limit(0)


SQL_FILES = sorted(Path(queries.__file__).parent.glob("blocks/*.sql"))


@pytest.fixture
def tables():
    connection = sqlite3.connect(":memory:")
    for step in migrations():
        for statement in step.statements:
            connection.execute(statement)
    yield connection
    connection.close()


WHOLE = {
    "by_id": "pipeline_",
    "by_name": "pipeline_",
    "of_namespace": "pipeline_",
    "versions_of": "version_",
    "version_in": "version_",
    "artifacts": "artifact_",
    "artifact": "artifact_",
}


def whole(blocks, name):
    """Return a statement with the columns and tables that its block goes on from."""
    sql = blocks[name]
    if name.endswith("columns") and name.removesuffix("columns") + "source" in blocks:
        return f"{sql} {blocks[name.removesuffix('columns') + 'source']}"
    if name.endswith("source"):
        return f"SELECT 1 {sql}"
    if not sql.startswith("WHERE"):
        return sql
    prefixes = [key.removesuffix("columns") for key in blocks if key.endswith("columns")]
    prefix = WHOLE.get(name, prefixes[0]) if len(prefixes) > 1 else prefixes[0]
    return f"{blocks[prefix + 'columns']} {blocks.get(prefix + 'source', '')} {sql}"


@pytest.mark.parametrize("file", SQL_FILES, ids=lambda file: file.stem)
def test_every_statement_fits_the_tables(tables, file):
    blocks = queries.load(file.stem)
    assert len(blocks) == file.read_text().count("-- name: ")
    for name in blocks:
        sql = whole(blocks, name)
        named = dict.fromkeys(re.findall(r":(\w+)", sql))
        values = named or [None] * sql.count("?")
        assert tables.execute(f"EXPLAIN {sql}", values).fetchall(), name


@pytest.mark.parametrize("file", SQL_FILES, ids=lambda file: file.stem)
def test_every_statement_is_used(file):
    package = Path(queries.__file__).parent
    code = "".join(path.read_text() for path in package.glob("*.py"))
    for name in queries.load(file.stem):
        made = name.endswith(("columns", "source")) or name.removeprefix("remove_") in _TABLES
        assert made or f'["{name}"]' in code or f'"{name}"' in code or f"['{name}']" in code, name


def test_no_statement_is_made_of_values():
    package = Path(queries.__file__).parent
    code = "".join(path.read_text() for path in package.glob("*.py"))
    assert "%s" not in code
    assert ".format(" not in code


def test_of_several_changes_of_a_task_the_last_is_written(tables):
    tables.execute("INSERT INTO documents (digest, body) VALUES ('d', x'00')")
    tables.execute(
        "INSERT INTO runs (id, run_id, namespace, pipeline, display_name, experiment, source, "
        "document, options, state, created_at) "
        "VALUES (7, 'r', '', 'p', 'r', '', '', 'd', '{}', 'pending', 0)"
    )
    batch = Projection()
    for path, state in (("b", "pending"), ("a", "pending"), ("b", "running"), ("b", "failed")):
        change = TaskChanged(
            path=path,
            parent="",
            name="n",
            display_name="n",
            component="c",
            kind="container",
            state=state,
        )
        batch.add(RunKey(7, "", "p"), 1.0, change)
    seen = []
    tables.set_trace_callback(seen.append)
    batch.write(tables)
    assert sum("INSERT INTO tasks" in sql for sql in seen) == 2
    rows = tables.execute("SELECT path, state FROM tasks ORDER BY id").fetchall()
    assert rows == [("b", "failed"), ("a", "pending")]


def test_every_change_has_a_handler():
    from headrace.engine.changes import Change

    assert set(Projection()._add) == set(Change.__args__)
    assert projection.Projection().write(sqlite3.connect(":memory:")) is None


def test_a_large_value_is_stored_once(tables):
    packer, large = Packer(), ["x" * 5000]
    texts = [packer.pack(large) for _ in range(3)]
    packer.write(tables)
    again = Packer()
    assert again.pack(large) == texts[0]
    again.write(tables)
    assert len(set(texts)) == 1
    assert len(texts[0]) < 100
    assert tables.execute("SELECT count(*) FROM documents").fetchone() == (1,)
    assert Column(list[str]).read(texts[0], tables) == large


@pytest.mark.parametrize("value", ["@sha256:00", "", "@", {"@": "@"}, None, [], 0])
def test_a_small_value_stays_in_its_row(tables, value):
    text = Packer().pack(value)
    assert Column(type(value)).read_or_none(text, tables) == value


def test_a_run_that_goes_on_has_no_end():
    run = Run(
        run_id="r",
        position=1,
        namespace="",
        pipeline="p",
        display_name="r",
        experiment="default",
        source="",
        document="d",
        options={},
        state="failed",
        created_at=1.0,
        finished_at=2.0,
        error="e",
    )
    again = run_with(run, RunChanged(state="running", started_at=3.0, finished_at=4.0, error="x"))
    assert (again.finished_at, again.error, again.started_at) == (None, None, 3.0)


def test_a_lost_lease_names_the_runs():
    assert str(LeaseLost(["b", "a"])).startswith("another controller owns a, b")
    assert LeaseLost(["a"]).code == "HR5010"
