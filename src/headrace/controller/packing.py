"""Which waiting attempts fit on the machine now; pure.

Attempts that ask for cores, memory or accelerators are admitted first come, first served, so that a
large one is not overtaken for ever by small ones. Attempts that ask for nothing need only a slot.
A request beyond what there is in all counts as all there is: it then runs alone.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from headrace.engine.attempts import AttemptId, AttemptSpec, ResourceRequest
from headrace.launchers.port import Capacity


@dataclass(frozen=True, slots=True)
class Share:
    """What an admitted attempt holds: cores, bytes and the accelerators by index."""

    cpus: float = 0.0
    memory_bytes: int = 0
    accelerator_type: str | None = None
    devices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Admitted:
    """An attempt that may start, with what it holds."""

    spec: AttemptSpec
    share: Share


@dataclass(slots=True)
class Packer:
    """Queue of attempts and account of what is free.

    Attributes:
        capacity: What there is in all.
        max_parallel: The most attempts at once.
    """

    capacity: Capacity
    max_parallel: int
    _asking: deque[AttemptSpec] = field(default_factory=deque[AttemptSpec])
    _plain: deque[AttemptSpec] = field(default_factory=deque[AttemptSpec])
    _held: dict[AttemptId, Share] = field(default_factory=dict[AttemptId, Share])
    _withdrawn: set[AttemptId] = field(default_factory=set[AttemptId])
    _queued: set[AttemptId] = field(default_factory=set[AttemptId])
    _free_cpus: float = 0.0
    _free_memory: int = 0
    _free_devices: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def __post_init__(self) -> None:
        self._free_cpus = self.capacity.cpus
        self._free_memory = self.capacity.memory_bytes
        self._free_devices = {
            kind: list(range(count)) for kind, count in self.capacity.accelerators.items()
        }

    def submit(self, spec: AttemptSpec) -> None:
        """Put an attempt in the queue; one that is queued or running already is left alone."""
        if spec.id in self._held or spec.id in self._queued:
            return
        self._queued.add(spec.id)
        (self._asking if _asks(spec.resources) else self._plain).append(spec)

    def withdraw(self, attempt: AttemptId) -> bool:
        """Take an attempt out of the queue; False when it is not in it."""
        if attempt not in self._queued:
            return False
        self._queued.discard(attempt)
        self._withdrawn.add(attempt)
        return True

    def withdraw_run(self, run_id: str) -> None:
        """Take all attempts of a run out of the queue; those that run already stay held."""
        for attempt in [queued for queued in self._queued if queued.run_id == run_id]:
            self.withdraw(attempt)

    def hold(self, spec: AttemptSpec, devices: tuple[int, ...] | None = None) -> None:
        """Count an attempt that runs already, such as one adopted after a restart.

        Args:
            spec: The attempt.
            devices: The accelerators that it was given; None when that is not known.
        """
        if spec.id not in self._held:
            share = self._share(spec.resources, whole=True) or Share()
            if devices is not None and share.accelerator_type is not None:
                count = self.capacity.accelerators[share.accelerator_type]
                known = tuple(device for device in devices if device < count)
                share = replace(share, devices=known)
            self._take(spec.id, share)

    def release(self, attempt: AttemptId) -> None:
        """Give back what the attempt held; unknown attempts hold nothing."""
        share = self._held.pop(attempt, None)
        if share is None:
            return
        self._free_cpus += share.cpus
        self._free_memory += share.memory_bytes
        if share.accelerator_type is not None:
            self._free_devices[share.accelerator_type].extend(share.devices)

    def admit(self) -> list[Admitted]:
        """Return the attempts that start now, in the order in which they came."""
        admitted: list[Admitted] = []
        while self._asking and len(self._held) < self.max_parallel:
            spec = self._asking[0]
            if spec.id in self._withdrawn:
                self._withdrawn.discard(self._asking.popleft().id)
                continue
            share = self._share(spec.resources)
            if share is None:
                break
            self._asking.popleft()
            admitted.append(self._admit(spec, share))
        while self._plain and len(self._held) < self.max_parallel:
            spec = self._plain.popleft()
            if spec.id in self._withdrawn:
                self._withdrawn.discard(spec.id)
                continue
            admitted.append(self._admit(spec, Share()))
        return admitted

    def waiting_for(self) -> str | None:
        """Say in words what the head of the queue lacks, or None when nothing asks in vain."""
        head = next((spec for spec in self._asking if spec.id not in self._withdrawn), None)
        if head is None:
            return None
        cpus, memory = self._amounts(head.resources)
        return (
            f"{head.id.task} waits for {cpus:g} of {self.capacity.cpus:g} cores and "
            f"{memory / 2**30:.3g} of {self.capacity.memory_bytes / 2**30:.3g} GiB; "
            f"{self._free_cpus:g} cores and {self._free_memory / 2**30:.3g} GiB are free"
        )

    def _admit(self, spec: AttemptSpec, share: Share) -> Admitted:
        self._queued.discard(spec.id)
        self._take(spec.id, share)
        return Admitted(spec, share)

    def _take(self, attempt: AttemptId, share: Share) -> None:
        self._held[attempt] = share
        self._free_cpus -= share.cpus
        self._free_memory -= share.memory_bytes
        if share.accelerator_type is not None:
            free = self._free_devices[share.accelerator_type]
            self._free_devices[share.accelerator_type] = [
                device for device in free if device not in share.devices
            ]

    def _amounts(self, request: ResourceRequest) -> tuple[float, int]:
        cpus = request.cpu_request if request.cpu_request is not None else request.cpu_limit
        memory = (
            request.memory_request_bytes
            if request.memory_request_bytes is not None
            else request.memory_limit_bytes
        )
        return min(cpus or 0.0, self.capacity.cpus), min(memory or 0, self.capacity.memory_bytes)

    def _share(self, request: ResourceRequest, *, whole: bool = False) -> Share | None:
        cpus, memory = self._amounts(request)
        kind = self._device_kind(request)
        free = self._free_devices.get(kind, []) if kind else []
        devices = min(request.accelerator_count, self.capacity.accelerators.get(kind or "", 0))
        fits = cpus <= self._free_cpus + 1e-9 and memory <= self._free_memory
        if not whole and (not fits or devices > len(free)):
            return None
        return Share(cpus, memory, kind if devices else None, tuple(free[:devices]))

    def _device_kind(self, request: ResourceRequest) -> str | None:
        """Return which accelerators of the machine serve it: by name, else the only kind."""
        if not request.accelerator_count:
            return None
        kinds = self.capacity.accelerators
        if request.accelerator_type in kinds:
            return request.accelerator_type
        return next(iter(kinds)) if len(kinds) == 1 else None


def _asks(request: ResourceRequest) -> bool:
    return bool(
        request.cpu_request
        or request.cpu_limit
        or request.memory_request_bytes
        or request.memory_limit_bytes
        or request.accelerator_count
    )
