"""The loop takes runs to their end, through retries, cancels and stores that fail for a while."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from headrace import ir
from headrace.controller import Settings
from headrace.controller.performing import DEVICES
from headrace.engine.attempts import AttemptId
from headrace.engine.events import AttemptFinished
from headrace.errors import InfrastructureError, SpecError
from headrace.launchers.fake import fails, hangs, scripted, succeeds
from headrace.launchers.port import Capacity
from headrace.store.memory import MemoryStore
from headrace.testing.sketches import Arg, Out, Task, sketch

from .conftest import BOUND_S, SETTINGS, World, until, working

NUMBER = {"Output": "NUMBER_INTEGER"}
CHAIN = sketch(
    {"a": Task(outputs=NUMBER), "b": Task(inputs={"n": Out("a")}, types={"n": "NUMBER_INTEGER"})}
)
RETRIED = {"maxRetryCount": 3, "backoffDuration": "60s", "backoffFactor": 2.0}


def test_a_run_ends_and_is_let_go_of():
    world = World({"a": [succeeds(Output=7)]})
    own = asyncio.run(world.finish(world.submit(CHAIN)))
    assert world.state() == "succeeded"
    assert world.states() == {"a": "succeeded", "b": "succeeded"}
    assert world.started == [("a", 1), ("b", 1)]
    assert own.owned == frozenset()
    assert world.store.unfinished_runs() == []


def test_several_runs_share_a_controller():
    world = World()
    for run_id in "xyz":
        world.submit(CHAIN, run_id)
    asyncio.run(world.finish(*"xyz"))
    assert {world.state(run_id) for run_id in "xyz"} == {"succeeded"}


def test_a_failed_attempt_comes_again_after_its_backoff():
    world = World({"a": [fails(), fails(), succeeds()]})
    document = sketch({"a": Task(more={"retryPolicy": RETRIED})})
    asyncio.run(world.finish(world.submit(document)))
    attempts = world.store.attempts("r1")
    assert [one.state for one in attempts] == ["failed", "failed", "succeeded"]
    pauses = [b.created_at - a.finished_at for a, b in pairwise(attempts)]
    assert 60.0 <= pauses[0] < 61.0
    assert 120.0 <= pauses[1] < 121.0


def test_an_observer_hears_what_is_committed():
    world = World()
    asyncio.run(world.finish(world.submit(CHAIN)))
    paths = [change.path for change in world.changes if hasattr(change, "path")]
    assert {"a", "b"} <= set(paths)


def test_a_cancel_from_elsewhere_ends_the_run_after_its_exit_task():
    world = World({"a": [hangs()]})
    document = sketch(
        {"a": Task(), "b": Task(after=("a",)), "exit": Task(always=True, after=("a",))}
    )
    run_id = world.submit(document)

    async def ask(own):
        await until(lambda: world.started)
        world.store.send(run_id, "cancel", {"reason": "enough"}, now=1.0)

    asyncio.run(world.finish(run_id, disturb=ask))
    assert world.state() == "canceled"
    assert world.states() == {"a": "canceled", "b": "canceled", "exit": "succeeded"}
    assert world.store.take_requests() == []


def test_a_cancel_reaches_what_still_waits_for_room():
    world = World({"a": [hangs()]}, capacity=Capacity(cpus=1.0, memory_bytes=1 << 30))
    run_id = world.submit(sketch({"a": Task(), "b": Task()}))

    async def cancel(own):
        await until(lambda: world.started)
        own.cancel(run_id, "enough")

    own = world.controller(Settings(poll_s=0.001, max_parallel=1))
    asyncio.run(world.finish(run_id, controller=own, disturb=cancel))
    assert world.states() == {"a": "canceled", "b": "canceled"}
    assert world.started == [("a", 1)]
    assert [one.task for one in world.launcher.stopped] == ["a"]


def test_a_retry_from_elsewhere_goes_on_with_an_ended_run():
    world = World({"b": [fails(), succeeds()]})
    document = sketch({"a": Task(), "b": Task(after=("a",))})
    run_id = world.submit(document)
    asyncio.run(world.finish(run_id))
    assert world.state() == "failed"
    world.store.send(run_id, "retry", {}, now=1.0)
    asyncio.run(world.finish(run_id))
    assert world.state() == "succeeded"
    assert world.started == [("a", 1), ("b", 1), ("b", 2)]


def test_claiming_a_run_that_has_ended_does_not_wait_for_ever():
    world = World()
    run_id = world.submit(CHAIN)
    asyncio.run(world.finish(run_id))
    own = asyncio.run(world.finish(run_id))
    assert own.owned == frozenset()
    assert world.started == [("a", 1), ("b", 1)]


def test_a_cancel_of_a_run_that_has_ended_is_taken_and_changes_nothing():
    world = World()
    run_id = world.submit(CHAIN)
    asyncio.run(world.finish(run_id))
    world.store.send(run_id, "cancel", {}, now=1.0)
    asyncio.run(world.finish(run_id))
    assert world.state() == "succeeded"
    assert world.store.take_requests() == []


def test_a_second_cancel_is_harmless():
    world = World({"a": [hangs()]})
    run_id = world.submit(CHAIN)

    async def ask(own):
        await until(lambda: world.started)
        for _ in range(2):
            world.store.send(run_id, "cancel", {}, now=1.0)

    asyncio.run(world.finish(run_id, disturb=ask))
    assert world.state() == "canceled"
    assert world.store.take_requests() == []


def test_importers_are_performed_by_the_controller(tmp_path):
    world = World()
    (tmp_path / "data").write_text("1,2")
    world.artifacts.import_uri(str(tmp_path / "data"), "memory://given")
    outputs = {"artifact": "system.Dataset"}
    uri = {"constant": "memory://given"}
    executor = {"importer": {"artifactUri": uri, "typeSchema": {"schemaTitle": "system.Dataset"}}}
    asyncio.run(world.finish(world.submit(importing(executor, outputs))))
    (made,) = world.store.artifacts("r1")
    assert (made.artifact.uri, made.artifact.size) == ("memory://given", 3)
    assert world.started == []


@pytest.mark.parametrize(
    ("uri", "said"), [("memory://absent", "nothing at"), ("", "has no URI")], ids=["gone", "empty"]
)
def test_an_importer_that_cannot_import_fails_for_good(uri, said):
    world = World()
    schema = {"schemaTitle": "system.Dataset"}
    executor = {"importer": {"artifactUri": {"constant": uri}, "typeSchema": schema}}
    document = importing(executor, {"artifact": "system.Dataset"})
    asyncio.run(world.finish(world.submit(document)))
    (task,) = world.store.tasks("r1")
    assert task.state == "failed"
    assert task.error.kind == "configuration"
    assert said in task.error.message
    assert task.attempts <= 1


def importing(executor, outputs):
    return sketch({"import": Task(outputs=outputs, executor=executor)})


# ---------------------------------------------------------------------- what attempts need


def test_what_cannot_be_made_ready_fails_the_step_for_good():
    world = World()

    def make(spec):
        raise SpecError("there is no such package")

    world.surroundings.make = make
    asyncio.run(world.finish(world.submit(sketch({"a": Task(retries=2)}))))
    (task,) = world.store.tasks("r1")
    assert (task.state, task.attempts, task.error.kind) == ("failed", 1, "configuration")


@pytest.mark.parametrize(
    "error",
    [InfrastructureError("no index", retryable=True), OSError(28, "No space left on device")],
    ids=["what may come back", "of the machine"],
)
def test_what_is_lacking_for_a_while_is_tried_again(error):
    world = World()
    failing = [error]

    def make(spec):
        if failing:
            raise failing.pop()

    world.surroundings.make = make
    asyncio.run(world.finish(world.submit(sketch({"a": Task()}))))
    first, second = world.store.attempts("r1")
    assert (first.error.kind, second.state) == ("infrastructure", "succeeded")


def test_a_failure_that_nobody_expects_ends_the_controller_instead_of_hanging():
    world = World()

    def make(spec):
        raise ZeroDivisionError

    world.surroundings.make = make
    run_id = world.submit(sketch({"a": Task()}))
    with pytest.raises(ZeroDivisionError):
        asyncio.run(world.finish(run_id))


def test_devices_are_told_to_the_attempt():
    capacity = Capacity(cpus=4.0, memory_bytes=1 << 30, accelerators={"nvidia.com/gpu": 2})
    world = World(capacity=capacity)
    accelerator = {"resourceType": "nvidia.com/gpu", "resourceCount": "1"}
    container = {"image": "i", "resources": {"accelerator": accelerator}}
    task = Task(executor={"container": container})
    asyncio.run(world.finish(world.submit(sketch({"a": task, "b": task}))))
    seen = {
        one.spec.id.task: [v.value for v in one.spec.container.env if v.name.startswith("CUDA")]
        for one in world.launcher._played.values()
    }
    assert sorted(seen.values()) == [["0"], ["1"]]


# ---------------------------------------------------------------------- the store


class Store(MemoryStore):
    """A store whose commits fail as a test says, before or after they are written."""

    def __init__(self):
        super().__init__()
        self.failures = []
        self.on_commit = []

    def commit(self, batches):
        if self.failures:
            failure = self.failures.pop(0)
            if failure is not None:
                raise failure
        super().commit(batches)
        if self.on_commit:
            self.on_commit.pop(0)()


def test_nothing_is_performed_before_it_is_committed():
    world = World(store=Store())
    out = InfrastructureError("the disk is full", retryable=True)
    world.store.failures = [out] * 3
    started_at_failure = []

    def full():
        started_at_failure.append(list(world.started))

    run_id = world.submit(CHAIN)

    async def watch(own):
        await until(lambda: len(world.store.failures) < 3)
        full()

    asyncio.run(world.finish(run_id, disturb=watch))
    assert started_at_failure == [[]]
    assert world.state() == "succeeded"
    assert world.started == [("a", 1), ("b", 1)]
    assert len(world.notices) == 1
    assert "the disk is full" in world.notices[0]


def test_a_store_that_is_out_for_good_ends_the_controller():
    world = World(store=Store())
    world.store.failures = [InfrastructureError("the database is damaged")]
    run_id = world.submit(CHAIN)
    with pytest.raises(InfrastructureError, match="damaged"):
        asyncio.run(world.finish(run_id))
    assert world.started == []


@pytest.mark.parametrize("answer", ["got lost", "came"])
def test_the_opening_of_a_run_is_written_once(answer):
    class Forgetful(MemoryStore):
        def commit(self, batches):
            super().commit(batches)
            if answer == "got lost" and not any(batch.events for batch in batches):
                raise InfrastructureError("the connection was reset", retryable=True)

    world = World(store=Forgetful())
    document = sketch({"a": Task(), "never": Task(condition="'x' == 'y'"), "b": Task(after=("a",))})
    run_id = world.submit(document)
    asyncio.run(world.finish(run_id))
    assert world.state() == "succeeded"
    history = [(entry.kind, entry.path) for entry in world.store.events(run_id=run_id)]
    assert history[:2] == [("task_skipped", "never"), ("run_running", "")]
    assert history[-1] == ("run_ended", "")
    assert len(set(history)) == len(history)


def test_a_run_lost_while_it_is_adopted_is_not_claimed():
    class Slow(MemoryStore):
        def commit(self, batches):
            stolen(world)
            super().commit(batches)

    world = World(store=Slow(), step=0.0)
    run_id = world.submit(CHAIN)
    own = world.controller()
    assert asyncio.run(own.claim([run_id])) == []
    assert own.owned == frozenset()
    assert world.started == []


def test_a_request_of_an_unknown_kind_is_discarded_and_said_to_be():
    world = World({"a": [hangs()]})
    run_id = world.submit(CHAIN)
    other = world.submit(CHAIN, "other")

    async def ask(own):
        await until(lambda: world.started)
        world.store.send(run_id, "explode", {}, now=1.0)
        await until(lambda: world.store.take_requests() == [])
        for name in (run_id, other):
            await until(lambda name=name: AttemptId(name, "a", 1) in world.launcher.started)
            world.launcher.finish(AttemptId(name, "a", 1))

    asyncio.run(world.finish(run_id, other, disturb=ask))
    assert {world.state(name) for name in (run_id, other)} == {"succeeded"}
    (told,) = [entry for entry in world.store.events() if entry.kind == "request_refused"]
    assert (told.run_id, told.message) == (
        run_id,
        "the request 'explode' is not known; it was discarded",
    )


@pytest.mark.parametrize("call", ["renew", "take_requests", "data_version", "release"])
def test_whatever_the_store_refuses_for_a_while_is_tried_again(call):
    refused = []

    class Flaky(MemoryStore):
        pass

    def refuse(self, *arguments, **more):
        if len(refused) < 2:
            refused.append(call)
            raise InfrastructureError("the disk is full", retryable=True)
        return getattr(MemoryStore, call)(self, *arguments, **more)

    setattr(Flaky, call, refuse)
    # Renewed at every turn, as the clock goes on by a third of the lease whenever somebody looks.
    world = World(store=Flaky(), step=SETTINGS.lease_s / 3 if call == "renew" else 0.01)
    asyncio.run(world.finish(world.submit(CHAIN)))
    assert world.state() == "succeeded"
    assert refused


def test_a_run_that_cannot_be_read_holds_up_no_other():
    world = World()
    world.submit(CHAIN, "bad")
    world.submit(CHAIN, "good")
    read = world.store.document
    own = world.controller()
    own._read_document = lambda run: (
        refuse_document() if run.run_id == "bad" else ir.read_dict(json.loads(read(run.document)))
    )

    async def play():
        assert await own.claim() == ["good"]
        async with working(own, world.clock):
            await own.wait("good")

    asyncio.run(play())
    assert (world.state("good"), world.state("bad")) == ("succeeded", "pending")
    assert world.notices == ["run bad cannot be carried out: it is malformed"]


def refuse_document():
    raise SpecError("it is malformed")


class Unreadable(MemoryStore):
    def cache_entry(self, key, namespace=""):
        raise InfrastructureError("the cache is locked", retryable=True)


def test_a_cache_that_cannot_be_read_is_a_miss():
    world = World(store=Unreadable())
    asyncio.run(world.finish(world.submit(sketch({"a": Task(cache=True)}))))
    (task,) = world.store.tasks("r1")
    assert task.state == "succeeded"
    assert "the cache is locked" in task.reason or not task.cached


def test_a_second_run_reuses_and_says_of_whom():
    world = World({"a": [succeeds(Output=7)]})
    document = sketch({"a": Task(outputs=NUMBER, cache=True)})
    asyncio.run(world.finish(world.submit(document, "one")))
    asyncio.run(world.finish(world.submit(document, "two")))
    (task,) = world.store.tasks("two")
    assert (task.state, task.cached, task.cache_source) == ("succeeded", True, "one/a")
    assert task.outputs.parameters == {"Output": 7}
    assert "run one" in task.reason
    assert world.started == [("a", 1)]


# ---------------------------------------------------------------------- leases


def stolen(world, run_id="r1"):
    """Let another controller own the run, as if this one had been stopped for too long."""
    (lease,) = world.store.claim(
        "thief", now=world.clock.time + 1000, lease_s=1e6, run_ids=[run_id]
    )
    return lease


def journal(world, run_id="r1"):
    return [type(event).__name__ for _, event in world.store.journal(run_id)]


def test_a_lost_run_is_dropped_at_the_next_renewal_and_nothing_is_written():
    world = World({"a": [hangs()]}, step=0.0)
    run_id = world.submit(CHAIN)

    async def play():
        own = world.controller()
        await own.claim([run_id])
        async with working(own):
            await until(lambda: "AttemptStarted" in journal(world))
            stolen(world)
            world.clock.time += SETTINGS.lease_s
            await own.wait(run_id)
            before = journal(world)
            world.launcher.finish(AttemptId(run_id, "a", 1))
            await until(lambda: world.launcher.ends)
            assert own.owned == frozenset()
            assert journal(world) == before
        own.release()

    asyncio.run(play())
    assert world.state() == "running"
    assert world.started == [("a", 1)]


def test_a_commit_that_comes_too_late_writes_and_starts_nothing():
    world = World({"a": [hangs()]}, step=0.0)
    run_id = world.submit(CHAIN)

    async def play():
        own = world.controller()
        await own.claim([run_id])
        async with working(own):
            await until(lambda: "AttemptStarted" in journal(world))
            lease = stolen(world)
            before = journal(world)
            world.launcher.finish(AttemptId(run_id, "a", 1))
            await own.wait(run_id)
            assert journal(world) == before
            assert world.store.renew([lease], now=world.clock.time, lease_s=1.0) == [lease]

    asyncio.run(play())
    assert world.started == [("a", 1)]


def test_losing_one_run_does_not_hold_up_another():
    world = World({"a": [hangs(), succeeds()]}, step=0.0)
    for run_id in ("lost", "kept"):
        world.submit(CHAIN, run_id)

    async def play():
        own = world.controller()
        await own.claim(["lost", "kept"])
        async with working(own):
            await until(lambda: len(world.started) == 2)
            stolen(world, "lost")
            for run_id in ("lost", "kept"):
                world.launcher.finish(AttemptId(run_id, "a", 1))
            await own.wait("lost")
            await own.wait("kept")

    asyncio.run(play())
    assert (world.state("kept"), world.state("lost")) == ("succeeded", "running")


def test_what_waited_in_a_lost_run_is_not_started():
    world = World({"a": [hangs()]}, step=0.0)
    run_id = world.submit(sketch({"a": Task(), "b": Task()}))

    async def play():
        own = world.controller(Settings(poll_s=0.001, max_parallel=1))
        await own.claim([run_id])
        async with working(own):
            await until(lambda: "AttemptStarted" in journal(world))
            stolen(world)
            world.clock.time += SETTINGS.lease_s
            await own.wait(run_id)
            world.launcher.finish(AttemptId(run_id, "a", 1))
            world.submit(sketch({"c": Task()}), "other")
            await own.claim(["other"])
            await own.wait("other")

    asyncio.run(play())
    assert world.started == [("a", 1), ("c", 1)]


def test_what_is_being_made_ready_when_the_run_is_lost_is_not_started():
    world = World(step=0.0)
    run_id = world.submit(sketch({"a": Task()}))

    def make(spec):
        stolen(world)
        world.clock.time += SETTINGS.lease_s
        own._renew(world.clock.time)

    async def play():
        async with working(own):
            await own.claim([run_id])
            await own.wait(run_id)
            world.surroundings.make = None
            world.submit(sketch({"c": Task()}), "other")
            await own.claim(["other"])
            await own.wait("other")

    own = world.controller(Settings(poll_s=0.001, max_parallel=1))
    world.surroundings.make = make
    asyncio.run(play())
    assert world.started == [("c", 1)]


def test_a_run_that_somebody_alive_owns_is_not_claimed():
    world = World()
    run_id = world.submit(CHAIN)
    assert asyncio.run(world.controller().claim([run_id])) == [run_id]
    assert asyncio.run(world.controller().claim([run_id])) == []


def test_what_is_given_up_can_be_claimed_at_once():
    world = World()
    run_id = world.submit(CHAIN)

    async def play():
        own = world.controller()
        await own.claim()
        own.release()
        return await world.controller().claim()

    assert asyncio.run(play()) == [run_id]


# ---------------------------------------------------------------------- crashes


class Dead(Exception):
    """The controller's process is gone."""


