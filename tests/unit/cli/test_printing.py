"""Progress lines, the summary at the end, and the exit statuses."""

from __future__ import annotations

import io
import json

import pytest

from headrace.cli.main import run_command
from headrace.cli.output import is_artifacts, print_json, print_summary
from headrace.cli.progress import Progress
from headrace.engine.attempts import Failure
from headrace.engine.changes import RunChanged, TaskChanged
from headrace.errors import (
    Conflict,
    InfrastructureError,
    InvariantViolation,
    NotFound,
    SpecError,
    TaskFailed,
    exit_status,
)


def row(path="fit", state="running", **more):
    fields = {"parent": "", "name": path, "display_name": path, "component": "c"} | more
    return TaskChanged(path=path, state=state, **{"kind": "container", **fields})


def lines_of(*changes):
    stream = io.StringIO()
    with Progress(stream) as progress:
        progress.observe("r1", changes)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        pytest.param([row(state="pending")], [], id="what waits is not told"),
        pytest.param([row()], ["running   fit"], id="running"),
        pytest.param([row(), row(attempts=2)], ["running   fit"], id="a state is told once"),
        pytest.param(
            [row(state="succeeded", started_at=1.0, finished_at=5.2)],
            ["succeeded fit (4.2 s)"],
            id="with its time",
        ),
        pytest.param(
            [row(state="succeeded", cached=True, reason="same code", started_at=1.0)],
            ["reused    fit - same code"],
            id="reused, with the reason",
        ),
        pytest.param(
            [row(state="failed", error=Failure(kind="user", message="no\nrows"))],
            ["failed    fit - no"],
            id="failed, with the first line",
        ),
        pytest.param(
            [row(state="failed", error=Failure(kind="user", message=""))],
            ["failed    fit"],
            id="without",
        ),
        pytest.param([row(path="a\x1b[2J\nb")], ["running   a\\x1b[2J\\nb"], id="inert"),
        pytest.param([row(kind="loop")], [], id="groups are not steps"),
        pytest.param(
            [RunChanged(state="canceling")], ["canceling: steps are asked to end"], id="cancel"
        ),
    ],
)
def test_plain_progress(changes, lines):
    assert lines_of(*changes) == lines


def test_a_terminal_is_left_with_a_line_for_each_step():
    stream = io.StringIO()
    with Progress(stream, live=True) as progress:
        progress.notice("notice: \x1b[2Jhello [bold]there")
        progress.observe(
            "r1", [row(f"s{i}", "succeeded", started_at=1.0, finished_at=2.0) for i in range(40)]
        )
    text = stream.getvalue()
    assert "\\x1b[2Jhello [bold]there" in text
    assert [f"s{i} (1.0 s)" in text for i in range(40)] == [True] * 40


def result(**more):
    task = {
        "path": "fit",
        "state": "SUCCEEDED",
        "cached": False,
        "artifacts": {},
        "error": None,
    }
    tasks = [task | one for one in more.pop("tasks", [{}])]
    return {
        "run_id": "r1",
        "state": "SUCCEEDED",
        "outputs": {},
        "metrics": [],
        "seconds": 2.0,
        "error": None,
        "tasks": tasks,
    } | more


def test_the_summary_tells_outputs_metrics_and_where_artifacts_are(capsys):
    artifact = {
        "path": "/home/a/model",
        "uri": "file:///home/a/model",
        "size": 2048,
        "digest": None,
    }
    metrics = [{"path": "fit", "name": "auc", "value": 0.91}]
    tasks = [{"artifacts": {"model": [artifact]}}]
    print_summary(result(outputs={"score": 0.9, "m": [artifact]}, metrics=metrics, tasks=tasks))
    text = capsys.readouterr().out
    for piece in ("score", "0.9", "fit auc", "0.91", "2.0 KiB", "/home/a/model"):
        assert piece in text
    assert text.splitlines()[-1] == "run r1 succeeded, 1 steps, in 2.0 s"


def test_the_summary_shows_a_failure_with_the_users_frames(capsys):
    error = {
        "kind": "oom",
        "message": "killed\x1b[2J at 1.9 GiB",
        "file": "/u/p.py",
        "line": 12,
        "traceback": 'File "/u/p.py", line 12\n    boom()',
    }
    print_summary(
        result(state="FAILED", tasks=[{"state": "FAILED", "error": error}], error="fit failed")
    )
    text = capsys.readouterr().out
    assert "fit failed (oom): killed\\x1b[2J at 1.9 GiB" in text
    assert "at /u/p.py:12" in text
    assert "    boom()" in text
    assert "1 steps (1 failed)" in text


def test_the_summary_counts_what_did_not_run(capsys):
    states = [{"cached": True}, {"state": "SKIPPED"}, {"state": "CANCELED"}, {"state": "SKIPPED"}]
    print_summary(result(tasks=states, seconds=None))
    assert "4 steps (1 reused, 2 skipped, 1 canceled)" in capsys.readouterr().out


def test_many_artifacts_are_cut_with_a_word_where_they_are(capsys):
    one = {"path": "/a", "uri": "file:///a", "size": 1, "digest": None}
    print_summary(result(tasks=[{"artifacts": {f"n{i}": [one] for i in range(60)}}]))
    assert "10 more: headrace artifacts r1" in capsys.readouterr().out


def test_long_outputs_are_cut(capsys):
    print_summary(result(outputs={"text": "x" * 5000}))
    assert len(capsys.readouterr().out) < 400


@pytest.mark.parametrize(
    ("value", "answer"), [([{"uri": "u"}], True), ([], False), ([1], False), ({"uri": "u"}, False)]
)
def test_what_is_a_list_of_artifacts(value, answer):
    assert is_artifacts(value) is answer


def test_json_keeps_letters(capsys):
    print_json({"name": "größe"})
    text = capsys.readouterr().out
    assert json.loads(text) == {"name": "größe"}
    assert "größe" in text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TaskFailed("x"), 1),
        (NotFound("x"), 2),
        (Conflict("x"), 2),
        (SpecError("x"), 2),
        (InfrastructureError("x"), 2),
        (InvariantViolation("x"), 70),
    ],
)
def test_exit_statuses(error, status):
    assert exit_status(error) == status


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["--help"], 0), (["--version"], 0), (["frobnicate"], 2), (["run"], 2), (["logs"], 2)],
)
def test_statuses_of_command_lines(arguments, status, capsys):
    assert run_command(arguments) == status
    capsys.readouterr()


def test_an_error_goes_to_standard_error_with_its_code(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("HEADRACE_HOME", str(tmp_path / "home"))
    assert run_command(["show", "absent"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("HR3002 there is no run absent")
    assert "fix: " in printed.err
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_is_status_130(monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("headrace.cli.main.cli.main", interrupted)
    assert run_command(["runs"]) == 130
    assert capsys.readouterr().err == "interrupted\n"
