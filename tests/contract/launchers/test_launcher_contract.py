"""What every launcher promises, played on the fake one and on processes."""

from __future__ import annotations

import pytest

from headrace.engine.attempts import AttemptId
from headrace.launchers.fake import FakeLauncher, fails, hangs, succeeds
from headrace.launchers.port import Finished, Started

_BODIES = {
    "succeeds": "print('working')\nreturn 7",
    "fails": "raise ValueError('no good')",
    "hangs": "print('working', flush=True)\nimport time\ntime.sleep(60)",
}


@pytest.fixture(params=["fake", "process", "process-cold"])
def play(request, place):
    """Return a launcher and an attempt that goes as its name says."""

    def make(how: str):
        spec = place.spec(_BODIES[how], returns="int")
        if request.param != "fake":
            return place.launcher(cold=request.param == "process-cold"), spec
        outcomes = {
            "succeeds": succeeds(Output=7),
            "fails": fails("no good", type="ValueError"),
            "hangs": hangs(),
        }
        return FakeLauncher(lambda _: outcomes[how]), spec

    return make


def test_an_attempt_is_reported_as_started_then_as_finished(play, run, settled):
    async def work():
        launcher, spec = play("succeeds")
        await launcher.start(spec)
        reports = await settled(launcher)
        await launcher.close()
        assert [type(report) for report in reports] == [Started, Finished]
        assert {report.attempt for report in reports} == {spec.id}
        assert reports[-1].result.error is None
        assert reports[-1].result.parameters == {"Output": 7}

    run(work())


def test_an_attempt_that_is_started_twice_runs_once(play, run, settled):
    async def work():
        launcher, spec = play("succeeds")
        await launcher.start(spec)
        await launcher.start(spec)
        reports = await settled(launcher)
        await launcher.start(spec)
        await launcher.close()
        reports += [report async for report in launcher.reports()]
        assert [type(report) for report in reports] == [Started, Finished]

    run(work())


def test_a_failure_of_the_code_is_the_users(play, run, next_end):
    async def work():
        launcher, spec = play("fails")
        await launcher.start(spec)
        end = await next_end(launcher)
        await launcher.close()
        assert end.result.error.kind == "user"
        assert end.result.error.type == "ValueError"
        assert end.result.error.message == "no good"

    run(work())


def test_an_attempt_that_is_stopped_ends_canceled_once(play, run, next_start, settled):
    async def work():
        launcher, spec = play("hangs")
        await launcher.start(spec)
        await next_start(launcher)
        await launcher.stop(spec.id, 5.0)
        await launcher.stop(spec.id, 5.0)
        reports = await settled(launcher)
        await launcher.close()
        assert [report.result.error.kind for report in reports] == ["canceled"]

    run(work())


def test_an_attempt_that_never_began_is_stopped_too(play, run, settled):
    async def work():
        launcher, _ = play("hangs")
        unknown = AttemptId("run", "root.unknown", 1)
        await launcher.stop(unknown, 0.0)
        reports = await settled(launcher)
        await launcher.close()
        assert [(r.attempt, r.result.error.kind) for r in reports] == [(unknown, "canceled")]

    run(work())


def test_recovering_returns_what_never_began(play, run):
    async def work():
        launcher, spec = play("hangs")
        assert await launcher.recover([spec]) == [spec]
        await launcher.start(spec)
        assert await launcher.recover([spec]) == []
        await launcher.stop(spec.id, 0.0)
        await launcher.close()

    run(work())


def test_reports_end_when_the_launcher_is_closed(play, run):
    async def work():
        launcher, _ = play("succeeds")
        await launcher.close()
        assert [report async for report in launcher.reports()] == []

    run(work())
