"""A real server beside ``headrace run`` in one home: seen by both, stopped, killed, taken up."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import httpx2
import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from postgres_server import Server as Database
from server_process import BOUND_S, ServerProcess, until


@pytest.fixture
def server(tmp_path):
    server = ServerProcess(tmp_path)
    yield server
    server.close()


def parameters(server):
    return ["-p", f"witness={server.witness}", "-p", f"gate={server.gate}"]


def run_ids(server):
    return [run["run_id"] for run in server.ask("GET", "/runs").json().get("runs", [])]


def test_the_address_is_printed_in_one_line_and_answers(server):
    line = server.start()
    assert line.startswith("serving ")
    assert str(server.home) in line
    assert httpx2.get(f"{server.url}/healthz").json() == {"status": "ok"}
    assert httpx2.get(f"{server.url}/readyz").status_code == 200
    assert server.stop() == 0


def test_runs_of_both_are_seen_by_both_and_each_is_carried_out_once(server):
    server.start()
    command = server.begin("run", str(server.source), *parameters(server), "--json")
    ours = server.submit()
    until(lambda: server.witnessed().count("waits") == 2)
    assert len(run_ids(server)) == 2
    listed = json.loads(server.command("runs", "--json"))
    assert {run["run_id"] for run in listed} == set(run_ids(server))
    server.gate.touch()
    told = json.loads(command.communicate(timeout=BOUND_S)[0])
    assert told["state"] == "SUCCEEDED"
    assert server.ended(ours) == "SUCCEEDED"
    assert server.state(told["run_id"]) == "SUCCEEDED"
    assert sorted(server.witnessed()) == ["quick", "quick", "waits", "waits"]


def test_a_run_whose_command_was_killed_is_taken_up_by_the_server(server):
    server.start()
    command = server.begin("run", str(server.source), *parameters(server), "--json")
    until(lambda: "waits" in server.witnessed())
    command.kill()
    command.communicate()
    (run_id,) = run_ids(server)
    server.gate.touch()
    assert server.ended(run_id) == "SUCCEEDED"
    assert sorted(server.witnessed()) == ["quick", "waits"]


def test_a_failed_run_of_a_command_is_retried_by_the_command_itself(server):
    server.start()
    command = server.begin("run", str(server.source), *parameters(server), "--json")
    until(lambda: "waits" in server.witnessed())
    command.send_signal(signal.SIGINT)
    told = json.loads(command.communicate(timeout=BOUND_S)[0])
    assert told["state"] == "CANCELED"
    server.gate.touch()
    again = json.loads(server.command("retry", told["run_id"], "--json"))
    assert again["state"] == "SUCCEEDED"
    assert server.witnessed() == ["quick", "waits", "waits"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_no_run_notices_that_the_server_is_started_anew(server, number):
    server.start()
    ours = server.submit()
    until(lambda: "waits" in server.witnessed())
    assert server.stop(number) == (0 if number == signal.SIGTERM else -9)
    server.start()
    assert server.state(ours) == "RUNNING"
    server.gate.touch()
    assert server.ended(ours) == "SUCCEEDED"
    assert server.witnessed() == ["quick", "waits"]


def test_open_feeds_hold_up_no_end(server):
    server.start()
    with httpx2.stream("GET", f"{server.url}/api/v1/events", timeout=BOUND_S) as feed:
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        list(feed.iter_lines())  # ends, and is not cut off
    assert server.process.wait(BOUND_S) == 0
    assert time.monotonic() - begun < 4
    assert "Traceback" not in (server.place / "server.log").read_text()


def test_a_step_that_ends_while_there_is_no_server_is_not_run_again(server):
    server.start()
    ours = server.submit()
    until(lambda: "waits" in server.witnessed())
    server.stop(signal.SIGKILL)
    server.gate.touch()
    server.start()
    assert server.ended(ours) == "SUCCEEDED"
    assert server.witnessed() == ["quick", "waits"]


def test_an_api_alone_takes_runs_that_a_controller_carries_out(server):
    server.gate.touch()
    server.start("--role", "api")
    ours = server.submit()
    assert server.state(ours) == "PENDING"
    second = server.twin()
    line = second.start("--role", "controller")
    assert line.startswith("carrying out ")
    assert server.ended(ours) == "SUCCEEDED"
    assert second.stop() == 0


def test_two_servers_share_a_postgresql_database_and_what_one_leaves_the_other_takes_up(server):
    database = Database()
    server.environment["HEADRACE_DATABASE"] = database.url(database.database())
    other = server.twin()
    try:
        server.start()
        other.start()
        ours = [server.submit("one"), other.submit("two")]
        until(lambda: server.witnessed().count("waits") == 2)
        assert sorted(run_ids(server)) == sorted(run_ids(other)) == sorted(ours)
        server.stop(signal.SIGKILL)
        server.gate.touch()
        assert [other.ended(run_id) for run_id in ours] == ["SUCCEEDED", "SUCCEEDED"]
        assert sorted(server.witnessed()) == ["quick", "quick", "waits", "waits"]
        assert other.stop() == 0
    finally:
        other.close()
        database.stop()


def test_it_listens_on_this_machine_alone_without_authentication(server):
    assert server.start("--host", "0.0.0.0") == ""
    assert server.process.wait(BOUND_S) == 2
    assert "authentication" in (server.place / "server.log").read_text()
    server.process.stdout.close()
    server.process = None


def test_a_port_that_is_taken_is_said(server):
    server.start()
    port = server.url.rpartition(":")[2]
    other = server.begin("server", "--port", port)
    assert other.wait(BOUND_S) == 2
    other.stdout.close()


def test_an_ended_server_leaves_no_process_behind(server):
    server.start()
    ours = server.submit()
    server.gate.touch()
    assert server.ended(ours) == "SUCCEEDED"
    server.stop()
    home = str(server.home).encode()

    def left():
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and int(entry.name) != os.getpid():
                try:
                    line = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                except OSError:
                    continue
                if home in line:
                    found.append(entry.name)
        return found

    until(lambda: not left(), 20)
