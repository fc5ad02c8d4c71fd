"""The database file: who may read it, what is refused, and how its tables change over time."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from store_samples import commit, new_run, started, task

from headrace.errors import AlreadyExists, InfrastructureError, InvalidRequest
from headrace.store.sql.queries import Migration
from headrace.store.sqlite import SqliteStore
from headrace.store.sqlite.database import APPLICATION_ID, Database
from headrace.store.sqlite.migrations import migrations

NEXT = Migration(
    len(migrations()) + 1,
    ("ALTER TABLE runs ADD COLUMN label TEXT", "CREATE TABLE labels (id INTEGER PRIMARY KEY)"),
)


@pytest.fixture
def path(tmp_path):
    SqliteStore.open(tmp_path / "runs.db").close()
    return tmp_path / "runs.db"


def content(path):
    """Return the bytes of the file and of all that lies beside it."""
    return {p.name: p.read_bytes() for p in path.parent.iterdir() if not p.name.endswith("-shm")}


def version(path):
    connection = sqlite3.connect(path)
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return found


def test_only_the_owner_may_read_it(tmp_path):
    store = SqliteStore.open(tmp_path / "a" / "home" / "runs.db")
    started(store)
    assert (tmp_path / "a" / "home").stat().st_mode & 0o777 == 0o700
    for file in (tmp_path / "a" / "home").iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
    store.close()


def test_every_commit_is_on_disk_when_it_returns(path):
    database = Database(path)
    for way in (database.write, database.read):
        with way() as connection:
            assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    database.close()


def test_readers_cannot_write(path):
    database = Database(path)
    with (
        pytest.raises(InfrastructureError, match="readonly"),
        database.read() as connection,
    ):
        connection.execute("DELETE FROM runs")
    database.close()


def test_readers_do_not_wait_for_a_writer(path):
    store = SqliteStore.open(path)
    with store._db.write():
        assert store.runs().items == ()
        assert store.claim("me", now=0.0, lease_s=1.0) == []
    store.close()


def test_a_closed_store_says_so(path):
    store = SqliteStore.open(path)
    store.close()
    for use in (store.runs, store.data_version, lambda: store.create_run(new_run())):
        with pytest.raises(InfrastructureError, match="closed"):
            use()


def test_a_value_that_is_no_text_is_refused_and_leaves_nothing(path):
    store = SqliteStore.open(path)
    for run in (new_run(name="\ud800"), new_run(options={"a": "\ud800"})):
        with pytest.raises(InvalidRequest, match="cannot be stored"):
            store.create_run(run)
    lease = started(store)
    with pytest.raises(InvalidRequest, match="cannot be stored"):
        commit(store, lease, task("a"), task("b", iteration=2**70))
    assert store.tasks("r1") == []
    store.close()


# ---------------------------------------------------------------------------- refused files


def test_a_file_of_a_newer_version_is_refused_and_not_touched(path):
    Database(path, (*migrations(), NEXT)).close()
    before = content(path)
    with pytest.raises(
        InfrastructureError, match=rf"newer Headrace \(version {NEXT.version}"
    ) as caught:
        SqliteStore.open(path)
    assert "upgrade" in caught.value.hint
    assert not caught.value.retryable
    assert content(path) == before


def test_a_newer_version_that_is_still_in_the_log_is_refused(path):
    database = Database(path)
    with database.write() as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(InfrastructureError, match="newer Headrace"):
        SqliteStore.open(path)
    database.close()


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (b"not a database, but long enough to be one" * 100, "not a database"),
        (b"SQLite format 3\0" + os.urandom(5000), "damaged|not a database"),
        (b"x", "not a database"),
    ],
)
def test_a_file_of_another_kind_is_refused_and_not_touched(tmp_path, made, problem):
    path = tmp_path / "runs.db"
    path.write_bytes(made)
    with pytest.raises(InfrastructureError, match=problem) as caught:
        SqliteStore.open(path)
    assert not caught.value.retryable
    assert content(path)["runs.db"] == made


@pytest.mark.parametrize("versioned", [True, False])
def test_the_database_of_another_program_is_refused_and_not_touched(tmp_path, versioned):
    path = tmp_path / "runs.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE precious (x)")
    connection.execute(f"PRAGMA user_version={int(versioned)}")
    connection.commit()
    connection.close()
    with pytest.raises(InfrastructureError, match="another program"):
        SqliteStore.open(path)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("precious",)]
    connection.close()


@pytest.mark.parametrize("kept", [100, 4096, 4097, 20_000])
def test_a_file_that_was_cut_is_refused(path, kept):
    made = path.read_bytes()
    assert len(made) > 20_000
    path.write_bytes(made[:kept])
    with pytest.raises(InfrastructureError, match=r"damaged|not a database"):
        SqliteStore.open(path)


def test_a_damaged_page_is_an_error_where_it_is_read(path):
    store = SqliteStore.open(path)
    lease = started(store)
    commit(store, lease, *(task(f"t{n}", reason="x" * 500) for n in range(200)))
    store.close()
    made = bytearray(path.read_bytes())
    for offset in range(8 * 4096, len(made), 4096):
        made[offset : offset + 200] = b"\xff" * 200
    path.write_bytes(made)
    with (
        pytest.raises(InfrastructureError, match="damaged") as caught,
        closing(SqliteStore.open(path)) as opened,
    ):
        opened.tasks("r1")
    assert "backup" in caught.value.hint


def test_a_damaged_value_is_an_error_where_it_is_read(path):
    store = SqliteStore.open(path)
    started(store)
    with store._db.write() as connection:
        connection.execute("UPDATE journal SET event = 'nonsense'")
        connection.execute("UPDATE runs SET options = '@sha256:00'")
    for read in (lambda: list(store.journal("r1")), lambda: store.run("r1")):
        with pytest.raises(InfrastructureError):
            read()
    store.close()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InfrastructureError, match=r"cannot be opened: .*file/runs.db"):
        SqliteStore.open(tmp_path / "file" / "runs.db")
    with pytest.raises(InfrastructureError, match="cannot be opened"):
        SqliteStore.open(tmp_path)


def test_a_backup_does_not_overwrite(path):
    store = SqliteStore.open(path)
    with pytest.raises(AlreadyExists):
        store.backup(path)
    with pytest.raises(InfrastructureError):
        store.backup(path / "below")
    store.close()


# ---------------------------------------------------------------------------- migrations


def test_a_migration_keeps_runs_in_flight(path):
    store = SqliteStore.open(path)
    lease = started(store)
    commit(store, lease, task())
    store.close()
    store = SqliteStore(Database(path, (*migrations(), NEXT)))
    assert [t.path for t in store.tasks("r1")] == ["fit"]
    commit(store, lease, task("score"))
    assert len(store.tasks("r1")) == 2
    store.close()
    assert version(path) == NEXT.version


def test_a_migration_that_fails_leaves_the_old_version(path):
    broken = Migration(NEXT.version, (*NEXT.statements, "INSERT INTO nothing VALUES (1)"))
    with pytest.raises(InfrastructureError):
        Database(path, (*migrations(), broken))
    assert version(path) == NEXT.version - 1
    store = SqliteStore.open(path)
    started(store)
    store.close()
    Database(path, (*migrations(), NEXT)).close()
    assert version(path) == NEXT.version


def test_kill_9_inside_a_migration_leaves_the_old_version(path):
    code = (
        "import sys; from pathlib import Path;"
        "from headrace.store.sqlite.database import Database;"
        "from headrace.store.sql.queries import Migration;"
        "from headrace.store.sqlite.migrations import migrations;"
        "step = ('CREATE TABLE x (y)', 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
        "FROM n) INSERT INTO x SELECT i FROM n');"
        "print('ready', flush=True);"
        "Database(Path(sys.argv[1]), (*migrations(), Migration(len(migrations()) + 1, step)))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    log = Path(f"{path}-wal")
    while not log.exists() or log.stat().st_size < 100_000:
        assert process.poll() is None
    process.kill()
    process.communicate()
    store = SqliteStore.open(path)
    started(store)
    store.close()
    assert version(path) == len(migrations())


def test_the_first_migration_makes_a_file_that_is_ours(path):
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert version(path) == len(migrations())
    connection.close()


@pytest.mark.parametrize("step", migrations(), ids=lambda step: str(step.version))
def test_migrations_are_numbered_without_gaps(step):
    files = sorted(Path(sys.modules[Database.__module__].__file__).parent.glob("steps/*.sql"))
    assert files[step.version - 1].name.startswith(f"{step.version:04}_")
    assert all(statement.endswith(";") for statement in step.statements)
