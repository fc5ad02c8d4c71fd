"""Steps that do nothing, on the process launcher alone: ``launched.py COUNT WIDTH FOLDER``.

Prints ``SECONDS n`` for the steps after the first, which pays for the warm parent.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from headrace.engine.attempts import AttemptId, AttemptSpec, Inputs, Job
from headrace.executor.source import HEADER
from headrace.ir.model import Component, Container, OutputDefinitions, OutputParameterSpec
from headrace.launchers.port import Capacity, Finished
from headrace.launchers.prepared import Prepared, PythonTask
from headrace.launchers.process import ProcessLauncher

TASK = PythonTask(f"{HEADER}\ndef step() -> int:\n    return 1\n", "step")
INTERFACE = Component(
    output_definitions=OutputDefinitions(
        parameters={"Output": OutputParameterSpec(parameter_type="NUMBER_INTEGER")}
    )
)


def spec(root: Path, number: int) -> AttemptSpec:
    """Return the attempt of one step."""
    return AttemptSpec(
        id=AttemptId("run", f"root.step-{number}", 1),
        job=Job(
            run_id="run",
            run_name="run",
            pipeline="steps",
            task_name="step",
            task_id=str(number),
            pipeline_root=str(root),
            created_at=0.0,
        ),
        executor_label="exec-step",
        interface=INTERFACE,
        inputs=Inputs(),
        output_root=f"file://{root}/artifacts/{number}",
        container=Container(image="python:3.11"),
    )


async def play(root: Path, count: int, width: int) -> float:
    """Run the steps, so many at once, and return the seconds after the first."""
    launcher = ProcessLauncher(
        runs=root / "runs",
        payload=root / "runtime",
        environment_for=lambda _: Prepared(Path(sys.executable), TASK),
        capacity=Capacity(cpus=float(width), memory_bytes=1 << 30),
    )
    reports = launcher.reports()
    await launcher.start(spec(root, 0))
    began, started, ended = 0.0, 1, 0
    async for report in reports:
        if not isinstance(report, Finished):
            continue
        assert report.result.parameters == {"Output": 1}, report
        ended += 1
        if ended == 1:
            began = time.perf_counter()
        while started <= count and started - ended < width:
            await launcher.start(spec(root, started))
            started += 1
        if ended > count:
            break
    taken = time.perf_counter() - began
    await launcher.close()
    return taken


def main() -> None:
    """Play what the command line says."""
    count, width = int(sys.argv[1]), int(sys.argv[2])
    print("SECONDS", asyncio.run(play(Path(sys.argv[3]), count, width)))


if __name__ == "__main__":
    main()