MAZE = sketch(
    {
        "load": Task(outputs=NUMBER, cache=True),
        "flaky": Task(after=("load",), more={"retryPolicy": RETRIED}),
        "each": Task(
            items=[1, 2, 3],
            limit=2,
            after=("load",),
            body={"work": Task(inputs={"i": Arg("item")}, types={"i": "NUMBER_INTEGER"})},
        ),
        "bad": Task(after=("flaky",)),
        "exit": Task(always=True, after=("bad", "each")),
    }
)
OUTCOMES = {"flaky": [fails(), succeeds()], "bad": [fails()]}


class Mortal(MemoryStore):
    """Takes its controller with it at one commit, before or after it is written."""

    def __init__(self):
        super().__init__()
        self.commits = 0
        self.deadly = {}

    def commit(self, batches):
        self.commits += 1
        when = self.deadly.pop(self.commits, None)
        if when == "before":
            raise Dead
        super().commit(batches)
        if when == "after":
            raise Dead


def survived(world, run_id):
    """Replace controllers as they die until one ends the run; return how many died."""
    deaths = 0
    while True:
        try:
            asyncio.run(world.finish(run_id))
        except Dead:
            deaths += 1
            world.die()
        else:
            return deaths


def undisturbed():
    world = World(OUTCOMES, store=Mortal())
    assert survived(world, world.submit(MAZE)) == 0
    return world


