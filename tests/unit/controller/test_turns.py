"""Namespaces take turns, and what is over a quota waits; with a clock that nobody needs."""

from __future__ import annotations

from collections import Counter, deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.controller.packing import Packer
from headrace.controller.tenants import Ceiling, ceiling_of
from headrace.controller.turns import reason_to_wait, runs_in_turn
from headrace.engine.attempts import AttemptId, AttemptSpec, Inputs, Job, ResourceRequest
from headrace.ir.model import Component
from headrace.launchers.port import Capacity
from headrace.store import Quota

GIB = 1 << 30
JOB = Job(
    run_id="r",
    run_name="r",
    pipeline="p",
    task_name="t",
    task_id="t",
    pipeline_root="",
    created_at=0,
)


@pytest.mark.parametrize(
    ("waiting", "under_way", "most", "expected"),
    [
        pytest.param("a1 a2 a3", {}, {}, "a1 a2 a3", id="one namespace: first come"),
        pytest.param("a1 a2 a3 b1", {}, {}, "a1 b1 a2 a3", id="several take turns"),
        pytest.param("a1 b1 a2 b2", {"a": 5}, {}, "b1 b2 a1 a2", id="who has few comes first"),
        pytest.param("a1 a2 b1", {"a": 1}, {"a": 2}, "b1 a1", id="over the quota waits"),
        pytest.param("a1 b1", {"a": 9}, {"a": 2, "b": None}, "b1", id="far over it too"),
        pytest.param("a1 b1", {}, {"a": 0}, "b1", id="a quota of none begins none"),
        pytest.param("", {}, {}, "", id="nothing waits"),
    ],
)
def test_who_is_next(waiting, under_way, most, expected) -> None:
    runs = [(name, name[0]) for name in waiting.split()]
    assert runs_in_turn(runs, under_way, most) == expected.split()


def test_the_reason_to_wait_names_the_quota() -> None:
    assert reason_to_wait("team", 1, 2) is None
    assert reason_to_wait("team", 9, None) is None
    assert reason_to_wait("team", 2, 2) == (
        "namespace team carries out 2 runs, and its quota allows 2"
    )


@given(
    st.lists(st.sampled_from("abc"), max_size=30),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 5)),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 5)),
)
def test_no_quota_is_exceeded_and_nobody_is_left_out(names, under_way, most) -> None:
    waiting = [(f"{name}{place}", name) for place, name in enumerate(names)]
    taken = runs_in_turn(waiting, under_way, most)
    counts = Counter(run_id[0] for run_id in taken)
    for name in "abc":
        asked = [run_id for run_id, namespace in waiting if namespace == name]
        room = max(0, most[name] - under_way.get(name, 0)) if name in most else len(asked)
        assert [run_id for run_id in taken if run_id[0] == name] == asked[:room]
        assert counts[name] == min(len(asked), room)


def _spec(name: str, **request) -> AttemptSpec:
    return AttemptSpec(
        id=AttemptId("r", name, 1),
        job=JOB,
        executor_label="exec",
        interface=Component(),
        inputs=Inputs(),
        output_root="memory://out",
        resources=ResourceRequest(**request),
    )


def _packer(cpus: float = 4.0, slots: int = 100) -> Packer:
    return Packer(Capacity(cpus=cpus, memory_bytes=8 * GIB, accelerators={"gpu": 4}), slots)


def _started(packer: Packer) -> list[str]:
    return [one.spec.id.task for one in packer.admit()]


def test_a_flood_of_one_namespace_does_not_keep_another_waiting() -> None:
    """In virtual time: as soon as something ends, the namespace that holds less is next."""
    packer = _packer(cpus=4.0)
    for number in range(100):
        packer.submit(_spec(f"a{number}", cpu_request=1.0), "a")
    running = deque(_started(packer))
    assert list(running) == ["a0", "a1", "a2", "a3"]
    for number in range(3):
        packer.submit(_spec(f"b{number}", cpu_request=1.0), "b")
    order = []
    for _ in range(8):
        packer.release(AttemptId("r", running.popleft(), 1))
        begun = _started(packer)
        order += begun
        running.extend(begun)
    assert order[:2] == ["b0", "b1"]
    assert order.index("b2") < 8
    assert [name for name in order if name[0] == "a"] == ["a4", "a5", "a6", "a7", "a8"]


