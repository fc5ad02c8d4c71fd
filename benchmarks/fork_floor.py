"""The process launcher alone beside what the machine allows: a forked process per task.

Controller, engine and store are left out on both sides. What is left is the price of a task's own
session, directory, log, claim, environment and result over a bare fork.
"""

from __future__ import annotations

import os
import sys

from harness import (
    WORKLOADS,
    Candidate,
    arguments,
    forks,
    kept_directory,
    measure_in_turns,
    printed_seconds,
    report,
)


def launched(count: int, width: int) -> float:
    """Return the seconds of the launcher for so many steps, so many at once."""
    script = WORKLOADS / "launched.py"
    command = [sys.executable, script, str(count), str(width), kept_directory()]
    return printed_seconds(command)


def main() -> None:
    """Measure a fan-out and a chain and print both tables."""
    options = arguments(__doc__, rounds=5)
    count = 50 if options.quick else 1000
    cores = os.cpu_count() or 1
    for title, width in (("fan-out", 2 * cores), ("chain", 1)):
        candidates = (
            Candidate("floor: fork", lambda width=width: forks("bare", count, width)),
            Candidate("floor: fork, durable", lambda width=width: forks("durable", count, width)),
            Candidate("prototype", lambda width=width: forks("prototype", count, width)),
            Candidate("process launcher", lambda width=width: launched(count, width)),
        )
        measured = measure_in_turns(candidates, options.rounds)
        ours = 1000 * measured.median("process launcher") / count
        most = 2.5 if width > 1 else 3.0
        report(
            f"Process launcher, {title} of {count:,} steps that do nothing",
            measured,
            reference="floor: fork",
            steps=count,
            targets={f"at most {most} ms a step": (f"{ours:.2f} ms", ours <= most)},
            output=options.json,
        )


if __name__ == "__main__":
    main()