def outline(world):
    tasks = {t.path: (t.state, t.attempts) for t in world.store.tasks("r1")}
    return world.state(), tasks, sorted(world.started)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("commit", range(1, 13))
def test_a_crash_at_any_commit_changes_nothing(commit, when):
    expected = outline(undisturbed())
    world = World(OUTCOMES, store=Mortal())
    world.store.deadly = {commit: when}
    run_id = world.submit(MAZE)
    died = survived(world, run_id)
    assert died == (commit <= world.store.commits)
    assert outline(world) == expected


def test_a_crash_at_every_commit_changes_nothing():
    world = World(OUTCOMES, store=Mortal())
    world.store.deadly = {n: ("before", "after")[n % 2] for n in range(1, 200)}
    died = survived(world, world.submit(MAZE))
    assert died >= 6
    assert outline(world) == outline(undisturbed())


def test_the_enumeration_covers_every_commit():
    assert 6 <= undisturbed().store.commits <= 12


def test_an_attempt_that_ended_while_nobody_looked_is_taken_over():
    world = World({"a": [hangs()]})
    run_id = world.submit(CHAIN)

    async def die_while_it_runs():
        own = world.controller()
        await own.claim([run_id])
        async with working(own):
            await until(lambda: "AttemptStarted" in journal(world))

    asyncio.run(die_while_it_runs())
    world.die()
    world.launcher.finish(AttemptId(run_id, "a", 1))
    asyncio.run(world.finish(run_id))
    assert world.state() == "succeeded"
    assert world.started == [("a", 1), ("b", 1)]


