"""What the controller relies on: creation, leases, commits, journal and requests."""

from __future__ import annotations

import pytest
from store_samples import artifact, commit, inputs, new_run, outputs, started, task

from headrace.engine.attempts import AttemptId, AttemptResult, Failure, Usage
from headrace.engine.changes import (
    ArtifactAdded,
    ArtifactUsed,
    AttemptChanged,
    Logged,
    MetricAdded,
    RunChanged,
    TaskChanged,
)
from headrace.engine.events import AttemptFinished, AttemptStarted, CancelRequested
from headrace.errors import AlreadyExists, InvalidRequest, InvariantViolation, NotFound
from headrace.store.port import Lease, LeaseLost, RunBatch
from headrace.store.records import Attempt, Metric, StoredArtifact, TaskRun, Use

FINISHED = AttemptFinished(
    attempt=AttemptId(run_id="r1", task="fit", number=1),
    result=AttemptResult(parameters={"loss": 0.25}, usage=Usage(wall_s=1.5)),
)
STARTED = AttemptStarted(attempt=AttemptId(run_id="r1", task="fit", number=1), where="pid 4")


# ---------------------------------------------------------------------------- creation


def test_a_new_run_is_pending_and_its_journal_begins_with_the_submission(store):
    new = new_run(source="pipeline.py", options={"packages_as_of": "auto"})
    run = store.create_run(new)
    assert (run.state, run.source, run.options) == ("pending", new.source, new.options)
    assert store.run("r1") == run
    assert list(store.journal("r1")) == [(1.0, new.submitted)]
    assert store.document(run.document) == new.document


def test_a_run_id_is_given_once(store):
    store.create_run(new_run())
    with pytest.raises(AlreadyExists, match="r1"):
        store.create_run(new_run(pipeline="other"))
    assert store.run("r1").pipeline == "train"
    assert len(list(store.journal("r1"))) == 1


def test_runs_of_the_same_pipeline_share_one_document(store):
    first, second = store.create_run(new_run("r1")), store.create_run(new_run("r2"))
    assert first.document == second.document


# ---------------------------------------------------------------------------- leases


def test_a_run_has_one_owner_until_the_lease_ends(store):
    lease = started(store)
    assert lease == Lease(run_id="r1", owner="me", epoch=1)
    assert store.claim("you", now=60.9, lease_s=60.0) == []
    assert store.claim("you", now=61.0, lease_s=60.0) == [Lease(run_id="r1", owner="you", epoch=2)]


def test_a_renewed_lease_lasts_longer(store):
    lease = started(store)
    assert store.renew([lease], now=50.0, lease_s=60.0) == [lease]
    assert store.claim("you", now=109.0, lease_s=60.0) == []


def test_a_lost_lease_cannot_be_renewed_or_released(store):
    old = started(store)
    (new,) = store.claim("you", now=100.0, lease_s=60.0)
    assert store.renew([old, new], now=100.0, lease_s=60.0) == [new]
    store.release([old])
    assert store.claim("third", now=101.0, lease_s=60.0) == []


def test_a_released_run_is_free_at_once(store):
    store.release([started(store)])
    assert store.unfinished_runs()[0].owner == ""
    assert [lease.epoch for lease in store.claim("you", now=1.0, lease_s=1.0)] == [2]


def test_the_lease_of_an_owner_that_is_known_to_be_dead_is_free_at_once(store):
    started(store, owner="dead")
    started(store, "r2", owner="alive")
    claimed = store.claim("me", now=2.0, lease_s=60.0, dead=["dead"])
    assert [lease.run_id for lease in claimed] == ["r1"]


def test_the_oldest_runs_are_claimed_first_up_to_the_limit(store):
    for name in ("b", "a", "c"):
        store.create_run(new_run(name))
    claimed = store.claim("me", now=1.0, lease_s=1.0, limit=2)
    assert [lease.run_id for lease in claimed] == ["b", "a"]


