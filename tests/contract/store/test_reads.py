"""Lists, look-ups, the cache and the catalog."""

from __future__ import annotations

import base64
import json

import pytest
from store_samples import artifact, commit, new_run, outputs, started, task

from headrace.engine.changes import (
    ArtifactAdded,
    ArtifactUsed,
    CacheEntryAdded,
    Logged,
    RunChanged,
)
from headrace.errors import AlreadyExists, InvalidRequest, NotFound
from headrace.store.port import RunFilter
from headrace.store.records import Experiment, Pipeline, PipelineVersion


def ids(page):
    return [run.run_id for run in page.items]


def cached(key="k1", path="fit", fields=None, **parameters):
    return CacheEntryAdded(
        key=key, path=path, fields=fields or {"image": "a"}, outputs=outputs(**parameters)
    )


# ---------------------------------------------------------------------------- runs


@pytest.mark.parametrize("several", [3, 500])
def test_some_tasks_are_read_by_their_paths_in_the_order_of_all(store, several):
    lease = started(store, "r1")
    names = [f"t{number}" for number in range(several)]
    commit(store, lease, *(task(name) for name in names))
    wanted = [*reversed(names[1:]), "nowhere", names[1]]
    assert [row.path for row in store.tasks("r1", wanted)] == names[1:]
    assert store.tasks("r1", []) == []
    with pytest.raises(NotFound):
        store.tasks("nowhere", ["t0"])


def test_the_newest_entry_of_the_history_is_known(store):
    assert store.last_event_id() == 0
    lease = started(store, "r1")
    commit(store, lease, Logged(kind="one"), Logged(kind="two"))
    assert store.last_event_id() == store.events()[-1].id


def test_a_run_is_found_by_the_beginning_of_its_id(store):
    for run_id in ("abc1", "abd2", "abd2x", "ABC"):
        store.create_run(new_run(run_id, namespace="x" if run_id == "ABC" else ""))
    assert store.run("abc").run_id == "abc1"
    assert store.run("abd2").run_id == "abd2"
    with pytest.raises(InvalidRequest, match="abc1, abd2, abd2x"):
        store.run("ab")
    for missing in ("", "b", "abc12"):
        with pytest.raises(NotFound):
            store.run(missing)


def test_a_run_of_another_namespace_is_not_there(store):
    store.create_run(new_run("r1", namespace="a"))
    assert store.run("r1", "a").run_id == "r1"
    for namespace in ("b", "", "a/"):
        with pytest.raises(NotFound):
            store.run("r1", namespace)


def test_history_artifacts_and_lineage_of_another_namespace_are_not_there(store):
    for run_id, space in (("r1", "a"), ("r2", "b")):
        lease = started(store, run_id, namespace=space)
        use = ArtifactUsed(artifact_id="a1", path="fit", role="output", name="model")
        made = ArtifactAdded(artifact=artifact(f"of {run_id}"), path="fit", attempt=1)
        commit(store, lease, made, use, Logged(kind="task", message=run_id))
    assert [entry.message for entry in store.events(namespace="a")] == ["r1"]
    assert store.events(run_id="r2", namespace="a") == []
    assert [use.run_id for use in store.uses(artifact_id="a1", namespace="b")] == ["r2"]
    assert store.uses(run_id="r2", namespace="a") == []
    assert store.artifact("of r1", "a").run_id == "r1"
    for namespace in ("b", ""):
        with pytest.raises(NotFound):
            store.artifact("of r1", namespace)
    assert store.artifact_uris() == ["file:///root/of r1", "file:///root/of r2"]