def test_slots_are_shared_too() -> None:
    packer = _packer(slots=2)
    for number in range(5):
        packer.submit(_spec(f"a{number}"), "a")
    packer.submit(_spec("b0"), "b")
    assert _started(packer) == ["a0", "b0"]


def test_shares_count_what_is_scarce() -> None:
    """Half of the memory weighs more than an eighth of the cores."""
    packer = _packer(cpus=8.0)
    packer.hold(_spec("held-a", memory_request_bytes=4 * GIB), namespace="a")
    packer.hold(_spec("held-b", cpu_request=1.0), namespace="b")
    packer.submit(_spec("a1", cpu_request=1.0), "a")
    packer.submit(_spec("b1", cpu_request=1.0), "b")
    assert _started(packer) == ["b1", "a1"]


@pytest.mark.parametrize(
    ("ceiling", "request_"),
    [
        (Ceiling(cpus=1.0), {"cpu_request": 1.0}),
        (Ceiling(memory_bytes=GIB), {"memory_request_bytes": GIB}),
        (Ceiling(devices=1), {"accelerator_type": "gpu", "accelerator_count": 1}),
    ],
    ids=["cores", "memory", "accelerators"],
)
def test_a_namespace_at_its_quota_waits_and_others_do_not(ceiling, request_) -> None:
    packer = _packer()
    packer.limit("a", ceiling)
    for name in ("a1", "a2"):
        packer.submit(_spec(name, **request_), "a")
    packer.submit(_spec("b1", **request_), "b")
    assert _started(packer) == ["a1", "b1"]
    (waiting,) = packer.waiting()
    assert waiting[0].task == "a2"
    assert "a2 waits: namespace a has as many" in waiting[1]
    packer.release(AttemptId("r", "a1", 1))
    assert _started(packer) == ["a2"]


def test_a_quota_that_shrinks_stops_nothing_that_runs_and_one_that_grows_lets_more_in() -> None:
    packer = _packer()
    for name in ("a1", "a2"):
        packer.submit(_spec(name, cpu_request=1.0), "a")
    assert len(_started(packer)) == 2
    packer.limit("a", Ceiling(cpus=1.0))
    packer.submit(_spec("a3", cpu_request=1.0), "a")
    packer.release(AttemptId("r", "a1", 1))
    assert _started(packer) == []
    packer.limit("a", Ceiling(cpus=2.0))
    assert _started(packer) == ["a3"]


def test_a_quota_is_kept_while_nothing_of_the_namespace_runs() -> None:
    packer = _packer()
    packer.limit("a", Ceiling(cpus=1.0))
    for name in ("a1", "a2"):
        packer.submit(_spec(name, cpu_request=1.0), "a")
        assert _started(packer) == [name]
        packer.release(AttemptId("r", name, 1))
    packer.submit(_spec("a3", cpu_request=2.0), "a")
    assert _started(packer) == []


def test_a_quota_of_the_store_becomes_a_ceiling() -> None:
    assert ceiling_of(Quota(cpu=2.0, memory_bytes=3, gpus=1, max_runs=7)) == Ceiling(2.0, 3, 1)
    assert ceiling_of(Quota()) == Ceiling()


actions = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("abc"), st.sampled_from([0.0, 0.5, 1.0, 3.0])),
        st.tuples(st.just("end"), st.integers(0, 20)),
    ),
    max_size=40,
)


@given(actions)
def test_never_more_than_a_quota_and_in_turn_within_a_namespace(steps) -> None:
    packer = _packer()
    packer.limit("a", Ceiling(cpus=1.5))
    packer.limit("b", Ceiling(cpus=0.0))
    running: dict[str, float] = {}
    order: dict[str, list[int]] = {name: [] for name in "abc"}
    for number, (what, value) in enumerate(steps):
        if what != "end":
            packer.submit(_spec(f"{what}{number}", cpu_request=value or None), what)
        elif running:
            ended = list(running)[int(value) % len(running)]
            del running[ended]
            packer.release(AttemptId("r", ended, 1))
        for one in packer.admit():
            running[one.spec.id.task] = one.share.cpus
            if one.share.cpus:
                order[one.spec.id.task[0]].append(int(one.spec.id.task[1:]))
        held = Counter[str]()
        for task, cpus in running.items():
            held[task[0]] += cpus
        assert held["a"] <= 1.5
        assert held["b"] == 0
        assert held.total() <= 4.0 + 1e-9
    assert all(places == sorted(places) for places in order.values())
