"""Lists: filters, orders, pages and totals mean the same in every back end."""

from __future__ import annotations

import math
import shutil
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_samples import artifact, commit, new_run, started, task

from headrace.engine.changes import ArtifactAdded, MetricAdded, RunChanged
from headrace.errors import InvalidRequest
from headrace.store import AuditEntry, Experiment, Pipeline, PipelineVersion, Predicate, Query
from headrace.store.memory import MemoryStore
from headrace.store.sqlite import SqliteStore


def run(run_id, *, parameters=None, **more):
    new = new_run(run_id, **more)
    submitted = msgspec.structs.replace(new.submitted, parameters=parameters or {})
    return msgspec.structs.replace(new, submitted=submitted)


def metric(value, name="loss", path="fit", artifact="m"):
    return MetricAdded(path=path, artifact=artifact, name=name, value=value)


def fill(store):
    """Five runs of one namespace, r1 the oldest, and one of another."""
    runs = [
        run("r1", at=1.0, name="100%", parameters={"rate": 0.1, "mode": "fast"}, tags={"team": "a"}),
        run("r2", at=2.0, name="Weekly_a", parameters={"rate": 2, "mode": "SLOW"}, tags={"team": "b"}),
        run("r3", at=3.0, name="weekly", parameters={"rate": "none", "on": True}, pipeline="other"),
        run("r4", at=3.0, name="zebra", pipeline_id="p1", version_id="v1", recurring_run_id="c1",
            scheduled_at=7.0, submitted_by="eve", description="the Fourth"),
        run("r5", at=5.0, name="abc", parameters={"list": [1, 2]}, experiment="exp"),
        run("r6", at=6.0, name="abc", namespace="b"),
    ]  # fmt: skip
    for one in runs:
        store.create_run(one)
    held = {lease.run_id: lease for lease in store.claim("me", now=1.0, lease_s=60.0)}
    commit(
        store, held["r1"], RunChanged(state="failed", started_at=1.0, finished_at=9.0, error="x")
    )
    commit(store, held["r2"], RunChanged(state="succeeded", started_at=1.0, finished_at=4.0))
    commit(store, held["r1"], metric(0.5), metric(0.1, path="b"), metric(7.0, name="acc"))
    commit(store, held["r2"], metric(0.3))
    commit(store, held["r3"], metric(math.nan))
    store.set_run_archived("r1", archived=True)


def found(store, *where, namespace="", **more):
    """Return the ids of all pages, after checking that pages of one entry say the same."""
    query = Query(namespace=namespace, where=where, **more)
    whole = [one.run_id for one in store.find_runs(query).items]
    alone, token = [], None
    while True:
        page = store.find_runs(msgspec.structs.replace(query, limit=1, page_token=token))
        alone += [one.run_id for one in page.items]
        token = page.next_token
        if token is None:
            break
    assert alone == whole
    total = store.find_runs(msgspec.structs.replace(query, limit=1, total=True))
    assert (total.total, total.total_is_exact) == (len(whole), True)
    return " ".join(whole)


