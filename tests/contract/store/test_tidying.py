"""Names, the archive, removal, recurring runs and their ticks."""

from __future__ import annotations

import threading

import msgspec
import pytest
from store_samples import artifact, commit, inputs, new_run, outputs, started, task

from headrace.engine.changes import (
    ArtifactAdded,
    ArtifactUsed,
    CacheEntryAdded,
    Logged,
    MetricAdded,
    RunChanged,
)
from headrace.errors import AlreadyExists, Conflict, NotFound
from headrace.store import (
    Experiment,
    Pipeline,
    PipelineVersion,
    Predicate,
    Query,
    RecurringRun,
    RecurringRunUpdate,
    Trigger,
)


def ended(store, run_id="r1", **more):
    lease = started(store, run_id, **more)
    commit(store, lease, RunChanged(state="succeeded", finished_at=2.0))
    return lease


def recurring(id_="c1", **more):
    more = {"trigger": Trigger(cron="0 0 * * * *"), "next_tick_at": 10.0} | more
    return RecurringRun(
        **({"id": id_, "namespace": "", "experiment": "default", "display_name": id_} | more),
        created_at=1.0,
        updated_at=1.0,
    )


# ---------------------------------------------------------------------------- runs


def test_a_run_keeps_all_that_it_was_created_with(store):
    new = new_run(
        "r1",
        description="d",
        pipeline_id="p",
        version_id="v",
        recurring_run_id="c",
        scheduled_at=3.0,
        service_account="s",
        submitted_by="eve",
        tags={"team": "a"},
        options={"a": [1]},
    )
    made = store.create_run(new)
    assert store.run("r1") == made
    assert (made.parameters, made.pipeline_root) == ({"rate": 0.1}, "file:///root")
    assert (made.description, made.scheduled_at, made.tags) == ("d", 3.0, {"team": "a"})
    assert not made.archived


def test_a_run_is_renamed_and_tagged_anew(store):
    store.create_run(new_run("r1", tags={"team": "a", "x": "y"}))
    changed = store.update_run("r1", display_name="n", tags={"team": "b"})
    assert store.run("r1") == changed
    assert (changed.display_name, changed.description, changed.tags) == ("n", "", {"team": "b"})
    assert store.update_run("r1", description="d").tags == {"team": "b"}
    for tag, hits in (("a", 0), ("b", 1)):
        where = (Predicate("tag.team", "eq", tag),)
        assert len(store.find_runs(Query(where=where)).items) == hits
    with pytest.raises(NotFound):
        store.update_run("r9", display_name="n")


def test_an_archived_experiment_takes_its_runs_and_schedules_with_it(store):
    store.add_experiment(Experiment(id="e", namespace="", name="mine", created_at=1.0))
    store.create_run(new_run("r1", experiment="e"))
    store.create_run(new_run("r2"))
    store.add_recurring_run(recurring("c1", experiment="e"))
    store.add_recurring_run(recurring("c2"))
    assert store.set_experiment_archived("e", archived=True, now=5.0).archived
    assert [store.run(r).archived for r in ("r1", "r2")] == [True, False]
    assert [store.recurring_run(c).enabled for c in ("c1", "c2")] == [False, True]
    assert store.recurring_run("c1").updated_at == 5.0
    with pytest.raises(Conflict, match="archived experiment"):
        store.set_run_archived("r1", archived=False)
    store.set_experiment_archived("e", archived=False, now=6.0)
    assert store.run("r1").archived
    assert not store.recurring_run("c1").enabled
    assert not store.set_run_archived("r1", archived=False).archived


def test_a_run_that_goes_on_cannot_be_removed(store):
    store.create_run(new_run("r1"))
    with pytest.raises(Conflict, match="pending"):
        store.remove_run("r1")
    with pytest.raises(NotFound):
        store.remove_run("r9")


