"""What an author can set on a task, and the checks of these values.

Frozen values and pure functions. A text may hold the pattern of a reference; such a text is decided
when the pipeline runs, so it is not checked here. Knows nothing of tasks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from headrace.dsl.channels import PipelineChannel, text_of
from headrace.dsl.exceptions import refused
from headrace.errors import AuthoringError, TypeMismatch

_CPU = re.compile(r"([0-9]*[.])?[0-9]+m?$")
_MEMORY = re.compile(r"^[0-9]+(E|Ei|P|Pi|T|Ti|G|Gi|M|Mi|K|Ki){0,1}$")
_DURATION = re.compile(r"^\s*(\d+)\s*([a-zA-Z]+)\s*$")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True)
class Retry:
    """How a failed task is tried again.

    Attributes:
        count: How many times at most.
        backoff_s: Pause before the first retry, in seconds.
        factor: What each further pause is multiplied with.
        most_backoff_s: The longest pause, in seconds.
    """

    count: int
    backoff_s: int = 0
    factor: float = 2.0
    most_backoff_s: int = 3_600


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """Settings of a task; None where the author said nothing.

    Attributes:
        display_name: What it is called on screen.
        enable_caching: Whether an earlier result may be reused.
        cache_key: What replaces the automatic fingerprint.
        retry: How it is tried again.
        ignore_upstream_failure: Whether it runs although tasks before it failed.
        env: Environment variables.
        image: Image that replaces the component's.
        cpu_request: CPUs to reserve.
        cpu_limit: CPUs at most.
        memory_request: Memory to reserve.
        memory_limit: Memory at most.
        accelerator_type: Kind of accelerator.
        accelerator_count: Number of accelerators.
    """

    display_name: str | None = None
    enable_caching: bool = True
    cache_key: str | None = None
    retry: Retry | None = None
    ignore_upstream_failure: bool = False
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    image: str | None = None
    cpu_request: str | None = None
    cpu_limit: str | None = None
    memory_request: str | None = None
    memory_limit: str | None = None
    accelerator_type: str | None = None
    accelerator_count: str | None = None

    def texts(self) -> dict[str, str]:
        """Return the settings that may hold references, by the name of the input they become."""
        return self.resources() | ({} if self.image is None else {"base_image": self.image})

    def resources(self) -> dict[str, str]:
        """Return the resources that are set, by the name of the input they become."""
        named = {
            "cpu_request": self.cpu_request,
            "cpu_limit": self.cpu_limit,
            "memory_request": self.memory_request,
            "memory_limit": self.memory_limit,
            "accelerator_type": self.accelerator_type,
            "accelerator_count": self.accelerator_count,
        }
        return {name: text for name, text in named.items() if text is not None}


def cpu_text(cpu: object) -> str:
    """Return an amount of CPU as text.

    Args:
        cpu: CPUs (``"2"``, ``"0.5"``), milli-CPUs (``"500m"``), or a channel.

    Raises:
        TypeMismatch: It is none of these.
    """
    if isinstance(cpu, PipelineChannel):
        return text_of(cpu)
    if not isinstance(cpu, str) or not _CPU.match(cpu):
        raise refused(
            TypeMismatch,
            f"{cpu!r} is not an amount of CPUs",
            hint='write whole or partial CPUs as "2" or "0.5", or milli-CPUs as "500m"',
        )
    return cpu


def memory_text(memory: object) -> str:
    """Return an amount of memory as text.

    Args:
        memory: Bytes, maybe with a unit (``"512Mi"``, ``"32G"``), or a channel.

    Raises:
        TypeMismatch: It is neither.
    """
    if isinstance(memory, PipelineChannel):
        return text_of(memory)
    if not isinstance(memory, str) or not _MEMORY.match(memory):
        raise refused(
            TypeMismatch,
            f"{memory!r} is not an amount of memory",
            hint='write a whole number with a unit, such as "512Mi" or "32G"',
        )
    return memory


def accelerator_count_text(limit: object) -> str:
    """Return a number of accelerators as text.

    Args:
        limit: A non-negative integer, its text, or a channel.

    Raises:
        AuthoringError: It is none of these.
    """
    if isinstance(limit, PipelineChannel):
        return text_of(limit)
    if isinstance(limit, bool) or not isinstance(limit, int | str):
        raise refused(
            TypeMismatch,
            f"{limit!r} is not a number of accelerators",
            hint="write a whole number, such as 1",
        )
    text = str(limit)
    if not re.match(r"^\d+$", text):
        raise refused(
            AuthoringError,
            f"{'accelerator_limit'!r} must be a non-negative number, not {limit!r}",
            hint="write a whole number, such as 1",
        )
    return text


def duration_s(text: object) -> int:
    """Return a duration in seconds.

    Args:
        text: A whole number with one unit of seconds, minutes, hours, days or weeks: ``"30s"``,
            ``"2h"``, ``"1 hour"``.

    Raises:
        AuthoringError: It is not such a text.
    """
    match = _DURATION.match(text) if isinstance(text, str) else None
    seconds = _SECONDS.get(match[2][0]) if match else None
    if match is None or seconds is None:
        raise refused(
            AuthoringError,
            f"Got invalid duration {text!r}",
            hint='write one number with one unit, such as "30s", "5m", "2h", "1d" or "1w"',
        )
    return int(match[1]) * seconds
