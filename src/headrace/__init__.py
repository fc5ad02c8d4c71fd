"""Headrace runs machine-learning pipelines written for Kubeflow Pipelines.

This file is imported inside every task, on any Python from 3.8 on: it holds the version, and
``connect`` and ``connect_async`` by name only.
"""

from __future__ import annotations

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    if name in ("connect", "connect_async"):
        from headrace.app import remote

        return getattr(remote, name)
    message = f"module 'headrace' has no attribute {name!r}"
    raise AttributeError(message)
