"""``init`` and the runners, with the signatures of ``kfp.local``."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headrace import dsl
from headrace.errors import InvalidRequest, caller_location
from headrace.launchers.container import find_engine
from headrace.local.calling import Calls

_FORBIDDEN = frozenset({"command", "image", "volumes"})


@dataclass(frozen=True)
class SubprocessRunner:
    """Runs steps as processes of this machine; container components need podman or docker.

    Attributes:
        use_venv: Accepted as KFP does; steps always have an environment of their own.
        serialize_pip_installs: Accepted as KFP does; an environment is built once in any case.
        max_concurrent_pip_installs: Accepted as KFP does.
    """

    use_venv: bool = True
    serialize_pip_installs: bool = True
    max_concurrent_pip_installs: int = 1


class DockerRunner:
    """Runs steps as containers, with podman or docker.

    Raises:
        InvalidRequest: There is neither, or an argument is one that the runner sets itself.
    """

    def __init__(self, max_concurrent_pip_installs: int = 1, **docker_run_args: Any) -> None:
        self.max_concurrent_pip_installs = max_concurrent_pip_installs
        self.docker_run_args = docker_run_args
        own = sorted(_FORBIDDEN & docker_run_args.keys())
        if own:
            message = f"DockerRunner sets {', '.join(own)} itself"
            raise InvalidRequest(message, where=caller_location())
        if docker_run_args:
            names = ", ".join(sorted(docker_run_args))
            message = f"arguments of docker run are not taken here: {names}"
            hint = "set resources, variables and volumes on the tasks"
            raise InvalidRequest(message, where=caller_location(), hint=hint)
        if find_engine() is None:
            message = "there is no podman or docker on this machine"
            hint = "install one, or use SubprocessRunner()"
            raise InvalidRequest(message, where=caller_location(), hint=hint)


def init(
    runner: SubprocessRunner | DockerRunner,
    pipeline_root: str = "./local_outputs",
    workspace_root: str | None = None,
    raise_on_error: bool = True,
    enable_caching: bool = False,
    cache_root: str | None = None,
) -> None:
    """Let components and pipelines that are called outside a pipeline run at once.

    Args:
        runner: What runs the steps.
        pipeline_root: Directory in which the artifacts are put.
        workspace_root: Directory of the workspaces; a temporary one by default.
        raise_on_error: Raise when a run fails; otherwise the call returns a task without outputs.
        enable_caching: Reuse what earlier runs made of the same code and inputs.
        cache_root: Accepted as KFP does; the cache is in the Headrace home.

    Raises:
        InvalidRequest: The runner is none.
    """
    if not isinstance(runner, SubprocessRunner | DockerRunner):  # pyright: ignore[reportUnnecessaryIsInstance]
        message = f"{runner!r} is not a runner"
        hint = "pass local.SubprocessRunner() or local.DockerRunner()"
        raise InvalidRequest(message, where=caller_location(), hint=hint)
    del cache_root
    calls = Calls(
        pipeline_root=Path(pipeline_root).expanduser().absolute(),
        workspace_root=Path(workspace_root or tempfile.gettempdir()).expanduser().absolute(),
        raise_on_error=raise_on_error,
        enable_caching=enable_caching,
    )
    dsl.register_runner(calls.run)
