"""The container engine of this machine: which one there is, and what about it matters here."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PROGRAMS = ("podman", "docker")
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Engine:
    """A container engine that answers.

    Attributes:
        program: Path of its command.
        is_rootless: Whether root in a container is this user outside.
    """

    program: str
    is_rootless: bool

    @property
    def is_podman(self) -> bool:
        """Whether it is podman, which differs from docker in how devices are named."""
        return Path(self.program).name.startswith("podman")


def find_engine() -> str | None:
    """Return the program of the first container engine that answers, or None."""
    for name in _PROGRAMS:
        program = shutil.which(name)
        if program is not None and engine_of(program) is not None:
            return program
    return None


@cache
def engine_of(program: str) -> Engine | None:
    """Return the engine behind a program, or None when it does not answer."""
    podman = Path(program).name.startswith("podman")
    wanted = "{{.Host.Security.Rootless}}" if podman else "{{json .SecurityOptions}}"
    answer = _ask([program, "info", "--format", wanted])
    if answer is None:
        return None
    return Engine(program, answer.strip() == "true" if podman else "rootless" in answer)


def image_digest(engine: Engine, image: str) -> str | None:
    """Return the digest of an image that is on this machine, or None when that is not known."""
    wanted = "{{.Digest}}" if engine.is_podman else "{{index .RepoDigests 0}}"
    answer = _ask([engine.program, "image", "inspect", "--format", wanted, image])
    _, found, digest = (answer or "").strip().rpartition("sha256:")
    return f"sha256:{digest}" if found else None


def _ask(command: list[str]) -> str | None:
    try:
        answer = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout
