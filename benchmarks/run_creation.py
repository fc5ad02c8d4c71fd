"""Runs created over HTTP at a steady rate while controllers are killed: is any lost, or done twice?

One process answers requests, two carry out runs. Runs of one step are created fifty times a second
for half a minute; meanwhile each controller is killed (SIGKILL) and started anew once. Every step
leaves a line, so that what ran twice or never is seen from outside.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from headrace.client import AsyncClient

HEADRACE = Path(sys.executable).with_name("headrace")
RATE = 50.0
DRAIN_S = 180.0

PIPELINE = """
from headrace import dsl

@dsl.component(base_image="python:{version}")
def note(name: str, witness: str):
    with open(witness, "a") as file:
        file.write(name + "\\n")

@dsl.pipeline(name="note")
def pipeline(name: str, witness: str):
    note(name=name, witness=witness)
"""


class Installation:
    """A home with one process that answers and two that carry out runs."""

    def __init__(self, place: Path, database: str | None) -> None:
        self._environment = {**os.environ, "HEADRACE_HOME": str(place / "home")}
        self._options = ["--database", database] if database else []
        self._log = (place / "log").open("w")
        self._api = self._start("api", "--port", "0")
        self.url = self._api.stdout.readline().split()[-1]
        self._controllers = [self._controller() for _ in range(2)]

    def kill_controller(self, number: int) -> None:
        """Kill a controller without warning."""
        self._controllers[number].send_signal(signal.SIGKILL)
        self._controllers[number].wait()

    def start_controller(self, number: int) -> None:
        """Start a controller in the place of one that was killed."""
        self._controllers[number] = self._controller()

    def close(self) -> None:
        """End all processes."""
        for process in (self._api, *self._controllers):
            process.terminate()
        for process in (self._api, *self._controllers):
            process.wait(60)
            process.stdout.close()
        self._log.close()

    def _controller(self) -> subprocess.Popen[str]:
        process = self._start("controller")
        process.stdout.readline()
        return process

    def _start(self, role: str, *options: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [HEADRACE, "server", "--role", role, *options, *self._options],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )


async def create(client: AsyncClient, spec: dict, witness: Path, seconds: float) -> dict:
    """Create runs at the rate; return the ids with their latency, or what went wrong."""
    begun = time.perf_counter()
    latencies: dict[str, float] = {}
    refused: list[str] = []

    async def one(number: int) -> None:
        asked = time.perf_counter()
        try:
            parameters = {"name": str(number), "witness": str(witness)}
            run = await client.submit(spec, parameters, cache=False)
        except Exception as error:  # noqa: BLE001 - any refusal counts
            refused.append(repr(error))
            return
        latencies[run.run_id] = time.perf_counter() - asked

    tasks = []
    for number in range(round(seconds * RATE)):
        await asyncio.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    return {
        "latencies": latencies,
        "refused": refused,
        "rate": len(latencies) / (time.perf_counter() - begun),
    }


async def disturb(installation: Installation, seconds: float) -> None:
    """Kill each controller once, and start it again a little later."""
    for number, moment in enumerate((0.3, 0.3)):
        await asyncio.sleep(seconds * moment)
        await asyncio.to_thread(installation.kill_controller, number)
        await asyncio.sleep(seconds * 0.05)
        await asyncio.to_thread(installation.start_controller, number)


async def drained(client: AsyncClient) -> float:
    """Wait until every run has ended; return how long that took."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < DRAIN_S:
        open_runs = 0
        for state in ("pending", "running", "canceling"):
            open_runs += len([run async for run in client.runs(limit=1, state=state)])
        if not open_runs:
            break
        await asyncio.sleep(0.5)
    return time.perf_counter() - begun


async def measure(place: Path, seconds: float, database: str | None) -> dict:
    """Run the whole and return what was seen."""
    source = place / "note.py"
    source.write_text(PIPELINE.format(version=".".join(map(str, sys.version_info[:2]))))
    compiled = place / "note.json"
    command = [HEADRACE, "compile", source, "-o", compiled]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    witness = place / "witness"
    witness.touch()
    installation = Installation(place, database)
    try:
        async with AsyncClient(installation.url, token="") as client:
            spec = json.loads(compiled.read_text())
            await client.wait(
                await client.submit(spec, {"name": "warm", "witness": os.devnull}), timeout=120
            )
            made, _ = await asyncio.gather(
                create(client, spec, witness, seconds), disturb(installation, seconds)
            )
            drain_s = await drained(client)
            states = Counter([run.state async for run in client.runs(pipeline="note")])
    finally:
        installation.close()
    ran = Counter(witness.read_text().split())
    return {
        **made,
        "drain_s": drain_s,
        "states": dict(states),
        "never": len(made["latencies"]) - len(ran),
        "twice": sum(count > 1 for count in ran.values()),
    }


def main() -> None:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--database", metavar="URL", help="a PostgreSQL database that is empty")
    parser.add_argument("--quick", action="store_true", help="a few seconds: does it work at all?")
    parser.add_argument("--json", type=Path, help="append the result to this file, a JSON a line")
    options = parser.parse_args()
    if options.quick:
        options.seconds = 4.0
    with tempfile.TemporaryDirectory() as place:
        seen = asyncio.run(measure(Path(place), options.seconds, options.database))
    latencies = sorted(seen.pop("latencies").values())
    refused = seen.pop("refused")
    asked = round(options.seconds * RATE)
    print(f"{'created (of ' + str(asked) + ')':<46}{len(latencies):9d}")
    print(f"{'created a second':<46}{seen['rate']:9.1f}")
    print(f"{'median of a creation (ms)':<46}{statistics.median(latencies) * 1000:9.1f}")
    print(f"{'99th of 100 (ms)':<46}{latencies[int(len(latencies) * 0.99)] * 1000:9.1f}")
    print(f"{'until all had ended, after the last (s)':<46}{seen['drain_s']:9.1f}")
    print(f"{'states':<46}{seen['states']}")
    for text in refused[:5]:
        print(f"refused: {text}")
    checks = {
        f"{RATE:.0f} a second": seen["rate"] >= 0.95 * RATE,
        "none refused": not refused,
        "none lost": seen["never"] == 0,
        "none done twice": seen["twice"] == 0,
        "all succeeded": seen["states"] == {"succeeded": len(latencies) + 1},
    }
    for name, holds in checks.items():
        print(f"{'holds' if holds else 'MISSED':>6}  {name}")
    if options.json:
        with options.json.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"title": "Run creation", **seen}) + "\n")
    sys.exit(not all(checks.values()))


if __name__ == "__main__":
    main()
