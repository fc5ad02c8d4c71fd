"""Package environments of steps: what a step asks for, its lock, and the directory it runs in.

Three moves, each of which can be repeated at no cost: ``request_from_command`` reads what a
component asks for, ``resolve`` turns that into a lock, ``build`` turns the lock into a directory
that all steps with this lock share. All work on packages is done by uv. This unit knows nothing
of runs, tasks and launchers.
"""

from __future__ import annotations

from headrace.environments.building import Environment, build
from headrace.environments.lightweight import LightweightSpec, request_from_command
from headrace.environments.lock import Lock, LockedPackage
from headrace.environments.pruning import prune
from headrace.environments.request import EnvironmentRequest, parse_as_of
from headrace.environments.resolving import resolve

__all__ = [
    "Environment",
    "EnvironmentRequest",
    "LightweightSpec",
    "Lock",
    "LockedPackage",
    "build",
    "parse_as_of",
    "prune",
    "request_from_command",
    "resolve",
]
