"""Which waiting attempts fit on the machine now; pure.

Attempts that ask for cores, memory or accelerators are admitted first come, first served, so that a
large one is not overtaken for ever by small ones. Attempts that ask for nothing need only a slot.
A request beyond what there is in all counts as all there is: it then runs alone.

Where several namespaces have something waiting, the one whose dominant share of the machine is the
smallest is next, and its oldest attempt. A namespace at its quota waits for itself alone; one that
lacks room on the machine is waited for by all, as a large attempt is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from headrace.controller.tenants import Amounts, Ceiling, Tenant, Waiting
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
    """Queues of attempts and account of what is free.

    Attributes:
        capacity: What there is in all.
        max_parallel: The most attempts at once.
    """

    capacity: Capacity
    max_parallel: int
    _tenants: dict[str, Tenant] = field(default_factory=dict[str, Tenant])
    _held: dict[AttemptId, tuple[str, Share]] = field(
        default_factory=dict[AttemptId, tuple[str, Share]]
    )
    _withdrawn: set[AttemptId] = field(default_factory=set[AttemptId])
    _queued: set[AttemptId] = field(default_factory=set[AttemptId])
    _ceilings: dict[str, Ceiling] = field(default_factory=dict[str, Ceiling])
    _places: int = 0
    _free_cpus: float = 0.0
    _free_memory: int = 0
    _free_devices: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    _whole: Amounts = field(default_factory=Amounts)

    def __post_init__(self) -> None:
        self._free_cpus = self.capacity.cpus
        self._free_memory = self.capacity.memory_bytes
        self._free_devices = {
            kind: list(range(count)) for kind, count in self.capacity.accelerators.items()
        }
        devices = sum(self.capacity.accelerators.values())
        self._whole = Amounts(
            self.capacity.cpus, self.capacity.memory_bytes, devices, self.max_parallel
        )

    def submit(self, spec: AttemptSpec, namespace: str = "") -> None:
        """Put an attempt in the queue; one that is queued or running already is left alone."""
        if spec.id in self._held or spec.id in self._queued:
            return
        self._queued.add(spec.id)
        self._places += 1
        tenant = self._tenant(namespace)
        queue = tenant.asking if _asks(spec.resources) else tenant.plain
        queue.append(Waiting(self._places, spec))

    def limit(self, namespace: str, ceiling: Ceiling) -> None:
        """Set the most that a namespace may hold at once; what runs already goes on."""
        self._ceilings[namespace] = ceiling
        if namespace in self._tenants:
            self._tenants[namespace].ceiling = ceiling

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

    def hold(
        self, spec: AttemptSpec, devices: tuple[int, ...] | None = None, *, namespace: str = ""
    ) -> None:
        """Count an attempt that runs already, such as one adopted after a restart.

        Args:
            spec: The attempt.
            devices: The accelerators that it was given; None when that is not known.
            namespace: Whose it is.
        """
        if spec.id not in self._held:
            share = self._share(spec.resources, whole=True) or Share()
            if devices is not None and share.accelerator_type is not None:
                count = self.capacity.accelerators[share.accelerator_type]
                known = tuple(device for device in devices if device < count)
                share = replace(share, devices=known)
            self._take(spec.id, namespace, share)

    def release(self, attempt: AttemptId) -> None:
        """Give back what the attempt held; unknown attempts hold nothing."""
        namespace, share = self._held.pop(attempt, ("", None))
        if share is None:
            return
        tenant = self._tenant(namespace)
        tenant.held = tenant.held.plus(_amounts_of(share), -1)
        if tenant.is_idle:
            del self._tenants[namespace]
        self._free_cpus += share.cpus
        self._free_memory += share.memory_bytes
        if share.accelerator_type is not None:
            self._free_devices[share.accelerator_type].extend(share.devices)

    def admit(self) -> list[Admitted]:
        """Return the attempts that start now, in their order."""
        admitted: list[Admitted] = []
        while len(self._held) < self.max_parallel and (found := self._next_asking()) is not None:
            namespace, tenant = found
            share = self._share(tenant.asking[0].spec.resources)
            if share is None:
                break
            admitted.append(self._admit(namespace, tenant.asking.popleft().spec, share))
        while len(self._held) < self.max_parallel and (found := self._next_plain()) is not None:
            namespace, tenant = found
            admitted.append(self._admit(namespace, tenant.plain.popleft().spec, Share()))
        return admitted

    def waiting_for(self) -> str | None:
        """Say in words what the head of the queue lacks, or None when nothing asks in vain."""
        return next((reason for _, reason in self.waiting()), None)

    def waiting(self) -> Iterator[tuple[AttemptId, str]]:
        """Yield the oldest attempt that waits of each namespace, with what it lacks in words."""
        for namespace, tenant in self._tenants.items():
            head = self._head(tenant.asking)
            if head is not None:
                yield head.spec.id, self._lacking(namespace, tenant, head.spec)

    # ------------------------------------------------------------------ whose turn it is

    def _next_asking(self) -> tuple[str, Tenant] | None:
        """Return the namespace whose oldest attempt is next, of those within their quota."""
        ready: list[tuple[float, int, str, Tenant]] = []
        for namespace, tenant in self._tenants.items():
            head = self._head(tenant.asking)
            if head is not None and self._over_quota(tenant, head.spec) is None:
                ready.append((tenant.share(self._whole), head.place, namespace, tenant))
        return min(ready)[2:] if ready else None

    def _next_plain(self) -> tuple[str, Tenant] | None:
        ready: list[tuple[float, int, str, Tenant]] = []
        for namespace, tenant in self._tenants.items():
            head = self._head(tenant.plain)
            if head is not None:
                ready.append((tenant.held.attempts, head.place, namespace, tenant))
        return min(ready)[2:] if ready else None

    def _head(self, queue: deque[Waiting]) -> Waiting | None:
        """Return the oldest of a queue, past those that were withdrawn."""
        while queue:
            attempt = queue[0].spec.id
            if attempt not in self._withdrawn:
                return queue[0]
            self._withdrawn.discard(attempt)
            queue.popleft()
        return None

    def _over_quota(self, tenant: Tenant, spec: AttemptSpec) -> str | None:
        cpus, memory = self._amounts(spec.resources)
        devices = self._device_count(spec.resources)
        return tenant.ceiling.lacking(tenant.held, Amounts(cpus, memory, devices))

    def _lacking(self, namespace: str, tenant: Tenant, spec: AttemptSpec) -> str:
        task = spec.id.task
        if (kind := self._over_quota(tenant, spec)) is not None:
            return f"{task} waits: namespace {namespace} has as many {kind} as its quota allows"
        cpus, memory = self._amounts(spec.resources)
        return (
            f"{task} waits for {cpus:g} of {self.capacity.cpus:g} cores and "
            f"{memory / 2**30:.3g} of {self.capacity.memory_bytes / 2**30:.3g} GiB; "
            f"{self._free_cpus:g} cores and {self._free_memory / 2**30:.3g} GiB are free"
        )

    def _tenant(self, namespace: str) -> Tenant:
        tenant = self._tenants.get(namespace)
        if tenant is None:
            ceiling = self._ceilings.get(namespace, Ceiling())
            tenant = self._tenants[namespace] = Tenant(ceiling=ceiling)
        return tenant

    # ------------------------------------------------------------------ what is held

    def _admit(self, namespace: str, spec: AttemptSpec, share: Share) -> Admitted:
        self._queued.discard(spec.id)
        self._take(spec.id, namespace, share)
        return Admitted(spec, share)

    def _take(self, attempt: AttemptId, namespace: str, share: Share) -> None:
        self._held[attempt] = namespace, share
        tenant = self._tenant(namespace)
        tenant.held = tenant.held.plus(_amounts_of(share))
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

    def _device_count(self, request: ResourceRequest) -> int:
        kind = self._device_kind(request)
        return min(request.accelerator_count, self.capacity.accelerators.get(kind or "", 0))

    def _share(self, request: ResourceRequest, *, whole: bool = False) -> Share | None:
        cpus, memory = self._amounts(request)
        kind = self._device_kind(request)
        free = self._free_devices.get(kind, []) if kind else []
        devices = self._device_count(request)
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


def _amounts_of(share: Share) -> Amounts:
    return Amounts(share.cpus, share.memory_bytes, len(share.devices), 1)


def _asks(request: ResourceRequest) -> bool:
    return bool(
        request.cpu_request
        or request.cpu_limit
        or request.memory_request_bytes
        or request.memory_limit_bytes
        or request.accelerator_count
    )
