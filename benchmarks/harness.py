"""Measures us, a peer and a floor in one run, in turns, and says medians and ratios.

Knows nothing of Headrace's insides: it runs commands. Machines are shared and differ, so a single
time means little; every candidate is measured in each round, the order turns from round to round,
and what counts is the ratio of medians to the one named as reference.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKLOADS = Path(__file__).resolve().parent / "workloads"


@dataclass(frozen=True)
class Candidate:
    """One thing to measure.

    Attributes:
        name: What the table calls it.
        measure: Does the work once and returns seconds (of the work alone, set-up excluded).
        rounds: How often it is measured; None means as often as the benchmark says. Peers that
            take minutes are measured fewer times.
    """

    name: str
    measure: Callable[[], float]
    rounds: int | None = None


@dataclass
class Measurements:
    """Seconds by candidate, in the order in which they were measured."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """Return the median in seconds; NaN when the candidate failed."""
        taken = self.seconds.get(name)
        return statistics.median(taken) if taken else float("nan")


def measure_in_turns(candidates: Sequence[Candidate], rounds: int) -> Measurements:
    """Measure every candidate once a round; a candidate that fails is left out from then on."""
    result = Measurements()
    for number in range(rounds):
        turned = [*candidates[number % len(candidates) :], *candidates[: number % len(candidates)]]
        for candidate in turned:
            if candidate.name in result.failures or number >= (candidate.rounds or rounds):
                continue
            try:
                taken = candidate.measure()
            except (subprocess.SubprocessError, RuntimeError, OSError) as error:
                result.failures[candidate.name] = str(error).strip()[-2000:]
                continue
            result.seconds.setdefault(candidate.name, []).append(taken)
            progress = f"round {number + 1}/{rounds}  {candidate.name}: {taken:.4f} s"
            print(progress, file=sys.stderr, flush=True)
    return result


def report(
    title: str,
    measurements: Measurements,
    *,
    reference: str,
    steps: int = 1,
    targets: dict[str, tuple[str, bool]] | None = None,
    output: Path | None = None,
) -> None:
    """Print a table and write the same as JSON.

    Args:
        title: What was measured.
        measurements: What `measure_in_turns` returned.
        reference: The candidate that the ratios are to.
        steps: Tasks in one measurement; times are shown per task.
        targets: Sentence and whether it holds, by name.
        output: Where the JSON goes; nowhere when None.
    """
    unit = "ms per task" if steps > 1 else "ms"
    base = measurements.median(reference)
    rows = []
    for name, taken in measurements.seconds.items():
        per = [1000 * value / steps for value in taken]
        middle = statistics.median(per)
        rows.append((name, middle, min(per), max(per), middle * steps / 1000 / base, len(per)))
    print(f"\n{title} ({unit}; ratio to {reference})")
    print(f"{'':38} {'median':>10} {'min':>10} {'max':>10} {'ratio':>9} {'n':>3}")
    for name, middle, low, high, ratio, count in rows:
        print(f"{name:38} {middle:10.2f} {low:10.2f} {high:10.2f} {ratio:9.2f} {count:3d}")
    for name, reason in measurements.failures.items():
        print(f"{name:38} failed: {reason.splitlines()[-1] if reason else '?'}")
    for sentence, (value, holds) in (targets or {}).items():
        print(f"{'holds' if holds else 'MISSED':>6}  {sentence}: {value}")
    if output is not None:
        document = {
            "title": title,
            "unit": unit,
            "reference": reference,
            "machine": machine(),
            "candidates": {
                name: {"median": middle, "min": low, "max": high, "ratio": ratio, "n": count}
                for name, middle, low, high, ratio, count in rows
            },
            "failures": measurements.failures,
            "targets": {k: {"value": v, "holds": h} for k, (v, h) in (targets or {}).items()},
        }
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("a", encoding="utf-8") as file:
            file.write(json.dumps(document) + "\n")


def machine() -> dict[str, object]:
    """Return what a reader needs to know of the machine."""
    return {
        "cpus": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


# ------------------------------------------------------------------------------ running commands


def clean_environment(**extra: str) -> dict[str, str]:
    """Return the environment for a measured command: byte code is kept, colours are off."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "NO_COLOR": "1", **extra}


def timed(command: Sequence[str | Path], **environment: str) -> float:
    """Run a command to its end and return its wall time in seconds.

    Raises:
        RuntimeError: It failed; with the end of what it wrote.
    """
    began = time.perf_counter()
    _complete(command, environment)
    return time.perf_counter() - began