def test_pages_of_runs_hold_each_run_once_newest_first(store):
    for n in range(25):
        store.create_run(new_run(f"r{n:02}", at=float(n // 3)))
    expected = [f"r{n:02}" for n in reversed(range(25))]
    seen, token = [], None
    while True:
        page = store.runs(limit=7, page_token=token)
        seen += ids(page)
        token = page.next_token
        if token is None:
            break
        store.create_run(new_run(f"new{len(seen)}", at=100.0))
    assert seen == expected


def test_the_last_page_says_so_when_it_is_full(store):
    for n in range(4):
        store.create_run(new_run(f"r{n}"))
    page = store.runs(limit=2)
    assert store.runs(limit=2, page_token=page.next_token).next_token is None
    assert store.runs(RunFilter(text="none")).items == ()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (RunFilter(), ["r4", "r3", "r2", "r1"]),
        (RunFilter(namespace=""), ["r3", "r2", "r1"]),
        (RunFilter(namespace="team"), ["r4"]),
        (RunFilter(state="failed"), ["r2"]),
        (RunFilter(pipeline="train"), ["r4", "r2", "r1"]),
        (RunFilter(experiment="exp"), ["r3"]),
        (RunFilter(text="WEEK"), ["r2"]),
        (RunFilter(text="%"), ["r3"]),
        (RunFilter(text="R1"), ["r1"]),
        (RunFilter(text=""), ["r4", "r3", "r2", "r1"]),
        (RunFilter(pipeline="train", state="pending", namespace=""), ["r1"]),
        (RunFilter(pipeline="' OR 1=1 --"), []),
    ],
)
def test_runs_are_filtered(store, where, expected):
    store.create_run(new_run("r1"))
    failed = started(store, "r2", name="weekly")
    store.create_run(new_run("r3", pipeline="other", experiment="exp", name="100%"))
    store.create_run(new_run("r4", namespace="team"))
    commit(store, failed, RunChanged(state="failed"))
    assert ids(store.runs(where)) == expected
    page = store.runs(where, limit=1)
    found = ids(page)
    while page.next_token:
        page = store.runs(where, limit=1, page_token=page.next_token)
        found += ids(page)
    assert found == expected


def forged(*content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "!!",
        "1 OR 1=1",
        "é",
        forged(1.0, 1, "00000000"),
        forged("created_at; DROP TABLE runs", 1, "00000000"),
        forged(1.0, 10**30, "00000000"),
        forged(1.0),
        forged(1.0, 1, "", "more"),
    ],
)
def test_a_forged_page_token_is_refused(store, token):
    store.create_run(new_run())
    with pytest.raises(InvalidRequest, match="token"):
        store.runs(page_token=token)


def test_a_page_token_belongs_to_its_filter(store):
    for n in range(3):
        store.create_run(new_run(f"r{n}", namespace="a"))
    token = store.runs(RunFilter(namespace="a"), limit=1).next_token
    with pytest.raises(InvalidRequest, match="another list"):
        store.runs(RunFilter(namespace="b"), limit=1, page_token=token)


def test_a_list_has_a_positive_bounded_length(store):
    for limit in (0, -1):
        with pytest.raises(InvalidRequest):
            store.runs(limit=limit)
    assert store.runs(limit=10**9).items == ()


@pytest.mark.parametrize("what", ["tasks", "attempts", "artifacts", "metrics"])
def test_what_belongs_to_no_run_is_not_found(store, what):
    with pytest.raises(NotFound, match="r9"):
        getattr(store, what)("r9")


def test_journal_history_and_lineage_need_their_run(store):
    with pytest.raises(NotFound):
        list(store.journal("r9"))
    with pytest.raises(NotFound):
        store.events(run_id="r9")
    with pytest.raises(NotFound):
        store.uses(run_id="r9")
    with pytest.raises(NotFound):
        store.document("sha256:00")


# ---------------------------------------------------------------------------- cache


def test_a_cache_entry_is_of_its_namespace_alone(store):
    lease = started(store, namespace="a")
    commit(store, lease, task("fit", "succeeded"), cached(loss=1), at=7.0)
    entry = store.cache_entry("k1", "a")
    assert (entry.run_id, entry.path, entry.component, entry.created_at) == (
        "r1",
        "fit",
        "comp-fit",
        7.0,
    )
    assert (entry.pipeline, entry.outputs, entry.fields) == (
        "train",
        outputs(loss=1),
        {"image": "a"},
    )
    assert store.cache_entry("k1") is None
    assert store.cache_entries() == []


def test_two_runs_with_the_same_key_leave_one_entry_of_the_later(store):
    one, two = started(store, "r1"), started(store, "r2")
    commit(store, one, cached(x=1))
    commit(store, two, cached(x=2))
    assert [entry.run_id for entry in store.cache_entries()] == ["r2"]


