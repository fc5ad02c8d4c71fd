"""The controller: claims runs, steps the engine, commits, then performs; the imperative shell.

Events that arrive while a commit runs are applied together and committed once; reports that call
for nothing wait a moment for others, since their attempts have a record of their own. A command is
performed only after the step that wished for it is durable; all commands are idempotent, so that a
crash in between costs nothing: the next controller performs them again.

May not know which store, launcher or artifact store it has. Read on in ``performing.py``.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass

from headrace import engine
from headrace.controller.active import ActiveRun
from headrace.controller.announcing import with_announcements
from headrace.controller.clock import Clock, SystemClock
from headrace.controller.packing import Packer
from headrace.controller.performing import DEVICES, Performer, devices_in
from headrace.controller.tenants import Ceiling
from headrace.controller.timers import Timers
from headrace.engine.changes import CacheEntryAdded, Change, Logged
from headrace.engine.events import (
    AttemptFinished,
    AttemptStarted,
    CancelRequested,
    Event,
    RetryRequested,
    TimerFired,
)
from headrace.errors import HeadraceError, InfrastructureError
from headrace.ir.model import Document
from headrace.launchers.port import Launcher, Started
from headrace.store import Lease, LeaseLost, Request, Run, RunBatch, Store

_CEILINGS_EVERY_S = 1.0

Observer = Callable[[str, list[Change]], None]
"""Told of every committed change: the run's id and what changed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a controller works; times in seconds.

    Attributes:
        lease_s: How long a claim holds without being renewed.
        poll_s: How often requests of other processes are looked for.
        grace_s: From SIGTERM to SIGKILL.
        gather_s: How long reports that call for nothing may wait to be committed with others.
        max_parallel: The most attempts at once; None follows the number of cores.
    """

    lease_s: float = 30.0
    poll_s: float = 0.2
    grace_s: float = 10.0
    gather_s: float = 0.02
    max_parallel: int | None = None


class Controller:
    """Owns runs of one store and takes them to their end."""

    def __init__(
        self,
        *,
        store: Store,
        launcher: Launcher,
        performer: Performer,
        owner: str,
        read_document: Callable[[Run], Document],
        clock: Clock | None = None,
        settings: Settings | None = None,
        observer: Observer | None = None,
        is_gone: Callable[[str], bool] = lambda _owner: False,
        ceiling: Callable[[str], Ceiling] = lambda _namespace: Ceiling(),
    ) -> None:
        self._store = store
        self._launcher = launcher
        self._performer = performer
        self._owner = owner
        self._read_document = read_document
        self._clock = clock or SystemClock()
        self._settings = settings or Settings()
        self._observer = observer
        self._is_gone = is_gone
        self._ceiling = ceiling
        self._ceilings_at = -math.inf
        capacity = launcher.capacity()
        slots = self._settings.max_parallel or max(4, 2 * int(capacity.cpus))
        self._packer = Packer(capacity, slots)
        self._timers = Timers()
        self._runs: dict[str, ActiveRun] = {}
        self._inbox: deque[tuple[str, Event]] = deque()
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: dict[str, asyncio.Event] = {}
        self._broken: BaseException | None = None
        self._commit_at = math.inf  # by the event loop's own time
        self._renewed_at = self._clock.now()
        self._polled_at = 0.0
        self._seen_version = -1

    # ------------------------------------------------------------------ what others call

    async def claim(self, run_ids: Iterable[str] | None = None, *, limit: int = 1000) -> list[str]:
        """Take ownership of unfinished runs and go on with them where they were.

        Args:
            run_ids: The runs wanted; None for any that nobody owns.
            limit: The most runs to take.

        Returns:
            Ids of the runs that are owned now, or have ended.

        Raises:
            SpecError: The document of a run that was named cannot be planned.
        """
        now = self._clock.now()
        wanted = None if run_ids is None else list(run_ids)
        leases = self._store.claim(
            self._owner,
            now=now,
            lease_s=self._settings.lease_s,
            run_ids=wanted,
            limit=limit,
            dead=[run.owner for run in self._store.unfinished_runs() if self._is_gone(run.owner)],
        )
        return [lease.run_id for lease in leases if await self._take_on(lease, run_ids is None)]

    async def _take_on(self, lease: Lease, is_any: bool) -> bool:
        """Adopt a run; of runs that nobody named, one that cannot be read holds up no other."""
        try:
            return await self._adopt(lease)
        except InfrastructureError:
            raise
        except HeadraceError as error:
            if not is_any:
                raise
            self._performer.tell(f"run {lease.run_id} cannot be carried out: {error}")
            return False

    async def wait(self, run_id: str) -> None:
        """Return when the run has ended, or is not this controller's any more."""
        if run_id in self._runs:
            await self._ended.setdefault(run_id, asyncio.Event()).wait()

    def cancel(self, run_id: str, reason: str) -> None:
        """Ask an owned run to end; its exit handlers still run."""
        self.post(run_id, CancelRequested(reason=reason))

    def post(self, run_id: str, event: Event) -> None:
        """Hand in an event; it is applied in the next turn of the loop."""
        self._inbox.append((run_id, event))
        self._wake.set()

    @property
    def owned(self) -> frozenset[str]:
        """Ids of the runs that this controller owns."""
        return frozenset(self._runs)

    def _owns(self, run_id: str) -> bool:
        return run_id in self._runs

    async def run(self) -> None:
        """Work until cancelled. Attempts that run then go on without a controller.

        Raises:
            InfrastructureError: The store or the launcher cannot be used any more.
        """
        reports = asyncio.create_task(self._listen())
        try:
            while True:
                await self._turn()
                await self._sleep()
                if reports.done():
                    reports.result()
                if self._broken is not None:
                    raise self._broken
        finally:
            reports.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(reports, *self._tasks, return_exceptions=True)

    def release(self) -> None:
        """Give up all leases, so that another controller can go on at once."""
        self._store.release([active.lease for active in self._runs.values()])
        self._runs.clear()

    # ------------------------------------------------------------------ a turn of the loop

    async def _turn(self) -> None:
        now = self._clock.now()
        for run_id, timer in self._timers.fired(now):
            self._inbox.append((run_id, TimerFired(timer=timer)))
        self._keep_up(now)
        while self._inbox or self._commit_in() <= 0:
            self._apply(self._clock.now())
            self._admit()  # what waits for room was committed long ago
            asked = self._ask()
            if self._commit_in() <= 0:
                await asyncio.sleep(0)  # it starts before the commit holds up the loop
                if asked and self._inbox and self._commit_in() > -self._settings.gather_s:
                    continue  # the answers are committed with what asked for them
                await self._commit()
                self._admit()
        self._admit()  # what an adopted run has left to start comes with no event

    def _keep_up(self, now: float) -> None:
        """Prolong leases and look for requests; a store that is out is asked again next time."""
        try:
            self._renew(now)
            self._poll(now)
            self._look_at_ceilings(now)
        except InfrastructureError as error:
            if not error.retryable:
                raise
            self._performer.store_is_out(error)

    def _admit(self) -> None:
        for admitted in self._packer.admit():
            self._spawn(self._performer.start(admitted, self.post, self._owns))

    def _ask(self) -> bool:
        """Look up what can be before the commit, as that changes nothing; say whether any was."""
        asking = [active for active in self._runs.values() if active.commands]
        if not asking:
            return False
        changes = (change for active in self._runs.values() for change in active.changes)
        unsettled = {change.key for change in changes if isinstance(change, CacheEntryAdded)}
        asked = False
        for active in asking:
            for command in active.take_questions(unsettled):
                self._perform(active, command)
                asked = True
        return asked

    def _commit_in(self) -> float:
        """Return the seconds until what was applied must be committed; infinity for nothing."""
        return self._commit_at - asyncio.get_running_loop().time()

    async def _sleep(self) -> None:
        due = self._timers.next()
        pause = self._settings.poll_s
        if due is not None:
            pause = min(pause, max(0.0, due - self._clock.now()))
        pause = min(pause, max(0.0, self._commit_in()))
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._wake.wait()
        self._wake.clear()

    def _apply(self, now: float) -> None:
        while self._inbox:
            run_id, event = self._inbox.popleft()
            if isinstance(event, AttemptFinished):
                self._packer.release(event.attempt)
            active = self._runs.get(run_id)
            if active is not None:
                active.feed(event, now)
                pause = 0.0 if active.is_urgent else self._settings.gather_s
                self._commit_at = min(self._commit_at, asyncio.get_running_loop().time() + pause)

    async def _commit(self) -> None:
        """Commit all that was applied, as often as it takes; then perform."""
        self._commit_at = math.inf
        while batches := [active.batch() for active in self._runs.values() if active.journal]:
            try:
                self._store.commit(batches)
                break
            except LeaseLost as lost:
                for run_id in lost.runs:
                    self._drop(run_id)
            except InfrastructureError as error:
                if not error.retryable:
                    raise
                self._performer.store_is_out(error)
                await asyncio.sleep(self._settings.poll_s)
        for active in [active for active in self._runs.values() if active.journal]:
            changes, commands = active.committed()
            for command in commands:
                self._perform(active, command)
            if self._observer is not None:
                self._observer(active.run_id, changes)
            if active.state.ended:
                self._end(active)

    def _perform(self, active: ActiveRun, command: engine.Command) -> None:
        match command:
            case engine.StartAttempt():
                self._packer.submit(command.spec, active.record.namespace)
            case engine.SetTimer():
                self._timers.set(active.run_id, command.timer, command.at)
            case engine.LookUpCache():
                self._spawn(self._performer.look_up(active.record, command, self.post))
            case engine.StopAttempt():
                waited = self._packer.withdraw(command.attempt)
                if waited and command.attempt not in active.inherited:
                    self.post(active.run_id, self._performer.never_started(command))
                else:
                    self._spawn(self._performer.stop(command, self._settings.grace_s))

    # ------------------------------------------------------------------ owning runs

    async def _adopt(self, lease: Lease) -> bool:
        """Take a run on where it was; False when it is another controller's by now."""
        record = self._store.run(lease.run_id)
        plan = engine.plan(self._read_document(record))
        state = engine.new_run(plan)
        seq, at, changes = 0, 0.0, list[Change]()
        for at, event in self._store.journal(lease.run_id):
            changes = engine.step(plan, state, event, at).changes
            seq += 1
        self._seen_version = -1
        active = ActiveRun(record, plan, state, lease, seq)
        self._runs[lease.run_id] = active
        self._packer.limit(record.namespace, self._ceiling(record.namespace))
        self._ended.pop(lease.run_id, None)  # whoever waits from now on waits for the next end
        if seq == 1:
            try:
                await self._write_opening(active, at, changes)
            except LeaseLost:
                self._drop(active.run_id)
                return False
        if state.ended and not self._store.take_requests([lease.run_id]):
            self._end(active)  # somebody else ended it since the caller looked
        else:
            await self._resume(active)
        return True

    async def _write_opening(self, active: ActiveRun, at: float, changes: list[Change]) -> None:
        """Write what the submission changed: its event was stored before anybody stepped through.

        Such are the rows of tasks that were skipped at once, or the end of a run with no others.
        A run that is not pending any more has its opening, also when the answer to its commit got
        lost: it is not written twice.

        Raises:
            LeaseLost: The run is another controller's.
        """
        told = with_announcements(changes)
        batch = RunBatch(lease=active.lease, at=at, changes=told)
        while True:
            try:
                if self._store.run(active.run_id).state != "pending":
                    return
                self._store.commit([batch])
                break
            except InfrastructureError as error:
                if isinstance(error, LeaseLost) or not error.retryable:
                    raise
                self._performer.store_is_out(error)
                await asyncio.sleep(self._settings.poll_s)
        if self._observer is not None:
            self._observer(active.run_id, changes)

    async def _resume(self, active: ActiveRun) -> None:
        """Perform again what an earlier controller may not have performed."""
        commands = engine.outstanding(active.plan, active.state)
        if active.lease.epoch > 1:
            active.inherited = {c.spec.id for c in commands if isinstance(c, engine.StartAttempt)}
        launched = {
            command.spec.id: command.spec
            for command in commands
            if isinstance(command, engine.StartAttempt) and command.spec.importer is None
        }
        if launched:
            for spec in await self._launcher.recover(launched.values()):
                del launched[spec.id]
        for command in commands:
            if isinstance(command, engine.StartAttempt) and command.spec.id in launched:
                given = self._launcher.variable(command.spec.id, DEVICES)
                namespace = active.record.namespace
                self._packer.hold(command.spec, devices_in(given), namespace=namespace)
            else:
                self._perform(active, command)
        self._wake.set()

    def _renew(self, now: float) -> None:
        if now - self._renewed_at < self._settings.lease_s / 3 or not self._runs:
            return
        leases = [active.lease for active in self._runs.values()]
        kept = self._store.renew(leases, now=now, lease_s=self._settings.lease_s)
        self._renewed_at = now
        for run_id in self._runs.keys() - {lease.run_id for lease in kept}:
            self._drop(run_id)

    def _look_at_ceilings(self, now: float) -> None:
        """Take over the quotas of the namespaces whose runs are carried out here."""
        if now - self._ceilings_at < _CEILINGS_EVERY_S:
            return
        self._ceilings_at = now
        for namespace in {active.record.namespace for active in self._runs.values()}:
            self._packer.limit(namespace, self._ceiling(namespace))

    def _poll(self, now: float) -> None:
        if now - self._polled_at < self._settings.poll_s or not self._runs:
            return
        self._polled_at = now
        version = self._store.data_version()
        if version == self._seen_version:
            return
        for request in self._store.take_requests(list(self._runs)):
            active = self._runs.get(request.run_id)
            if active is None or request.id in active.requests:
                continue
            event = _event_of(request)
            if event is None:
                self._refuse(active, request, now)
            else:
                active.requests.append(request.id)
                self._inbox.append((request.run_id, event))
        self._seen_version = version

    def _refuse(self, active: ActiveRun, request: Request, now: float) -> None:
        """Consume a request of which nobody knows what it means, and say so in the history."""
        message = f"the request {request.kind!r} is not known; it was discarded"
        refusal = Logged(kind="request_refused", message=message)
        batch = RunBatch(lease=active.lease, at=now, changes=[refusal], consumed=[request.id])
        try:
            self._store.commit([batch])
        except LeaseLost:
            self._drop(active.run_id)

    def _drop(self, run_id: str) -> None:
        """Let go of a run that another controller owns now; its attempts are that one's."""
        self._runs.pop(run_id, None)
        self._timers.drop(run_id)
        self._packer.withdraw_run(run_id)
        self._ended.setdefault(run_id, asyncio.Event()).set()

    def _end(self, active: ActiveRun) -> None:
        try:
            self._store.release([active.lease])
        except InfrastructureError as error:
            if not error.retryable:
                raise  # else the lease ends by itself
        self._drop(active.run_id)

    # ------------------------------------------------------------------ reports of the launcher

    async def _listen(self) -> None:
        async for report in self._launcher.reports():
            if isinstance(report, Started):
                self.post(
                    report.attempt.run_id,
                    AttemptStarted(attempt=report.attempt, where=report.where),
                )
            else:
                self.post(
                    report.attempt.run_id,
                    AttemptFinished(attempt=report.attempt, result=report.result),
                )

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._reap)

    def _reap(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken = error  # nobody would hear of it here: the loop raises it
            self._wake.set()


def _event_of(request: Request) -> Event | None:
    reason = str(request.body.get("reason", ""))
    if request.kind == "cancel":
        return CancelRequested(reason=reason)
    if request.kind == "retry":
        return RetryRequested(reason=reason)
    return None
