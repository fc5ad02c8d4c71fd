"""A controller over a store in memory, a scripted launcher and a clock that only tests move."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
from pathlib import Path

import pytest

from headrace import ir
from headrace.artifacts.memory import MemoryArtifactStore
from headrace.controller import Controller, Performer, Settings
from headrace.engine.events import RunSubmitted
from headrace.launchers.fake import FakeLauncher, scripted
from headrace.launchers.port import Finished, Started
from headrace.store import NewRun
from headrace.store.memory import MemoryStore
from headrace.store.opening import open_store

_NUMBERS = itertools.count()

BOUND_S = 20
SETTINGS = Settings(lease_s=30.0, poll_s=0.001, grace_s=1.0)


class Clock:
    """Goes on by ``step`` each time somebody looks, so that timers come due without waiting."""

    def __init__(self, step=0.0):
        self.time = 1000.0
        self.step = step

    def now(self):
        self.time += self.step
        return self.time


class Machine(FakeLauncher):
    """What outlives a controller: ends are told again to one that adopts the attempt."""

    def __init__(self, script, **more):
        super().__init__(script, **more)
        self.ends = {}

    def finish(self, attempt, result=None):
        super().finish(attempt, result)
        report = self._reports._queue[-1]
        if isinstance(report, Finished):
            self.ends[attempt] = report

    def meet(self):
        """Let another event loop take the reports, those that nobody took yet too."""
        earlier, self._reports = self._reports, asyncio.Queue()
        for report in earlier._queue:
            self._reports.put_nowait(report)

    async def recover(self, attempts):
        fresh = await super().recover(attempts)
        for spec in attempts:
            if spec not in fresh:
                self._reports.put_nowait(Started(attempt=spec.id, at=0.0))
                if spec.id in self.ends:
                    self._reports.put_nowait(self.ends[spec.id])
        return fresh


class Surroundings:
    """Everything is there, unless a test says what happens instead."""

    def __init__(self, make=None):
        self.make = make

    def is_ready(self, spec):
        return self.make is None

    def make_ready(self, spec):
        return self.make(spec)


_OPENED = []


def new_store():
    """A store in memory, or a new one at the place that ``HEADRACE_TEST_STORES`` names."""
    place = os.environ.get("HEADRACE_TEST_STORES")
    if place is None:
        return MemoryStore()
    number = f"controller_{os.getpid()}_{next(_NUMBERS)}"
    if "://" in place:
        import psycopg

        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {number} TEMPLATE made")
        opened = open_store(place.replace("/postgres?", f"/{number}?"))
    else:
        opened = open_store(Path(place) / f"{number}.db")
    _OPENED.append(opened)
    return opened


async def inline(function, *arguments):
    return function(*arguments)


class World:
    """One store and one launcher; controllers come and go."""

    def __init__(self, outcomes=None, *, step=0.01, store=None, capacity=None):
        self.clock = Clock(step)
        self.store = store or new_store()
        self.artifacts = MemoryArtifactStore()
        script = scripted(outcomes or {}) if not callable(outcomes) else outcomes
        self.launcher = Machine(script, capacity=capacity)
        self.surroundings = Surroundings()
        self.notices = []
        self.changes = []
        self.owners = 0
        self.dead = set()

    def submit(self, document, run_id="r1", **more):
        submitted = RunSubmitted(
            run_id=run_id,
            run_name=run_id,
            parameters=more.pop("parameters", {}),
            pipeline_root="memory://root",
            **more,
        )
        self.store.create_run(
            NewRun(
                submitted=submitted,
                pipeline="sketch",
                document=json.dumps(document.raw).encode(),
                created_at=self.clock.now(),
            )
        )
        return run_id

    def controller(self, settings=SETTINGS):
        self.owners += 1
        self.launcher.meet()
        return Controller(
            store=self.store,
            launcher=self.launcher,
            performer=Performer(
                store=self.store,
                artifacts=self.artifacts,
                launcher=self.launcher,
                surroundings=self.surroundings,
                offload=inline,
                notice=self.notices.append,
            ),
            owner=f"owner-{self.owners}",
            read_document=lambda run: ir.read_dict(json.loads(self.store.document(run.document))),
            clock=self.clock,
            settings=settings,
            observer=lambda run_id, changes: self.changes.extend(changes),
            is_gone=lambda owner: owner in self.dead,
        )

    def die(self):
        """The last controller is gone, as after ``kill -9``."""
        self.dead.add(f"owner-{self.owners}")

    async def finish(self, *run_ids, controller=None, disturb=None):
        """Take runs to their end in one controller; ``disturb`` acts on it meanwhile."""
        own = controller or self.controller()
        await own.claim(run_ids)
        async with working(own, self.clock):
            if disturb is not None:
                await disturb(own)
            for run_id in run_ids:
                await own.wait(run_id)
        return own

    def states(self, run_id="r1"):
        return {task.path: task.state for task in self.store.tasks(run_id)}

    def state(self, run_id="r1"):
        return self.store.run(run_id).state

    @property
    def started(self):
        return [(one.task, one.number) for one in self.launcher.started]


@contextlib.asynccontextmanager
async def working(controller, clock=None):
    """Let the controller work; its failure ends the block. A clock given jumps to its timers."""
    async with asyncio.timeout(BOUND_S):
        body = asyncio.current_task()
        task = asyncio.create_task(controller.run())
        task.add_done_callback(lambda done: None if done.cancelled() else body.cancel())
        jumping = asyncio.create_task(jump(controller, clock)) if clock else None
        try:
            yield
        except asyncio.CancelledError:
            if task.done() and not task.cancelled() and task.exception() is not None:
                body.uncancel()
                raise task.exception() from None
            raise
        finally:
            task.cancel()
            if jumping is not None:
                jumping.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def jump(controller, clock):
    while True:
        await asyncio.sleep(0.001)
        clock.time = max(clock.time, controller._timers.next() or 0.0)


async def until(condition):
    """Let others work until the condition holds; the test's own bound ends it."""
    async with asyncio.timeout(BOUND_S):
        while not condition():  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def _stores_are_closed():
    yield
    while _OPENED:
        _OPENED.pop().close()


@pytest.fixture(autouse=True)
def _no_error_is_lost(caplog):
    yield
    assert [r for r in caplog.records if r.name == "asyncio"] == []