P = Predicate


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ([], "r5 r4 r3 r2 r1"),
        ([P("state", "eq", "failed")], "r1"),
        ([P("state", "ne", "pending")], "r2 r1"),
        ([P("state", "in", ("failed", "succeeded"))], "r2 r1"),
        ([P("state", "in", ())], ""),
        ([P("archived", "eq", False)], "r5 r4 r3 r2"),
        ([P("archived", "ne", False)], "r1"),
        ([P("created_at", "ge", 3)], "r5 r4 r3"),
        ([P("created_at", "in", (1, 5.0))], "r5 r1"),
        ([P("finished_at", "gt", 4.0)], "r1"),
        ([P("finished_at", "ne", 4.0)], "r5 r4 r3 r1"),
        ([P("finished_at", "eq", None)], "r5 r4 r3"),
        ([P("recurring_run_id", "ne", None)], "r4"),
        ([P("recurring_run_id", "ne", "c1")], "r5 r3 r2 r1"),
        ([P("pipeline_id", "eq", "p1"), P("version_id", "eq", "v1")], "r4"),
        ([P("experiment", "eq", "exp")], "r5"),
        ([P("experiment", "eq", "default")], "r4 r3 r2 r1"),
        ([P("submitted_by", "eq", "eve")], "r4"),
        ([P("description", "contains", "FOURTH")], "r4"),
        ([P("display_name", "contains", "%")], "r1"),
        ([P("display_name", "contains", "_")], "r2"),
        ([P("display_name", "contains", "WEEK")], "r3 r2"),
        ([P("text", "contains", "OTHER")], "r3"),
        ([P("error", "eq", "x")], "r1"),
        ([P("tag.team", "eq", "a")], "r1"),
        ([P("tag.team", "ne", "a")], "r5 r4 r3 r2"),
        ([P("tag.team", "in", ("a", "b"))], "r2 r1"),
        ([P("tag.team", "eq", None)], "r5 r4 r3"),
        ([P("tag.team", "contains", "A")], "r1"),
        ([P("parameter.rate", "gt", 0.05)], "r2 r1"),
        ([P("parameter.rate", "lt", 1)], "r1"),
        ([P("parameter.rate", "eq", 2)], "r2"),
        ([P("parameter.rate", "eq", "2")], "r2"),
        ([P("parameter.rate", "in", (2, "none"))], "r3 r2"),
        ([P("parameter.rate", "ne", 2)], "r5 r4 r3 r1"),
        ([P("parameter.rate", "eq", None)], "r5 r4"),
        ([P("parameter.on", "eq", True)], "r3"),
        ([P("parameter.mode", "contains", "slow")], "r2"),
        ([P("parameter.list", "eq", "[1,2]")], "r5"),
        ([P("metric.loss", "lt", 0.2)], "r1"),
        ([P("metric.loss", "ge", 0.3), P("state", "eq", "succeeded")], "r2"),
        ([P("metric.loss", "eq", None)], "r5 r4 r3"),
        ([P("state", "eq", "' OR 1=1 --")], ""),
        ([P("tag.x' OR '1'='1", "eq", "' OR 1=1 --")], ""),
    ],
    ids=str,
)  # fmt: skip
def test_runs_are_found_by_what_they_have(store, where, expected):
    fill(store)
    assert found(store, *where) == expected


@pytest.mark.parametrize(
    ("sort", "down", "up"),
    [
        ("created_at", "r5 r4 r3 r2 r1", "r1 r2 r3 r4 r5"),
        ("display_name", "r4 r3 r5 r2 r1", "r1 r2 r5 r3 r4"),
        ("finished_at", "r1 r2 r5 r4 r3", "r2 r1 r3 r4 r5"),
        ("scheduled_at", "r4 r5 r3 r2 r1", "r4 r1 r2 r3 r5"),
        ("state", "r2 r5 r4 r3 r1", "r1 r3 r4 r5 r2"),
        ("archived", "r1 r5 r4 r3 r2", "r2 r3 r4 r5 r1"),
        ("tag.team", "r2 r1 r5 r4 r3", "r1 r2 r3 r4 r5"),
        ("parameter.rate", "r2 r1 r3 r5 r4", "r1 r2 r3 r4 r5"),
        ("metric.loss", "r1 r2 r5 r4 r3", "r1 r2 r3 r4 r5"),
        ("metric.none", "r5 r4 r3 r2 r1", "r1 r2 r3 r4 r5"),
    ],
)
def test_runs_are_sorted_and_those_without_come_last(store, sort, down, up):
    fill(store)
    assert found(store, sort=sort) == down
    assert found(store, sort=sort, descending=False) == up


def test_namespaces_are_apart(store):
    fill(store)
    assert found(store, namespace="b") == "r6"
    assert found(store, namespace=None) == "r6 r5 r4 r3 r2 r1"
    assert found(store, namespace="none") == ""


