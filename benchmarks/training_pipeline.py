"""The training pipeline of the course, cold and warm, against the official local runner.

The official runner fails on the pipeline as printed (the pinned packages meet a numpy that is years
younger), so it is given the same pipeline with ``numpy<2`` among the packages; Headrace runs the
printed one. *Nothing cached*: every package is downloaded, on both sides. *Packages cached*: uv's
and pip's own caches are warm, environments are built. *Environment built*: what Headrace has from
its second run on, with data that changed. *Unchanged*: the same run again.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import (
    ROOT,
    WORKLOADS,
    Candidate,
    arguments,
    empty_caches,
    fresh_home,
    measure_in_turns,
    oracle_python,
    report,
    run_pipeline,
    timed,
)

COURSE = ROOT / "examples" / "training" / "course.py"
DATA = ROOT / "examples" / "training" / "flights.csv"


def main() -> None:
    """Measure and print the table."""
    options = arguments(__doc__, rounds=3)
    rounds = 1 if options.quick else options.rounds
    with fresh_home() as kept, tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "flights.csv"
        shutil.copy(DATA, data)
        run_pipeline(kept, COURSE, data_path=str(DATA))
        measured = measure_in_turns(
            [
                Candidate("headrace, nothing cached", lambda: _cold(download=True)),
                Candidate("headrace, packages cached", lambda: _cold(download=False)),
                Candidate("headrace, environment built", lambda: _warm(kept, data)),
                Candidate("headrace, unchanged", lambda: _again(kept)),
                Candidate("kfp.local, nothing cached", lambda: _kfp(download=True), 1),
                Candidate("kfp.local, packages cached", lambda: _kfp(download=False), 2),
            ],
            rounds,
        )
    cold = measured.median("headrace, nothing cached")
    again = measured.median("headrace, unchanged")
    report(
        "The course's training pipeline, process start to exit",
        measured,
        reference="kfp.local, packages cached",
        targets={
            "first run at most 60 s": (f"{cold:.1f} s", cold <= 60),
            "second run at most 1 s": (f"{again:.2f} s", again <= 1),
        },
        output=options.json,
    )


def _cold(*, download: bool) -> float:
    """Run in a home and caches that are empty; uv's own cache is kept unless DOWNLOAD."""
    with fresh_home() as home:
        caches = empty_caches(home / "caches")
        if not download:
            caches["UV_CACHE_DIR"] = uv_cache()
        return run_pipeline(home / "home", COURSE, caches, data_path=str(DATA))[0]


def uv_cache() -> str:
    """Return the directory of uv's own cache."""
    uv = Path(sys.executable).with_name("uv")
    return subprocess.check_output([uv, "cache", "dir"], text=True).strip()


def _warm(home: Path, data: Path) -> float:
    """Change the data, so that every step runs again in environments that are there.

    A hundred lines go: one alone may be a line that the first step drops, and then nothing that
    follows has anything to do.
    """
    lines = data.read_text("utf-8").splitlines(keepends=True)
    data.write_text("".join(lines[:-100]), encoding="utf-8")
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


def _kfp(*, download: bool) -> float:
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
        caches = empty_caches(Path(folder) / "caches") if download else {}
        return timed(command, **caches)


if __name__ == "__main__":
    main()
