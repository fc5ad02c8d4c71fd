"""The first page of very many runs, filtered and sorted, on both databases.

The rows are made by SQL, with tags, parameters and metrics, in one namespace. Lists are asked for
as the page does it: 50 runs, with and without a total. Times are medians in ms over rounds.

``total`` counts at most 10,000 runs and then says "more": exact where it is read, and as fast for a
million as for ten thousand.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from headrace.engine.events import RunSubmitted
from headrace.store import NewRun, Predicate, Query, Store
from headrace.store.opening import open_store

P = Predicate
LISTS: dict[str, Query] = {
    "newest": Query(),
    "newest, not archived": Query(where=(P("archived", "eq", False),)),
    "of one pipeline": Query(where=(P("pipeline", "eq", "p7"),)),
    "failed (0.1 %)": Query(where=(P("state", "eq", "failed"),)),
    "succeeded, by end": Query(where=(P("state", "eq", "succeeded"),), sort="finished_at"),
    "failed, by end": Query(where=(P("state", "eq", "failed"),), sort="finished_at"),
    "by name, ascending": Query(sort="display_name", descending=False),
    "one pipeline, by name": Query(where=(P("pipeline", "eq", "p7"),), sort="display_name"),
    "of one user, by start": Query(where=(P("submitted_by", "eq", "u3"),), sort="started_at"),
    "last week, failed": Query(
        where=(P("created_at", "ge", 990_000.0), P("state", "eq", "failed"))
    ),
    "tag": Query(where=(P("tag.team", "eq", "t5"),)),
    "rare tag, by name": Query(where=(P("tag.release", "eq", "yes"),), sort="display_name"),
    "parameter above": Query(where=(P("parameter.rate", "gt", 0.5),)),
    "parameter rare": Query(where=(P("parameter.rate", "ge", 0.9999),)),
    "by parameter": Query(sort="parameter.rate"),
    "by metric": Query(sort="metric.loss"),
    "by metric, one pipeline": Query(where=(P("pipeline", "eq", "p7"),), sort="metric.loss"),
    "name contains (2 %)": Query(where=(P("display_name", "contains", "RUN 77"),)),
    "text, nobody": Query(where=(P("text", "contains", "nowhere"),)),
}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as place:
        if options.database != "postgres":
            found["sqlite"] = measure(str(Path(place) / "runs.db"), options.runs, options.rounds)
        if options.database != "sqlite":
            sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
            from postgres_server import Server

            server = Server(durable=True)
            try:
                url = server.url(server.database())
                found["postgres"] = measure(url, options.runs, options.rounds)
            finally:
                server.stop()
    for database, rows in found.items():
        print(f"\n{database}, {options.runs} runs")
        for name, value in rows.items():
            print(f"  {name:<44} {value:9.2f}")
        lists = [value for name, value in rows.items() if name in LISTS]
        print(f"  {'median of all lists':<44} {statistics.median(lists):9.2f}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2))


def measure(place: str, runs: int, rounds: int) -> dict[str, float]:
    """Return the milliseconds of each list, and of what a run costs when it is created."""
    store = open_store(place)
    store.create_run(new_run("template", 0.0))
    fill(store, runs)
    rows: dict[str, float] = {}
    for name, query in LISTS.items():
        rows[name] = timed(lambda query=query: store.find_runs(query_of(query)), rounds)
    for name in ("newest", "of one pipeline", "parameter above"):
        query = query_of(LISTS[name], total=True)
        rows[f"{name}, with total"] = timed(lambda query=query: store.find_runs(query), rounds)
    token = store.find_runs(query_of(LISTS["succeeded, by end"])).next_token
    second = query_of(LISTS["succeeded, by end"], page_token=token)
    rows["second page by end"] = timed(lambda: store.find_runs(second), rounds)
    made = iter(range(10_000))
    rows["create a run"] = timed(
        lambda: store.create_run(new_run(f"new-{next(made)}", 2e6)), 10 * rounds
    )
    store.close()
    return rows


def query_of(query: Query, **more: object) -> Query:
    """Return the query for the one namespace that there is."""
    import msgspec

    return msgspec.structs.replace(query, namespace="", **more)


def timed(work: object, rounds: int) -> float:
    """Return the median milliseconds."""
    taken = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - begin))
    return statistics.median(taken)


def new_run(run_id: str, at: float) -> NewRun:
    """Return a run with five parameters and two tags."""
    parameters = {"rate": 0.5, "mode": "fast", "epochs": 3, "on": True, "items": [1, 2]}
    submitted = RunSubmitted(
        run_id=run_id, run_name=run_id, parameters=parameters, pipeline_root="file:///r"
    )
    return NewRun(
        submitted=submitted,
        pipeline="p",
        document=b"{}",
        created_at=at,
        tags={"team": "t1", "kind": "bench"},
    )


def fill(store: Store, runs: int) -> None:
    """Add the runs in one transaction; a million calls would take minutes."""
    is_sqlite = type(store).__name__ == "SqliteStore"
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
        if is_sqlite
        else "WITH n AS (SELECT CAST(i AS BIGINT) AS i FROM generate_series(1, ?) AS g(i)) "
    )
    text = "CAST(i AS TEXT)"
    # A number between 0 and 1 in no order.
    mixed = "((i * 7919) - ((i * 7919) / 1000003) * 1000003) / 1000003.0"
    statements = [
        (
            "INSERT INTO runs (run_id, namespace, pipeline, display_name, experiment, source,"
            " document, options, state, created_at, started_at, finished_at, archived,"
            f" submitted_by, parameters, tags) {numbers}"
            f" SELECT 'run-' || {text}, '', 'p' || CAST(i - (i / 50) * 50 AS TEXT),"
            f" 'run ' || {text}, 'default', '',"
            " (SELECT document FROM runs WHERE run_id = 'template'), '{}',"
            " CASE WHEN i - (i / 1000) * 1000 = 0 THEN 'failed' ELSE 'succeeded' END, i, i + 1,"
            " i + 2, CASE WHEN i < 1000 THEN 1 ELSE 0 END,"
            " 'u' || CAST(i - (i / 20) * 20 AS TEXT), '{\"rate\":0.5}', '{\"team\":\"t\"}' FROM n"
        ),
        f"INSERT INTO run_parameters {numbers} SELECT i + 1, 'rate', {mixed}, '0.5' FROM n",
        f"INSERT INTO run_parameters {numbers} SELECT i + 1, 'mode', NULL, 'fast' FROM n",
        (
            f"INSERT INTO tags {numbers} SELECT 'run', i + 1, 'team',"
            " 't' || CAST(i - (i / 10) * 10 AS TEXT) FROM n"
        ),
        (
            f"INSERT INTO tags {numbers} SELECT 'run', i + 1, 'release', 'yes' FROM n"
            " WHERE i - (i / 10000) * 10000 = 0"
        ),
        f"INSERT INTO metrics {numbers} SELECT i + 1, 'fit', 'm', 'loss', {mixed} FROM n",
        f"INSERT INTO leases {numbers} SELECT i + 1, '', 0, 0 FROM n",
    ]

    def work(connection: object) -> None:
        for sql in statements:
            connection.execute(sql, (runs,))

    database = store._db  # noqa: SLF001 - the rows are made below the port
    database.writing(work)
    if is_sqlite:
        with database.read() as connection:
            connection.execute("ROLLBACK")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    else:
        database.writing(lambda connection: connection.execute("ANALYZE"))


if __name__ == "__main__":
    sys.exit(main())
