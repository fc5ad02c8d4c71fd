"""Builds the commands that run an attempt in a container. Pure.

What the code reads and writes is mounted at the path that it has outside, so that no path in a
parameter or placeholder differs between the two. Source of the options: the manuals of
``podman run`` and ``docker run``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headrace.engine.attempts import AttemptSpec
from headrace.ir.placeholders import local_path
from headrace.launchers.container.engine import Engine
from headrace.launchers.executor_input import rendered_command

#: Where images that call KFP's executor find ours.
RUNTIME_PATH = "/headrace-runtime"

_KFP_EXECUTOR = "kfp.dsl.executor_main"
_PULL_POLICIES = {"Always": "always", "Never": "never", "IfNotPresent": "missing"}


@dataclass(frozen=True, slots=True)
class ContainerCommands:
    """The engine's commands for one attempt.

    Attributes:
        run: Runs the container to its end, in the foreground.
        inspect: Prints ``true`` when the container was ended for lack of memory.
        remove: Removes the container, whether it runs or not.
        own: Gives what it wrote to the user who started it; None when it is theirs anyway.
        writable: Directories that the container's user, whoever that is, must be able to write.
    """

    run: list[str]
    inspect: list[str]
    remove: list[str]
    own: list[str] | None
    writable: list[str]


def container_commands(
    spec: AttemptSpec,
    values: Mapping[str, Any],
    engine: Engine,
    *,
    io_directory: Path,
    environment_file: Path,
    multiline: Mapping[str, str],
    payload: Path,
    user: tuple[int, int],
) -> ContainerCommands:
    """Return the commands for an attempt.

    Args:
        spec: The attempt.
        values: Its ExecutorInput.
        engine: What runs it.
        io_directory: Where it writes its output parameters.
        environment_file: Holds its environment variables, one in a line.
        multiline: Those that do not fit into a line.
        payload: The modules that code of the task may import.
        user: Numbers of the user and group who start it.

    Raises:
        SpecError: Its command cannot be rendered.
    """
    assert spec.container is not None
    name = f"headrace-{spec.id.slug}"
    program = engine.program
    command, arguments = rendered_command(spec, values)
    writable = _writable(spec, io_directory)
    run = [program, "run", "--name", name, "--label", f"headrace.run={spec.id.run_id}"]
    run += ["--log-driver", "none", "--security-opt", "label=disable"]
    run += ["--env-file", str(environment_file)]
    for variable, value in multiline.items():
        run += ["--env", f"{variable}={value}"]
    run += _limits(spec, engine)
    run += _user(spec)
    run += _pull(spec)
    for path in writable:
        run += ["--mount", _mount(path, path)]
    for path in _readable(values, writable):
        run += ["--mount", _mount(path, path, "readonly")]
    if any(_KFP_EXECUTOR in part for part in command):
        run += ["--mount", _mount(str(payload), RUNTIME_PATH, "readonly")]
        run += ["--env", f"PYTHONPATH={RUNTIME_PATH}"]
    if command:
        run += ["--entrypoint", command[0]]
    run += [spec.container.image, *command[1:], *arguments]
    return ContainerCommands(
        run=run,
        inspect=[program, "inspect", "--format", "{{.State.OOMKilled}}", name],
        remove=[program, "rm", "--force", "--volumes", name],
        own=_own(spec.container.image, engine, writable, user),
        writable=writable,
    )


def _writable(spec: AttemptSpec, io_directory: Path) -> list[str]:
    root = local_path({"uri": spec.output_root})
    paths = [str(io_directory)]
    if root.startswith("/") and spec.interface.output_definitions.artifacts:
        paths.append(root)
    if spec.workspace is not None:
        paths.append(local_path({"uri": spec.workspace}))
    return paths


def _readable(values: Mapping[str, Any], writable: Iterable[str]) -> list[str]:
    """Return the local paths of the input artifacts, without those that are mounted already."""
    entries: Mapping[str, Any] = values["inputs"]["artifacts"]
    paths = (
        local_path(record) for entry in entries.values() for record in entry.get("artifacts") or ()
    )
    roots = tuple(f"{root}/" for root in writable)
    wanted = (path for path in paths if path.startswith("/") and not path.startswith(roots))
    return sorted(path for path in set(wanted) if Path(path).exists())


def _limits(spec: AttemptSpec, engine: Engine) -> list[str]:
    wanted = spec.resources
    options: list[str] = []
    if wanted.cpu_limit:
        options += ["--cpus", f"{wanted.cpu_limit:g}"]
    if wanted.memory_limit_bytes:
        size = f"{wanted.memory_limit_bytes}b"
        options += ["--memory", size, "--memory-swap", size]
    if wanted.accelerator_count:
        # CUDA_VISIBLE_DEVICES, which the attempt has, says which of them are its own.
        options += ["--device", "nvidia.com/gpu=all"] if engine.is_podman else ["--gpus", "all"]
    return options


def _user(spec: AttemptSpec) -> list[str]:
    """Return the user that the pipeline asks for; without a wish the image's own counts."""
    context: Mapping[str, Any] = spec.kubernetes.get("securityContext") or {}
    number, group = context.get("runAsUser"), context.get("runAsGroup")
    if number is None:
        return []
    return ["--user", str(number) if group is None else f"{number}:{group}"]


def _pull(spec: AttemptSpec) -> list[str]:
    policy = _PULL_POLICIES.get(str(spec.kubernetes.get("imagePullPolicy")))
    return [] if policy is None else ["--pull", policy]


def _own(image: str, engine: Engine, paths: list[str], user: tuple[int, int]) -> list[str] | None:
    """Return the command that hands over files, run as root of a container of the same image."""
    owner = (0, 0) if engine.is_rootless else user
    if not engine.is_rootless and user[0] == 0:
        return None
    command = [engine.program, "run", "--rm", "--user", "0:0", "--network", "none"]
    command += ["--security-opt", "label=disable"]
    for path in paths:
        command += ["--mount", _mount(path, path)]
    return [*command, "--entrypoint", "chown", image, "-R", f"{owner[0]}:{owner[1]}", *paths]


def _mount(source: str, target: str, *options: str) -> str:
    """Return the value of ``--mount``, which is a line of CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(
        ["type=bind", f"source={source}", f"target={target}", *options]
    )
    return line.getvalue()
