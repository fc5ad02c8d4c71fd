"""What the process launcher promises beyond the contract: crashes, signals, limits, logs."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import msgspec
import pytest

from headrace.executor.processes import is_same_process
from headrace.ir.model import EnvVar
from headrace.launchers.port import Finished
from headrace.launchers.prepared import Prepared
from headrace.launchers.process.directory import AttemptDirectory


def _until(condition, seconds=20.0):
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def _is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True


async def _log(launcher, spec):
    return b"".join([block async for block in launcher.logs(spec.id, follow=False)])


def _play(place, run, next_end, spec, **options):
    async def work():
        launcher = place.launcher(**options)
        await launcher.start(spec)
        end = await next_end(launcher)
        log = await _log(launcher, spec)
        await launcher.close()
        return end.result, log

    return run(work())


# ------------------------------------------------------------------------- what a task is given


def test_a_task_has_its_own_session_directory_and_empty_input(place, run, next_end):
    body = """
        import os, sys
        return {"sid": os.getsid(0) == os.getpid(), "cwd": os.getcwd(), "in": sys.stdin.read()}
    """
    spec = place.spec(textwrap.dedent(body).strip(), returns="dict")
    result, _ = _play(place, run, next_end, spec)
    assert result.parameters["Output"] == {
        "sid": True,
        "cwd": str(place.directory(spec) / "work"),
        "in": "",
    }


def test_a_task_inherits_no_secret_and_no_descriptor(place, run, next_end, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very secret")
    monkeypatch.setenv("LANG", "C.UTF-8")
    body = "import os\nreturn {'env': dict(os.environ), 'fds': sorted(os.listdir('/proc/self/fd'))}"
    spec = place.spec(body, returns="dict", env=(EnvVar(name="GREETING", value="hé"),))
    read, write = os.pipe()
    os.set_inheritable(write, True)
    try:
        result, _ = _play(place, run, next_end, spec)
    finally:
        os.close(read)
        os.close(write)
    environment = result.parameters["Output"]["env"]
    assert "AWS_SECRET_ACCESS_KEY" not in environment
    assert environment["LANG"] == "C.UTF-8"
    assert environment["GREETING"] == "hé"
    assert environment["HEADRACE_ATTEMPT"] == spec.id.slug
    assert result.parameters["Output"]["fds"] == ["0", "1", "2", "3"]  # 3 lists the directory


def test_a_task_sees_none_of_the_engines_packages(place, run, next_end):
    body = """
        import sys, kfp, headrace
        try:
            import headrace.engine
        except ImportError:
            return {"kfp": kfp.__file__, "headrace": headrace.__file__}
    """
    spec = place.spec(textwrap.dedent(body).strip(), returns="dict")
    result, _ = _play(place, run, next_end, spec)
    for file in result.parameters["Output"].values():
        assert file.startswith(str(place.root / "runtime"))


def test_ten_megabytes_of_parameter_go_in_and_out(place, run, next_end):
    text = "é" * 5_000_000
    spec = place.spec(
        "return text + '!'", signature="text: str", returns="str", parameters={"text": text}
    )
    result, _ = _play(place, run, next_end, spec)
    assert result.error is None
    assert result.parameters["Output"] == text + "!"


# ------------------------------------------------------------------------- what it prints


def test_the_log_has_every_byte_of_200_megabytes(place, run, next_end):
    body = "import os\nblock = b'x' * 1_000_000\nfor _ in range(200):\n    os.write(1, block)"
    spec = place.spec(body)
    result, _ = _play(place, run, next_end, spec)
    assert result.error is None
    assert (place.directory(spec) / "log").stat().st_size == 200_000_000


def test_a_log_over_its_limit_keeps_both_ends_and_says_so(place, run, next_end):
    body = "print('first')\nfor n in range(300_000):\n    print('line', n)\nprint('last', end='')"
    result, log = _play(place, run, next_end, place.spec(body), log_limit_bytes=100_000)
    assert result.error is None
    assert log.startswith(b"first\nline 0\n")
    assert log.endswith(b"line 299999\nlast")
    assert b"over its limit of 100000 bytes" in log
    assert len(log) < 200_000


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("import os\nos.write(1, bytes(range(256)))", bytes(range(256))),
        ("print('no newline', end='')", b"no newline"),
        ("print('ünï\\ud800')", "ünï\\ud800\n".encode()),
        ("import os\nprint('before')\nos.close(1)\nos.close(2)", b"before\n"),
        (
            "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('out')",
            b"out\nerr\nout\n",
        ),
        ("import os\nprint('crash', end='')\nos.abort()", b"crash"),
        ("import sys\nsys.stdout.close()", b""),
        ("import subprocess\nsubprocess.run(['echo', 'child'])", b"child\n"),
    ],
    ids=[
        "binary",
        "no newline",
        "unicode",
        "closed",
        "both streams",
        "crash",
        "closed object",
        "child",
    ],
)
def test_the_log_has_what_was_written(place, run, next_end, body, expected):
    _, log = _play(place, run, next_end, place.spec(body))
    assert log == expected


def test_a_log_is_followed_while_it_is_written(place, run, next_end):
    spec = place.spec("import time\nfor n in range(5):\n    print(n)\n    time.sleep(0.1)")

    async def work():
        launcher = place.launcher()
        await launcher.start(spec)
        blocks = [block async for block in launcher.logs(spec.id, follow=True)]
        await next_end(launcher)
        await launcher.close()
        assert b"".join(blocks) == b"0\n1\n2\n3\n4\n"
        assert len(blocks) > 1

    run(work())


# ------------------------------------------------------------------------- how it ends


@pytest.mark.parametrize(
    ("body", "kind", "message", "code"),
    [
        ("import os\nos._exit(3)", "user", "exit status 3 and without a result", 3),
        ("import os\nos._exit(0)", "user", "exit status 0 and without a result", 0),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "user", "SIGSEGV", 139),
        (
            "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
            "infrastructure",
            "SIGKILL",
            137,
        ),
        ("import sys\nsys.exit(4)", "user", "sys.exit(4)", 4),
        ("import sys\nsys.exit('no good')", "user", "sys.exit('no good')", 1),
        ("raise KeyboardInterrupt", "user", "KeyboardInterrupt", None),
        ("raise MemoryError('too much')", "user", "too much", None),
    ],
    ids=["exit", "exit zero", "segfault", "killed", "sys.exit", "text", "interrupt", "memory"],
)
def test_an_end_says_its_kind_and_reason(place, run, next_end, body, kind, message, code):
    result, _ = _play(place, run, next_end, place.spec(body))
    assert result.error.kind == kind
    assert message in result.error.message
    assert result.error.exit_code == code


def test_usage_is_measured(place, run, next_end):
    body = "data = bytearray(200_000_000)\nfor n in range(3_000_000):\n    pass"
    result, _ = _play(place, run, next_end, place.spec(body))
    assert result.usage.max_rss_bytes > 200_000_000
    assert 0 < result.usage.cpu_s <= result.usage.wall_s * 2


def test_a_deadline_ends_the_task(place, run, next_end):
    spec = place.spec("import time\ntime.sleep(60)", deadline_s=0.3)
    result, _ = _play(place, run, next_end, spec)
    assert result.error.kind == "deadline"
    assert 0.2 < result.usage.wall_s < 10


def test_a_task_over_its_memory_limit_is_killed_and_told_apart(place, run, next_end):
    body = "blocks = []\nimport time\nwhile True:\n    blocks.append(b'x' * 5_000_000)\n    time.sleep(0.01)"
    spec = place.spec(body, memory_bytes=300_000_000)
    result, _ = _play(place, run, next_end, spec)
    assert result.error.kind == "oom"
    assert result.error.message.startswith("killed at 0.")
    assert result.error.message.endswith("GiB of 0.279 GiB")


def test_memory_of_child_processes_counts(place, run, next_end):
    body = """
        import subprocess, sys
        hog = "b = bytearray(400_000_000)\\nimport time\\ntime.sleep(60)"
        subprocess.run([sys.executable, "-c", hog])
    """
    spec = place.spec(textwrap.dedent(body).strip(), memory_bytes=300_000_000)
    result, _ = _play(place, run, next_end, spec)
    assert result.error.kind == "oom"


def test_the_peak_of_several_processes_at_once_is_told_of_and_what_they_share_counts_once(
    place, run, next_end
):
    body = """
        import os, time
        shared = bytearray(os.urandom(1 << 20)) * 60
        children = []
        for _ in range(3):
            pid = os.fork()
            if not pid:
                own = bytearray(os.urandom(1 << 20)) * 50
                time.sleep(0.6)
                os._exit(0)
            children.append(pid)
        for pid in children:
            os.waitpid(pid, 0)
    """
    result, _ = _play(place, run, next_end, place.spec(textwrap.dedent(body).strip()))
    assert result.error is None
    assert 200 << 20 < result.usage.max_rss_bytes < 300 << 20


def test_stopping_gives_the_code_time_to_clean_up(place, run, next_end, next_start):
    body = """
        import time
        try:
            time.sleep(60)
        finally:
            print("cleaned up")
    """
    spec = place.spec(textwrap.dedent(body).strip())

    async def work():
        launcher = place.launcher()
        await launcher.start(spec)
        await next_start(launcher)
        await asyncio.sleep(0.3)
        await launcher.stop(spec.id, 10.0)
        end = await next_end(launcher)
        assert end.result.error.kind == "canceled"
        assert await _log(launcher, spec) == b"cleaned up\n"
        await launcher.close()

    run(work())


@pytest.mark.parametrize("cold", [False, True], ids=["forked", "cold"])
def test_stopping_ends_those_that_ignore_it_and_those_that_detached(
    place, run, next_end, tmp_path, cold
):
    pids = tmp_path / "pids"
    body = f"""
        import os, signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with open({str(pids)!r}, "w") as file:
            file.write(str(os.getpid()))
        if os.fork() == 0:
            os.setsid()
            if os.fork():
                os._exit(0)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            with open({str(pids)!r}, "a") as file:
                file.write(" " + str(os.getpid()))
            time.sleep(60)
        daemon = [sys.executable, "-c", "import time; time.sleep(60)"]
        process = subprocess.Popen(daemon, start_new_session=True)
        with open({str(pids)!r}, "a") as file:
            file.write(" " + str(process.pid) + " .")
        time.sleep(60)
    """
    spec = place.spec(textwrap.dedent(body).strip())

    async def work():
        launcher = place.launcher(cold=cold)
        await launcher.start(spec)
        await asyncio.to_thread(
            _until, lambda: pids.exists() and len(pids.read_text().split()) == 4
        )
        await launcher.stop(spec.id, 0.3)
        end = await next_end(launcher)
        assert end.result.error.kind == "canceled"
        await launcher.close()

    run(work())
    for pid in pids.read_text().replace(".", "").split():
        _until(lambda pid=pid: _is_gone(pid))


def test_processes_that_a_task_leaves_behind_end_with_it(place, run, next_end):
    body = """
        import os, subprocess
        return str(subprocess.Popen(["sleep", "60"], start_new_session=True).pid)
    """
    result, _ = _play(
        place, run, next_end, place.spec(textwrap.dedent(body).strip(), returns="str")
    )
    _until(lambda: _is_gone(result.parameters["Output"]))


# ------------------------------------------------------------------------- crashes around it


def test_attempts_outlive_a_launcher_and_are_adopted(place, run, next_end, next_start):
    spec = place.spec("import time\ntime.sleep(1)\nprint('done')\nreturn 5", returns="int")

    async def work():
        first = place.launcher()
        await first.start(spec)
        await next_start(first)
        await first.close()
        second = place.launcher()
        assert await second.recover([spec]) == []
        end = await next_end(second)
        assert end.result.parameters == {"Output": 5}
        assert await _log(second, spec) == b"done\n"
        await second.close()

    run(work())


def test_an_attempt_that_ended_meanwhile_is_reported_not_run_again(
    place, run, next_end, next_start
):
    mark = place.root / "marks"
    spec = place.spec(
        f"with open({str(mark)!r}, 'a') as f:\n    f.write('x')\nreturn 5", returns="int"
    )

    async def work():
        first = place.launcher()
        await first.start(spec)
        await next_start(first)
        await first.close()
        _until((place.directory(spec) / "result.json").exists)
        second = place.launcher()
        assert await second.recover([spec]) == []
        end = await next_end(second)
        assert end.result.parameters == {"Output": 5}
        await second.start(spec)
        await second.close()

    run(work())
    assert mark.read_text() == "x"


def test_an_attempt_that_was_killed_with_its_parent_is_lost(place, run, next_end, next_start):
    spec = place.spec("import time\ntime.sleep(60)")

    async def work():
        first = place.launcher()
        await first.start(spec)
        started = await next_start(first)
        parent = next(iter(first._clients.values())).result().pid
        os.kill(parent, signal.SIGKILL)
        os.kill(int(started.where.split()[1]), signal.SIGKILL)
        end = await next_end(first)
        assert end.result.error.kind == "infrastructure"
        await first.close()

    run(work())


def test_an_attempt_survives_the_death_of_its_parent(place, run, next_end, next_start):
    spec = place.spec("import time\ntime.sleep(0.5)\nreturn 5", returns="int")

    async def work():
        launcher = place.launcher()
        await launcher.start(spec)
        await next_start(launcher)
        os.kill(next(iter(launcher._clients.values())).result().pid, signal.SIGKILL)
        end = await next_end(launcher)
        assert end.result.parameters == {"Output": 5}
        another = place.spec("return 6", returns="int")
        await launcher.start(another)  # on a new parent
        assert (await next_end(launcher)).result.parameters == {"Output": 6}
        await launcher.close()

    run(work())


def test_a_deadline_holds_while_no_launcher_is_there(place, run, next_start):
    spec = place.spec("import time\ntime.sleep(60)", deadline_s=0.5)

    async def work():
        launcher = place.launcher()
        await launcher.start(spec)
        await next_start(launcher)
        await launcher.close()

    run(work())
    record = place.directory(spec) / "exit.json"
    _until(record.exists)
    assert json.loads(record.read_bytes())["reason"] == "deadline"


def test_warm_parents_leave_when_nothing_is_left_to_do(place, run, next_end):
    async def work():
        launcher = place.launcher()
        await launcher.start(place.spec())
        await next_end(launcher)
        pid = next(iter(launcher._clients.values())).result().pid
        await launcher.close()
        return pid

    pid = run(work())
    _until(lambda: _is_gone(pid))


_CONTROLLER = """
import asyncio, msgspec, sys
from pathlib import Path
from headrace.engine.attempts import AttemptSpec
from headrace.launchers.port import Capacity
from headrace.launchers.prepared import Prepared, PythonTask
from headrace.launchers.process import ProcessLauncher

