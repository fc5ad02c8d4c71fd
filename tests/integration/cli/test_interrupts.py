"""Runs that are interrupted, canceled, killed and gone on with; runs beside each other."""

from __future__ import annotations

import os
import signal

from .conftest import CHAIN


def press_ctrl_c(process):
    """Interrupt as a terminal does: everything in the foreground gets the signal."""
    os.killpg(process.pid, signal.SIGINT)


def nothing_is_left(desk):
    desk.until(lambda: desk.processes() == [])


def test_ctrl_c_cancels_the_run_and_the_exit_task_still_runs(desk):
    process = desk.start_gated()
    press_ctrl_c(process)
    ended = desk.end(process)
    assert ended.status == 130, ended.stderr
    assert ended.json["state"] == "CANCELED"
    states = {name: task["state"] for name, task in ended.tasks.items()}
    assert states == {
        "quick": "SUCCEEDED",
        "waits": "CANCELED",
        "after": "CANCELED",
        "tidy": "SUCCEEDED",
    }
    assert desk.ran == ["quick", "waits", "tidy"]
    assert "interrupted" in ended.stderr
    nothing_is_left(desk)


def test_sigterm_cancels_too(desk):
    process = desk.start_gated()
    process.terminate()
    ended = desk.end(process)
    assert (ended.status, ended.json["state"]) == (130, "CANCELED")


def test_a_canceled_run_goes_on_by_retry(desk):
    process = desk.start_gated()
    press_ctrl_c(process)
    run_id = desk.end(process).json["run_id"]
    desk.gate.touch()
    ended = desk.run("retry", run_id, "--json")
    assert (ended.status, ended.json["state"]) == (0, "SUCCEEDED"), ended.stderr
    assert desk.ran == ["quick", "waits", "tidy", "waits", "after", "tidy"]


def test_kill_9_and_resume_do_not_run_finished_steps_again(desk):
    process = desk.start_gated()
    process.kill()
    process.wait()
    run_id = desk.only_run
    assert desk.run("show", run_id, "--json").json["state"] == "RUNNING"
    desk.gate.touch()
    ended = desk.run("resume", run_id, "--json")
    assert ended.status == 0, ended.stderr
    assert ended.json["state"] == "SUCCEEDED"
    assert desk.ran == ["quick", "waits", "after", "tidy"]
    assert {task["attempts"] for task in ended.json["tasks"]} == {1}
    nothing_is_left(desk)


def test_a_step_that_ended_while_nobody_looked_is_taken_over(desk):
    process = desk.start_gated()
    process.kill()
    process.wait()
    run_id = desk.only_run
    desk.gate.touch()
    desk.until(lambda: "opened" in desk.run("logs", run_id).stdout)
    nothing_is_left(desk)
    ended = desk.run("resume", run_id, "--json")
    assert ended.tasks["waits"]["parameters"] == {"Output": "opened"}
    assert desk.ran == ["quick", "waits", "after", "tidy"]


def test_cancel_from_another_process(desk):
    process = desk.start_gated()
    run_id = desk.only_run
    asked = desk.run("cancel", run_id)
    assert (asked.status, "asked to end" in asked.stdout) == (0, True)
    ended = desk.end(process)
    assert (ended.status, ended.json["state"]) == (1, "CANCELED")
    assert desk.ran == ["quick", "waits", "tidy"]
    again = desk.run("cancel", run_id)
    assert (again.status, "has ended already" in again.stderr) == (2, True)


def test_logs_are_followed_to_the_end_of_the_run(desk):
    process = desk.start_gated()
    follower = desk.start("logs", "-f", desk.only_run, "exit-handler-1/waits")
    assert follower.stdout.readline() == "waiting\n"
    desk.gate.touch()
    assert desk.end(follower).stdout == "opened\n"
    assert desk.end(process).status == 0


def test_what_runs_can_be_looked_at(desk):
    process = desk.start_gated()
    shown = desk.run("show", desk.only_run, "--json").json
    states = {task["path"].rpartition("/")[2]: task["state"] for task in shown["tasks"]}
    assert (shown["state"], states["quick"], states["waits"]) == (
        "RUNNING",
        "SUCCEEDED",
        "RUNNING",
    )
    desk.gate.touch()
    assert desk.end(process).status == 0


def test_resuming_what_somebody_carries_out_is_refused(desk):
    process = desk.start_gated()
    refused = desk.run("resume", desk.only_run)
    assert refused.status == 2
    assert "another process" in refused.stderr
    desk.gate.touch()
    assert desk.end(process).status == 0
    assert desk.ran == ["quick", "waits", "after", "tidy"]


def test_retrying_what_has_not_failed_is_refused(chain):
    refused = chain.run("retry", chain.first.json["run_id"])
    assert (refused.status, "is succeeded" in refused.stderr) == (2, True)


def test_retry_runs_only_what_did_not_succeed(desk):
    desk.write(
        "chain.py", CHAIN.replace("report.log_metric", "open('/nonexistent'), report.log_metric")
    )
    failed = desk.run_chain()
    assert (failed.status, failed.json["state"]) == (1, "FAILED")
    assert failed.tasks["third"]["error"]["type"] == "FileNotFoundError"
    again = desk.run("retry", failed.json["run_id"], "--json")
    assert again.status == 1
    assert desk.ran == ["first", "second", "third", "third"]
    assert again.tasks["third"]["attempts"] == 2
    assert again.tasks["first"]["attempts"] == 1


def test_two_runs_at_once_on_one_home(desk):
    desk.write("chain.py", CHAIN)
    witnesses = [desk.path / f"witness-{i}" for i in range(2)]
    started = [
        desk.start("run", "chain.py", "--json", "-p", f"witness={w}", "-p", f"n={i}")
        for i, w in enumerate(witnesses)
    ]
    ended = [desk.end(process) for process in started]
    assert [one.status for one in ended] == [0, 0], [one.stderr for one in ended]
    assert [one.json["outputs"]["Output"] for one in ended] == [1, 2]
    assert {w.read_text() for w in witnesses} == {"first\nsecond\nthird\n"}
    assert len(desk.run("runs", "--json").json) == 2


def test_a_deadline_ends_the_run(desk):
    ended = desk.end(desk.start_gated("--deadline", "1.5"))
    assert (ended.status, ended.json["state"]) == (1, "FAILED")
    assert "deadline" in ended.stderr + str(ended.json)
    nothing_is_left(desk)


def test_a_grandchild_that_ignores_the_end_is_gone_with_the_run(desk):
    desk.write(
        "stubborn.py",
        """
        from kfp import dsl

        @dsl.component
        def stubborn(witness: str):
            import subprocess, time
            ignore = "trap '' TERM INT; while true; do sleep 0.1; done"
            subprocess.Popen(["sh", "-c", ignore])
            with open(witness, "a") as file:
                file.write("stubborn\\n")
            time.sleep(60)

        @dsl.pipeline
        def p(witness: str):
            stubborn(witness=witness)
        """,
    )
    desk.home.mkdir()
    (desk.home / "config.toml").write_text("grace_s = 0.3\n")
    process = desk.start("run", "stubborn.py", "--json", "-p", f"witness={desk.witness}")
    desk.until(lambda: desk.ran)
    press_ctrl_c(process)
    assert desk.end(process).status == 130
    nothing_is_left(desk)