def test_a_removed_run_leaves_nothing_and_takes_nothing_of_others(store):
    large = {"text": "x" * 5000}
    for run_id in ("r1", "r2"):
        lease = started(store, run_id, document=run_id.encode(), tags={"a": "b"})
        commit(
            store,
            lease,
            RunChanged(state="succeeded", outputs=outputs(**large)),
            task(inputs=inputs(**large)),
            ArtifactAdded(artifact=artifact(f"a-{run_id}"), path="fit", attempt=1),
            ArtifactUsed(artifact_id=f"a-{run_id}", path="fit", role="output", name="m"),
            MetricAdded(path="fit", artifact="m", name="loss", value=1.0),
            CacheEntryAdded(key=run_id, path="fit", fields={}, outputs=outputs(x=1)),
            Logged(kind="task", message=run_id),
        )
        store.send(run_id, "retry", {}, now=1.0)
    documents = [store.run(run_id).document for run_id in ("r1", "r2")]
    use = ArtifactUsed(artifact_id="a-r1", path="read", role="input", name="m")
    commit(store, store.claim("you", now=1e9, lease_s=1.0, run_ids=["r2"])[0], use)
    store.remove_run("r1")
    with pytest.raises(NotFound):
        store.run("r1")
    with pytest.raises(NotFound):
        store.document(documents[0])
    assert store.document(documents[1]) == b"r2"
    assert store.run("r2").outputs == outputs(**large)
    assert store.tasks("r2")[0].inputs == inputs(**large)
    assert [entry.run_id for entry in store.events()] == ["r2"]
    assert [entry.run_id for entry in store.cache_entries()] == ["r2"]
    assert [request.run_id for request in store.take_requests()] == ["r2"]
    heir = store.artifact("a-r1")
    assert (heir.run_id, heir.path) == ("r2", "read")
    assert store.create_run(new_run("r1")).position > store.run("r2").position


def test_documents_that_are_named_or_were_just_put_stay(store):
    lock = store.put_document(b"lock")
    old = ended(store, options={"locks": {"a": lock}}, document=b"one")
    assert old.run_id == "r1"
    store.remove_run("r1")
    assert store.document(lock) == b"lock"
    ended(store, "r2", options={"locks": {"a": lock}}, document=b"two")
    assert store.sweep_documents(unused_s=0.0) == 0
    store.remove_run("r2")
    assert store.sweep_documents() == 0
    assert store.sweep_documents(unused_s=0.0) == 1
    with pytest.raises(NotFound):
        store.document(lock)


def test_the_history_goes_on_after_a_removal(store):
    for run_id in ("r1", "r2"):
        lease = ended(store, run_id)
        commit(store, lease, Logged(kind="task", message=run_id))
    last = store.events()[-1].id
    store.remove_run("r2")
    commit(store, started(store, "r3"), Logged(kind="task", message="r3"))
    assert [entry.message for entry in store.events(last)] == ["r3"]


# ---------------------------------------------------------------------------- catalog


def test_what_is_in_the_catalog_is_returned_and_changed(store):
    document = store.put_document(b"{}")
    store.add_pipeline(Pipeline(id="p", namespace="a", name="n", created_at=1.0))
    version = PipelineVersion(
        id="v", pipeline_id="p", name="1", document=document, created_at=1.0, code_source_url="u"
    )
    store.add_version(version)
    assert store.version("v", "a") == version
    assert store.pipeline_named("a", "n") == store.pipeline("p", "a")
    new = store.update_pipeline("p", display_name="N", tags={"x": "y"})
    assert store.pipeline("p") == new
    assert store.update_version("v", description="d", tags={"q": "r"}) == store.version("v")
    for get in (store.pipeline, store.version, store.experiment, store.recurring_run):
        with pytest.raises(NotFound):
            get("none")
    with pytest.raises(NotFound):
        store.version("v", "b")
    default = store.default_experiment("a", now=3.0)
    assert store.experiment_named("a", "Default") == default == store.experiment("default-a")
    assert store.update_experiment("default-a", description="d").description == "d"
    with pytest.raises(Conflict):
        store.remove_experiment("default")


