"""Runs and changes that the tests of the store are made of."""

from __future__ import annotations

from headrace.engine.attempts import Artifact, Inputs, Outputs
from headrace.engine.changes import TaskChanged
from headrace.engine.events import RunSubmitted
from headrace.store.port import Lease, NewRun, RunBatch, Store


def new_run(run_id="r1", *, at=1.0, name="my run", namespace="", pipeline="train", **more):
    submitted = RunSubmitted(
        run_id=run_id,
        run_name=name,
        parameters={"rate": 0.1},
        pipeline_root="file:///root",
        namespace=namespace,
    )
    more.setdefault("document", b'{"root":{}}')
    return NewRun(submitted=submitted, pipeline=pipeline, created_at=at, **more)


def task(path="fit", state="running", **more):
    more = {"parent": "", "name": path, "display_name": path, "component": "comp-fit"} | more
    return TaskChanged(path=path, kind="container", state=state, **more)


def artifact(id_="a1", **more):
    more = {"uri": f"file:///root/{id_}", "digest": "sha256:00", "size": 3} | more
    return Artifact(
        id=id_, name="model", schema_title="system.Model", schema_version="0.0.1", **more
    )


def outputs(*artifacts: Artifact, **parameters: object) -> Outputs:
    return Outputs(parameters=parameters, artifacts={"model": artifacts} if artifacts else {})


def inputs(**parameters: object) -> Inputs:
    return Inputs(parameters=parameters)


def started(store: Store, run_id="r1", owner="me", **more) -> Lease:
    store.create_run(new_run(run_id, **more))
    (lease,) = store.claim(owner, now=1.0, lease_s=60.0, run_ids=[run_id])
    return lease


def commit(store: Store, lease: Lease, *changes, at=2.0, **more) -> None:
    store.commit([RunBatch(lease=lease, at=at, changes=changes, **more)])
