"""What the run store costs: per task of a fan-out, per commit of a chain, per list of many runs.

The floor in the same run is SQLite itself: one row per commit, durable, written by hand. Times are
medians; only ratios within one run say something.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from headrace.engine.attempts import Artifact, AttemptId, AttemptResult, Inputs, Outputs, Usage
from headrace.engine.changes import (
    ArtifactAdded,
    ArtifactUsed,
    AttemptChanged,
    CacheEntryAdded,
    Change,
    Logged,
    RunChanged,
    TaskChanged,
)
from headrace.engine.events import AttemptFinished, AttemptStarted, Event, RunSubmitted
from headrace.store import Lease, NewRun, RunBatch, RunFilter
from headrace.store.sqlite import SqliteStore

BATCH = 20  # tasks whose events arrive while a commit runs


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        rows = [
            ("floor: one row, one durable commit (ms)", floor(Path(place), options.rounds)),
            *fan_out(Path(place), options.tasks, options.rounds),
            ("chain: one task, three commits (ms)", chain(Path(place), options.rounds)),
            *lists(Path(place), options.runs),
        ]
    for name, value in rows:
        print(f"{name:<58} {value:9.3f}")
    if options.json:
        options.json.write_text(json.dumps(dict(rows), indent=2))


def timed(work: Callable[[], object]) -> float:
    """Return the milliseconds that it takes once."""
    begin = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begin)


def floor(place: Path, rounds: int) -> float:
    """Return the milliseconds of the smallest durable commit."""
    connection = sqlite3.connect(place / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (x)")
    taken = [
        timed(lambda: connection.execute("INSERT INTO t VALUES (1)")) for _ in range(50 * rounds)
    ]
    connection.close()
    return statistics.median(taken)


def fan_out(place: Path, tasks: int, rounds: int) -> list[tuple[str, float]]:
    """Return the milliseconds per task of a wide run, and of reading it back."""
    store = SqliteStore.open(place / "fan-out" / "runs.db")
    writes, replays, reads = [], [], []
    for number in range(rounds):
        lease = submitted(store, f"run-{number}")
        paths = [f"for-loop-1[{n}]/step" for n in range(tasks)]

        def write(lease: Lease = lease, paths: list[str] = paths) -> None:
            for first in range(0, len(paths), BATCH):
                some = paths[first : first + BATCH]
                for phase in (waiting, starting, ending):
                    changes = [change for path in some for change in phase(lease.run_id, path)[1]]
                    events = [event for path in some for event in phase(lease.run_id, path)[0]]
                    store.commit([batch(lease, events, changes)])

        writes.append(timed(write) / tasks)
        replays.append(timed(lambda run=lease.run_id: list(store.journal(run))) / tasks)
        reads.append(timed(lambda run=lease.run_id: store.tasks(run)) / tasks)
    size = (place / "fan-out" / "runs.db").stat().st_size / (rounds * tasks)
    store.close()
    return [
        (f"fan-out of {tasks}: write, per task (ms)", statistics.median(writes)),
        ("  read the journal, per task (ms)", statistics.median(replays)),
        ("  list the tasks, per task (ms)", statistics.median(reads)),
        ("  on disk, per task (kB)", size / 1000),
    ]


def chain(place: Path, rounds: int) -> float:
    """Return the milliseconds of one task whose three transitions are committed one by one."""
    store = SqliteStore.open(place / "chain" / "runs.db")
    lease = submitted(store, "run")

    def one(number: int) -> None:
        for phase in (waiting, starting, ending):
            store.commit([batch(lease, *phase("run", f"step-{number}"))])

    taken = [timed(lambda n=n: one(n)) for n in range(20 * rounds)]
    store.close()
    return statistics.median(taken)


def lists(place: Path, runs: int) -> list[tuple[str, float]]:
    """Return the milliseconds of a first page among many runs, and of finding the unfinished."""
    store = SqliteStore.open(place / "lists" / "runs.db")
    template = NewRun(submitted=event_of("template"), pipeline="p", document=b"{}", created_at=0.0)
    store.create_run(template)
    with store._db.write() as connection:  # noqa: SLF001 - a million calls would take minutes
        connection.execute("DELETE FROM journal")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO runs (run_id, namespace, pipeline, display_name, experiment, source, "
            "document, options, state, created_at) "
            "SELECT 'run-' || i, '', 'p' || (i % 50), 'run ' || i, 'default', '', document, '{}', "
            "CASE i % 2000 WHEN 0 THEN 'running' ELSE 'succeeded' END, i FROM n, "
            "(SELECT document FROM runs WHERE run_id = 'template')",
            (runs,),
        )
        connection.execute(
            "INSERT INTO leases SELECT id, '', 0, 0 FROM runs WHERE run_id != 'template'"
        )
    with store._db.read() as connection:  # noqa: SLF001 - not left to the first commit measured
        connection.execute("ROLLBACK")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    some = RunFilter(namespace="", pipeline="p7", state="succeeded")
    page = store.runs(some).next_token
    rows = [
        (f"first page of {runs} runs (ms)", timed(store.runs)),
        ("  of one pipeline and state (ms)", timed(lambda: store.runs(some))),
        ("  second page (ms)", timed(lambda: store.runs(some, page_token=page))),
        ("  one run by the beginning of its id (ms)", timed(lambda: store.run("run-777"[:7]))),
        (f"find {runs // 2000} unfinished among them (ms)", timed(store.unfinished_runs)),
        ("  claim 100 (ms)", timed(lambda: store.claim("me", now=1.0, lease_s=1.0))),
    ]
    store.close()
    return rows


def submitted(store: SqliteStore, run_id: str) -> Lease:
    """Create a run and own it."""
    store.create_run(
        NewRun(submitted=event_of(run_id), pipeline="p", document=b"{}", created_at=0.0)
    )
    (lease,) = store.claim("me", now=0.0, lease_s=1e9, run_ids=[run_id])
    store.commit([batch(lease, [], [RunChanged(state="running", started_at=0.0)])])
    return lease


def event_of(run_id: str) -> RunSubmitted:
    """Return the submission of a run."""
    return RunSubmitted(run_id=run_id, run_name=run_id, parameters={}, pipeline_root="file:///r")


def batch(lease: Lease, events: list[Event], changes: list[Change]) -> RunBatch:
    """Return a batch as the controller makes them."""
    return RunBatch(lease=lease, at=1.0, events=[(1.0, e) for e in events], changes=changes)


Phase = tuple[list[Event], list[Change]]


def waiting(_run_id: str, path: str) -> Phase:
    """Return what is written when a task comes into being."""
    return [], [task(path, "pending")]


def starting(run_id: str, path: str) -> Phase:
    """Return what is written when its attempt starts."""
    attempt = AttemptId(run_id=run_id, task=path, number=1)
    return [AttemptStarted(attempt=attempt, where="pid 4711")], [
        task(path, "running", attempts=1, inputs=INPUTS),
        AttemptChanged(path=path, number=1, state="running", created_at=1.0, where="pid 4711"),
        Logged(kind="task", path=path, message=f"{path} runs"),
    ]


def ending(run_id: str, path: str) -> Phase:
    """Return what is written when it has succeeded with one artifact."""
    attempt = AttemptId(run_id=run_id, task=path, number=1)
    made = Artifact(
        id=f"{run_id}/{path}",
        name="model",
        schema_title="system.Model",
        schema_version="0.0.1",
        uri=f"file:///home/artifacts/{run_id}/{path}/1/model",
        digest="sha256:" + "0" * 64,
        size=100,
    )
    outputs = Outputs(parameters={"loss": 0.25}, artifacts={"model": (made,)})
    result = AttemptResult(parameters={"loss": 0.25}, usage=Usage(wall_s=0.1))
    return [AttemptFinished(attempt=attempt, result=result)], [
        task(path, "succeeded", attempts=1, inputs=INPUTS, outputs=outputs),
        AttemptChanged(
            path=path, number=1, state="succeeded", created_at=1.0, finished_at=2.0, usage=Usage()
        ),
        ArtifactAdded(artifact=made, path=path, attempt=1),
        ArtifactUsed(artifact_id=made.id, path=path, role="output", name="model"),
        CacheEntryAdded(key=f"{run_id}{path}", path=path, fields=FIELDS, outputs=outputs),
        Logged(kind="task", path=path, message=f"{path} succeeded"),
    ]


INPUTS = Inputs(parameters={"rate": 0.1, "name": "a name", "items": [1, 2, 3]})
FIELDS = {"image": "python:3.11", "code": "sha256:" + "0" * 64, "input rate": "0.1"}


def task(path: str, state: str, **more: object) -> TaskChanged:
    """Return a task run's row."""
    return TaskChanged(
        path=path,
        parent="for-loop-1",
        name="step",
        display_name="step",
        component="comp-step",
        kind="container",
        state=state,
        cache_key="0" * 64,
        cache_fields=FIELDS,
        **more,
    )


if __name__ == "__main__":
    sys.exit(main())
