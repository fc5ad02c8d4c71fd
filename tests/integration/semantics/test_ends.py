"""Deadlines, memory, stopping and logs, through the whole of Headrace."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import cases
import pytest

from headrace.app.reading_logs import read_logs


@pytest.fixture(scope="module")
def pipelines():
    return cases.load(cases.PIPELINES / "ends.py")


@pytest.fixture
def run(bench, pipelines):
    return lambda name, **wishes: bench.run(
        cases.source_document(pipelines, name), wishes.pop("parameters", {}), **wishes
    )


def by_path(result):
    return {task["path"]: task for task in result["tasks"]}


def test_a_step_over_its_timeout_fails_and_the_exit_task_runs(run):
    result = run("step deadline")
    tasks = by_path(result)
    assert result["state"] == "FAILED", cases.told(result)
    assert tasks["exit-handler-1/sleep"]["error"]["kind"] == "deadline"
    assert "1.0 s" in tasks["exit-handler-1/sleep"]["error"]["message"]
    assert tasks["say"]["state"] == "SUCCEEDED"
    assert result["seconds"] < 10


@pytest.mark.parametrize("how", ["of the pipeline", "of the wish"])
def test_a_run_over_its_deadline_ends_failed(run, how):
    result = (
        run("run deadline") if how == "of the pipeline" else run("step deadline", deadline_s=0.5)
    )
    assert result["state"] == "FAILED", cases.told(result)
    assert "deadline" in result["error"] or "longer than" in result["error"]
    assert result["seconds"] < 10


def test_a_step_over_its_memory_limit_is_killed_and_says_so(run):
    result = run("too much")
    error = by_path(result)["allocate"]["error"]
    assert error["kind"] == "oom", cases.told(result)
    assert "killed at" in error["message"]
    assert "of 0.125 GiB" in error["message"]


def test_a_canceled_run_ends_all_processes_of_its_steps(tmp_path, pipelines):
    bench = cases.Bench(tmp_path / "home", grace_s=0.2)
    interrupt = threading.Event()
    folder = tmp_path / "folder"
    folder.mkdir()

    def stop_when_all_run():
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and len(list(folder.glob("*child"))) < 2:
            time.sleep(0.01)
        interrupt.set()

    watching = threading.Thread(target=stop_when_all_run)
    watching.start()
    document = cases.source_document(pipelines, "ignoring")
    result = bench.run(document, {"folder": str(folder)}, interrupt=interrupt)
    watching.join()
    tasks = by_path(result)
    assert result["state"] == "CANCELED", cases.told(result)
    assert tasks["exit-handler-1/stubborn"]["state"] == "CANCELED"
    assert tasks["say"]["state"] == "SUCCEEDED"
    pids = [int(path.read_text()) for path in folder.glob("*child")]
    assert len(pids) == 2
    assert [pid for pid in pids if is_alive(pid)] == []
    bench.home.store.close()


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z" and os.kill(pid, 0) is None


def test_a_log_is_complete(bench, run):
    result = run("talking", parameters={"lines": 200_000})
    assert result["state"] == "SUCCEEDED", cases.told(result)
    read = read_logs(bench.home, result["run_id"], "chatty", attempt=None, follow=False)
    text = b"".join(block for _, _, block in read)
    assert len(text) == 20_000_000


def test_a_retry_waits_as_long_as_it_should(run, tmp_path):
    log = tmp_path / "log"
    result = run("pausing", parameters={"log": str(log)})
    assert result["state"] == "SUCCEEDED", cases.told(result)
    first, second = map(float, log.read_text().split())
    assert 1.0 <= second - first < 5.0