def test_the_nearest_entry_is_of_the_same_task_else_of_the_same_component(store):
    lease = started(store)
    commit(store, lease, task("fit"), cached("k1"))
    commit(store, lease, task("fit"), cached("k2"))
    commit(store, lease, task("refit"), cached("k3", "refit"))

    def nearest(**asked):
        entry = store.nearest_cache_entry(**asked)
        return entry and entry.key

    assert nearest(pipeline="train", path="fit", component="comp-fit") == "k2"
    assert nearest(pipeline="train", path="new", component="comp-fit") == "k3"
    assert nearest(pipeline="other", path="fit", component="comp-fit") == "k3"
    assert nearest(pipeline="other", path="fit", component="other") is None
    assert nearest(pipeline="train", path="fit", component="comp-fit", namespace="b") is None


def test_cache_entries_are_removed_by_key_pipeline_and_age(store):
    lease = started(store)
    for n in range(4):
        commit(store, lease, cached(f"k{n}"), at=float(n))
    other = started(store, "r2", pipeline="other")
    commit(store, other, cached("k9"), at=0.0)
    assert store.remove_cache_entries(keys=["k3", "nothing"]) == 1
    assert store.remove_cache_entries(pipeline="train", before=1.0) == 1
    assert [entry.key for entry in store.cache_entries()] == ["k9", "k2", "k1"]
    assert store.remove_cache_entries("elsewhere") == 0
    assert store.remove_cache_entries(keys=[]) == 0
    assert store.remove_cache_entries() == 3


# ---------------------------------------------------------------------------- catalog


def pipeline(id_="p1", name="train", **more):
    return Pipeline(**({"id": id_, "namespace": "", "name": name, "created_at": 1.0} | more))


def version(store, id_="v1", name="1", **more):
    more = {"pipeline_id": "p1", "created_at": 1.0} | more
    more.setdefault("document", store.put_document(b"{}"))
    return PipelineVersion(id=id_, name=name, **more)


def test_pipelines_have_unique_names_in_their_namespace(store):
    store.add_pipeline(pipeline(description="d", display_name="Train"))
    store.add_pipeline(pipeline("p2", namespace="b"))
    for taken in (pipeline("p3"), pipeline("p1", "other")):
        with pytest.raises(AlreadyExists):
            store.add_pipeline(taken)
    assert [p.id for p in store.pipelines()] == ["p2", "p1"]
    assert store.pipelines("") == [pipeline(description="d", display_name="Train")]


def test_versions_belong_to_a_pipeline_and_go_with_it(store):
    with pytest.raises(NotFound, match="pipeline p1"):
        store.add_version(version(store))
    store.add_pipeline(pipeline())
    with pytest.raises(NotFound, match="document"):
        store.add_version(version(store, document="sha256:00"))
    first, second = version(store), version(store, "v2", "2", source="git")
    store.add_version(first)
    store.add_version(second)
    with pytest.raises(AlreadyExists):
        store.add_version(version(store, "v3", "2"))
    assert store.versions("p1") == [second, first]
    store.remove_version("v2")
    assert store.versions("p1") == [first]
    store.remove_pipeline("p1")
    with pytest.raises(NotFound):
        store.versions("p1")
    store.add_pipeline(pipeline())
    assert store.versions("p1") == []


def test_experiments_are_named_sets_of_runs(store):
    store.create_run(new_run("r1", at=5.0))
    store.create_run(new_run("r2", at=6.0, namespace="b"))
    assert [(e.id, e.name) for e in store.experiments()] == [
        ("default-b", "Default"),
        ("default", "Default"),
    ]
    mine = Experiment(id="e", namespace="", name="mine", created_at=2.0, archived=True)
    store.add_experiment(mine)
    with pytest.raises(AlreadyExists):
        store.add_experiment(Experiment(id="f", namespace="", name="mine", created_at=2.0))
    assert store.experiments("")[0] == mine
    store.remove_experiment("e")
    (default,) = store.experiments("")
    assert (default.created_at, default.last_run_created_at) == (5.0, 5.0)


@pytest.mark.parametrize("what", ["pipeline", "version", "experiment"])
def test_removing_what_is_not_there_is_an_error(store, what):
    with pytest.raises(NotFound, match=f"no {what} x"):
        getattr(store, f"remove_{what}")("x")
