"""Calling components and pipelines from Python: each call runs at once, on the engine.

``init`` says how; afterwards a component or pipeline that is called outside a pipeline runs here
and returns a task whose ``output`` and ``outputs`` are real values. Runs are kept in the Headrace
home like all others.
"""

from __future__ import annotations

from headrace.local.setup import DockerRunner, SubprocessRunner, init
from headrace.local.task import LocalTask

__all__ = ["DockerRunner", "LocalTask", "SubprocessRunner", "init"]
