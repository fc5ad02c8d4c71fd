"""A backup taken while runs go on is restored elsewhere: everything is there, and goes on there."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

_HEADRACE = Path(sys.executable).with_name("headrace")
_PIPELINE = """
from kfp.dsl import Dataset, Input, Output, component, pipeline

@component
def make(data: Output[Dataset]):
    with open(data.path, "w") as file:
        file.write("rows")

@component
def wait(data: Input[Dataset], gate: str) -> str:
    import os, time
    print("waiting")
    while not os.path.exists(gate):
        time.sleep(0.02)
    return open(data.path).read()

@pipeline
def p(gate: str):
    wait(data=make().outputs["data"], gate=gate)
"""


class Desk:
    def __init__(self, path):
        self.path = path
        self.source = path / "p.py"
        self.source.write_text(_PIPELINE)

    def command(self, home, *arguments):
        environment = {**os.environ, "HEADRACE_HOME": str(home)}
        return subprocess.run(
            [_HEADRACE, *arguments],
            cwd=self.path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def begin(self, home, gate):
        environment = {**os.environ, "HEADRACE_HOME": str(home)}
        process = subprocess.Popen(
            [_HEADRACE, "run", str(self.source), "-p", f"gate={gate}"],
            cwd=self.path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        give_up_at = time.monotonic() + 60
        while not self._waits(home):
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
        return process

    def _waits(self, home):
        state = json.loads(self.command(home, "runs", "-n", "1", "--json").stdout)[0]["state"]
        return state == "RUNNING" and "waiting" in self.command(home, "logs", "latest").stdout


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_runs_that_had_ended_are_whole_and_the_open_one_goes_on(desk, tmp_path):
    old, new = tmp_path / "old home", tmp_path / "elsewhere" / "new"
    open_gate, closed_gate = tmp_path / "open", tmp_path / "closed"
    open_gate.touch()
    first = desk.command(old, "run", str(desk.source), "-p", f"gate={open_gate}", "--json")
    assert first.returncode == 0, first.stderr
    running = desk.begin(old, closed_gate)
    try:
        backed = desk.command(old, "backup", str(tmp_path / "b.tar.gz"))
        assert backed.returncode == 0, backed.stderr
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
        closed_gate.touch()  # lets the step of the killed command end as well
    shutil.rmtree(old)

    restored = desk.command(new, "restore", str(tmp_path / "b.tar.gz"))
    assert restored.returncode == 0, restored.stderr
    assert "holds 2 runs" in restored.stdout
    assert "1 had not ended" in restored.stdout
    made = json.loads(
        desk.command(new, "artifacts", json.loads(first.stdout)["run_id"], "--json").stdout
    )
    assert made[0]["path"].startswith(str(new))
    assert Path(made[0]["path"]).read_text() == "rows"
    resumed = desk.command(new, "resume", "latest", "--json")
    assert resumed.returncode == 0, resumed.stderr
    tasks = {task["name"]: task for task in json.loads(resumed.stdout)["tasks"]}
    assert tasks["wait"]["parameters"] == {"Output": "rows"}
    again = desk.command(new, "run", str(desk.source), "-p", f"gate={open_gate}", "--json")
    assert [task["cached"] for task in json.loads(again.stdout)["tasks"]] == [True, True]
    assert "waiting" in desk.command(new, "logs", json.loads(first.stdout)["run_id"]).stdout
    assert list(new.parent.iterdir()) == [new]


def test_nothing_is_overwritten(desk, tmp_path):
    home, gate = tmp_path / "home", tmp_path / "gate"
    gate.touch()
    assert desk.command(home, "run", str(desk.source), "-p", f"gate={gate}").returncode == 0
    file = tmp_path / "b.tar"
    assert desk.command(home, "backup", str(file)).returncode == 0
    before = file.read_bytes()
    again = desk.command(home, "backup", str(file))
    assert (again.returncode, file.read_bytes()) == (2, before)
    assert "exists already" in again.stderr
    over = desk.command(home, "restore", str(file))
    assert over.returncode == 2
    assert "holds runs already" in over.stderr


def _archive(path, *members):
    with tarfile.open(path, "w") as archive:
        for name, kind, content in members:
            member = tarfile.TarInfo(name)
            member.type = kind
            member.size = len(content)
            member.linkname = "/etc/passwd"
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize(
    "member",
    [
        ("../evil", tarfile.REGTYPE, b"x"),
        ("/evil", tarfile.REGTYPE, b"x"),
        ("artifacts/../../evil", tarfile.REGTYPE, b"x"),
        ("artifacts/link", tarfile.SYMTYPE, b""),
        ("artifacts/hard", tarfile.LNKTYPE, b""),
        ("artifacts/device", tarfile.CHRTYPE, b""),
        ("other", tarfile.REGTYPE, b"x"),
    ],
    ids=["up", "absolute", "up-below", "symlink", "hardlink", "device", "other"],
)
def test_an_archive_that_no_backup_is_leaves_nothing(desk, tmp_path, member):
    file = _archive(tmp_path / "bad.tar", member)
    refused = desk.command(tmp_path / "home", "restore", str(file))
    assert refused.returncode == 2
    assert "which no backup does" in refused.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tar", "p.py"]


@pytest.mark.parametrize(
    "content",
    [b"", b"not a tar", b"\x1f\x8b broken"],
    ids=["empty", "text", "gzip"],
)
def test_a_file_of_another_kind_is_refused(desk, tmp_path, content):
    file = tmp_path / "bad"
    file.write_bytes(content)
    refused = desk.command(tmp_path / "home", "restore", str(file))
    assert refused.returncode == 2
    said, fix = refused.stderr.splitlines()
    assert "is no backup of a home" in said
    assert fix.startswith("  fix: ")
    assert not (tmp_path / "home").exists()


def test_an_empty_home_is_not_backed_up(desk, tmp_path):
    refused = desk.command(tmp_path / "home", "backup", str(tmp_path / "b.tar"))
    assert refused.returncode == 2
    assert "nothing to back up" in refused.stderr
    assert not (tmp_path / "b.tar").exists()
