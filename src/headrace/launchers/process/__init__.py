"""Runs attempts as processes of this machine, forked from one warm parent per environment."""

from __future__ import annotations

from headrace.launchers.process.launcher import ProcessLauncher

__all__ = ["ProcessLauncher"]
