"""What there is to run on, who uses it, and who waits for what.

All of it is read from the store, so that it holds whichever process carries the runs out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from headrace.controller.tenants import Amounts as Held
from headrace.controller.tenants import ceiling_of, quota_of
from headrace.controller.turns import reason_to_wait
from headrace.engine.attempts import ResourceRequest
from headrace.launchers.port import Capacity
from headrace.server.access import Principal, permits
from headrace.server.native.insight import requested
from headrace.server.native.operations import Answer, Plain, operation
from headrace.server.native.plans import plan_of
from headrace.store import Quota, Store
from headrace.store.records import Run, TaskRun

_ROWS = 1000
_TASKS_READ = 50_000
_RUNS_READ = 2000
_ROOM = "waits for room"


class Amounts(Answer, frozen=True):
    """Cores, bytes of memory, and devices by kind."""

    cpu: float = 0.0
    memory_bytes: int = 0
    devices: dict[str, int] = {}  # noqa: RUF012 - msgspec copies it


class RunningTask(Answer, frozen=True):
    """A step that runs, with what it asked for."""

    run_id: str
    path: str
    cpu: float = 0.0
    memory_bytes: int = 0
    devices: dict[str, int] = {}  # noqa: RUF012 - msgspec copies it
    since: float | None = None


class WaitingTask(Answer, frozen=True):
    """A step that waits, and why."""

    run_id: str
    path: str
    reason: str
    since: float | None = None


class Cluster(Answer, frozen=True):
    """Capacity and use in all; running and waiting steps of the namespaces that one may read."""

    capacity: Amounts
    used: Amounts
    running: list[RunningTask]
    waiting: list[WaitingTask]


def get_cluster(asked: Plain) -> Cluster:
    """Return what there is to run on, who uses it, and who waits."""
    there = asked.services.capacity
    running: list[tuple[Run, TaskRun, Amounts]] = []
    waiting: list[tuple[Run, TaskRun, Amounts]] = []
    for run, task, amounts in _at_work(asked.store, there):
        (running if task.state == "running" else waiting).append((run, task, amounts))
    used = _sum([amounts for _, _, amounts in running])
    free_cpu = max(0.0, there.cpus - used.cpu)
    free_memory = max(0, there.memory_bytes - used.memory_bytes)
    principal, quotas = asked.principal, _Quotas(asked.store, running)
    return Cluster(
        capacity=Amounts(
            cpu=there.cpus, memory_bytes=there.memory_bytes, devices=dict(there.accelerators)
        ),
        used=used,
        running=[
            RunningTask(
                run_id=run.run_id,
                path=task.path,
                cpu=amounts.cpu,
                memory_bytes=amounts.memory_bytes,
                devices=amounts.devices,
                since=task.started_at,
            )
            for run, task, amounts in running
            if permits(principal, "read", run.namespace)
        ][:_ROWS],
        waiting=[
            WaitingTask(
                run_id=run.run_id,
                path=task.path,
                reason=quotas.reason(run.namespace, amounts)
                or _reason(task, amounts, free_cpu, free_memory),
                since=task.created_at,
            )
            for run, task, amounts in waiting
            if permits(principal, "read", run.namespace)
        ][:_ROWS]
        + _waiting_runs(asked.store, principal, quotas)[:_ROWS],
    )


class _Quotas:
    """What namespaces hold by their running steps, beside what they may."""

    def __init__(self, store: Store, running: list[tuple[Run, TaskRun, Amounts]]) -> None:
        self._store = store
        self._known: dict[str, Quota] = {}
        self._held: dict[str, Held] = {}
        for run, _, amounts in running:
            held = self._held.get(run.namespace, Held())
            self._held[run.namespace] = held.plus(_held(amounts))

    def of(self, namespace: str) -> Quota:
        """Return the quota of a namespace."""
        if namespace not in self._known:
            self._known[namespace] = quota_of(self._store, namespace)
        return self._known[namespace]

    def reason(self, namespace: str, asked: Amounts) -> str | None:
        """Say what the quota has too little of for a step, or None."""
        held = self._held.get(namespace, Held())
        kind = ceiling_of(self.of(namespace)).lacking(held, _held(asked))
        return kind and f"namespace {namespace} has as many {kind} as its quota allows"


def _held(amounts: Amounts) -> Held:
    return Held(amounts.cpu, amounts.memory_bytes, sum(amounts.devices.values()), 1)


def _waiting_runs(store: Store, principal: Principal, quotas: _Quotas) -> list[WaitingTask]:
    """Return the runs that a quota keeps from beginning; their path is empty."""
    if not any(quota_of(store, one.name).max_runs is not None for one in store.namespaces()):
        return []
    opened = [(one, store.run(one.run_id)) for one in store.unfinished_runs()[:_RUNS_READ]]
    under_way = Counter(run.namespace for one, run in opened if one.owner)
    found: list[WaitingTask] = []
    for one, run in opened:
        if one.owner or not permits(principal, "read", run.namespace):
            continue
        most = quotas.of(run.namespace).max_runs
        reason = reason_to_wait(run.namespace, under_way[run.namespace], most)
        if reason is not None:
            found.append(
                WaitingTask(run_id=run.run_id, path="", reason=reason, since=run.created_at)
            )
    return found


def _at_work(store: Store, there: Capacity) -> Iterator[tuple[Run, TaskRun, Amounts]]:
    """Yield the steps of unfinished runs that run, or could if there were room.

    The oldest runs come first; beyond so many tasks in all, the younger ones are left out.
    """
    budget = _TASKS_READ
    for opened in store.unfinished_runs():
        if budget <= 0:
            return
        run = store.run(opened.run_id)
        plan = plan_of(store, run.document)
        tasks = store.tasks(run.run_id)
        budget -= len(tasks)
        for task in tasks:
            if task.kind != "container":
                continue
            waits = task.state == "pending" and not task.reason.startswith("waits for ")
            if task.state == "running" or waits or task.reason.startswith(_ROOM):
                yield run, task, _amounts(requested(plan, task.component), there)


def _amounts(asked: ResourceRequest, there: Capacity) -> Amounts:
    """Return what a request counts for: never more than there is in all."""
    count = asked.accelerator_count
    kind = asked.accelerator_type or next(iter(there.accelerators), "gpu")
    memory = asked.memory_request_bytes or asked.memory_limit_bytes or 0
    return Amounts(
        cpu=min(asked.cpu_request or asked.cpu_limit or 0.0, there.cpus),
        memory_bytes=min(memory, there.memory_bytes),
        devices={kind: count} if count else {},
    )


def _sum(amounts: list[Amounts]) -> Amounts:
    devices: Counter[str] = Counter()
    for one in amounts:
        devices.update(one.devices)
    return Amounts(
        cpu=sum((one.cpu for one in amounts), 0.0),
        memory_bytes=sum(one.memory_bytes for one in amounts),
        devices=dict(devices),
    )


def _reason(task: TaskRun, asked: Amounts, free_cpu: float, free_memory: int) -> str:
    if not task.reason.startswith(_ROOM):
        return task.reason or "is about to start"
    if asked.cpu > free_cpu:
        return f"waits for {asked.cpu:g} cores; {free_cpu:g} are free"
    if asked.memory_bytes > free_memory:
        wanted, free = asked.memory_bytes / 2**30, free_memory / 2**30
        return f"waits for {wanted:.3g} GiB of memory; {free:.3g} GiB are free"
    if asked.devices:
        return f"waits for {', '.join(f'{n} x {kind}' for kind, n in asked.devices.items())}"
    return "waits for a place among the steps that run at once"


OPERATIONS = (operation("GET", "/cluster", get_cluster, kind="cluster", answer=Cluster),)
