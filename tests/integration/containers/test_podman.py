"""Container steps in a real podman: tools/podman.sh sets it up; without it these are skipped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

IMAGE = "localhost/headrace-test:1"
PIPELINE = """
from kfp import dsl

IMAGE = "localhost/headrace-test:1"


@dsl.container_component
def count(text: str, copy: dsl.Output[dsl.Dataset], length: dsl.OutputPath(int)):
    script = (
        'mkdir -p "$(dirname "$1")" "$(dirname "$2")"; printf %s "$0" > "$1"; '
        'printf %s "$0" | wc -c > "$2"; echo "at $(pwd) as $(id -u) with $COLOUR"'
    )
    return dsl.ContainerSpec(
        image=IMAGE, command=["sh", "-ec", script], args=[text, copy.path, length]
    )


@dsl.container_component
def by_entrypoint():
    return dsl.ContainerSpec(image=IMAGE, args=["from the entrypoint"])


@dsl.container_component
def hungry():
    script = "x=0123456789abcdef; while :; do x=$x$x; done"
    return dsl.ContainerSpec(image=IMAGE, command=["sh", "-c", script])


@dsl.container_component
def endless():
    return dsl.ContainerSpec(image=IMAGE, command=["sh", "-c", "while :; do sleep 1; done"])


@dsl.component(base_image="python:3.11")
def read(copy: dsl.Input[dsl.Dataset], length: int) -> str:
    with open(copy.path) as file:
        return f"{file.read()} {length}"


@dsl.pipeline
def handing_over(text: str = "to be") -> str:
    counted = count(text=text).set_env_variable("COLOUR", "green")
    return read(copy=counted.outputs["copy"], length=counted.outputs["length"]).output


@dsl.pipeline
def as_the_image_says():
    by_entrypoint()


@dsl.pipeline
def out_of_memory():
    hungry().set_memory_limit("64Mi")


@dsl.pipeline
def without_end():
    endless()
"""


@pytest.fixture(scope="module")
def podman(tmp_path_factory) -> str:
    program = shutil.which("podman")
    busybox = Path("/bin/busybox")
    if program is None or not busybox.exists():
        pytest.skip("no podman and busybox here: run tools/podman.sh")
    archive = tmp_path_factory.mktemp("image") / "root.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(busybox, "bin/busybox")
        for name in ("sh", "mkdir", "dirname", "printf", "wc", "echo", "pwd", "id", "sleep"):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        for name in ("tmp", "work", "proc", "dev", "sys"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o777
            tar.addfile(folder)
    changes = ["ENV PATH=/bin", "WORKDIR /work", "USER 1234", 'ENTRYPOINT ["/bin/echo"]']
    options = [part for change in changes for part in ("--change", change)]
    made = subprocess.run(
        [program, "import", "--quiet", *options, archive, IMAGE],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        pytest.skip(f"podman cannot make an image here: {made.stderr.strip()[:200]}")
    return program


@pytest.fixture
def home(tmp_path) -> Path:
    (tmp_path / "pipeline.py").write_text(PIPELINE, "utf-8")
    return tmp_path / "home"


def headrace(home: Path, *arguments: str, **options) -> subprocess.Popen:
    script = Path(sys.executable).with_name("headrace")
    return subprocess.Popen(
        [script, *arguments],
        env=os.environ | {"HEADRACE_HOME": str(home)},
        cwd=home.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def run(home: Path, pipeline: str, *arguments: str) -> dict:
    process = headrace(home, "run", f"pipeline.py:{pipeline}", "--json", *arguments)
    output, errors = process.communicate(timeout=120)
    assert output, errors
    return json.loads(output)


def log_of(home: Path, run_id: str, task: str) -> str:
    output, errors = headrace(home, "logs", run_id, task).communicate(timeout=60)
    assert not errors
    return output


def containers(podman: str, run_id: str) -> list[str]:
    listing = [podman, "ps", "--all", "--quiet", "--filter", f"label=headrace.run={run_id}"]
    return subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split()


def test_files_and_parameters_are_handed_over_and_nothing_is_left(podman, home):
    result = run(home, "handing_over", "-p", "text=or not")
    assert result["state"] == "SUCCEEDED"
    assert result["outputs"] == {"Output": "or not 6"}
    assert "at /work as 1234 with green" in log_of(home, result["run_id"], "count")
    assert containers(podman, result["run_id"]) == []
    owners = {path.lstat().st_uid for path in home.rglob("*")}
    assert owners == {os.getuid()}


def test_the_entrypoint_of_the_image_counts(podman, home):
    result = run(home, "as_the_image_says")
    assert result["state"] == "SUCCEEDED"
    assert "from the entrypoint" in log_of(home, result["run_id"], "by-entrypoint")


def test_a_container_beyond_its_memory_is_said_to_be(podman, home):
    result = run(home, "out_of_memory")
    assert result["state"] == "FAILED"
    assert result["tasks"][0]["error"]["kind"] == "oom"


def test_a_container_ends_with_its_run(podman, home):
    process = headrace(home, "run", "pipeline.py:without_end", "--json")
    run_id = process.stderr.readline().removeprefix("run ").strip()
    until = time.monotonic() + 60
    while not containers(podman, run_id) and time.monotonic() < until:
        time.sleep(0.2)
    assert containers(podman, run_id)
    process.terminate()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(output)["state"] == "CANCELED"
    until = time.monotonic() + 60
    while containers(podman, run_id) and time.monotonic() < until:
        time.sleep(0.2)
    assert containers(podman, run_id) == []
