"""What can be known to go wrong in a component before anything runs.

Pure functions over source text: the function of a component is shipped alone, so what it uses
from its file, and what it imports that no package provides, fails only inside the task. An error
is certain; whatever may be fine is a warning. Nothing of the user's is imported or executed.
"""

from __future__ import annotations

from headrace.compiler.checks.component import check_component, check_pipeline
from headrace.compiler.checks.problem import Problem, Severity, problems_of_error
from headrace.compiler.checks.resources import check_resources
from headrace.compiler.checks.shipped import SHIPPED_NAMES, helpers_in, names_of_module

__all__ = [
    "SHIPPED_NAMES",
    "Problem",
    "Severity",
    "check_component",
    "check_pipeline",
    "check_resources",
    "helpers_in",
    "names_of_module",
    "problems_of_error",
]
