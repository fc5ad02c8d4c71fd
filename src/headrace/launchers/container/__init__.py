"""Runs attempts as containers, with podman or docker.

The command line of the engine is built here; the process that calls it is an attempt like any other
and is started, watched and recorded by the process launcher.
"""

from __future__ import annotations

from headrace.launchers.container.command_line import ContainerCommands, container_commands
from headrace.launchers.container.engine import Engine, engine_of, find_engine, image_digest

__all__ = [
    "ContainerCommands",
    "Engine",
    "container_commands",
    "engine_of",
    "find_engine",
    "image_digest",
]
