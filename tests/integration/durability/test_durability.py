"""Controllers that are stopped, stores that are locked, artifacts that are damaged: nothing twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from ..cli.conftest import GATED  # noqa: TID252 - as its fixtures

#: The command line with leases that end within a moment.
SHORT_LEASES = """
import functools
from headrace.app import execution
from headrace.cli.main import main

execution.Settings = functools.partial(execution.Settings, lease_s=1.0)
main()
"""
ALL_ONCE = ["quick", "waits", "after", "tidy"]


def start_with_short_lease(desk, *arguments):
    driver = desk.write("driver.py", SHORT_LEASES)
    process = subprocess.Popen(
        [sys.executable, str(driver), *map(str, arguments)],
        env=desk.environment,
        cwd=desk.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    desk.started.append(process)
    return process


def start_gated_with_short_lease(desk):
    desk.write("gated.py", GATED)
    values = ("-p", f"witness={desk.witness}", "-p", f"gate={desk.gate}")
    process = start_with_short_lease(desk, "run", "gated.py", "--json", *values)
    desk.until(lambda: "waits" in desk.ran or process.poll() is not None)
    return process


def stand_still(desk, pid):
    """Stop a process at a moment at which it does not hold the database's lock."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        try:
            with closing(sqlite3.connect(desk.home / "headrace.db", timeout=0.5)) as database:
                database.execute("BEGIN IMMEDIATE")
                database.execute("ROLLBACK")
        except sqlite3.OperationalError:
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.01)
        else:
            return


def taken_over(desk, run_id):
    """Start controllers until one owns the run, which the stopped one's lease allows soon."""
    claimed = []

    def claims():
        process = start_with_short_lease(desk, "resume", run_id, "--json")
        desk.until(lambda: process.poll() is not None or is_owned_by(desk, run_id, process.pid))
        if process.poll() is None:
            claimed.append(process)
            return True
        refused = desk.end(process)
        assert (refused.status, "another process" in refused.stderr) == (2, True), refused
        return False

    desk.until(claims)
    return claimed[0]


def is_owned_by(desk, run_id, pid):
    uri = f"file:{desk.home / 'headrace.db'}?mode=ro"
    database = sqlite3.connect(uri, uri=True)
    try:
        query = "SELECT owner FROM leases JOIN runs ON runs.id = leases.run WHERE run_id = ?"
        rows = database.execute(query, (run_id,)).fetchall()
    finally:
        database.close()
    return any(f"|{pid}|" in (owner or "") for (owner,) in rows)


def test_a_stopped_controller_finds_its_run_ended_by_another(desk):
    stopped = start_gated_with_short_lease(desk)
    run_id = desk.only_run
    stand_still(desk, stopped.pid)
    other = taken_over(desk, run_id)
    desk.gate.touch()
    ended = desk.end(other)
    assert ended.status == 0, ended.stderr
    os.kill(stopped.pid, signal.SIGCONT)
    woken = desk.end(stopped)
    assert woken.json == ended.json
    assert desk.run("show", run_id, "--json").json == ended.json
    assert desk.ran == ALL_ONCE
    assert {task["attempts"] for task in ended.json["tasks"]} == {1}


def test_a_stopped_controller_leaves_its_run_to_the_one_that_took_it_over(desk):
    stopped = start_gated_with_short_lease(desk)
    run_id = desk.only_run
    stand_still(desk, stopped.pid)
    other = taken_over(desk, run_id)
    os.kill(stopped.pid, signal.SIGCONT)
    woken = desk.end(stopped)
    assert woken.status == 2
    assert "taken over by another process" in woken.stderr
    assert other.poll() is None
    desk.gate.touch()
    ended = desk.end(other)
    assert (ended.status, ended.json["state"]) == (0, "SUCCEEDED")
    assert desk.ran == ALL_ONCE


def test_of_two_that_resume_a_run_one_wins_and_the_other_says_so(desk):
    process = desk.start_gated()
    process.kill()
    process.wait()
    run_id = desk.only_run
    both = [desk.start("resume", run_id, "--json") for _ in range(2)]
    desk.until(lambda: any(one.poll() is not None for one in both))
    loser = next(one for one in both if one.poll() is not None)
    (winner,) = [one for one in both if one is not loser]
    refused = desk.end(loser)
    assert (refused.status, refused.stdout) == (2, "")
    assert "another process" in refused.stderr
    desk.gate.touch()
    ended = desk.end(winner)
    assert (ended.status, ended.json["state"]) == (0, "SUCCEEDED"), ended.stderr
    assert desk.ran == ALL_ONCE


def test_while_the_database_is_locked_nothing_starts_and_afterwards_all_goes_on(desk):
    process = desk.start_gated()
    run_id = desk.only_run
    database = sqlite3.connect(desk.home / "headrace.db", isolation_level=None)
    try:
        database.execute("BEGIN IMMEDIATE")
        desk.gate.touch()
        (log,) = [
            p for p in (desk.home / "runs" / run_id).glob("*/log") if b"wait" in p.read_bytes()
        ]
        desk.until(lambda: b"opened" in log.read_bytes())
        with pytest.raises(AssertionError, match="did not come"):
            desk.until(lambda: "after" in desk.ran, bound_s=0.7)
        database.execute("ROLLBACK")
    finally:
        database.close()
    ended = desk.end(process)
    assert ended.status == 0, ended.stderr
    assert desk.ran == ALL_ONCE


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param("flip", "artifact rows was changed", id="a bit flipped"),
        pytest.param("cut", "artifact rows was changed", id="cut"),
        pytest.param("remove", "artifact rows is gone", id="removed"),
    ],
)
def test_a_damaged_artifact_is_made_again_and_said_to_be(damage, said, chain):
    (rows,) = chain.first.tasks["second"]["artifacts"]["rows"]
    place = Path(rows["path"])
    place.chmod(0o600)
    content = bytearray(place.read_bytes())
    if damage == "remove":
        place.parent.chmod(0o700)
        place.unlink()
    else:
        content[0] ^= 1
        place.write_bytes(content if damage == "flip" else content[:-1])
    again = chain.run_chain()
    assert again.status == 0, again.stderr
    second = again.tasks["second"]
    assert (second["cached"], second["attempts"]) == (False, 1)
    told = chain.run("explain", again.json["run_id"], "second", "--json").json
    assert said in told["reason"]
    assert chain.first.json["run_id"] in told["reason"]
    assert again.tasks["third"]["cached"]  # the same bytes were made again
    assert chain.ran == ["first", "second", "third", "second"]


def test_many_may_look_on_while_a_run_goes_on(desk):
    process = desk.start_gated()
    readers = [desk.start("runs", "--json") for _ in range(20)]
    desk.gate.touch()
    seen = [desk.end(reader) for reader in readers]
    ended = desk.end(process)
    assert ended.status == 0, ended.stderr
    for one in seen:
        assert one.status == 0, one.stderr
        assert [run["run_id"] for run in one.json] == [ended.json["run_id"]]
    assert desk.ran == ALL_ONCE