def _complete(command: Sequence[str | Path], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        message = f"exit {done.returncode}: {done.stderr[-1500:]}{done.stdout[-500:]}"
        raise RuntimeError(message)
    return done.stdout


def headrace_command() -> Path:
    """Return the ``headrace`` script of the interpreter that runs the benchmark."""
    return Path(sys.executable).with_name("headrace")


def run_pipeline(
    home: Path, source: Path, environment: dict[str, str] | None = None, **parameters: object
) -> tuple[float, dict]:
    """Run a pipeline by the command line; return wall seconds and the JSON it printed.

    Args:
        home: The Headrace home; a fresh one holds no results to reuse.
        source: Python file or IR.
        environment: Further variables for the command.
        parameters: Pipeline parameters; values that are not text are written as JSON.

    Raises:
        RuntimeError: The run did not succeed.
    """
    command: list[str | Path] = [headrace_command(), "run", source, "--json"]
    for name, value in parameters.items():
        text = value if isinstance(value, str) else json.dumps(value)
        command += ["-p", f"{name}={text}"]
    began = time.perf_counter()
    output = _complete(command, {"HEADRACE_HOME": str(home), **(environment or {})})
    taken = time.perf_counter() - began
    return taken, json.loads(output)


def working_seconds(document: dict) -> float:
    """Return the seconds from the start of the first step to the end of the run.

    What comes before is start-up: of the interpreter, and of the process that steps are forked
    from. A run whose steps all come from the cache has no such start; it counts from its creation.
    """
    starts = [task["started_at"] for task in document["tasks"] if not task["cached"]]
    began = min((at for at in starts if at is not None), default=document["created_at"])
    ended = datetime.fromisoformat(document["finished_at"])
    return (ended - datetime.fromisoformat(began)).total_seconds()


@contextmanager
def fresh_home() -> Iterator[Path]:
    """Yield an empty Headrace home that is removed when the benchmark ends.

    Not before: file systems such as ext4 pass over what was removed within the last minutes when
    they look for room for new files, which would make each round slower than the one before.
    """
    yield kept_directory()


def kept_directory() -> Path:
    """Return an empty directory that is removed when the benchmark ends."""
    directory = Path(tempfile.mkdtemp(prefix="headrace-bench-"))
    atexit.register(remove, directory)
    return directory


def remove(top: Path) -> None:
    """Remove a Headrace home."""
    _make_writable(top)
    shutil.rmtree(top, ignore_errors=True)


def _make_writable(top: Path) -> None:
    """Environments are kept read-only; make the directories removable."""
    for directory, _, _ in os.walk(top):
        Path(directory).chmod(0o755)


def oracle_python() -> Path:
    """Return the interpreter that has the official SDK."""
    named = os.environ.get("HEADRACE_ORACLE_PYTHON")
    if named:
        return Path(named)
    script = ROOT / "tools" / "oracle.py"
    found = subprocess.run(
        [sys.executable, str(script)], check=True, capture_output=True, text=True
    )
    return Path(found.stdout.strip())


def arguments(
    description: str | None,
    rounds: int,
    more: Callable[[argparse.ArgumentParser], None] = lambda _: None,
) -> argparse.Namespace:
    """Parse the options that every benchmark has, and those that ``more`` adds."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=rounds, help="measurements of each candidate")
    parser.add_argument("--json", type=Path, help="append the result to this file, a JSON a line")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it work at all?")
    more(parser)
    return parser.parse_args()


def printed_seconds(command: Sequence[str | Path], **environment: str) -> float:
    """Run a command that prints ``SECONDS n`` and return n.

    Raises:
        RuntimeError: It failed.
    """
    output = _complete(command, environment)
    return float(output.rsplit("SECONDS", 1)[1])


def empty_caches(folder: Path) -> dict[str, str]:
    """Return variables that make every cache of packages and environments an empty one."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "XDG_CACHE_HOME": str(folder),
        "UV_CACHE_DIR": str(folder / "uv"),
        "PIP_CACHE_DIR": str(folder / "pip"),
    }


def kfp_local(mode: str, workload: str, **parameters: object) -> float:
    """Run a workload with the official local runner and return its seconds, start-up excluded.

    Args:
        mode: ``default`` or ``no-venv``; see ``workloads/kfp_local.py``.
        workload: File and pipeline name in ``workloads``.
        parameters: Pipeline parameters.
    """
    source = WORKLOADS / f"{workload}.py"
    script = WORKLOADS / "kfp_local.py"
    values = json.dumps(parameters)
    return printed_seconds([oracle_python(), script, mode, source, workload, values])


def forks(kind: str, count: int, width: int) -> float:
    """Return the seconds that the machine itself takes; see ``workloads/forks.py``."""
    script = WORKLOADS / "forks.py"
    command = [sys.executable, script, kind, str(count), str(width), kept_directory()]
    return printed_seconds(command)
