"""Rows of tasks that make way for others when a run goes on."""

from __future__ import annotations

from store_samples import commit, started, task

from headrace.engine.changes import TaskRemoved


def paths(store):
    return [row.path for row in store.tasks("r1")]


def test_a_row_that_is_removed_is_gone(store):
    lease = started(store)
    commit(store, lease, task("loop/fit", "skipped"), task("other"))
    commit(store, lease, TaskRemoved(path="loop/fit"), TaskRemoved(path="never there"))
    assert paths(store) == ["other"]


def test_within_one_commit_the_last_word_counts(store):
    lease = started(store)
    commit(
        store,
        lease,
        task("gone"),
        TaskRemoved(path="gone"),
        task("back", "skipped"),
        TaskRemoved(path="back"),
        task("back", "pending"),
    )
    assert [(row.path, row.state) for row in store.tasks("r1")] == [("back", "pending")]
