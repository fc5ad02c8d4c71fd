"""200 open event streams over one server: how late a commit is heard, and at what cost.

A process of its own commits changes of a run into the home, as ``headrace run`` does; all streams
are read by this one. The floor is one stream alone. The server answers only (``--role api``).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

HEADRACE = Path(sys.executable).with_name("headrace")
TARGET_MS = 300.0

_WRITER = """
import sys, time
from pathlib import Path
from headrace.engine.changes import Logged, TaskChanged
from headrace.engine.events import RunSubmitted
from headrace.store import NewRun, RunBatch
from headrace.store.sqlite import SqliteStore

store = SqliteStore.open(Path(sys.argv[1]) / "headrace.db")
commits, tasks, pause = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
submitted = RunSubmitted(run_id="watched", run_name="watched", parameters={}, pipeline_root="m")
store.create_run(NewRun(submitted=submitted, pipeline="p", document=b"{}", created_at=time.time()))
(lease,) = store.claim("writer|x|1|1", now=time.time(), lease_s=600.0, run_ids=["watched"])


def row(number, state):
    return TaskChanged(path=f"t{number}", parent="", name=f"t{number}", display_name=f"t{number}",
                       component="c", kind="container", state=state, created_at=time.time())


store.commit([RunBatch(lease=lease, at=time.time(),
                       changes=[row(number, "pending") for number in range(tasks)])])
print("ready", flush=True)
sys.stdin.readline()
for number in range(commits):
    began = time.time()
    path = f"t{number % tasks}"
    changes = [row(number % tasks, "running"), Logged(kind="task_running", path=path)]
    store.commit([RunBatch(lease=lease, at=time.time(), changes=changes)])
    print(time.time(), flush=True)
    time.sleep(max(0.0, pause - (time.time() - began)))
store.close()
"""


async def listen(
    address: tuple[str, int], path: str, heard: list[float], commits: int, number: int
) -> None:
    """Read one stream and note when each entry came.

    The server bounds the streams of one address, so several of this machine are used.
    """
    local = (f"127.0.0.{2 + number // 50}", 0)
    reader, writer = await asyncio.open_connection(*address, local_addr=local)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n\r\n".encode())
    await reader.readuntil(b": following\n\n")
    heard.append(0.0)
    while len(heard) <= commits:
        line = await reader.readline()
        if not line:
            break
        if line.startswith(b"event: task_running"):
            heard.append(time.time())
    writer.close()


async def measure(address: tuple[str, int], home: Path, options, streams: int) -> dict:
    """Return latencies in milliseconds of all entries in all streams."""
    command = [sys.executable, "-c", _WRITER, str(home)]
    command += [str(options.commits), str(options.tasks), str(1 / options.rate)]
    writer = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    await writer.stdout.readline()
    path = "/api/v1/events?run_id=watched&rows=1"
    heard: list[list[float]] = [[] for _ in range(streams)]
    listeners = [
        asyncio.create_task(listen(address, path, one, options.commits, number))
        for number, one in enumerate(heard)
    ]
    until = time.monotonic() + 30
    while not all(heard) and time.monotonic() < until:  # noqa: ASYNC110 - whoever is there first
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    writer.stdin.write(b"\n")
    committed = [float(await writer.stdout.readline()) for _ in range(options.commits)]
    async with asyncio.timeout(30):
        await asyncio.gather(*listeners)
    await writer.wait()
    waits = sorted(
        1000 * (came - at) for one in heard for came, at in zip(one[1:], committed, strict=True)
    )
    return {
        "streams": streams,
        "entries": len(waits),
        "median_ms": statistics.median(waits),
        "p99_ms": waits[int(0.99 * (len(waits) - 1))],
        "most_ms": waits[-1],
    }


def cpu_seconds(pid: int) -> float:
    """Return what a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(options, streams: int) -> dict:
    """Measure over a server of its own."""
    with tempfile.TemporaryDirectory() as place:
        environment = {**os.environ, "HEADRACE_HOME": place}
        server = subprocess.Popen(
            [HEADRACE, "server", "--port", "0", "--role", "api"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            url = urlsplit(re.search(r"http://[\d.:]+", server.stdout.readline())[0])
            before, begun = cpu_seconds(server.pid), time.monotonic()
            found = asyncio.run(measure((url.hostname, url.port), Path(place), options, streams))
            took = time.monotonic() - begun
            found["server_cpu_percent"] = 100 * (cpu_seconds(server.pid) - before) / took
            return found
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)


def main() -> None:
    """Measure one stream and many, and print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--commits", type=int, default=100)
    parser.add_argument("--rate", type=float, default=10.0, help="Commits a second.")
    parser.add_argument("--tasks", type=int, default=2000, help="Tasks of the run.")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.quick:
        options.streams, options.commits = 20, 10
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    results = [run(options, streams) for streams in (1, options.streams)]
    for found in results:
        print("  ".join(f"{name} {value:.1f}" for name, value in found.items()))
    met = results[-1]["most_ms"] < TARGET_MS
    print(f"every entry within {TARGET_MS:.0f} ms: {'yes' if met else 'no'}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