def test_a_start_reads_no_run_that_has_ended_and_none_twice(monkeypatch):
    """However many have ended, it takes as long as what was open is long."""
    world = World({"a": [hangs()]}, step=0.0)
    ended = [world.submit(CHAIN, f"ended-{number}") for number in range(20)]
    for run_id in ended:
        world.store.send(run_id, "cancel", {"reason": "enough"}, now=0.0)
    asyncio.run(world.finish(*ended))
    opened = [world.submit(CHAIN, f"open-{number}") for number in range(5)]

    async def begin(own):
        assert sorted(await own.claim()) == opened
        async with working(own):
            await until(lambda: len(own.owned) == len(opened))

    asyncio.run(begin(world.controller()))
    world.die()
    read = []
    journal = world.store.journal

    def noted(run_id, *arguments, **more):
        read.append(run_id)
        return journal(run_id, *arguments, **more)

    monkeypatch.setattr(world.store, "journal", noted)
    asyncio.run(begin(world.controller()))
    assert sorted(read) == opened


def test_an_adopted_attempt_keeps_its_room():
    capacity = Capacity(cpus=1.0, memory_bytes=1 << 30)
    world = World({"a": [hangs()]}, capacity=capacity)
    asks = {"container": {"image": "i", "resources": {"cpuRequest": 1.0}}}
    run_id = world.submit(sketch({"a": Task(executor=asks), "b": Task(executor=asks)}))

    async def die_while_it_runs():
        own = world.controller()
        await own.claim([run_id])
        async with working(own):
            await until(lambda: "AttemptStarted" in journal(world))

    async def go_on(own):
        await until(lambda: own._packer.waiting_for() is not None)
        assert world.started == [("a", 1)]
        world.launcher.finish(AttemptId(run_id, "a", 1))

    asyncio.run(die_while_it_runs())
    world.die()
    asyncio.run(world.finish(run_id, disturb=go_on))
    assert world.started == [("a", 1), ("b", 1)]