def test_a_pipeline_and_its_first_version_are_added_together_or_not_at_all(store):
    bad = PipelineVersion(id="v", pipeline_id="p", name="1", document="sha256:0", created_at=1.0)
    with pytest.raises(NotFound):
        store.add_pipeline(Pipeline(id="p", namespace="", name="n", created_at=1.0), bad)
    assert store.pipelines() == []


# ---------------------------------------------------------------------------- recurring runs


def test_a_recurring_run_is_kept_changed_and_removed(store):
    document = store.put_document(b"{}")
    one = recurring(document=document, parameters={"a": 1}, options={"o": [1]}, max_concurrency=3)
    store.add_recurring_run(one)
    assert store.recurring_run("c1", "") == one
    with pytest.raises(AlreadyExists):
        store.add_recurring_run(one)
    with pytest.raises(NotFound, match="document"):
        store.add_recurring_run(recurring("c2", document="sha256:0"))
    change = RecurringRunUpdate(enabled=False, next_tick_at=None, trigger=Trigger(interval_s=5))
    new = store.update_recurring_run("c1", change, now=7.0)
    assert new == msgspec.structs.replace(
        one, enabled=False, next_tick_at=None, trigger=Trigger(interval_s=5), updated_at=7.0
    )
    assert store.recurring_run("c1") == new
    assert [r.id for r in store.find_recurring_runs(Query(sort="name")).items] == ["c1"]
    assert store.sweep_documents(unused_s=0.0) == 0
    store.remove_recurring_run("c1")
    assert store.sweep_documents(unused_s=0.0) == 1
    with pytest.raises(NotFound):
        store.remove_recurring_run("c1")


def test_ticks_come_due_the_most_overdue_first(store):
    for id_, at, enabled in (("a", 3.0, True), ("b", 2.0, True), ("c", 1.0, False)):
        store.add_recurring_run(recurring(id_, next_tick_at=at, enabled=enabled))
    store.add_recurring_run(recurring("d", next_tick_at=None))
    assert [one.id for one in store.due(3.0)] == ["b", "a"]
    assert [one.id for one in store.due(2.5)] == ["b"]
    assert [one.id for one in store.due(3.0, limit=1)] == ["b"]


def test_a_tick_makes_its_run_once(store):
    store.add_recurring_run(recurring())
    new = new_run("tick-1", recurring_run_id="c1", scheduled_at=10.0)
    fired = store.fire("c1", 10.0, new, 20.0, now=11.0)
    assert (fired.last_tick_at, fired.next_tick_at, fired.ticks) == (10.0, 20.0, 1)
    assert store.fire("c1", 10.0, new_run("tick-x"), 20.0, now=11.0) is None
    assert store.count_active("c1") == 1
    again = store.fire("c1", 20.0, new, None, now=21.0, error="e")
    assert (again.ticks, again.next_tick_at, again.error) == (2, None, "e")
    assert [run.run_id for run in store.runs().items] == ["tick-1"]
    assert store.recurring_run("c1") == again
    assert store.fire("c9", 1.0, None, None, now=1.0) is None


def test_a_tick_of_a_disabled_recurring_run_makes_nothing(store):
    store.add_recurring_run(recurring(enabled=False))
    assert store.fire("c1", 10.0, new_run(), 20.0, now=11.0) is None
    assert store.runs().items == ()


def test_of_many_who_fire_one_tick_one_does(store):
    store.add_recurring_run(recurring())
    answers = []

    def fire(n):
        answers.append(store.fire("c1", 10.0, new_run(f"t{n}"), 20.0, now=11.0))

    threads = [threading.Thread(target=fire, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answer is not None for answer in answers) == 1
    assert len(store.runs().items) == 1
