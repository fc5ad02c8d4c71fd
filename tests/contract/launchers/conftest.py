"""Attempts to play, and launchers to play them on."""

from __future__ import annotations

import asyncio
import itertools
import sys
import uuid
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from headrace.engine.attempts import AttemptId, AttemptSpec, Inputs, Job, ResourceRequest
from headrace.ir.model import (
    ArtifactTypeSchema,
    Component,
    Container,
    InputDefinitions,
    InputParameterSpec,
    OutputArtifactSpec,
    OutputDefinitions,
    OutputParameterSpec,
)
from headrace.launchers.port import Capacity, Finished, Launcher, Report, Started
from headrace.launchers.prepared import Prepared, PythonTask
from headrace.launchers.process import ProcessLauncher

HEADER = "\nimport kfp\nfrom kfp import dsl\nfrom kfp.dsl import *\nfrom typing import *\n"
_KINDS = {"int": "NUMBER_INTEGER", "str": "STRING", "dict": "STRUCT"}


class Place:
    """A directory with runs, and launchers over it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.run_id = uuid.uuid4().hex
        self.tasks: dict[str, PythonTask] = {}
        self._count = itertools.count()

    def spec(
        self,
        body: str = "return None",
        *,
        signature: str = "",
        returns: str | None = None,
        parameters: dict[str, Any] | None = None,
        artifacts: tuple[str, ...] = (),
        deadline_s: float | None = None,
        memory_bytes: int | None = None,
        env: tuple[Any, ...] = (),
    ) -> AttemptSpec:
        """Return an attempt of a function with this body."""
        task = f"root.step-{next(self._count)}"
        arrow = f" -> {returns}" if returns else ""
        lines = "\n".join("    " + line for line in body.splitlines())
        self.tasks[task] = PythonTask(f"{HEADER}\ndef step({signature}){arrow}:\n{lines}\n", "step")
        inputs = {
            name: InputParameterSpec(parameter_type=_KINDS[type(value).__name__])
            for name, value in (parameters or {}).items()
        }
        outputs = {"Output": OutputParameterSpec(parameter_type=_KINDS[returns])} if returns else {}
        kind = ArtifactTypeSchema(schema_title="system.Dataset", schema_version="0.0.1")
        identity = AttemptId(self.run_id, task, 1)
        return AttemptSpec(
            id=identity,
            job=Job(
                run_id=self.run_id,
                run_name="a run",
                pipeline="a pipeline",
                task_name="step",
                task_id=task,
                pipeline_root=str(self.root),
                created_at=0.0,
            ),
            executor_label="exec-step",
            interface=Component(
                input_definitions=InputDefinitions(parameters=inputs),
                output_definitions=OutputDefinitions(
                    parameters=outputs,
                    artifacts={name: OutputArtifactSpec(artifact_type=kind) for name in artifacts},
                ),
            ),
            inputs=Inputs(parameters=parameters or {}),
            output_root=f"file://{self.root}/artifacts/{identity.slug}",
            container=Container(image="python:3.11", env=env),
            resources=ResourceRequest(memory_limit_bytes=memory_bytes),
            deadline_s=deadline_s,
        )

    def launcher(self, **options: Any) -> ProcessLauncher:
        """Return a process launcher over this place."""
        return ProcessLauncher(
            runs=self.root / "runs",
            payload=self.root / "runtime",
            environment_for=lambda spec: Prepared(
                Path(sys.executable), self.tasks.get(spec.id.task)
            ),
            capacity=Capacity(cpus=2.0, memory_bytes=1 << 30),
            **options,
        )

    def directory(self, spec: AttemptSpec) -> Path:
        """Return the directory of an attempt."""
        return self.root / "runs" / spec.id.run_id / spec.id.slug


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def run() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Run a coroutine, at most for half a minute."""

    async def bounded(work: Coroutine[Any, Any, Any]) -> Any:
        return await asyncio.wait_for(work, 30)

    return lambda work: asyncio.run(bounded(work))


@pytest.fixture
def next_end() -> Callable[[Launcher], Coroutine[Any, Any, Finished]]:
    """Wait for the next end that a launcher reports."""

    async def wait(launcher: Launcher) -> Finished:
        async for report in launcher.reports():
            if isinstance(report, Finished):
                return report
        raise AssertionError("the reports ended")

    return wait


@pytest.fixture
def next_start() -> Callable[[Launcher], Coroutine[Any, Any, Started]]:
    """Wait for the next start that a launcher reports."""

    async def wait(launcher: Launcher) -> Started:
        async for report in launcher.reports():
            if isinstance(report, Started):
                return report
        raise AssertionError("the reports ended")

    return wait


@pytest.fixture
def settled() -> Callable[[Launcher], Coroutine[Any, Any, list[Report]]]:
    """Return all reports up to the first end, and what still comes right after it."""

    async def wait(launcher: Launcher) -> list[Report]:
        found: list[Report] = []
        reports = launcher.reports()
        while True:
            quiet_s = 0.2 if any(isinstance(report, Finished) for report in found) else 20.0
            try:
                found.append(await asyncio.wait_for(anext(reports), quiet_s))
            except (TimeoutError, StopAsyncIteration):
                return found

    return wait
