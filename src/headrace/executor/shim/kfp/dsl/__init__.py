"""What ``from kfp import dsl`` means inside a task: runtime names, and inert authoring names."""

from __future__ import annotations

from pkgutil import extend_path
from typing import Any

from headrace.executor.names import *  # noqa: F403 - the names are listed there, once
from headrace.executor.names import __all__ as __all__
from headrace.executor.names import authoring_name

__path__ = extend_path(__path__, __name__)  # noqa: F405 - every package has one


def __getattr__(name: str) -> Any:
    return authoring_name(name)