def test_an_adopted_attempt_keeps_its_devices():
    kind = "nvidia.com/gpu"
    capacity = Capacity(cpus=4.0, memory_bytes=1 << 30, accelerators={kind: 2})
    world = World({"b": [hangs()]}, capacity=capacity)
    asks = {"accelerator": {"resourceType": kind, "resourceCount": "1"}}
    task = Task(executor={"container": {"image": "i", "resources": asks}})
    run_id = world.submit(sketch({"a": task, "b": task, "c": replace(task, after=("a",))}))

    async def die_when_only_b_runs():
        world.launcher._script = scripted({"a": [hangs()], "b": [hangs()]})
        own = world.controller()
        await own.claim([run_id])
        async with working(own):
            await until(lambda: journal(world).count("AttemptStarted") == 2)

    async def go_on(own):
        world.launcher.finish(AttemptId(run_id, "a", 1))
        await until(lambda: "c" in [task for task, _ in world.started])
        world.launcher.finish(AttemptId(run_id, "b", 1))

    asyncio.run(die_when_only_b_runs())
    world.die()
    swapped = {"a": "1", "b": "0"}  # as after ends and starts in another order than now
    told = world.launcher.variable
    world.launcher.variable = lambda attempt, name: swapped[attempt.task]
    asyncio.run(world.finish(run_id, disturb=go_on))
    assert told(AttemptId(run_id, "c", 1), DEVICES) == swapped["a"]


