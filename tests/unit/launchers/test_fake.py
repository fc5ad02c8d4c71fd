"""The scripted launcher beyond the common contract."""

from __future__ import annotations

import asyncio

import msgspec

from headrace.engine.attempts import AttemptId, AttemptSpec, Inputs, Job
from headrace.ir.model import (
    ArtifactTypeSchema,
    Component,
    OutputArtifactSpec,
    OutputDefinitions,
    OutputParameterSpec,
)
from headrace.launchers.fake import FakeLauncher, fails, hangs, scripted, succeeds
from headrace.launchers.port import Finished

KIND = ArtifactTypeSchema(schema_title="system.Model", schema_version="0.0.1")
SPEC = AttemptSpec(
    id=AttemptId("run", "root.fit", 1),
    job=Job(run_id="run", run_name="r", pipeline="p", task_name="fit", task_id="t", pipeline_root="/", created_at=0.0),
    executor_label="exec-fit",
    interface=Component(
        output_definitions=OutputDefinitions(
            parameters={"n": OutputParameterSpec(parameter_type="NUMBER_INTEGER")},
            artifacts={"model": OutputArtifactSpec(artifact_type=KIND)},
        )
    ),
    inputs=Inputs(),
    output_root="memory://fit",
)  # fmt: skip


def _try(number):
    return msgspec.structs.replace(SPEC, id=AttemptId("run", "root.fit", number))


async def _ends(launcher, count):
    ends = []
    async for report in launcher.reports():
        if isinstance(report, Finished):
            ends.append(report)
        if len(ends) == count:
            return ends


def test_each_try_plays_the_next_outcome_and_the_last_one_stays():
    async def work():
        launcher = FakeLauncher(scripted({"root.fit": [fails("once"), succeeds(n=2)]}))
        for number in (1, 2, 3):
            await launcher.start(_try(number))
        errors = [end.result.error for end in await _ends(launcher, 3)]
        assert [error and error.message for error in errors] == ["once", None, None]
        assert launcher.started == [_try(n).id for n in (1, 2, 3)]

    asyncio.run(work())


def test_a_success_has_every_declared_output():
    async def work():
        launcher = FakeLauncher()
        await launcher.start(SPEC)
        result = (await _ends(launcher, 1))[0].result
        assert result.parameters == {"n": 0}
        assert result.artifacts["model"][0].uri == "memory://fit/model"

    asyncio.run(work())


def test_an_attempt_that_hangs_is_finished_by_hand():
    async def work():
        launcher = FakeLauncher(lambda _: hangs())
        await launcher.start(SPEC)
        launcher.finish(SPEC.id)
        launcher.finish(SPEC.id)
        await launcher.close()
        reports = [report async for report in launcher.reports()]
        assert len(reports) == 2

    asyncio.run(work())
