"""A controller's process that goes on with a run until it no longer owns it: it is paused by tests.

Argument: the database.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "contract" / "store"))

from store_samples import task

from headrace.engine.events import TimerFired
from headrace.store import LeaseLost, RunBatch
from headrace.store.postgres import PostgresStore


def main(url: str) -> None:
    store = PostgresStore.open(url)
    (lease,) = store.claim("paused", now=0.0, lease_s=1.0, run_ids=["r1"])
    seq = 2
    try:
        while True:
            events = [(float(seq), TimerFired(timer="mine"))]
            changes = [task(f"mine-{seq}")]
            batch = RunBatch(lease=lease, at=1.0, events=events, changes=changes, first_seq=seq)
            store.commit([batch])
            print(seq, flush=True)
            seq += 1
    except LeaseLost:
        print("lost", flush=True)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
