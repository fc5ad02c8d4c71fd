"""The loop holds each namespace to its quota and lets the others go on, in virtual time."""

from __future__ import annotations

import asyncio

from headrace.controller.tenants import Ceiling, quota_of
from headrace.launchers.port import Capacity
from headrace.store import Namespace, Quota
from headrace.testing.sketches import Task, sketch

from .conftest import World

EXECUTOR = {"container": {"image": "python:3.11", "command": ["x"], "resources": {"cpuLimit": 1.0}}}
WIDE = sketch({name: Task(executor=EXECUTOR) for name in "abcd"})


def _finish(ceiling, *runs):
    """Take runs, named after their namespaces, to their end; return the most that each held."""
    world = World(capacity=Capacity(cpus=8.0, memory_bytes=1 << 33, accelerators={}))
    for run_id in runs:
        world.submit(WIDE, run_id, namespace=run_id[0])
    own = world.controller()
    own._ceiling = ceiling
    most: dict[str, float] = {}
    admit = own._admit

    def watched():
        admit()
        for name, tenant in own._packer._tenants.items():
            most[name] = max(most.get(name, 0.0), tenant.held.cpus)

    own._admit = watched
    asyncio.run(world.finish(*runs, controller=own))
    assert {world.state(run_id) for run_id in runs} == {"succeeded"}
    return most


def test_a_namespace_never_holds_more_than_its_quota():
    most = _finish(lambda name: Ceiling(cpus=1.0 if name == "a" else None), "a1", "a2", "b1")
    assert most["a"] == 1.0
    assert most["b"] > 1.0


def test_without_quotas_all_there_is_is_used():
    most = _finish(lambda _name: Ceiling(), "a1", "b1")
    assert most["a"] > 1.0


def test_the_quota_is_that_of_the_store():
    world = World()
    quota = Quota(cpu=2.0)
    world.store.add_namespace(Namespace(name="a", created_at=1.0, quota=quota))
    assert quota_of(world.store, "a") == quota
    assert quota_of(world.store, "") == Quota()
    assert quota_of(world.store, "nowhere") == Quota()
