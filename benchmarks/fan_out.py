"""Steps that do nothing, side by side: what Headrace costs per step.

In one run: Headrace (new results, and all from the cache), what the machine allows (a forked
process per task, bare and durably recorded), and the official local runner without environments
and pip, its quickest way. Start-up is excluded on all sides: Headrace's time is
that from the start of the first step to the end of the run.
"""

from __future__ import annotations

import os

from harness import (
    WORKLOADS,
    Candidate,
    arguments,
    forks,
    fresh_home,
    kfp_local,
    measure_in_turns,
    report,
    run_pipeline,
    working_seconds,
)

SOURCE = WORKLOADS / "fan_out.py"


def main() -> None:
    """Measure 100 and 1,000 steps and print both tables."""
    options = arguments(__doc__, rounds=3)
    sizes = (20,) if options.quick else (100, 1000)
    per_task = {}
    for size in sizes:
        measured = measure_in_turns(candidates(size), options.rounds)
        ours, prototype = measured.median("headrace"), measured.median("prototype")
        peer = measured.median("kfp.local, no venv, no pip")
        per_task[size] = ours / size
        cached = 1000 * measured.median("headrace, all cached") / size
        speed = prototype / ours
        targets = {
            "at least 60 % of the prototype's rate": (f"{speed:.0%}", speed >= 0.6),
            "at most 0.3 ms per cached task": (f"{cached:.2f} ms", cached <= 0.3),
        }
        if size in PEER_SIZES:
            targets["10 times faster than kfp.local"] = (f"{peer / ours:.1f}", peer / ours >= 10)
        if len(per_task) > 1:
            growth = per_task[1000] / per_task[100]
            targets["no slower per task than 100"] = (f"{growth:.2f}", growth <= 1.05)
        report(
            f"Fan-out of {size:,} steps that do nothing",
            measured,
            reference="prototype",
            steps=size,
            targets=targets,
            output=options.json,
        )


PEER_SIZES = (20, 100)  # its 1,000 take half a minute and more, and say the same


def candidates(size: int) -> list[Candidate]:
    """Return what is measured for a number of steps."""
    width = max(4, 2 * (os.cpu_count() or 1))  # as many at once as Headrace runs by itself
    found = [
        Candidate("headrace", lambda: _new_results(size)),
        Candidate("headrace, all cached", lambda: _cached(size)),
        Candidate("prototype", lambda: forks("prototype", size, width)),
        Candidate("floor: fork, durable", lambda: forks("durable", size, width)),
        Candidate("floor: fork, bare", lambda: forks("bare", size, width)),
    ]
    if size in PEER_SIZES:
        peer = Candidate(
            "kfp.local, no venv, no pip",
            lambda: kfp_local("no-venv", "fan_out", items=list(range(size))),
            rounds=2,
        )
        found.append(peer)
    return found


def _new_results(size: int) -> float:
    with fresh_home() as home:
        run_pipeline(home, SOURCE, items=[-1])  # the environment is built from here on
        _, document = run_pipeline(home, SOURCE, items=list(range(size)))
    _check(document, size)
    return working_seconds(document)


def _cached(size: int) -> float:
    with fresh_home() as home:
        items = list(range(size))
        run_pipeline(home, SOURCE, items=items)
        _, document = run_pipeline(home, SOURCE, items=items)
    _check(document, size)
    fresh = [task["path"] for task in document["tasks"] if not task["cached"]]
    if len(fresh) > 2:  # the loop itself is no step with a result of its own
        message = f"{len(fresh)} tasks were not from the cache, such as {fresh[0]}"
        raise RuntimeError(message)
    return working_seconds(document)


def _check(document: dict, size: int) -> None:
    expected = size * (size - 1) // 2
    if document["outputs"].get("Output") != expected:
        message = f"wrong result {document['outputs']}"
        raise RuntimeError(message)


if __name__ == "__main__":
    main()
