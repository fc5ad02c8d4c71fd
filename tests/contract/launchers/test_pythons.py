"""Warm parents and forks on every Python that this machine has, and what libraries do in them."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from headrace.launchers.payload import materialise
from headrace.launchers.prepared import Prepared, PythonTask


def _pythons():
    found = {sys.version_info.minor: sys.executable}
    for path in sorted(Path("~/.pyenv/versions").expanduser().glob("3.*/bin/python")):
        minor = int(path.parent.parent.name.split(".")[1])
        if minor >= 8:
            found.setdefault(minor, str(path))
    return found


def _play(place, run, next_end, spec, python=sys.executable, preload=(), **options):
    task = place.tasks[spec.id.task]

    async def work():
        launcher = place.launcher(**options)
        launcher._environment_for = lambda _: Prepared(Path(python), task, preload=preload)
        await launcher.start(spec)
        end = await next_end(launcher)
        forks = [client.result().forks for client in launcher._clients.values()]
        log = b"".join([block async for block in launcher.logs(spec.id, follow=False)])
        await launcher.close()
        return end.result, log, forks

    return run(work())


@pytest.mark.parametrize("cold", [False, True], ids=["forked", "cold"])
@pytest.mark.parametrize("minor", _pythons())
def test_each_python_runs_attempts(place, run, next_end, minor, cold):
    spec = place.spec("import sys\nprint('hé')\nreturn sys.version_info.minor", returns="int")
    result, log, _ = _play(place, run, next_end, spec, _pythons()[minor], cold=cold)
    assert result.error is None
    assert result.parameters == {"Output": minor}
    assert log == "hé\n".encode()


def test_an_attempt_that_stalls_after_its_fork_is_started_cold(place, run, next_end):
    runtime = materialise(place.root / "runtime")
    (runtime / "stalls.py").write_text(
        "import os, time\nos.register_at_fork(after_in_child=lambda: time.sleep(60))\n"
    )
    spec = place.spec("import sys\nreturn str('stalls' in sys.modules)", returns="str")
    result, _, forks = _play(place, run, next_end, spec, preload=("stalls",), handshake_s=0.3)
    assert result.error is None
    assert result.parameters == {"Output": "False"}
    assert forks == [False]


def test_a_python_that_is_not_there_is_reported(place, run):
    from headrace.errors import InfrastructureError

    spec = place.spec()

    async def work():
        launcher = place.launcher()
        task = place.tasks[spec.id.task]
        launcher._environment_for = lambda _: Prepared(Path("/no/such/python"), task)
        with pytest.raises(InfrastructureError, match="cannot start /no/such/python"):
            await launcher.start(spec)
        await launcher.close()

    run(work())


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_task_may_use_processes_of_its_own(place, run, next_end, method):
    spec = place.spec("", returns="int")
    code = f"""
        def double(n):
            return 2 * n

        def step() -> int:
            import multiprocessing
            with multiprocessing.get_context({method!r}).Pool(2) as pool:
                return sum(pool.map(double, [1, 2, 3]))
    """
    header = place.tasks[spec.id.task].source.split("\ndef ")[0]
    place.tasks[spec.id.task] = PythonTask(header + "\n" + textwrap.dedent(code), "step")
    result, log, _ = _play(place, run, next_end, spec)
    assert result.error is None, log.decode()
    assert result.parameters == {"Output": 12}


@pytest.mark.parametrize("cold", [False, True], ids=["forked", "cold"])
def test_exit_functions_run_and_temporary_directories_go(place, run, next_end, cold):
    body = """
        import atexit, tempfile
        directory = tempfile.TemporaryDirectory()
        atexit.register(print, "at exit")
        globals()["kept"] = directory
        return directory.name
    """
    spec = place.spec(textwrap.dedent(body).strip(), returns="str")
    result, log, _ = _play(place, run, next_end, spec, cold=cold)
    assert not Path(result.parameters["Output"]).exists()
    assert log.endswith(b"at exit\n")


def test_forks_draw_different_random_numbers(place, run, next_end):
    numbers = set()
    for _ in range(3):
        spec = place.spec("import random\nreturn str(random.random())", returns="str")
        numbers.add(_play(place, run, next_end, spec, preload=("random",))[0].parameters["Output"])
    assert len(numbers) == 3


def test_a_task_may_log_in_every_way(place, run, next_end):
    body = """
        import logging, sys, warnings
        logging.basicConfig(level="INFO", format="%(message)s")
        logging.info("logged")
        warnings.warn("warned")
        sys.stderr.write("written\\n")
        sys.stdout.buffer.write(b"bytes\\n")
    """
    _, log, _ = _play(place, run, next_end, place.spec(textwrap.dedent(body).strip()))
    assert log.startswith(b"logged\n")
    assert b"UserWarning: warned" in log
    assert log.endswith(b"written\nbytes\n")