async def main(root, spec, source):
    launcher = ProcessLauncher(
        runs=Path(root, "runs"), payload=Path(root, "runtime"),
        environment_for=lambda _: Prepared(Path(sys.executable), PythonTask(source, "step")),
        capacity=Capacity(cpus=1.0, memory_bytes=1),
    )
    await launcher.start(msgspec.json.decode(spec, type=AttemptSpec))
    await asyncio.sleep(60)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("delay_s", [0.0, 0.02, 0.1, 0.3, 0.6])
def test_kill_9_of_the_controller_at_any_moment_runs_the_code_once(place, run, next_end, delay_s):
    mark = place.root / "marks"
    body = f"with open({str(mark)!r}, 'a') as f:\n    f.write('x')\nimport time\ntime.sleep(0.3)\nreturn 5"
    spec = place.spec(body, returns="int")
    arguments = [
        str(place.root),
        msgspec.json.encode(spec).decode(),
        place.tasks[spec.id.task].source,
    ]
    controller = subprocess.Popen([sys.executable, "-c", _CONTROLLER, *arguments])
    if delay_s:
        _until(lambda: place.directory(spec).exists())
    time.sleep(delay_s)
    controller.kill()
    controller.wait()

    async def work():
        launcher = place.launcher()
        for fresh in await launcher.recover([spec]):
            await launcher.start(fresh)
        end = await next_end(launcher)
        await launcher.close()
        return end

    end = run(work())
    assert end.result.parameters == {"Output": 5}
    assert mark.read_text() == "x"


