"""SQLite under kill -9, torn logs, full disks, crowds and damaged files: nothing lost, nothing half."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import crashing_writer
import pytest
from store_samples import new_run, started, task

from headrace.engine.changes import Logged
from headrace.engine.events import TimerFired
from headrace.errors import InfrastructureError, InvariantViolation
from headrace.store import RunBatch
from headrace.store.sqlite import SqliteStore
from headrace.store.sqlite.database import Database

HERE = Path(__file__).parent


@pytest.fixture
def path(tmp_path):
    store = SqliteStore.open(tmp_path / "runs.db")
    store.create_run(new_run())
    store.close()
    return tmp_path / "runs.db"


def write(path, point="none", countdown=0, **options):
    """Run a writer; return what it acknowledged and how it ended."""
    command = [sys.executable, "-W", "error", str(HERE / "crashing_writer.py"), str(path)]
    done = subprocess.run(
        [*command, point, str(countdown)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(HERE)},
        check=False,
        **options,
    )
    return [int(line) for line in done.stdout.split()], done


def story(store):
    """Return how many transitions are there, checking that each is there whole."""
    events = list(store.journal("r1"))[1:]
    assert [event.timer for _, event in events] == [f"t{n}" for n in range(2, len(events) + 2)]
    paths = [f"t{n}-{m}" for n in range(2, len(events) + 2) for m in range(10)]
    assert [each.path for each in store.tasks("r1")] == paths
    history = store.events()
    while later := store.events(history[-1].id if history else 0):
        history += later
    assert [each.message for each in history] == [event.timer for _, event in events]
    return len(events) + 1


def check(path):
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchone() is None
    connection.close()


@pytest.mark.parametrize("point", crashing_writer.POINTS)
def test_kill_9_at_any_point_of_a_commit_loses_nothing_and_leaves_nothing_half(path, point):
    last = 1
    for countdown in (1, 3):
        acknowledged, done = write(path, point, countdown)
        assert done.returncode == -signal.SIGKILL, done.stderr
        store = SqliteStore.open(path)
        found = story(store)
        store.close()
        last = acknowledged[-1] if acknowledged else last
        assert found == last + (point == "after commit")
        last = found
    acknowledged, done = write(path)
    assert done.returncode == 0, done.stderr
    assert acknowledged == list(range(last + 1, last + 31))
    check(path)


@pytest.mark.parametrize("kept", [0, 1, 31, 32, 33, 5_000, 9_999, 20_001, 60_003, 100_000])
def test_a_torn_log_gives_back_whole_transitions_only(path, tmp_path, kept):
    acknowledged, done = write(path, "before commit", 12)
    assert done.returncode == -signal.SIGKILL
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    log = (tmp_path / "runs.db-wal").read_bytes()
    assert len(log) > 100_000
    (tmp_path / "copy.db-wal").write_bytes(log[:kept] + bytes(1000))
    store = SqliteStore.open(copy)
    assert 1 <= story(store) <= acknowledged[-1]
    store.close()
    check(copy)


def test_a_log_that_was_cut_behind_what_was_acknowledged_loses_nothing(path, tmp_path):
    acknowledged, _ = write(path, "before commit", 12)
    with (tmp_path / "runs.db-wal").open("ab") as log:
        log.write(os.urandom(7000))
    store = SqliteStore.open(path)
    assert story(store) == acknowledged[-1]
    store.close()


# ---------------------------------------------------------------------------- full disks


def step(lease, seq, size=10):
    return RunBatch(
        lease=lease,
        at=float(seq),
        events=[(float(seq), TimerFired(timer=f"t{seq}"))],
        changes=[
            *(task(f"t{seq}-{n}", reason="x" * size) for n in range(10)),
            Logged(kind="timer", message=f"t{seq}"),
        ],
        first_seq=seq,
    )


def test_on_a_full_disk_a_commit_fails_whole_and_the_run_goes_on_when_there_is_space(tmp_path):
    database = Database(tmp_path / "runs.db")
    store = SqliteStore(database)
    lease = started(store)
    store.commit([step(lease, 2)])
    with database.write() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")
    for _ in range(3):
        with pytest.raises(InfrastructureError, match="no space left") as caught:
            store.commit([step(lease, 3, size=5000)])
        assert caught.value.retryable
    assert story(store) == 2
    with database.write() as connection:
        connection.execute("PRAGMA max_page_count=1000000")
    store.commit([step(lease, 3, size=5000)])
    assert story(store) == 3
    store.close()


def test_a_write_that_the_system_refuses_is_an_error_not_a_loss(path):
    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    acknowledged, done = write(path, preexec_fn=limited)
    assert "InfrastructureError" in done.stderr
    assert 2 < len(acknowledged) < 30
    store = SqliteStore.open(path)
    assert story(store) == acknowledged[-1]
    store.close()
    acknowledged, done = write(path)
    assert (len(acknowledged), done.stderr) == (30, "")


def test_a_gap_after_an_unknown_outcome_is_noticed(tmp_path):
    store = SqliteStore.open(tmp_path / "runs.db")
    lease = started(store)
    store.commit([step(lease, 2)])
    store.commit([step(lease, 2)])
    with pytest.raises(InvariantViolation):
        store.commit([step(lease, 4)])
    assert story(store) == 2
    store.close()


# ---------------------------------------------------------------------------- crowds

STORM = """
import sys, threading
from pathlib import Path
from store_samples import new_run
from headrace.store.sqlite import SqliteStore

