"""Kubernetes configuration of tasks, under the name that users import.

The functions are in ``headrace.dsl.kubernetes``; this module only gives them their public name.
"""

from __future__ import annotations

from headrace.dsl.kubernetes import *  # noqa: F403 - the same names, from the list there
from headrace.dsl.kubernetes import __all__ as __all__  # noqa: PLC0414 - for type checkers too