def test_an_ended_run_is_claimed_only_when_it_is_named_or_asked_for_something(store):
    lease = started(store)
    commit(store, lease, RunChanged(state="failed", finished_at=2.0))
    store.release([lease])
    assert store.claim("me", now=3.0, lease_s=1.0) == []
    assert len(store.claim("me", now=3.0, lease_s=1.0, run_ids=["r1"])) == 1
    store.send("r1", "retry", {}, now=5.0)
    assert len(store.claim("you", now=5.0, lease_s=1.0)) == 1


def test_unfinished_runs_say_who_owns_them(store):
    store.create_run(new_run("r1"))
    started(store, "r2", owner="me")
    done = started(store, "r3")
    commit(store, done, RunChanged(state="canceled"))
    found = [(run.run_id, run.owner, run.expires_at) for run in store.unfinished_runs()]
    assert found == [("r1", "", 0.0), ("r2", "me", 61.0)]


# ---------------------------------------------------------------------------- commits


def test_a_commit_of_a_former_owner_writes_nothing_of_any_run(store):
    old, other = started(store, "r1"), started(store, "r2")
    store.claim("you", now=100.0, lease_s=60.0, run_ids=["r1"])
    batches = [
        RunBatch(lease=lease, at=2.0, events=[(2.0, CancelRequested())], changes=[task()])
        for lease in (other, old)
    ]
    with pytest.raises(LeaseLost) as caught:
        store.commit(batches)
    assert caught.value.runs == {"r1"}
    assert store.tasks("r1") == store.tasks("r2") == []
    assert len(list(store.journal("r2"))) == 1


def test_a_commit_for_a_run_that_is_not_there_is_refused(store):
    with pytest.raises(LeaseLost):
        commit(store, Lease(run_id="no", owner="", epoch=0), task())


def test_the_journal_gives_the_events_back_in_order(store):
    lease = started(store)
    commit(store, lease, events=[(2.0, STARTED), (3.0, FINISHED)])
    commit(store, lease, events=[(4.0, CancelRequested(reason="enough"))])
    events = [(2.0, STARTED), (3.0, FINISHED), (4.0, CancelRequested(reason="enough"))]
    assert list(store.journal("r1"))[1:] == events
    assert list(store.journal("r1", after_seq=3)) == events[2:]


def test_a_long_journal_is_read_whole(store):
    lease = started(store)
    commit(store, lease, events=[(float(n), STARTED) for n in range(2500)])
    assert [at for at, _ in store.journal("r1", after_seq=1)] == [float(n) for n in range(2500)]


def test_a_commit_that_is_repeated_is_written_once(store):
    lease = started(store)
    batch = RunBatch(
        lease=lease,
        at=2.0,
        events=[(2.0, STARTED), (2.0, FINISHED)],
        changes=[Logged(kind="started")],
        first_seq=2,
    )
    store.commit([batch])
    store.commit([batch])
    assert len(list(store.journal("r1"))) == 3
    assert len(store.events()) == 1


@pytest.mark.parametrize("first_seq", [1, 3, 4])
def test_a_gap_or_overlap_in_the_journal_is_a_bug_and_refused(store, first_seq):
    lease = started(store)
    commit(store, lease, events=[(2.0, STARTED)])
    batch = RunBatch(
        lease=lease, at=2.0, events=[(2.0, STARTED)] * 3, first_seq=first_seq, changes=[task()]
    )
    if first_seq == 3:
        store.commit([batch])
        return
    with pytest.raises(InvariantViolation, match="r1"):
        store.commit([batch])
    assert store.tasks("r1") == []


def test_one_transaction_may_hold_several_batches_of_a_run(store):
    lease = started(store)
    batches = [
        RunBatch(lease=lease, at=float(n), events=[(float(n), STARTED)], first_seq=n)
        for n in (2, 3, 4)
    ]
    store.commit(batches)
    assert [at for at, _ in store.journal("r1")] == [1.0, 2.0, 3.0, 4.0]


# ---------------------------------------------------------------------------- projections


def test_the_records_have_every_field_of_the_changes():
    for change, record in ((TaskChanged, TaskRun), (AttemptChanged, Attempt)):
        assert set(change.__struct_fields__) == set(record.__struct_fields__) - {"run_id"}