def test_a_late_report_of_an_earlier_attempt_changes_nothing():
    world = World({"a": [fails(), hangs()]})
    run_id = world.submit(sketch({"a": Task(retries=1)}))

    async def late(own):
        await until(lambda: ("a", 2) in world.started)
        finished = succeeds(Output=1).result
        own.post(run_id, AttemptFinished(attempt=AttemptId(run_id, "a", 1), result=finished))
        await until(lambda: journal(world).count("AttemptFinished") == 2)
        assert world.states() == {"a": "running"} or world.states() == {"a": "pending"}
        world.launcher.finish(AttemptId(run_id, "a", 2))

    asyncio.run(world.finish(run_id, disturb=late))
    assert world.store.attempts("r1")[0].state == "failed"
    assert world.state() == "succeeded"


def test_documents_are_read_as_they_were_stored():
    world = World()
    run_id = world.submit(CHAIN)
    stored = json.loads(world.store.document(world.store.run(run_id).document))
    assert stored == CHAIN.raw


class CountingStore(MemoryStore):
    """Keeps the kinds of events of each commit."""

    def __init__(self):
        super().__init__()
        self.commits = []

    def commit(self, batches):
        super().commit(batches)
        kinds = [[type(event).__name__ for _, event in batch.events] for batch in batches]
        self.commits.extend(events for events in kinds if events)


