"""Calls the container engine for an attempt, and gathers what the container left.

The commands are built elsewhere; this module knows how to go through them so that no container and
no file of another user's is left behind.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any, Callable, Dict, List, Mapping, Optional

from headrace.executor.command import call, command_outputs, make_room
from headrace.executor.command_error import CommandError
from headrace.executor.executor_input import ExecutorInput, artifact_of
from headrace.executor.outputs import refuse_changed, signatures
from headrace.executor.processes import out_of_memory_kills

_ENGINE_FAILED = 125
_KILLED = 137
_CLEAN_UP_S = 60.0
#: What engines print when an image cannot be had, however often it is tried.
_NO_IMAGE = re.compile(
    r"manifest unknown|not found|no such image|pull access denied|unauthorized|"
    r"authentication required|invalid reference|repository does not exist|image not known|"
    r"executable file",
    re.IGNORECASE,
)


def run_container(
    directory: str, task: Mapping[str, Any], log_tail: Callable[[str], str]
) -> Dict[str, Any]:
    """Run the container of a task file and return its outputs.

    Args:
        directory: The attempt's directory.
        task: Its task file.
        log_tail: Returns the last lines of the attempt's output.

    Raises:
        CommandError: It failed, or could not be run; the kind says which.
        InvalidOutputError: An output is missing or unreadable.
        InputChangedError: It changed an input in place.
    """
    commands: Mapping[str, Any] = task["container"]
    given = ExecutorInput(task["executor_input"])
    make_room(given)
    for path in commands["writable"]:
        os.makedirs(path, exist_ok=True)
        _open_to_all(path)
    paths = [artifact_of(record).path for records in given.artifacts.values() for record in records]
    before = signatures(paths, task.get("digests") or {})
    _quietly(commands["remove"])  # an earlier process of this attempt may have left it
    kills = out_of_memory_kills()
    try:
        call(commands["run"])
    except CommandError as error:
        starved = out_of_memory_kills() > kills
        raise _explained(error, commands["inspect"], log_tail(directory), starved) from error
    finally:
        _quietly(commands["remove"])
        if not _owned(commands):
            print("[headrace] what the container wrote may belong to another user", file=sys.stderr)
    refuse_changed(before)
    return command_outputs(directory, task)


def _explained(error: CommandError, inspect: List[str], tail: str, starved: bool) -> CommandError:
    """Return the failure with its kind: of the code, for memory, or of the engine.

    Args:
        starved: Whether the kernel killed something for memory meanwhile; engines do not learn of
            every such end.
    """
    code = error.exit_code
    if code == _KILLED and (starved or (_quietly(inspect) or "").strip() == "true"):
        return CommandError("the container was killed at its limit of memory", code, "oom")
    if code == _ENGINE_FAILED:
        last = tail.strip().splitlines()[-1:] or ["no reason was given"]
        kind = "configuration" if _NO_IMAGE.search(tail) else "infrastructure"
        return CommandError("the container could not be started: %s" % last[0], code, kind)
    return CommandError("the container ended with exit status %d" % code, code)


def _owned(commands: Mapping[str, Any]) -> bool:
    """Give what the container wrote to the user of this process; say whether that is so now."""
    if commands["own"] is not None:
        return _quietly(commands["own"]) is not None
    if os.getuid() == 0:
        roots: List[str] = commands["writable"]
        for root in roots:
            for place, folders, files in os.walk(root):
                for path in (place, *(os.path.join(place, name) for name in (*folders, *files))):
                    os.chown(path, 0, 0, follow_symlinks=False)
    return True


def _open_to_all(path: str) -> None:
    """Let the image's user write; the directory above keeps all others of this machine out."""
    for place, _, _ in os.walk(path):
        os.chmod(place, 0o777)  # noqa: S103 - whoever the image's user is


def _quietly(command: List[str]) -> Optional[str]:
    """Return what a command prints, or None when it fails."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_CLEAN_UP_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
