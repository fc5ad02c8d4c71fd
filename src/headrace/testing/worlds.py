"""A simulated world: the real controller over a store in memory, in virtual time, under accidents.

One seed decides everything. Controllers are killed at commits and starts and others take over; of
several that live, one may stand still beyond its lease and go on then. The journal is replayed as
it grows with the invariants checked after each event; in the end the store is compared with what
the place saw.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headrace import engine, ir
from headrace.artifacts.memory import MemoryArtifactStore
from headrace.controller import Controller, Performer, Settings
from headrace.engine.attempts import AttemptSpec
from headrace.errors import InfrastructureError, InvariantViolation
from headrace.store import ENDED, NewRun, Run
from headrace.store.memory import MemoryStore
from headrace.store.port import RunBatch
from headrace.testing.outcomes import Script
from headrace.testing.places import Accidents, ControllerDied, Place, SimulatedLauncher
from headrace.testing.seats import Seat, stoppable_tasks
from headrace.testing.simulator import Pipeline, Simulated, document_of, outcome_for, submission
from headrace.testing.virtual_time import VirtualClock, VirtualLoop

_LONGEST_S = 20_000.0
_SETTINGS = Settings(lease_s=60.0, poll_s=1.0, grace_s=1.0, max_parallel=4)


class _Store(MemoryStore):
    """A store whose commits fail, and at whose commits controllers die."""

    place: Place
    committed: Callable[[], None]

    def commit(self, batches: Sequence[RunBatch]) -> None:
        """Write the batches, unless this is the commit that goes wrong.

        Raises:
            InfrastructureError: The store is out of reach.
            ControllerDied: The controller is killed before or after the commit.
        """
        accidents = self.place.accidents
        self.place.disturb()
        if self.place.happens(accidents.store_out):
            message = "database is locked"
            raise InfrastructureError(message, retryable=True)
        if self.place.happens(accidents.crash):
            raise ControllerDied
        super().commit(batches)
        self.committed()
        if self.place.happens(accidents.crash):
            raise ControllerDied


class _Ready:
    """Nothing has to be made before an attempt can start."""

    def is_ready(self, spec: AttemptSpec) -> bool:
        del spec
        return True

    def make_ready(self, spec: AttemptSpec) -> dict[str, Any] | None:
        del spec


async def _inline(function: Callable[..., Any], /, *args: Any) -> Any:
    return function(*args)


class World:
    """A run in a world of its own."""

    def __init__(
        self,
        pipeline: Pipeline,
        outcomes: Mapping[str, Script] | None = None,
        *,
        parameters: Mapping[str, Any] | None = None,
        seed: int = 0,
        accidents: Accidents | None = None,
        controllers: int = 1,
        **submitted: Any,
    ) -> None:
        """Prepare a run; the arguments are those of ``Simulation``, with accidents for faults.

        Args:
            pipeline: As of ``Simulation``.
            outcomes: As of ``Simulation``.
            parameters: As of ``Simulation``.
            seed: As of ``Simulation``.
            accidents: What goes wrong, and how often.
            controllers: How many live at once; each that dies is replaced.
            **submitted: As of ``Simulation``.
        """
        self.document = document_of(pipeline)
        self.plan = engine.plan(self.document)
        self.submitted = submission(self.plan, parameters or {}, **submitted)
        self.deaths = 0
        self.owners: list[str] = []
        self.store = _Store()
        self.store.committed = self._committed
        self._replayed = engine.new_run(self.plan)
        self._result = Simulated()
        self._dead: set[str] = set()
        self._controllers = controllers
        self._runner = asyncio.Runner(loop_factory=VirtualLoop)
        loop = self._runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        loop.set_task_factory(_stoppable)
        self._clock = VirtualClock(loop)
        scripts = dict(outcomes or {})
        self.place = self.store.place = Place(
            outcome=lambda spec: outcome_for(scripts, spec),
            chance=random.Random(seed),  # noqa: S311 - a simulation, not a secret
            accidents=accidents or Accidents(),
            now=self._clock.now,
        )
        self._actions: list[tuple[float, str]] = []

    def cancel(self, after_s: float) -> None:
        """Let another process ask for the run's end in so many seconds."""
        self._actions.append((after_s, "cancel"))

    def retry(self, after_s: float) -> None:
        """Let another process ask in so many seconds that the run goes on, should it have ended."""
        self._actions.append((after_s, "retry"))

    def finish(self) -> Simulated:
        """Run to the end, with as many controllers as it takes, and return how it went.

        Raises:
            InvariantViolation: A promise is broken; the message names it.
        """
        with self._runner:
            self._runner.run(self._live())
        return self._checked()

    # ------------------------------------------------------------------ controllers

    async def _live(self) -> None:
        text = {"spec": self.document.raw, "platform": self.document.raw_platform}
        self.store.create_run(
            NewRun(
                submitted=self.submitted,
                pipeline=self.plan.pipeline,
                document=json.dumps(text).encode(),
                created_at=self._clock.now(),
            )
        )
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_LONGEST_S), asyncio.TaskGroup() as everything:
            for after_s, kind in sorted(self._actions):
                everything.create_task(self._act(after_s, kind))
            for _ in range(self._controllers):
                everything.create_task(self._seated(Seat(loop)))

    async def _act(self, after_s: float, kind: str) -> None:
        await asyncio.sleep(after_s)
        body = {"reason": f"{kind} by the test"}
        self.store.send(self.submitted.run_id, kind, body, now=self._clock.now())
        self._actions.remove((after_s, kind))

    def _is_over(self) -> bool:
        run_id = self.submitted.run_id
        ended = self.store.run(run_id).state in ENDED
        return ended and not self._actions and not self.store.take_requests([run_id])

    async def _seated(self, seat: Seat) -> None:
        """Let controllers work here, one after the other as they die, until all is over."""
        while not self._is_over():
            owner = f"controller-{len(self.owners)}"
            self.owners.append(owner)
            try:
                await seat.begin(self._one_controller(seat, owner))
            except ControllerDied:
                self.deaths += 1
                self._dead.add(owner)

    async def _one_controller(self, seat: Seat, owner: str) -> None:
        """Let a controller work until all is over or it has died."""
        launcher = SimulatedLauncher(self.place)
        controller = self._controller(launcher, seat, owner)
        working = asyncio.create_task(controller.run())
        try:
            while not self._is_over():
                await self._one_claim(controller, working)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await launcher.close()

    async def _one_claim(self, controller: Controller, working: asyncio.Task[None]) -> None:
        """Wait for the end of the run if it can be claimed, else a while."""
        run_id = self.submitted.run_id
        await controller.claim([run_id])
        is_mine = run_id in controller.owned
        pause = controller.wait(run_id) if is_mine else asyncio.sleep(_SETTINGS.poll_s)
        waiting = asyncio.create_task(pause)
        try:
            await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        if working.done():
            working.result()

    def _controller(self, launcher: SimulatedLauncher, seat: Seat, owner: str) -> Controller:
        return Controller(
            store=self.store,
            launcher=launcher,
            performer=Performer(
                store=self.store,
                artifacts=MemoryArtifactStore(),
                launcher=launcher,
                surroundings=_Ready(),
                offload=_offload,
                notice=lambda _: None,
            ),
            owner=owner,
            read_document=self._document,
            clock=seat,
            settings=_SETTINGS,
            is_gone=lambda owner: owner in self._dead,
        )

    def _document(self, run: Run) -> ir.Document:
        stored = json.loads(self.store.document(run.document))
        return ir.read_dict(stored["spec"], stored["platform"])

    # ------------------------------------------------------------------ afterwards

    def _committed(self) -> None:
        """Replay what was added to the journal, and check that every promise still holds."""
        run_id, result = self.submitted.run_id, self._result
        for at, event in list(self.store.journal(run_id, len(result.journal))):
            result.journal.append((at, event))
            result.add(engine.step(self.plan, self._replayed, event, at).changes)
            engine.check_invariants(self.plan, self._replayed)

    def _checked(self) -> Simulated:
        """Compare what the store holds with the replay and with what the place saw."""
        run_id, result, state = self.submitted.run_id, self._result, self._replayed
        self._committed()
        result.attempts = self.place.began
        result.state, result.error, result.outputs = state.name, state.error, state.outputs
        stored = self.store.run(run_id)
        rows = {row.path: row.state for row in self.store.tasks(run_id)}
        _require(stored.state == state.name, f"the store says {stored.state}, not {state.name}")
        _require(rows == result.states, f"rows {rows} differ from {result.states}")
        begun = Counter(spec.id for spec in self.place.began)
        twice = [str(attempt) for attempt, count in begun.items() if count > 1]
        _require(not twice, f"attempts ran twice: {twice}")
        orphans = self.place.left_over()
        _require(not orphans, f"attempts go on after the end: {orphans}")
        self._require_one_success()
        return result

    def _require_one_success(self) -> None:
        succeeded = Counter(
            attempt.path
            for attempt in self.store.attempts(self.submitted.run_id)
            if attempt.state == "succeeded"
        )
        again = [
            path
            for path, count in succeeded.items()
            if count > 1 and not _may_run_again(self.plan, path)
        ]
        _require(not again, f"outputs come from several attempts: {again}")


def _may_run_again(plan: engine.Plan, path: str) -> bool:
    """Whether the task, or what it is in, is an exit task or follows one.

    Such a task hears of the new end when a group that failed goes on by its own retries.
    """
    dag = plan.root
    for part in engine.without_iterations(path).split("/"):
        task = next(task for task in dag.tasks if task.name == part)
        if task.restartable:
            return True
        if task.dag is None:
            break
        dag = task.dag
    return False


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise InvariantViolation(message)


_offload: Any = _inline
_stoppable: Any = stoppable_tasks