def test_reports_that_call_for_nothing_are_committed_with_others():
    world = World(store=CountingStore())
    world.submit(sketch({name: Task() for name in "abcdef"}))
    own = world.controller(Settings(poll_s=0.001, max_parallel=1, gather_s=BOUND_S))
    asyncio.run(world.finish("r1", controller=own))
    assert [len(events) for events in world.store.commits] == [12]


def test_what_a_step_waits_for_is_committed_at_once():
    world = World(store=CountingStore())
    world.submit(CHAIN)
    own = world.controller(Settings(poll_s=0.001, gather_s=BOUND_S))
    asyncio.run(world.finish("r1", controller=own))
    assert world.store.commits == [["AttemptStarted", "AttemptFinished"]] * 2


def test_answers_of_the_cache_are_committed_with_what_asked_for_them():
    world = World(store=CountingStore())
    world.submit(
        sketch({"a": Task(outputs=NUMBER, cache=True), "b": Task(cache=True, after=("a",))})
    )
    asyncio.run(world.finish("r1"))
    between = [events for events in world.store.commits if "CacheAnswered" in events][-1]
    assert between[-2:] == ["AttemptFinished", "CacheAnswered"]


def test_a_step_reuses_what_an_equal_one_before_it_made_in_the_same_run():
    world = World(store=CountingStore())
    first = Task(outputs=NUMBER, cache=True)
    second = replace(first, after=("a",), more={"componentRef": {"name": "comp-a"}})
    world.submit(sketch({"a": first, "b": second}))
    asyncio.run(world.finish("r1"))
    assert [task.cached for task in world.store.tasks("r1")] == [False, True]