@pytest.mark.parametrize(
    "query",
    [
        Query(sort="options"),
        Query(sort="created_at; DROP TABLE runs"),
        Query(sort="text"),
        Query(sort="tag."),
        Query(sort="label.x"),
        Query(where=(P("document", "eq", "x"),)),
        Query(where=(P("1=1 OR state", "eq", "x"),)),
        Query(where=(P("state", "like", "x"),)),
        Query(where=(P("text", "eq", "x"),)),
        Query(where=(P("state", "eq", 1),)),
        Query(where=(P("state", "eq", None),)),
        Query(where=(P("state", "in", "failed"),)),
        Query(where=(P("created_at", "eq", "1"),)),
        Query(where=(P("created_at", "eq", True),)),
        Query(where=(P("created_at", "gt", math.nan),)),
        Query(where=(P("created_at", "gt", 10**400),)),
        Query(where=(P("archived", "eq", "false"),)),
        Query(where=(P("archived", "gt", False),)),
        Query(where=(P("metric.loss", "eq", "x"),)),
        Query(where=(P("parameter.rate", "eq", ("a",)),)),
        Query(where=(P("finished_at", "gt", None),)),
        Query(where=(P("state", "in", ("x",) * 1001),)),
        Query(where=(P("state", "eq", "x"),) * 51),
        Query(limit=0),
    ],
    ids=str,
)
def test_what_cannot_be_asked_for_is_refused(store, query):
    with pytest.raises(InvalidRequest):
        store.find_runs(query)


@pytest.mark.parametrize(
    "other",
    [
        {"namespace": "b"},
        {"sort": "state"},
        {"descending": False},
        {"where": (P("state", "eq", "pending"),)},
    ],
    ids=str,
)
def test_a_token_of_another_query_is_refused(store, other):
    fill(store)
    query = Query(namespace="", limit=1)
    token = store.find_runs(query).next_token
    assert store.find_runs(msgspec.structs.replace(query, page_token=token, limit=9, total=True))
    with pytest.raises(InvalidRequest, match="another list"):
        store.find_runs(msgspec.structs.replace(query, page_token=token, **other))


def test_metrics_and_progress_of_several_runs(store):
    fill(store)
    (lease,) = store.claim("me", now=1e9, lease_s=1.0, run_ids=["r4"])
    commit(store, lease, task("a", "running"), task("b", "succeeded"), task("c", "succeeded"))
    assert store.progress_of(["r4", "r5", "none"]) == {"r4": {"running": 1, "succeeded": 2}}
    values = {
        run_id: [(m.path, m.name, m.value) for m in metrics]
        for run_id, metrics in store.metrics_of(["r2", "r1", "r5", "none"]).items()
    }
    assert values == {
        "r1": [("b", "loss", 0.1), ("fit", "acc", 7.0), ("fit", "loss", 0.5)],
        "r2": [("fit", "loss", 0.3)],
    }


def test_artifacts_are_found_over_all_runs(store):
    for run_id, space in (("r1", "a"), ("r2", "b")):
        lease = started(store, run_id, namespace=space)
        for n in range(3):
            made = ArtifactAdded(artifact=artifact(f"{run_id}-{n}"), path="fit", attempt=1)
            commit(store, lease, made, at=float(n))

    def ids(**more):
        return [one.artifact.id for one in store.find_artifacts(Query(**more)).items]

    assert ids(namespace="a") == ["r1-2", "r1-1", "r1-0"]
    assert ids(where=(P("run_id", "eq", "r2"),), descending=False) == ["r2-0", "r2-1", "r2-2"]
    assert ids(where=(P("text", "contains", "R1-1"),)) == ["r1-1"]
    assert ids(sort="artifact_id", limit=2) == ["r2-2", "r2-1"]
    first = store.find_artifacts(Query(limit=4))
    rest = store.find_artifacts(Query(limit=4, page_token=first.next_token))
    assert len({one.artifact.id for one in (*first.items, *rest.items)}) == 6