path, name, threads, rounds = sys.argv[1:]
def client(number):
    store = SqliteStore.open(Path(path))
    for n in range(int(rounds)):
        run = f"{name}-{number}-{n}"
        store.create_run(new_run(run))
        store.send(run, "cancel", {}, now=1.0)
        store.runs(limit=10)
        store.run(run)
    store.close()

failures = []
threading.excepthook = lambda what: failures.append(str(what.exc_value))
clients = [threading.Thread(target=client, args=(n,)) for n in range(int(threads))]
for each in clients: each.start()
for each in clients: each.join()
sys.exit("; ".join(failures) or 0)
"""


def crowd(path, processes, threads, rounds):
    return [
        subprocess.Popen(
            [sys.executable, "-c", STORM, str(path), f"p{n}", str(threads), str(rounds)],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(HERE)},
        )
        for n in range(processes)
    ]


def test_64_clients_and_a_controller_never_find_the_database_locked(path):
    store = SqliteStore.open(path)
    (lease,) = store.claim("me", now=0.0, lease_s=1e9, run_ids=["r1"])
    clients = crowd(path, processes=4, threads=16, rounds=3)
    seq = 2
    while any(client.poll() is None for client in clients):
        store.commit([step(lease, seq)])
        assert store.take_requests(["r1"]) == []
        seq += 1
    assert [client.communicate()[1] for client in clients] == [""] * 4
    assert len(store.unfinished_runs()) == 4 * 16 * 3 + 1
    assert len(store.take_requests()) == 4 * 16 * 3
    assert story(store) == seq - 1
    store.close()


def test_many_processes_may_make_the_database_at_the_same_time(tmp_path):
    path = tmp_path / "home" / "runs.db"
    clients = crowd(path, processes=6, threads=2, rounds=1)
    assert [client.communicate()[1] for client in clients] == [""] * 6
    store = SqliteStore.open(path)
    assert len(store.unfinished_runs()) == 12
    store.close()


def test_another_process_sees_that_something_was_written(path):
    store = SqliteStore.open(path)
    before = store.data_version()
    assert store.data_version() == before
    write(path)
    assert store.data_version() != before
    store.close()


def test_opening_a_database_again_in_the_same_process_keeps_its_locks(path):
    """A plain open and close of the file would drop them, and another process could write."""
    database = Database(path)
    with database.write():
        SqliteStore.open(path).close()
        code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=0); c.execute('BEGIN IMMEDIATE')"
        other = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
        )
    database.close()
    assert "database is locked" in other.stderr


# ---------------------------------------------------------------------------- backups


def test_a_backup_under_load_is_one_state_of_the_store(path, tmp_path):
    writer = subprocess.Popen(
        [sys.executable, str(HERE / "crashing_writer.py"), str(path), "none", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(HERE)},
    )
    assert writer.stdout.readline() == "2\n"
    store = SqliteStore.open(path)
    store.backup(tmp_path / "backup.db")
    store.close()
    writer.communicate()
    assert writer.returncode == 0
    assert (tmp_path / "backup.db").stat().st_mode & 0o777 == 0o600
    copy = SqliteStore.open(tmp_path / "backup.db")
    assert 2 <= story(copy) <= 31
    (lease,) = copy.claim("elsewhere", now=1e9, lease_s=1.0)
    copy.commit([RunBatch(lease=lease, at=1.0, changes=[task("t0-0")])])
    copy.close()
