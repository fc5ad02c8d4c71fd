"""The command line from process start to exit: one step that does nothing, and ``--help``.

``--help`` and the import of ``headrace.dsl`` are compared with a bare interpreter; the run with the
same step under the official local runner, whose import is included here as ours is.
"""

from __future__ import annotations

import sys

from harness import (
    WORKLOADS,
    Candidate,
    arguments,
    fresh_home,
    headrace_command,
    measure_in_turns,
    oracle_python,
    report,
    run_pipeline,
    timed,
)

ONE = WORKLOADS / "one.py"


def main() -> None:
    """Measure and print both tables."""
    options = arguments(__doc__, rounds=10)
    rounds = 2 if options.quick else options.rounds
    start = measure_in_turns(
        [
            Candidate("bare interpreter", lambda: timed([sys.executable, "-c", ""])),
            Candidate("headrace --help", lambda: timed([headrace_command(), "--help"])),
            Candidate("import headrace.dsl", lambda: timed([sys.executable, "-c", DSL])),
            Candidate("import kfp.dsl", lambda: timed([oracle_python(), "-c", KFP])),
        ],
        rounds,
    )
    bare = start.median("bare interpreter")
    help_s = start.median("headrace --help") - bare
    import_s = start.median("import headrace.dsl") - bare
    report(
        "Start-up",
        start,
        reference="bare interpreter",
        targets={
            "--help at most 0.15 s over it": (f"{help_s:.3f} s", help_s <= 0.15),
            "headrace.dsl at most 0.10 s over it": (f"{import_s:.3f} s", import_s <= 0.10),
        },
        output=options.json,
    )
    with fresh_home() as home:
        run_pipeline(home, ONE)
        run = measure_in_turns(
            [
                Candidate("headrace run, step from the cache", lambda: run_pipeline(home, ONE)[0]),
                Candidate("headrace run, fresh home", _fresh),
                Candidate("kfp.local, no venv, no pip", _kfp, min(rounds, 5)),
            ],
            rounds,
        )
    cold = run.median("headrace run, fresh home")
    report(
        "One step that does nothing, process start to exit",
        run,
        reference="kfp.local, no venv, no pip",
        targets={"at most 0.35 s in a fresh home": (f"{cold:.3f} s", cold <= 0.35)},
        output=options.json,
    )


DSL = "import headrace.dsl"
KFP = "import kfp.dsl"


def _fresh() -> float:
    with fresh_home() as home:
        return run_pipeline(home, ONE)[0]


def _kfp() -> float:
    script = WORKLOADS / "kfp_local.py"
    return timed([oracle_python(), script, "no-venv", ONE, "one", "{}"])


if __name__ == "__main__":
    main()