def test_the_catalog_is_found_by_name_and_tag(store):
    document = store.put_document(b"{}")
    for n, name in enumerate(("alpha", "beta", "gamma")):
        store.add_pipeline(
            Pipeline(id=f"p{n}", namespace="", name=name, created_at=float(n), tags={"n": str(n)}),
            PipelineVersion(
                id=f"v{n}", pipeline_id=f"p{n}", name="1", document=document, created_at=1.0
            ),
        )
    store.add_experiment(Experiment(id="e1", namespace="", name="first", created_at=1.0))
    store.add_experiment(Experiment(id="e2", namespace="", name="second", created_at=2.0))
    store.create_run(new_run("r1", at=9.0, experiment="e1"))

    def names(find, *where, **more):
        return [one.name for one in find(Query(where=where, **more)).items]

    assert names(store.find_pipelines, P("tag.n", "eq", "1")) == ["beta"]
    assert names(store.find_pipelines, sort="name", descending=False, limit=2) == ["alpha", "beta"]
    assert [v.id for v in store.find_versions("p1", Query()).items] == ["v1"]
    newest = names(store.find_experiments, P("id", "ne", "default"), sort="last_run_created_at")
    assert newest == ["first", "second"]
    page = store.find_pipelines(Query(limit=1))
    with pytest.raises(InvalidRequest, match="another list"):
        store.find_versions("p1", Query(limit=1, page_token=page.next_token))


def test_the_audit_is_found_newest_first(store):
    for n, user in enumerate(("eve", "bob", "eve")):
        entry = AuditEntry(at=float(n), user=user, action="create", kind="run", namespace="a")
        assert store.add_audit(entry) == n + 1
    assert [e.id for e in store.find_audit(Query(namespace="a")).items] == [3, 2, 1]
    assert [e.at for e in store.find_audit(Query(where=(P("user", "eq", "bob"),))).items] == [1.0]


# ---------------------------------------------------------------------------- against the meaning

NAMES = st.text("aB%_é", max_size=3)
VALUES = st.integers(-3, 3) | st.floats(-3, 3) | st.booleans() | NAMES | st.just([1])
RUNS = st.lists(
    st.tuples(NAMES, st.dictionaries(st.sampled_from("xy"), VALUES), st.integers(0, 3)), max_size=6
)
SCALARS = st.integers(-3, 3) | st.floats(-3, 3) | st.booleans() | NAMES | st.none()
CONDITIONS = st.builds(
    Predicate,
    st.sampled_from(["display_name", "parameter.x", "parameter.y", "created_at", "text"]),
    st.sampled_from(["eq", "ne", "gt", "le", "contains", "in"]),
    SCALARS | st.lists(SCALARS.filter(lambda v: v is not None), max_size=2).map(tuple),
)


@settings(max_examples=80, deadline=None)
@given(
    runs=RUNS,
    where=st.lists(CONDITIONS, max_size=2),
    sort=st.sampled_from(["display_name", "parameter.x", "created_at", "state"]),
    descending=st.booleans(),
)
def test_sqlite_finds_what_the_memory_store_finds(runs, where, sort, descending):
    place = Path(tempfile.mkdtemp())
    memory, sqlite = MemoryStore(), SqliteStore.open(place / "runs.db")
    try:
        for n, (name, parameters, at) in enumerate(runs):
            one = run(f"r{n}", name=name, parameters=parameters, at=float(at))
            memory.create_run(one)
            sqlite.create_run(one)
        query = Query(where=tuple(where), sort=sort, descending=descending, total=True, limit=2)
        while True:
            answers = []
            for store in (memory, sqlite):
                try:
                    answers.append(store.find_runs(query))
                except InvalidRequest as error:
                    answers.append(error.message)
            assert answers[0] == answers[1]
            token = None if isinstance(answers[0], str) else answers[0].next_token
            if token is None:
                return
            query = msgspec.structs.replace(query, page_token=token)
    finally:
        sqlite.close()
        shutil.rmtree(place)
