"""Attempts in containers, with a program in the place of podman that keeps to its command line.

The program records each call, takes apart the options of ``run`` as the manual of podman describes
them, and runs the command without an image.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

import msgspec
import pytest

from headrace.engine.attempts import Artifact, Inputs, ResourceRequest
from headrace.errors import SpecError
from headrace.ir.model import EnvVar, OutputDefinitions, OutputParameterSpec
from headrace.launchers.container import Engine, engine_of, find_engine, image_digest
from headrace.launchers.prepared import Prepared
from headrace.launchers.process import ProcessLauncher

PODMAN = """#!{python}
import csv, json, os, signal, subprocess, sys

with open({calls!r}, "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
FLAGS = {{"--rm"}}
verb, words = sys.argv[1], sys.argv[2:]
if verb == "info":
    print({rootless!r})
elif verb == "image":
    print("sha256:" + "a" * 64)
elif verb == "inspect":
    print({oom!r})
elif verb == "run":
    options, mounts = {{}}, []
    while words and words[0].startswith("--"):
        word = words.pop(0)
        if word in FLAGS:
            continue
        value = words.pop(0)
        if word == "--mount":
            mounts.append(dict(part.split("=") for part in next(csv.reader([value])) if "=" in part))
        options.setdefault(word, []).append(value)
    image, *arguments = words
    if image == "no/such:image":
        print("Error: initializing source: reading manifest: manifest unknown", file=sys.stderr)
        sys.exit(125)
    if image == "broken":
        print("Error: crun: cannot set up cgroup", file=sys.stderr)
        sys.exit(125)
    for mount in mounts:
        if not os.path.exists(mount["source"]):
            print("Error: statfs: no such file", file=sys.stderr)
            sys.exit(125)
    environment = {{"PATH": os.environ["PATH"]}}
    for path in options.get("--env-file", []):
        with open(path) as file:
            environment.update(line.rstrip("\\n").split("=", 1) for line in file)
    environment.update(pair.split("=", 1) for pair in options.get("--env", []))
    command = options.get("--entrypoint", ["/image/entrypoint"]) + arguments
    if command[0] == "chown":
        sys.exit(0)
    process = subprocess.Popen(command, env=environment, cwd="/")
    signal.signal(signal.SIGTERM, lambda number, _: process.send_signal(number))
    status = process.wait()
    sys.exit(128 - status if status < 0 else status)
"""


class Podman:
    """The program, and what it was called with."""

    def __init__(self, root: Path, *, rootless: str = "true", oom: str = "false") -> None:
        self.calls_file = root / "calls"
        self.program = root / "bin" / "podman"
        self.program.parent.mkdir()
        text = PODMAN.format(
            python=sys.executable, calls=str(self.calls_file), rootless=rootless, oom=oom
        )
        self.program.write_text(text)
        self.program.chmod(0o755)

    @property
    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in self.calls_file.read_text().splitlines()]

    def call(self, verb: str) -> list[str]:
        return next(call for call in self.calls if call[0] == verb)


@pytest.fixture
def podman(tmp_path):
    return Podman(tmp_path)


def _container(spec, **changes):
    container = msgspec.structs.replace(spec.container, **changes)
    return msgspec.structs.replace(spec, container=container)


def _play(place, run, next_end, podman, spec, *, rootless=True):
    async def work():
        launcher = ProcessLauncher(
            runs=place.root / "runs",
            payload=place.root / "runtime",
            environment_for=lambda _: Prepared(
                Path(sys.executable), engine=Engine(str(podman.program), rootless)
            ),
            capacity=place.launcher().capacity(),
        )
        await launcher.start(spec)
        end = await next_end(launcher)
        log = b"".join([block async for block in launcher.logs(spec.id, follow=False)])
        await launcher.close()
        return end.result, log

    return run(work())


def _until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def _value(call, option):
    return call[call.index(option) + 1]


def _values(call, option):
    return [call[index + 1] for index, word in enumerate(call) if word == option]


@pytest.fixture
def greeting(place):
    """An attempt that greets, counts and writes a file."""
    spec = place.spec(artifacts=("data",))
    outputs = OutputDefinitions(
        parameters={"n": OutputParameterSpec(parameter_type="NUMBER_INTEGER")},
        artifacts=spec.interface.output_definitions.artifacts,
    )
    interface = msgspec.structs.replace(spec.interface, output_definitions=outputs)
    data = place.root / "in, put"
    data.write_text("input")
    artifact = Artifact(
        id="a", name="source", schema_title="system.Dataset", schema_version="0.0.1",
        uri=f"file://{place.root}/in%2C put",
    )  # fmt: skip
    spec = msgspec.structs.replace(
        spec, interface=interface, inputs=Inputs(artifacts={"source": (artifact,)})
    )
    script = 'echo "$GREETING"; cat "$3" > "$2"; printf 42 > "$1"'
    return _container(
        spec,
        image="alpine:3",
        command=("sh", "-c", script, "sh"),
        args=(
            "{{$.outputs.parameters['n'].output_file}}",
            "{{$.outputs.artifacts['data'].path}}",
            "{{$.inputs.artifacts['source'].path}}",
        ),
        env=(EnvVar(name="GREETING", value="hello\nthere"), EnvVar(name="PLAIN", value="a=b #c")),
    )


def test_a_container_gets_its_files_and_hands_over_its_outputs(
    place, run, next_end, podman, greeting
):
    result, log = _play(place, run, next_end, podman, greeting)
    assert result.error is None
    assert result.parameters == {"n": 42}
    assert result.artifacts["data"][0].size == len("input")
    assert log == b"hello\nthere\n"


def test_the_engine_is_called_as_its_manual_says(place, run, next_end, podman, greeting):
    _play(place, run, next_end, podman, greeting)
    directory = place.directory(greeting)
    call = podman.call("run")
    name = f"headrace-{greeting.id.slug}"
    assert _value(call, "--name") == name
    assert _value(call, "--entrypoint") == "sh"
    assert _value(call, "--label") == f"headrace.run={greeting.id.run_id}"
    outputs = place.root / "artifacts" / greeting.id.slug
    assert _values(call, "--mount") == [
        f"type=bind,source={directory}/io,target={directory}/io",
        f"type=bind,source={outputs},target={outputs}",
        f'type=bind,"source={place.root}/in, put","target={place.root}/in, put",readonly',
    ]
    assert _values(call, "--env") == ["GREETING=hello\nthere"]
    image = call.index("alpine:3")
    assert call[image + 1 : image + 2] == ["-c"]
    assert [verb for verb, *_ in podman.calls] == ["rm", "run", "rm", "run"]
    assert podman.call("rm") == ["rm", "--force", "--volumes", name]
    owning = podman.calls[-1]
    assert owning[owning.index("alpine:3") + 1 :] == ["-R", "0:0", f"{directory}/io", str(outputs)]


def test_environment_variables_do_not_show_in_the_list_of_processes(
    place, run, next_end, podman, greeting
):
    _play(place, run, next_end, podman, greeting)
    file = place.directory(greeting) / "container.env"
    assert "PLAIN=a=b #c\n" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "PLAIN" not in str(podman.calls)


def test_the_images_entrypoint_counts_when_there_is_no_command(place, run, next_end, podman):
    spec = _container(place.spec(), image="tool", command=(), args=("--go",))
    result, _ = _play(place, run, next_end, podman, spec)
    call = podman.call("run")
    assert "--entrypoint" not in call
    assert call[-2:] == ["tool", "--go"]
    assert result.error.kind == "user"  # there is no such program outside of the image


@pytest.mark.parametrize(
    ("image", "command", "kind", "message"),
    [
        ("no/such:image", "true", "configuration", "manifest unknown"),
        ("broken", "true", "infrastructure", "cannot set up cgroup"),
        ("alpine", "exit 3", "user", "the container ended with exit status 3"),
        ("alpine", "kill -9 $$", "user", "the container ended with exit status 137"),
    ],
)
def test_a_failure_says_whose_it_is(place, run, next_end, podman, image, command, kind, message):
    spec = _container(place.spec(), image=image, command=("sh", "-c", command))
    result, _ = _play(place, run, next_end, podman, spec)
    assert result.error.kind == kind
    assert message in result.error.message
    assert podman.calls[-2][0] == "rm" or podman.calls[-1][0] == "rm"


def test_a_container_that_was_killed_for_memory_says_so(place, run, next_end, tmp_path):
    podman = Podman(tmp_path, oom="true")
    spec = _container(place.spec(), image="alpine", command=("sh", "-c", "kill -9 $$"))
    result, _ = _play(place, run, next_end, podman, spec)
    assert result.error.kind == "oom"


def test_limits_users_and_pulling_are_passed_on(place, run, next_end, podman):
    spec = _container(place.spec(), image="alpine", command=("true",))
    spec = msgspec.structs.replace(
        spec,
        resources=ResourceRequest(
            cpu_limit=1.5, memory_limit_bytes=1 << 30, accelerator_type="nvidia.com/gpu",
            accelerator_count=1,
        ),
        kubernetes={
            "imagePullPolicy": "Always",
            "securityContext": {"runAsUser": 1000, "runAsGroup": 50},
        },
    )  # fmt: skip
    _play(place, run, next_end, podman, spec)
    call = podman.call("run")
    assert _value(call, "--cpus") == "1.5"
    assert _value(call, "--memory") == _value(call, "--memory-swap") == "1073741824b"
    assert _value(call, "--device") == "nvidia.com/gpu=all"
    assert _value(call, "--user") == "1000:50"
    assert _value(call, "--pull") == "always"
    assert "OMP_NUM_THREADS=2\n" in (place.directory(spec) / "container.env").read_text()


def test_root_leaves_files_as_they_are(place, run, next_end, podman):
    spec = _container(place.spec(), image="alpine", command=("true",))
    _play(place, run, next_end, podman, spec, rootless=False)
    owning = [call for call in podman.calls if "chown" in call]
    wanted = [] if os.getuid() == 0 else [f"{os.getuid()}:{os.getgid()}"]
    assert [call[call.index("-R") + 1] for call in owning] == wanted


def test_images_that_call_kfps_executor_get_ours(place, run, next_end, podman):
    command = (
        sys.executable,
        "-c",
        "import os; print(os.environ['PYTHONPATH'])",
        "kfp.dsl.executor_main",
    )
    spec = _container(place.spec(), image="mine", command=command)
    _, log = _play(place, run, next_end, podman, spec)
    assert log == b"/headrace-runtime\n"
    assert any(
        value.endswith("target=/headrace-runtime,readonly")
        for value in _values(podman.call("run"), "--mount")
    )


def test_stopping_ends_the_container_and_removes_it(place, run, next_end, next_start, podman):
    mark = place.root / "began"
    script = f"trap 'echo bye; exit 0' TERM; touch {mark}; while :; do sleep 0.1; done"
    spec = _container(place.spec(), image="alpine", command=("sh", "-c", script))

    async def work():
        launcher = ProcessLauncher(
            runs=place.root / "runs",
            payload=place.root / "runtime",
            environment_for=lambda _: Prepared(
                Path(sys.executable), engine=Engine(str(podman.program), True)
            ),
            capacity=place.launcher().capacity(),
        )
        await launcher.start(spec)
        await asyncio.to_thread(_until, mark.exists)
        await launcher.stop(spec.id, 10.0)
        end = await next_end(launcher)
        await launcher.close()
        assert end.result.error.kind == "canceled"

    run(work())
    assert sum(call[0] == "rm" for call in podman.calls) == 2


def test_an_engine_is_found_only_when_it_answers(tmp_path, monkeypatch):
    engine_of.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find_engine() is None
    podman = Podman(tmp_path)
    assert find_engine() == str(podman.program)
    engine = engine_of(str(podman.program))
    assert engine.is_rootless
    assert engine.is_podman
    assert image_digest(engine, "alpine") == "sha256:" + "a" * 64
    engine_of.cache_clear()
    podman.program.write_text("#!/bin/sh\nexit 1\n")
    assert find_engine() is None
    engine_of.cache_clear()


def test_a_step_without_a_command_cannot_run_outside_of_its_image(place, run):
    spec = _container(place.spec(), image="tool", command=())

    async def work():
        launcher = place.launcher()
        place.tasks.clear()
        with pytest.raises(SpecError, match="has no command to run on this machine"):
            await launcher.start(spec)
        await launcher.close()

    run(work())
