"""How long a controller takes to be at work again after a crash, beside many runs that have ended.

A database with many finished runs and some that were half-way when their controller was killed; a
new controller claims these, replays their journals and adopts or starts again what ran. The floor
is reading and decoding the same journals.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from engine_events import document

from headrace import ir
from headrace.artifacts.memory import MemoryArtifactStore
from headrace.controller import Controller, Performer, Settings
from headrace.engine.attempts import AttemptSpec
from headrace.engine.events import RunSubmitted
from headrace.launchers.fake import FakeLauncher, Outcome, hangs, succeeds
from headrace.store import NewRun
from headrace.store.sqlite import SqliteStore

TASKS = 20  # of an active run; half of them have ended
TARGET_S = 5.0


def main() -> None:
    """Make the database, recover from it and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--finished", type=int, default=10_000)
    parser.add_argument("--active", type=int, default=500)
    parser.add_argument("--quick", action="store_true", help="small sizes: does it work at all?")
    parser.add_argument("--json", type=Path, help="append the result to this file, a JSON a line")
    options = parser.parse_args()
    if options.quick:
        options.finished, options.active = 100, 5
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "headrace.db"
        asyncio.run(fill(path, options.finished, options.active))
        floor_s, events = floor(path)
        recovery_s, replayed = asyncio.run(recover(path, options.active))
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{options.finished:,} finished runs; {options.active:,} active: {events:,} events")
    print(f"{'floor: read the journals of active runs (s)':<46}{floor_s:9.3f}")
    print(f"{'claim, replay and adopt (s)':<46}{recovery_s:9.3f}")
    print(f"{'peak memory, filling included (MiB)':<46}{peak_mib:9.1f}")
    print(f"{'holds' if recovery_s < TARGET_S else 'MISSED':>6}  less than {TARGET_S:.0f} s")
    if options.json:
        row = {"title": "Recovery", "floor_s": floor_s, "recovery_s": recovery_s, "runs": replayed}
        with options.json.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    sys.exit(recovery_s >= TARGET_S)


async def fill(path: Path, finished: int, active: int) -> None:
    """Make the runs and leave the active ones as a killed controller does: claimed and half-way."""
    store = SqliteStore.open(path)
    short, long = document(1), document(TASKS)
    for number in range(finished):
        submit(store, f"old-{number}", short)
    # Half of the iterations of an active run never come to an end.
    launcher = FakeLauncher(half_way)
    own = controller(store, launcher, "first")
    while await own.claim(limit=1000):
        await until_idle(own)
    for number in range(active):
        submit(store, f"live-{number}", long)
    await own.claim(limit=active)
    working = asyncio.create_task(own.run())
    wanted = active * (1 + TASKS + TASKS // 2)  # submitted, started, finished
    while sum(1 for run in own.owned for _ in store.journal(run)) < wanted:  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    store.close()


def half_way(spec: AttemptSpec) -> Outcome:
    """Let every second iteration of an active run go on for ever."""
    is_stuck = spec.id.run_id.startswith("live") and spec.inputs.parameters["n"] % 2
    return hangs() if is_stuck else succeeds()


def floor(path: Path) -> tuple[float, int]:
    """Return the seconds that reading the journals of all unfinished runs takes, and the events."""
    store = SqliteStore.open(path)
    began = time.perf_counter()
    events = sum(1 for run in store.unfinished_runs() for _ in store.journal(run.run_id))
    taken = time.perf_counter() - began
    store.close()
    return taken, events


async def recover(path: Path, active: int) -> tuple[float, int]:
    """Return the seconds from opening the store to owning all runs, and how many these are."""
    began = time.perf_counter()
    store = SqliteStore.open(path)
    own = controller(store, FakeLauncher(lambda _: succeeds()), "second")
    claimed = await own.claim(limit=active)
    taken = time.perf_counter() - began
    if len(claimed) != active:
        message = f"{len(claimed)} of {active} runs were claimed"
        raise RuntimeError(message)
    await until_idle(own)
    wrong = [run_id for run_id in claimed if store.run(run_id).state != "succeeded"]
    store.close()
    if wrong:
        message = f"{len(wrong)} runs did not succeed, such as {wrong[0]}"
        raise RuntimeError(message)
    return taken, len(claimed)


async def until_idle(own: Controller) -> None:
    """Work until all owned runs have ended."""
    working = asyncio.create_task(own.run())
    for run_id in own.owned:
        await own.wait(run_id)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


def submit(store: SqliteStore, run_id: str, pipeline: ir.Document) -> None:
    """Create a run."""
    submitted = RunSubmitted(
        run_id=run_id, run_name=run_id, parameters={}, pipeline_root="memory://root"
    )
    store.create_run(
        NewRun(
            submitted=submitted,
            pipeline="wide",
            document=json.dumps(pipeline.raw).encode(),
            created_at=time.time(),
        )
    )


class _Ready:
    """Surroundings in which everything is there."""

    def is_ready(self, _spec: AttemptSpec) -> bool:
        """Say that it is."""
        return True

    def make_ready(self, _spec: AttemptSpec) -> None:
        """Do nothing."""


def controller(store: SqliteStore, launcher: FakeLauncher, owner: str) -> Controller:
    """Return a controller to which all other owners are dead."""
    return Controller(
        store=store,
        launcher=launcher,
        performer=Performer(
            store=store,
            artifacts=MemoryArtifactStore(),
            launcher=launcher,
            surroundings=_Ready(),
            offload=asyncio.to_thread,
            notice=print,
        ),
        owner=owner,
        read_document=lambda run: ir.read_dict(json.loads(store.document(run.document))),
        settings=Settings(max_parallel=1_000_000),
        is_gone=lambda other: other not in ("", owner),
    )


if __name__ == "__main__":
    main()