def test_a_run_keeps_what_a_change_does_not_say(store):
    lease = started(store)
    commit(store, lease, RunChanged(state="running", started_at=2.0))
    commit(store, lease, RunChanged(state="failed", finished_at=9.0, error="fit failed"))
    run = store.run("r1")
    assert (run.state, run.started_at, run.finished_at, run.error) == (
        "failed",
        2.0,
        9.0,
        "fit failed",
    )
    commit(store, lease, RunChanged(state="running"))
    assert (store.run("r1").finished_at, store.run("r1").error) == (None, None)
    commit(store, lease, RunChanged(state="succeeded", outputs=outputs(x=1), finished_at=11.0))
    assert store.run("r1").outputs == outputs(x=1)


def test_a_task_run_is_replaced_whole_and_keeps_its_place(store):
    lease = started(store)
    commit(store, lease, task("b", inputs=inputs(a=1)), task("a"))
    done = task(
        "b",
        "succeeded",
        reason="reused",
        cached=True,
        cache_key="k",
        cache_fields={"image": "x"},
        cache_source="r0/b",
        attempts=2,
        iteration=0,
        created_at=1.0,
        started_at=2.0,
        finished_at=3.0,
        outputs=outputs(artifact(), loss=0.5),
        error=Failure(kind="user", message="no", line=3),
    )
    commit(store, lease, task("b"), done)
    first, second = store.tasks("r1")
    assert (first.path, second.path) == ("b", "a")
    assert (first.inputs, first.outputs, first.cached) == (None, done.outputs, True)
    for name in TaskChanged.__struct_fields__:
        assert getattr(first, name) == getattr(done, name)


def test_attempts_are_listed_by_task_and_number(store):
    lease = started(store)
    error = Failure(kind="oom", message="killed")
    changes = [
        AttemptChanged(path="b", number=1, state="running", created_at=1.0),
        AttemptChanged(path="a", number=2, state="running", created_at=2.0, where="pid 3"),
        AttemptChanged(path="a", number=1, state="running", created_at=1.0),
        AttemptChanged(
            path="a",
            number=1,
            state="failed",
            created_at=1.0,
            finished_at=4.0,
            error=error,
            usage=Usage(wall_s=3.0, max_rss_bytes=10),
        ),
    ]
    commit(store, lease, *changes)
    found = store.attempts("r1")
    assert [(a.path, a.number) for a in found] == [("a", 1), ("a", 2), ("b", 1)]
    assert (found[0].error, found[0].usage) == (error, Usage(wall_s=3.0, max_rss_bytes=10))
    assert [a.number for a in store.attempts("r1", "a")] == [1, 2]
    assert store.attempts("r1", "a")[1].where == "pid 3"


def test_artifacts_are_never_changed_and_know_what_made_them(store):
    lease = started(store)
    made = artifact(metadata={"rows": 3})
    commit(store, lease, ArtifactAdded(artifact=made, path="fit", attempt=1), at=5.0)
    commit(store, lease, ArtifactAdded(artifact=artifact(size=9), path="fit", attempt=2))
    expected = StoredArtifact(artifact=made, run_id="r1", path="fit", attempt=1, created_at=5.0)
    assert store.artifacts("r1") == [expected]
    assert store.artifact("a1") == expected
    with pytest.raises(NotFound):
        store.artifact("a2")


def test_lineage_leads_from_an_artifact_to_all_who_used_it(store):
    for run_id in ("r1", "r2"):
        use = ArtifactUsed(artifact_id="a1", path="score", role="input", name="model")
        commit(store, started(store, run_id), use, use)
    commit_use = ArtifactUsed(artifact_id="a2", path="fit", role="output", name="model")
    commit(store, Lease(run_id="r1", owner="me", epoch=1), commit_use)
    assert [use.run_id for use in store.uses(artifact_id="a1")] == ["r1", "r2"]
    assert [use.artifact_id for use in store.uses(run_id="r1")] == ["a2", "a1"]
    assert store.uses(run_id="r2", artifact_id="a1") == [
        Use(run_id="r2", path="score", role="input", name="model", artifact_id="a1")
    ]
    with pytest.raises(InvalidRequest):
        store.uses()