def test_two_runs_that_make_the_same_at_once_both_succeed_and_leave_one_entry():
    world = World({"a": [hangs()]})
    document = sketch({"a": Task(outputs=NUMBER, cache=True)})
    both = [world.submit(document, name) for name in ("one", "two")]

    async def end_together(own):
        await until(lambda: len(world.launcher.started) == len(both))
        for name in both:
            world.launcher.finish(AttemptId(name, "a", 1))

    asyncio.run(world.finish(*both, disturb=end_together))
    assert [world.state(name) for name in both] == ["succeeded", "succeeded"]
    assert len(world.store.cache_entries()) == 1
    third = world.submit(document, "three")
    asyncio.run(world.finish(third))
    (task,) = world.store.tasks(third)
    assert task.cached


def test_packages_that_are_known_only_late_are_kept_with_the_run():
    world = World()
    world.surroundings.make = lambda spec: {"python": "3.11", "for": spec.id.task}
    run_id = world.submit(CHAIN)
    asyncio.run(world.finish(run_id))
    assert world.state() == "succeeded"
    kept = {e.path: e.data for e in world.store.events() if e.kind == "packages_locked"}
    assert kept == {task: {"lock": {"python": "3.11", "for": task}} for task in "ab"}
    assert journal(world).count("PackagesLocked") == 2


def test_the_time_that_an_environment_took_is_told_when_it_counts():
    world = World()
    takes_s = {"a": 0.12, "b": 0.0}
    world.surroundings.make = lambda spec: time.sleep(takes_s[spec.id.task])
    run_id = world.submit(CHAIN)
    asyncio.run(world.finish(run_id))
    (told,) = [e for e in world.store.events() if e.kind == "environment_prepared"]
    assert (told.path, told.data["attempt"]) == ("a", 1)
    assert 0.12 <= told.data["seconds"] < 10
