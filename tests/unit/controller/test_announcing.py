"""What the history tells of changes that the engine does not log."""

from __future__ import annotations

import pytest

from headrace.controller.announcing import announcements, with_announcements
from headrace.engine.changes import AttemptChanged, Logged, RunChanged, TaskChanged


def task(path, state, reason=""):
    return TaskChanged(
        path=path,
        parent="",
        name=path,
        display_name=path,
        component="c",
        kind="container",
        state=state,
        reason=reason,
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param([task("a", "running")], [("task_running", "a", "")], id="a task starts"),
        pytest.param(
            [task("a", "running"), task("a", "succeeded", "same code")],
            [("task_succeeded", "a", "same code")],
            id="the last change of a row counts",
        ),
        pytest.param([task("a", "pending", "waits for b")], [], id="who waits is not told of"),
        pytest.param(
            [Logged(kind="task_failed", path="a"), task("a", "failed")],
            [],
            id="what is logged already is not told twice",
        ),
        pytest.param(
            [Logged(kind="output_missing", path="a"), task("a", "succeeded")],
            [("task_succeeded", "a", "")],
            id="what else is logged says nothing of the state",
        ),
        pytest.param([RunChanged(state="running")], [("run_running", "", "")], id="a run begins"),
        pytest.param(
            [RunChanged(state="succeeded"), Logged(kind="run_ended")], [], id="the end is logged"
        ),
        pytest.param([RunChanged(state="pending")], [], id="a run that waits"),
        pytest.param(
            [AttemptChanged(path="a", number=1, state="running", created_at=1.0)],
            [],
            id="an attempt alone is its task's",
        ),
    ],
)
def test_every_change_of_state_is_told_once(changes, told):
    assert [(one.kind, one.path, one.message) for one in announcements(changes)] == told


def test_the_end_of_a_run_is_told_last():
    changes = [Logged(kind="run_ended"), task("a", "succeeded")]
    kinds = [one.kind for one in with_announcements(changes) if isinstance(one, Logged)]
    assert kinds == ["task_succeeded", "run_ended"]
