"""A process that commits and dies: run by the crash tests, it says what was acknowledged.

Arguments: the database, the point at which to die (``none``: never), and at which commit.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path

from store_samples import task

from headrace.engine.changes import Logged
from headrace.engine.events import TimerFired
from headrace.store import RunBatch
from headrace.store.sqlite import SqliteStore
from headrace.store.sqlite.database import Database

POINTS = ("before begin", "after begin", "while writing", "before commit", "after commit")


class CrashingDatabase(Database):
    """Dies by SIGKILL at one point of one of its commits."""

    point = "none"
    countdown = -1

    def _begin(self, connection: sqlite3.Connection) -> None:
        self.countdown -= 1
        self._die_at("before begin")
        super()._begin(connection)
        self._die_at("after begin")
        if self.countdown == 0 and self.point == "while writing":
            connection.set_progress_handler(lambda: os.kill(os.getpid(), signal.SIGKILL), 300)

    def _commit(self, connection: sqlite3.Connection) -> None:
        self._die_at("before commit")
        super()._commit(connection)
        self._die_at("after commit")

    def _die_at(self, point: str) -> None:
        if self.countdown == 0 and self.point == point:
            os.kill(os.getpid(), signal.SIGKILL)


def main(path: str, point: str, countdown: str) -> None:
    """Go on with the run until the point is reached, or for 30 commits."""
    database = CrashingDatabase(Path(path))
    store = SqliteStore(database)
    (lease,) = store.claim(f"writer {os.getpid()}", now=0.0, lease_s=0.0, run_ids=["r1"])
    database.point, database.countdown = point, int(countdown)
    first = len(list(store.journal("r1"))) + 1
    for seq in range(first, first + 30):
        changes = [task(f"t{seq}-{n}") for n in range(10)]
        batch = RunBatch(
            lease=lease,
            at=float(seq),
            events=[(float(seq), TimerFired(timer=f"t{seq}"))],
            changes=[*changes, Logged(kind="timer", message=f"t{seq}")],
            first_seq=seq,
        )
        store.commit([batch])
        print(seq, flush=True)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