def test_a_claim_tells_its_process_from_a_later_one_of_the_same_number(place, run, next_end):
    spec = place.spec("return 5", returns="int")
    _play(place, run, next_end, spec)
    claim = AttemptDirectory(place.root / "runs", spec.id).claim()
    assert not claim.is_alive
    assert is_same_process(os.getpid(), claim.at)
    assert not is_same_process(os.getpid(), 1)


def test_a_result_that_cannot_be_written_is_no_fault_of_the_code(place, run, next_end):
    spec = place.spec(
        "import os\nos.makedirs('../result.json/in the way')\nreturn 5", returns="int"
    )
    result, log = _play(place, run, next_end, spec)
    assert result.error.kind == "infrastructure"
    assert b"the executor failed" in log


def test_an_attempt_that_is_stopped_while_it_is_started_never_runs(place, run, settled):
    spec = place.spec("open('../../../../ran', 'w').close()")

    async def work():
        launcher = place.launcher()
        starting = asyncio.create_task(launcher.start(spec))
        await asyncio.sleep(0)
        await launcher.stop(spec.id, 5.0)
        await starting
        reports = await settled(launcher)
        await launcher.close()
        assert [report.result.error.kind for report in reports if isinstance(report, Finished)] == [
            "canceled"
        ]

    run(work())