def test_a_metric_has_the_last_value(store):
    lease = started(store)
    commit(store, lease, *(MetricAdded(path="t", artifact="m", name="f1", value=v) for v in (1, 2)))
    commit(store, lease, MetricAdded(path="t", artifact="m", name="auc", value=float("nan")))
    auc, f1 = store.metrics("r1")
    assert f1 == Metric(run_id="r1", path="t", artifact="m", name="f1", value=2.0)
    assert auc.value != auc.value


def test_the_history_grows_over_all_runs(store):
    one, two = started(store, "r1"), started(store, "r2")
    commit(store, one, Logged(kind="task", path="fit", message="fit runs", data={"n": 1}), at=3.0)
    commit(store, two, Logged(kind="task", message="2"))
    commit(store, one, Logged(kind="task", message="3"))
    first, second, third = store.events()
    assert (first.at, first.path, first.data) == (3.0, "fit", {"n": 1})
    assert first.id < second.id < third.id
    assert store.events(first.id) == [second, third]
    assert store.events(first.id, run_id="r1") == [third]
    assert store.events(limit=1) == [first]


def test_large_values_come_back_whole(store):
    lease = started(store)
    large = inputs(text="ü" * 100_000, numbers=list(range(5000)))
    commit(store, lease, *(task(f"loop[{n}]", inputs=large) for n in range(3)))
    commit(store, lease, RunChanged(state="running", outputs=outputs(x="y" * 5000)))
    assert [t.inputs for t in store.tasks("r1")] == [large] * 3
    assert store.run("r1").outputs == outputs(x="y" * 5000)


@pytest.mark.parametrize(
    "text",
    ["'; DROP TABLE runs; --", "@sha256:00", "a\0b", "\u202eabc", "{{$.inputs}}", "%_\\", "日本"],
)
def test_names_and_values_are_only_data(store, text):
    if "\0" in text and type(store).__name__ == "PostgresStore":
        pytest.skip("PostgreSQL has no place for NUL; it shows a symbol instead")
    lease = started(store, name=text)
    commit(store, lease, task(text, inputs=inputs(**{text: text}), reason=text))
    assert store.run("r1").display_name == text
    (found,) = store.tasks("r1")
    assert (found.path, found.reason, found.inputs) == (text, text, inputs(**{text: text}))
    assert store.attempts("r1", text) == []


# ---------------------------------------------------------------------------- requests


def test_a_request_is_taken_again_until_a_commit_has_carried_it_out(store):
    lease = started(store)
    first = store.send("r1", "cancel", {"reason": "enough"}, now=5.0)
    second = store.send("r1", "retry", {}, now=6.0)
    assert first < second
    assert [request.id for request in store.take_requests(["r1"])] == [first, second]
    assert store.take_requests(["r2"]) == []
    commit(store, lease, events=[(7.0, CancelRequested(reason="enough"))], consumed=[first])
    (left,) = store.take_requests()
    assert (left.id, left.kind, left.body, left.created_at) == (second, "retry", {}, 6.0)


def test_a_commit_carries_out_requests_of_its_own_runs_only(store):
    lease = started(store)
    store.create_run(new_run("r2"))
    other = store.send("r2", "cancel", {}, now=5.0)
    commit(store, lease, consumed=[other])
    assert [request.id for request in store.take_requests()] == [other]


def test_a_request_needs_its_run(store):
    with pytest.raises(NotFound, match="r9"):
        store.send("r9", "cancel", {}, now=5.0)


def test_every_write_changes_the_data_version(store):
    seen = [store.data_version()]
    lease = started(store)
    seen.append(store.data_version())
    commit(store, lease, task())
    seen.append(store.data_version())
    assert len(set(seen)) == 3
    store.tasks("r1")
    assert store.data_version() == seen[-1]
