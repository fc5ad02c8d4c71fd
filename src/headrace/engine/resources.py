"""Resources of a container, parsed: what is asked of the machine for one attempt.

Pure. The strings of the document win over its deprecated numbers, in which memory counts in units
of 10^9 bytes (facts B.2). Strings may be placeholders, which are rendered before they come here.
"""

from __future__ import annotations

from headrace.engine.attempts import ResourceRequest
from headrace.ir.model import Accelerator, Container, Resources
from headrace.ir.quantities import quantity

_GIGABYTE = 1e9
NOTHING = ResourceRequest()


def resource_request(resources: Resources | None) -> ResourceRequest:
    """Return the parsed request of a container.

    Raises:
        ValueError: An amount cannot be read; the message says which and why.
    """
    if resources is None:
        return NOTHING
    kind, count = _accelerators(resources.accelerator)
    return ResourceRequest(
        cpu_request=_cores(resources.resource_cpu_request, resources.cpu_request),
        cpu_limit=_cores(resources.resource_cpu_limit, resources.cpu_limit),
        memory_request_bytes=_bytes(resources.resource_memory_request, resources.memory_request),
        memory_limit_bytes=_bytes(resources.resource_memory_limit, resources.memory_limit),
        accelerator_type=kind,
        accelerator_count=count,
    )


def resource_texts(container: Container) -> tuple[str, ...]:
    """Return the texts of a container in which inputs may be named: its image and its resources."""
    resources = container.resources
    if resources is None:
        return (container.image,)
    accelerator = resources.accelerator or Accelerator()
    return (
        container.image,
        resources.resource_cpu_request,
        resources.resource_cpu_limit,
        resources.resource_memory_request,
        resources.resource_memory_limit,
        accelerator.resource_type,
        accelerator.resource_count,
        accelerator.type,
        str(accelerator.count),
    )


def _cores(text: str, number: float) -> float | None:
    if text:
        return quantity(text)
    return number or None


def _bytes(text: str, gigabytes: float) -> int | None:
    if text:
        return int(quantity(text))
    return int(gigabytes * _GIGABYTE) or None


def _accelerators(accelerator: Accelerator | None) -> tuple[str | None, int]:
    if accelerator is None:
        return None, 0
    kind = accelerator.resource_type or accelerator.type or None
    count = accelerator.resource_count or str(accelerator.count or 0)
    if not count.strip().isdecimal():
        message = f"{count!r} is not a number of accelerators"
        raise ValueError(message)
    return kind, int(count)
