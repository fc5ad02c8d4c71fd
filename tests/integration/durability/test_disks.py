"""Disks that fill up or may not be written any more while a run goes on: nothing lost or twice."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from ..cli.conftest import IMAGE  # noqa: TID252 - as its fixtures

ALL_ONCE = ["quick", "waits", "after", "tidy"]


def mounted(place, size):
    """Mount a disk of this size there, or skip: it takes root and the right to mount."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def small_disk(desk):
    """A desk whose home is on a disk of its own, which is small."""
    mounted(desk.home, "24m")
    try:
        yield desk
    finally:
        desk.clean_up()
        desk.started.clear()
        subprocess.run(["umount", "-l", str(desk.home)], check=False)


def fill(home):
    """Take all space that is left, and return the file that holds it."""
    filler = home / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)
    return filler


def test_a_run_waits_while_the_disk_is_full_and_goes_on_when_there_is_space(small_disk):
    desk = small_disk
    process = desk.start_gated()
    filler = fill(desk.home)
    desk.gate.touch()
    with pytest.raises(AssertionError, match="did not come"):
        desk.until(lambda: "after" in desk.ran, bound_s=1.5)
    assert process.poll() is None
    filler.unlink()
    ended = desk.end(process)
    assert ended.status == 0, ended.stderr
    assert "no space left" in ended.stderr
    assert ended.json["state"] == "SUCCEEDED"
    assert desk.ran.count("after") == 1
    assert set(desk.ran) == set(ALL_ONCE)
    assert desk.run("show", ended.json["run_id"], "--json").json == ended.json


WRITER = """
from kfp import dsl
from kfp.dsl import Dataset, Output


@dsl.component(base_image="{image}")
def write(witness: str, rows: Output[Dataset]):
    import sys
    with open(witness, "a") as file:
        file.write("write\\n")
    if "{what}" == "log":
        for _ in range(40_000):
            print("x" * 1000)
        sys.stdout.flush()
    with open(rows.path, "wb") as file:
        file.write(b"r" * ({size} if "{what}" == "artifact" else 10))


@dsl.pipeline(name="writer")
def writer(witness: str):
    write(witness=witness).set_caching_options(True)
"""


def remount(home, options):
    subprocess.run(["mount", "-o", f"remount,{options}", str(home)], check=True)


def may_be_written(home):
    """Forbid writing, which has to wait until the last file that is open for it is closed."""
    command = ["mount", "-o", "remount,ro", str(home)]
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


def is_full(home):
    disk = os.statvfs(home)
    return disk.f_bavail * disk.f_frsize < 1 << 16


@pytest.mark.parametrize("what", ["artifact", "log"])
def test_a_step_that_fills_the_disk_is_recorded_when_there_is_space_and_can_be_tried_again(
    what, small_disk
):
    desk = small_disk
    desk.write("writer.py", WRITER.format(image=IMAGE, what=what, size=40 << 20))
    process = desk.start("run", "writer.py", "-p", f"witness={desk.witness}", "--json")
    desk.until(lambda: is_full(desk.home) or process.poll() is not None)
    with contextlib.suppress(AssertionError):
        desk.until(lambda: process.poll() is not None, bound_s=1.0)
    remount(desk.home, "size=300m")
    ended = desk.end(process)
    (task,) = ended.json["tasks"]
    if ended.status:  # the step heard of it first: the failure is its own
        assert task["state"] == "FAILED"
        assert "space" in str(task["error"]), task
        assert desk.run("cache", "ls", "--json").json == []
        ended = desk.run("retry", ended.json["run_id"], "--json")
    assert (ended.status, ended.json["state"]) == (0, "SUCCEEDED"), ended.stderr
    (task,) = ended.json["tasks"]
    (rows,) = task["artifacts"]["rows"]
    assert Path(rows["path"]).stat().st_size == (40 << 20 if what == "artifact" else 10)


def test_a_home_that_may_not_be_written_is_said_and_its_run_goes_on_when_it_may(small_disk):
    desk = small_disk
    process = desk.start_gated()
    run_id = desk.only_run
    process.kill()
    process.communicate()
    desk.gate.touch()  # its step ends while nobody looks, and closes what it writes to
    desk.until(lambda: not may_be_written(desk.home))
    refused = desk.run("resume", run_id)
    assert refused.status not in (0, 1)
    assert "Traceback" not in refused.stderr
    assert str(desk.home) in refused.stderr
    remount(desk.home, "rw")
    ended = desk.run("resume", run_id, "--json")
    assert (ended.status, ended.json["state"]) == (0, "SUCCEEDED"), ended.stderr
    assert desk.ran == ALL_ONCE


def test_a_new_run_in_a_home_that_may_not_be_written_is_refused_clearly(small_disk):
    desk = small_disk
    desk.write("writer.py", WRITER.format(image=IMAGE, what="", size=0))
    remount(desk.home, "ro")
    refused = desk.run("run", "writer.py", "-p", f"witness={desk.witness}")
    assert refused.status not in (0, 1)
    assert "Traceback" not in refused.stderr
    assert str(desk.home) in refused.stderr
    assert desk.ran == []