def test_an_attempt_without_a_parent_is_stopped_too(place, run, next_end, next_start):
    spec = place.spec("import time\ntime.sleep(60)")

    async def work():
        launcher = place.launcher()
        await launcher.start(spec)
        await next_start(launcher)
        os.kill(next(iter(launcher._clients.values())).result().pid, signal.SIGKILL)
        await asyncio.to_thread(
            _until, lambda: not next(iter(launcher._clients.values())).result().is_connected
        )
        await launcher.stop(spec.id, 5.0)
        assert (await next_end(launcher)).result.error.kind == "canceled"
        await launcher.close()

    run(work())


def test_modules_may_be_imported_before_the_fork(place, run, next_end):
    spec = place.spec("import sys\nreturn str('colorsys' in sys.modules)", returns="str")
    for preload, expected in (("colorsys", "True"), ("no.such.module", "False")):
        task = place.tasks[spec.id.task]
        fresh = msgspec.structs.replace(
            spec, id=msgspec.structs.replace(spec.id, task=f"root.{preload}")
        )

        async def work(fresh=fresh, preload=preload, task=task):
            launcher = place.launcher()
            launcher._environment_for = lambda _: Prepared(
                Path(sys.executable), task, preload=(preload,)
            )
            await launcher.start(fresh)
            end = await next_end(launcher)
            await launcher.close()
            return end

        assert run(work()).result.parameters == {"Output": expected}


