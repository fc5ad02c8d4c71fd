"""Compiles a pipeline of as many tasks as it is told, and prints the seconds; for either compiler.

Usage: ``compiled.py chain|fan TASKS``. The import of ``kfp`` is not counted; decorating, tracing,
compiling and writing the file are.
"""
# KFP reads annotations as values, so they are not postponed here.

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from kfp import compiler, dsl


@dsl.component(base_image="python:3.11")
def step(x: int = 1) -> int:
    """Add one."""
    return x + 1


@dsl.component(base_image="python:3.11")
def gather(values: list) -> int:
    """Add up."""
    return sum(values)


def chain(tasks: int) -> Any:
    """Return a pipeline in which every task waits for the one before."""

    @dsl.pipeline(name="chain")
    def pipeline(start: int = 0) -> int:
        last = step(x=start)
        for _ in range(tasks - 1):
            last = step(x=last.output)
        return last.output

    return pipeline


def fan(tasks: int) -> Any:
    """Return a pipeline in which one task takes the outputs of all others."""

    @dsl.pipeline(name="fan")
    def pipeline(start: int = 0) -> int:
        values = [step(x=start).output for _ in range(tasks - 1)]
        return gather(values=values).output

    return pipeline


def main() -> None:
    """Compile once and say how long it took."""
    shape, tasks = {"chain": chain, "fan": fan}[sys.argv[1]], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        compiler.Compiler().compile(shape(tasks), str(Path(folder) / "pipeline.yaml"))
        print("SECONDS", time.perf_counter() - began)


if __name__ == "__main__":
    main()
