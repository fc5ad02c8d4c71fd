"""Compiling 1,000 tasks, chain and fan, with the official SDK in the same run; and growth.

Counted is what an author waits for: decorating, tracing, compiling and writing the file; the import
is in ``cli.py``. Growth shows ours for 250 to 2,000 tasks: twice the tasks, twice the time.
"""

from __future__ import annotations

import sys

from harness import (
    WORKLOADS,
    Candidate,
    arguments,
    measure_in_turns,
    oracle_python,
    printed_seconds,
    report,
)

TASKS = 1_000
GROWTH = (250, 500, 1_000, 2_000)
SCRIPT = WORKLOADS / "compiled.py"


def main() -> None:
    """Measure and print the tables."""
    options = arguments(__doc__, rounds=5)
    rounds, tasks = (2, 100) if options.quick else (options.rounds, TASKS)
    for shape in ("chain", "fan"):
        compared = measure_in_turns(
            [
                Candidate("headrace", lambda shape=shape: _headrace(shape, tasks)),
                Candidate("kfp", lambda shape=shape: _kfp(shape, tasks), min(rounds, 2)),
            ],
            rounds,
        )
        ratio = compared.median("kfp") / compared.median("headrace")
        report(
            f"Compiling {tasks} tasks: {shape}",
            compared,
            reference="kfp",
            targets={"at most 1/10 of the SDK's time": (f"1/{ratio:.1f}", ratio >= 10)},
            output=options.json,
        )
        _growth(shape, rounds, options)


def _growth(shape: str, rounds: int, options) -> None:
    sizes = [size // 10 for size in GROWTH] if options.quick else GROWTH
    grown = measure_in_turns(
        [Candidate(f"{size} tasks", lambda size=size: _headrace(shape, size)) for size in sizes],
        rounds,
    )
    # The best of each: what other work on the machine adds does not grow with the pipeline.
    small, large = (min(grown.seconds[f"{size} tasks"]) / size for size in (sizes[0], sizes[-1]))
    report(
        f"Growth: {shape}",
        grown,
        reference=f"{sizes[0]} tasks",
        targets={
            "a task of the largest costs at most 1.5 times one of the smallest": (
                f"{large / small:.2f} times",
                large / small <= 1.5,
            )
        },
        output=options.json,
    )


def _headrace(shape: str, tasks: int) -> float:
    command = [sys.executable, "-m", "headrace.compat", SCRIPT, shape, str(tasks)]
    return printed_seconds(command)


def _kfp(shape: str, tasks: int) -> float:
    return printed_seconds([oracle_python(), SCRIPT, shape, str(tasks)])


if __name__ == "__main__":
    main()
