"""PostgreSQL when something breaks: nothing is lost, nothing is done twice, nobody notices."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from store_samples import commit, new_run, started, task

from headrace.engine.changes import Logged
from headrace.engine.events import TimerFired
from headrace.errors import InfrastructureError, InvalidRequest
from headrace.store import LeaseLost, RecurringRun, RunBatch, Trigger
from headrace.store.opening import open_store
from headrace.store.postgres import PostgresStore
from headrace.store.postgres.database import Database
from headrace.store.postgres.dialect import migrations
from headrace.store.sql.queries import Migration


@pytest.fixture
def store(url):
    opened = PostgresStore.open(url)
    yield opened
    opened.close()


class Breaking(Database):
    """Its next commit breaks as the test says; those after it do not."""

    fault = None
    broken = 0

    def _commit(self, raw):
        fault, self.fault = self.fault, None
        if fault is None:
            return super()._commit(raw)
        self.broken += 1
        return fault(self, raw)

    def killed_before(self, raw):
        os.kill(raw.info.backend_pid, signal.SIGKILL)
        raw.execute("COMMIT")

    def killed_after(self, raw):
        raw.execute("COMMIT")
        os.kill(raw.info.backend_pid, signal.SIGKILL)
        raw.execute("SELECT 1")

    def terminated(self, raw):
        with suppress(psycopg.Error):
            raw.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        raw.execute("COMMIT")

    def reset_while_committing(self, raw):
        raw.pgconn.send_query(b"COMMIT")
        raw.pgconn.flush()
        with socket.socket(fileno=os.dup(raw.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
        raw.close()
        raise psycopg.OperationalError("the connection was reset")

    def reset_before(self, raw):
        with socket.socket(fileno=os.dup(raw.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
        raw.execute("COMMIT")


FAULTS = [
    Breaking.killed_before,
    Breaking.killed_after,
    Breaking.terminated,
    Breaking.reset_while_committing,
    Breaking.reset_before,
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_commit_that_breaks_is_done_exactly_once(url, fault):
    database = Breaking(url)
    store = PostgresStore(database)
    lease = started(store)
    batch = RunBatch(
        lease=lease,
        at=2.0,
        events=[(2.0, TimerFired(timer="t"))],
        changes=[task(), Logged(kind="task", message="once")],
    )
    database.fault = fault
    store.commit([batch])
    database.fault = fault
    store.create_run(new_run("r2"))
    database.fault = fault
    store.send("r2", "cancel", {}, now=1.0)
    assert database.broken == 3
    assert len(list(store.journal("r1"))) == 2
    assert [entry.message for entry in store.events()] == ["once"]
    assert [run.run_id for run in store.runs().items] == ["r2", "r1"]
    assert len(store.take_requests()) == 1
    store.close()


def test_a_tick_whose_commit_breaks_makes_its_run_once(url):
    database = Breaking(url)
    store = PostgresStore(database)
    store.add_recurring_run(
        RecurringRun(
            id="c",
            namespace="",
            experiment="default",
            display_name="c",
            created_at=1.0,
            updated_at=1.0,
            trigger=Trigger(interval_s=10),
            next_tick_at=10.0,
        )
    )
    database.fault = Breaking.reset_while_committing
    assert store.fire("c", 10.0, new_run("tick"), 20.0, now=11.0).ticks == 1
    assert [run.run_id for run in store.runs().items] == ["tick"]
    store.close()


def test_a_server_that_ends_all_connections_is_not_noticed(server, store):
    lease = started(store)
    version = store.data_version()
    for seq in range(3):
        server.admin(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'headrace'"
        )
        assert store.run("r1").state == "pending"
        commit(store, lease, task(f"t{seq}"))
    with suppress(InfrastructureError):
        store.data_version()
    assert store.data_version() > version
    assert len(store.tasks("r1")) == 3


def test_a_server_that_is_started_anew_is_waited_for(server, store):
    lease = started(store)
    server.kill()
    again = threading.Timer(0.5, server.start)
    again.start()
    commit(store, lease, task())
    again.join()
    assert len(store.tasks("r1")) == 1


def test_a_controller_that_was_paused_beyond_its_lease_writes_nothing_more(url, store):
    store.create_run(new_run())
    writer = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("paused_writer.py")), url],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout.readline() == "2\n"
    writer.send_signal(signal.SIGSTOP)
    leases = []
    while not leases:  # It may have been stopped within a transaction, whose row is skipped.
        leases = store.claim("other", now=1e9, lease_s=1e9, run_ids=["r1"])
        if not leases:
            writer.send_signal(signal.SIGCONT)
            writer.stdout.readline()
            writer.send_signal(signal.SIGSTOP)
    written = len(list(store.journal("r1")))
    commit(store, leases[0], task("theirs"), events=[(9.0, TimerFired(timer="theirs"))])
    writer.send_signal(signal.SIGCONT)
    rest, _ = writer.communicate()
    assert rest.splitlines()[-1] == "lost"
    assert len(list(store.journal("r1"))) == written + 1
    assert len(store.tasks("r1")) == written


def test_a_run_that_is_being_committed_is_skipped_by_who_claims(url):
    one, two = PostgresStore.open(url), PostgresStore.open(url)
    lease = started(one)
    in_commit, go_on = threading.Event(), threading.Event()
    commit_ = one._db._commit

    def slow(raw):
        in_commit.set()
        go_on.wait(20)
        commit_(raw)

    one._db._commit = slow
    thread = threading.Thread(target=commit, args=(one, lease, task()))
    thread.start()
    in_commit.wait(20)
    assert two.claim("you", now=1e9, lease_s=1.0) == []
    go_on.set()
    thread.join()
    assert len(two.claim("you", now=1e9, lease_s=1.0)) == 1
    with pytest.raises(LeaseLost):
        commit(two, lease, task())
    one.close()
    two.close()


def test_two_that_wait_for_each_other_both_get_done(store):
    for name in "ab":
        store.put_setting(name, b"0")
    both = threading.Barrier(2, timeout=20)
    tries = []

    def work(order):
        waited = []

        def swap(connection):
            tries.append(order)
            for name in order:
                connection.execute("UPDATE settings SET value = ? WHERE name = ?", (b"1", name))
                if not waited:
                    waited.append(True)
                    both.wait()

        store._db.writing(swap)

    threads = [threading.Thread(target=work, args=(order,)) for order in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tries) == 3
    assert [store.setting(name) for name in "ab"] == [b"1", b"1"]


def test_a_storm_of_clients_is_served_and_who_follows_misses_nothing(url):
    stores = [PostgresStore.open(url) for _ in range(4)]
    errors, seen, done = [], [], threading.Event()

    def client(number):
        store = stores[number % 4]
        try:
            for turn in range(3):
                lease = started(store, f"r{number}-{turn}", owner=f"o{number}")
                commit(store, lease, task(), Logged(kind="task", message=lease.run_id))
                store.send(lease.run_id, "cancel", {}, now=1.0)
                assert store.runs(limit=5).items
        except Exception as error:  # noqa: BLE001 - told by the main thread
            errors.append(error)

    def follow():
        after = 0
        while True:
            last = done.is_set()
            for entry in stores[0].events(after):
                seen.append(entry.message)
                after = entry.id
            if last:
                return

    follower = threading.Thread(target=follow)
    follower.start()
    threads = [threading.Thread(target=client, args=(n,)) for n in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    follower.join()
    assert errors == []
    expected = sorted(f"r{n}-{turn}" for n in range(64) for turn in range(3))
    assert sorted(seen) == expected
    assert len(stores[1].take_requests()) == len(expected)
    for store in stores:
        store.close()


# ---------------------------------------------------------------------------- opening


def test_several_may_make_the_tables_at_once(server):
    url = server.url(server.database())
    opened = []
    target = lambda: opened.append(PostgresStore.open(url))  # noqa: E731
    threads = [threading.Thread(target=target) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 6
    for store in opened:
        assert store.runs().items == ()
        store.close()


def test_tables_of_a_newer_version_are_refused_and_not_touched(url):
    newer = Migration(len(migrations()) + 1, ("CREATE TABLE labels (id BIGINT)",))
    Database(url, (*migrations(), newer)).close()
    with pytest.raises(InfrastructureError, match="newer Headrace") as caught:
        PostgresStore.open(url)
    assert not caught.value.retryable


def test_a_migration_that_fails_leaves_the_version_before(url):
    bad = Migration(len(migrations()) + 1, ("CREATE TABLE x (y BIGINT)", "CREATE TABLE x (y)"))
    with pytest.raises(InfrastructureError):
        Database(url, (*migrations(), bad))
    store = PostgresStore.open(url)
    started(store)
    store.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://eve:s3cr3t@127.0.0.1:1/db",
        "postgresql://eve@127.0.0.1:1/db?password=s3cr3t",
        "postgresql://eve:s3cr3t%zz@127.0.0.1:1/db",
        "postgresql://eve:s3cr3t@127.0.0.1:port/db",
        "postgresql://eve:x@127.0.0.1:1/db?s3cr3t=1",
        "postgresql:///db?host=/nowhere&password=s3cr3t",
    ],
)
def test_no_error_shows_how_the_database_is_logged_in_to(url):
    with pytest.raises((InfrastructureError, InvalidRequest)) as caught:
        open_store(url)
    shown = [caught.value]
    while shown[-1].__cause__ is not None:
        shown.append(shown[-1].__cause__)
    for error in shown:
        assert "s3cr3t" not in f"{error} {error!r}"


def test_a_database_that_is_not_there_says_so(server):
    with pytest.raises(InfrastructureError, match=r"cannot be reached.*none") as caught:
        open_store(server.url("none"))
    assert caught.value.retryable


def test_a_store_is_opened_by_where_it_is(url, tmp_path):
    for place in (url, tmp_path / "runs.db", str(tmp_path / "other.db")):
        store = open_store(place)
        started(store)
        store.close()
    with pytest.raises(InvalidRequest, match="no store for mysql"):
        open_store("mysql://host/db")


def test_a_copy_is_the_business_of_pg_dump(store, tmp_path):
    with pytest.raises(InvalidRequest, match="not copied") as caught:
        store.backup(tmp_path / "copy")
    assert "pg_dump" in caught.value.hint


def test_a_closed_store_says_so(url):
    store = PostgresStore.open(url)
    store.close()
    for use in (store.runs, store.data_version, lambda: store.create_run(new_run())):
        with pytest.raises(InfrastructureError, match="closed"):
            use()


def test_what_cannot_be_stored_is_refused_and_leaves_nothing(store):
    for run in (new_run(name="\ud800"), new_run(options={"a": "\ud800"})):
        with pytest.raises(InvalidRequest, match="cannot be stored"):
            store.create_run(run)
    lease = started(store)
    with pytest.raises(InvalidRequest, match="cannot be stored"):
        commit(store, lease, task("a"), task("b", iteration=2**70))
    assert store.tasks("r1") == []
    commit(store, lease, task("a", reason="a\0b"))
    assert store.tasks("r1")[0].reason == "a\N{SYMBOL FOR NULL}b"