def test_many_attempts_at_once_all_end_once(place, run):
    specs = [place.spec(f"return {n}", returns="int") for n in range(60)]

    async def work():
        launcher = place.launcher()
        for spec in specs:
            await launcher.start(spec)
        ends = []
        async for report in launcher.reports():
            if isinstance(report, Finished):
                ends.append(report)
            if len(ends) == len(specs):
                break
        await launcher.close()
        return ends

    ends = run(work())
    assert sorted(end.result.parameters["Output"] for end in ends) == list(range(60))


def test_what_was_stopped_before_it_began_never_begins_for_another_controller(place, run, settled):
    async def work():
        spec = place.spec("print('ran')\nreturn 1", returns="int")
        first, slow = place.launcher(), place.launcher()
        await first.stop(spec.id, 0.0)
        await slow.start(spec)
        (ended,) = [r for r in await settled(slow) if isinstance(r, Finished)]
        assert ended.result.error is not None
        await first.close()
        await slow.close()

    run(work())
    assert not list(place.root.rglob("result.json"))


def test_what_an_attempt_was_started_with_is_known_to_the_next_controller(place, run, settled):
    spec = place.spec(
        "return 1", returns="int", env=(EnvVar(name="CUDA_VISIBLE_DEVICES", value="2,3"),)
    )

    async def work():
        first, later = place.launcher(), place.launcher()
        assert later.variable(spec.id, "CUDA_VISIBLE_DEVICES") is None
        await first.start(spec)
        await settled(first)
        assert later.variable(spec.id, "CUDA_VISIBLE_DEVICES") == "2,3"
        assert later.variable(spec.id, "NONE_SUCH") is None
        await first.close()
        await later.close()

    run(work())
