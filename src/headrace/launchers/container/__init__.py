"""Runs attempts as containers, with podman or docker."""

from __future__ import annotations

import shutil


def find_engine() -> str | None:
    """Return the container engine of this machine, or None."""
    return shutil.which("podman") or None
