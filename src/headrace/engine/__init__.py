"""The pure machine that runs a pipeline: no I/O, clock, thread or randomness.

``plan`` indexes a validated IR document; ``step`` takes one event and returns the changes to
commit and the commands to perform afterwards.
"""

from __future__ import annotations

from headrace.engine.attempts import Outputs
from headrace.engine.cache import explain_difference
from headrace.engine.commands import Command, LookUpCache, SetTimer, StartAttempt, StopAttempt
from headrace.engine.invariants import check_invariants
from headrace.engine.launching import without_iterations
from headrace.engine.macros import render_macros
from headrace.engine.parameters import run_parameters
from headrace.engine.plan import Plan
from headrace.engine.planning import plan
from headrace.engine.state import RunState, new_run, story, task_runs
from headrace.engine.step import Step, outstanding, step, was_started

__all__ = [
    "Command",
    "LookUpCache",
    "Outputs",
    "Plan",
    "RunState",
    "SetTimer",
    "StartAttempt",
    "Step",
    "StopAttempt",
    "check_invariants",
    "explain_difference",
    "new_run",
    "outstanding",
    "plan",
    "render_macros",
    "run_parameters",
    "step",
    "story",
    "task_runs",
    "was_started",
    "without_iterations",
]
