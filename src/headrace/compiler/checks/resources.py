"""Resource texts that no machine can meet, or that mean something else than they seem to.

The authoring layer refuses texts of a wrong form; these have the right one. Knows numbers only.
"""

from __future__ import annotations

import re

from headrace.compiler.checks.problem import Problem, Severity
from headrace.ir.quantities import quantity

CODE = "HR1305"
_MIB = 2**20
_CPU = re.compile(r"\d*\.?\d+m?")
_MEMORY = re.compile(r"\d+(?:[KMGTPE]i?)?")


def check_resources(
    *,
    cpu_request: str | None = None,
    cpu_limit: str | None = None,
    memory_request: str | None = None,
    memory_limit: str | None = None,
    file: str = "",
    line: int = 0,
) -> list[Problem]:
    """Return what is wrong with the resources of one task.

    Texts with placeholders, and those of a wrong form, are left out: others decide them.

    Args:
        cpu_request: CPUs to reserve, such as ``"2"`` or ``"500m"``.
        cpu_limit: CPUs at most.
        memory_request: Memory to reserve, such as ``"4Gi"``.
        memory_limit: Memory at most.
        file: Where they are set, for the problems.
        line: In which line, counted from 1.
    """
    found: list[Problem] = []

    def report(message: str, hint: str, severity: Severity) -> None:
        found.append(Problem(file, line, 0, CODE, message, hint, severity))

    cpus = {"CPU request": (cpu_request, _cpus(cpu_request))}
    cpus["CPU limit"] = (cpu_limit, _cpus(cpu_limit))
    memory = {"memory request": (memory_request, _bytes(memory_request))}
    memory["memory limit"] = (memory_limit, _bytes(memory_limit))
    for name, (text, value) in {**cpus, **memory}.items():
        if value == 0:
            report(f"the {name} is {text}: nothing can run in it", f"set a {name} above 0", "error")
    for name, (text, value) in memory.items():
        if value is not None and 0 < value < _MIB:
            hint = f'write the unit, such as "{text}Mi" or "{text}Gi"'
            report(f"the {name} {text} means {value} bytes", hint, "warning")
    for kind in (cpus, memory):
        (request_name, (request, least)), (limit_name, (limit, most)) = kind.items()
        if least is not None and most is not None and least > most:
            report(
                f"the {request_name} {request} is above the {limit_name} {limit}",
                "raise the limit or lower the request",
                "error",
            )
    return found


def _cpus(text: str | None) -> float | None:
    return quantity(text) if text and _CPU.fullmatch(text) else None


def _bytes(text: str | None) -> int | None:
    return int(quantity(text)) if text and _MEMORY.fullmatch(text) else None
