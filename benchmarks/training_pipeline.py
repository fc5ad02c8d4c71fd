"""The training pipeline of the course, cold and warm, against the official local runner.

The official runner fails on the pipeline as printed (the pinned packages meet a numpy that is years
younger), so it is given the same pipeline with ``numpy<2`` among the packages; Headrace runs the
printed one. ``cold``: an empty home, packages resolved and the environment built (from uv's cache,
which pip's cache matches on the other side). ``warm``: a second home is empty, the environment is
there. ``again``: everything comes from the cache.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from harness import (
    ROOT,
    WORKLOADS,
    Candidate,
    arguments,
    fresh_home,
    measure_in_turns,
    oracle_python,
    printed_seconds,
    report,
    run_pipeline,
)

COURSE = ROOT / "examples" / "training" / "course.py"
DATA = ROOT / "examples" / "training" / "flights.csv"


def main() -> None:
    """Measure and print the table."""
    options = arguments(__doc__, rounds=3)
    rounds = 1 if options.quick else options.rounds
    with fresh_home() as warm_home, tempfile.TemporaryDirectory() as folder:
        moved = Path(folder) / "flights.csv"
        shutil.copy(DATA, moved)
        run_pipeline(warm_home, COURSE, data_path=str(DATA))
        changing = Candidate("headrace, warm", lambda: _warm(warm_home, moved))
        measured = measure_in_turns(
            [
                Candidate("headrace, cold", _cold),
                changing,
                Candidate("headrace, again", lambda: _again(warm_home)),
                Candidate("kfp.local with numpy<2", _kfp, min(rounds, 2)),
            ],
            rounds,
        )
    again = measured.median("headrace, again")
    cold = measured.median("headrace, cold")
    report(
        "The course's training pipeline, process start to exit",
        measured,
        reference="kfp.local with numpy<2",
        targets={
            "first run at most 60 s": (f"{cold:.1f} s", cold <= 60),
            "second run at most 1 s": (f"{again:.2f} s", again <= 1),
        },
        output=options.json,
    )


def _cold() -> float:
    with fresh_home() as home:
        return run_pipeline(home, COURSE, data_path=str(DATA))[0]


def _warm(home: Path, data: Path) -> float:
    """Change the data, so that every step runs again in environments that are there."""
    lines = data.read_text("utf-8").splitlines(keepends=True)
    data.write_text("".join(lines[:-1]), encoding="utf-8")
    renamed = data.with_name(f"flights-{len(lines)}.csv")
    shutil.copy(data, renamed)
    taken, document = run_pipeline(home, COURSE, data_path=str(renamed))
    if any(task["cached"] for task in document["tasks"]):
        message = "a step of the warm run came from the cache"
        raise RuntimeError(message)
    return taken


def _again(home: Path) -> float:
    taken, document = run_pipeline(home, COURSE, data_path=str(DATA))
    if not all(task["cached"] for task in document["tasks"]):
        message = "a step of the second run did not come from the cache"
        raise RuntimeError(message)
    return taken


def _kfp() -> float:
    """Run the printed pipeline, with ``numpy<2`` added, under the official runner's default."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "course.py"
        printed = COURSE.read_text("utf-8")
        source.write_text(
            printed.replace('"scikit-learn==1.2.2"', '"scikit-learn==1.2.2", "numpy<2"'),
            encoding="utf-8",
        )
        script = WORKLOADS / "kfp_local.py"
        values = f'{{"data_path": "{DATA}"}}'
        command = [oracle_python(), script, "default", source, "my_training_pipeline", values]
        return printed_seconds(command)


if __name__ == "__main__":
    main()
