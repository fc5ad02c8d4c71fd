"""A chain of 20 steps that do nothing: the latency from one step to the next.

In one run: Headrace, a forked process per task one after the other (bare and durably recorded), and
the official local runner without environments and pip. Start-up is excluded on all sides:
Headrace's time is that from the start of the first step to the end of the run.
"""

from __future__ import annotations

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

LENGTH = 20


def main() -> None:
    """Measure and print the table."""
    options = arguments(__doc__, rounds=5)
    measured = measure_in_turns(
        [
            Candidate("headrace", _headrace),
            Candidate("prototype", lambda: forks("prototype", LENGTH, 1)),
            Candidate("floor: fork, durable", lambda: forks("durable", LENGTH, 1)),
            Candidate("floor: fork, bare", lambda: forks("bare", LENGTH, 1)),
            Candidate(
                "kfp.local, no venv, no pip", lambda: kfp_local("no-venv", "chain", start=0), 3
            ),
        ],
        2 if options.quick else options.rounds,
    )
    ours = measured.median("headrace")
    step = 1000 * ours / LENGTH
    peer = measured.median("kfp.local, no venv, no pip") / ours
    report(
        f"A chain of {LENGTH} steps that do nothing",
        measured,
        reference="prototype",
        steps=LENGTH,
        targets={
            "at most 5 ms a step": (f"{step:.2f} ms", step <= 5),
            "10 times faster than kfp.local": (f"{peer:.1f}", peer >= 10),
        },
        output=options.json,
    )


def _headrace() -> float:
    with fresh_home() as home:
        run_pipeline(home, WORKLOADS / "one.py")  # the environment is built from here on
        _, document = run_pipeline(home, WORKLOADS / "chain.py", start=0)
    if document["outputs"].get("Output") != LENGTH:
        message = f"wrong result {document['outputs']}"
        raise RuntimeError(message)
    return working_seconds(document)


if __name__ == "__main__":
    main()
