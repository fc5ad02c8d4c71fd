"""What fits on the machine starts, in turn, and never more than that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.controller.packing import Packer, Share
from headrace.engine.attempts import AttemptId, AttemptSpec, Inputs, Job, ResourceRequest
from headrace.ir.model import Component
from headrace.launchers.port import Capacity

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


def spec(name, *, run="r", **request):
    return AttemptSpec(
        id=AttemptId(run, str(name), 1),
        job=JOB,
        executor_label="exec",
        interface=Component(),
        inputs=Inputs(),
        output_root="memory://out",
        resources=ResourceRequest(**request),
    )


def packer(cpus=4.0, memory=8 * GIB, slots=100, **accelerators):
    kinds = {kind.replace("_", "/"): count for kind, count in accelerators.items()}
    capacity = Capacity(cpus=cpus, memory_bytes=memory, accelerators=kinds)
    return Packer(capacity, slots)


def admitted(packing):
    return [one.spec.id.task for one in packing.admit()]


def submit(packing, *specs):
    for one in specs:
        packing.submit(one)


@pytest.mark.parametrize(
    ("asked", "starts"),
    [
        pytest.param([{}, {}, {}], ["0", "1", "2"], id="those that ask for nothing all start"),
        pytest.param([{"cpu_request": 2.0}] * 3, ["0", "1"], id="cores are counted"),
        pytest.param(
            [{"cpu_limit": 3.0}] * 2, ["0"], id="a limit counts where there is no request"
        ),
        pytest.param(
            [{"cpu_request": 1.0, "cpu_limit": 4.0}] * 4,
            ["0", "1", "2", "3"],
            id="a request counts",
        ),
        pytest.param([{"memory_request_bytes": 5 * GIB}] * 2, ["0"], id="memory is counted"),
        pytest.param([{"cpu_request": 0.1}] * 40, [str(i) for i in range(40)], id="tenths add up"),
        pytest.param(
            [{"cpu_request": 1.0}, {"cpu_request": 4.0}, {"cpu_request": 1.0}],
            ["0"],
            id="a small one does not overtake a large one",
        ),
        pytest.param(
            [{"cpu_request": 4.0}, {"cpu_request": 1.0}, {}],
            ["0", "2"],
            id="one that asks for nothing does",
        ),
    ],
)
def test_who_starts(asked, starts):
    packing = packer()
    submit(packing, *(spec(i, **request) for i, request in enumerate(asked)))
    assert admitted(packing) == starts


def test_a_request_beyond_all_there_is_runs_alone():
    packing = packer(cpus=4.0)
    small = spec("small", cpu_request=1.0)
    submit(packing, small, spec("huge", cpu_request=64.0, memory_request_bytes=900 * GIB))
    assert admitted(packing) == ["small"]
    packing.release(small.id)
    assert admitted(packing) == ["huge"]
    submit(packing, spec("after", cpu_request=0.5))
    assert admitted(packing) == []


def test_slots_limit_all():
    packing = packer(slots=2)
    submit(packing, spec("plain"), spec("asks", cpu_request=1.0), spec("late"))
    assert admitted(packing) == ["asks", "plain"]
    packing.release(AttemptId("r", "plain", 1))
    assert admitted(packing) == ["late"]


def test_submitting_twice_starts_once():
    packing = packer()
    submit(packing, spec("a"), spec("a"))
    assert admitted(packing) == ["a"]
    submit(packing, spec("a"))
    assert admitted(packing) == []


@pytest.mark.parametrize("request_", [{}, {"cpu_request": 1.0}], ids=["plain", "asking"])
def test_a_withdrawn_attempt_does_not_start(request_):
    packing = packer()
    submit(packing, spec("a", **request_), spec("b", **request_))
    assert packing.withdraw(AttemptId("r", "a", 1))
    assert not packing.withdraw(AttemptId("r", "a", 1))
    assert admitted(packing) == ["b"]


def test_a_withdrawn_attempt_may_come_back():
    packing = packer()
    submit(packing, spec("a"), spec("b"))
    packing.withdraw(AttemptId("r", "a", 1))
    submit(packing, spec("a"))
    assert admitted(packing) == ["b", "a"]


def test_a_running_attempt_cannot_be_withdrawn():
    packing = packer()
    submit(packing, spec("a"))
    assert admitted(packing) == ["a"]
    assert not packing.withdraw(AttemptId("r", "a", 1))


def test_withdrawing_a_run_leaves_the_others():
    packing = packer(slots=1)
    submit(packing, spec("runs"))
    assert admitted(packing) == ["runs"]
    submit(packing, spec("a"), spec("b", run="other"), spec("c", cpu_request=1.0))
    packing.withdraw_run("r")
    assert admitted(packing) == []
    packing.release(AttemptId("r", "runs", 1))
    assert admitted(packing) == ["b"]


def test_releasing_what_is_unknown_or_released_gives_nothing():
    packing = packer(cpus=1.0)
    one = spec("a", cpu_request=1.0)
    submit(packing, one, spec("b", cpu_request=1.0), spec("c", cpu_request=1.0))
    packing.release(AttemptId("r", "nobody", 1))
    assert admitted(packing) == ["a"]
    packing.release(one.id)
    packing.release(one.id)
    assert admitted(packing) == ["b"]


def test_adopted_attempts_count():
    packing = packer(cpus=2.0)
    packing.hold(spec("adopted", cpu_request=2.0))
    submit(packing, spec("adopted", cpu_request=2.0), spec("next", cpu_request=1.0))
    assert admitted(packing) == []
    packing.release(AttemptId("r", "adopted", 1))
    assert admitted(packing) == ["next"]


def test_more_adopted_than_fits_blocks_until_enough_has_ended():
    packing = packer(cpus=2.0)
    for name in "ab":
        packing.hold(spec(name, cpu_request=2.0))
    submit(packing, spec("next", cpu_request=1.0))
    packing.release(AttemptId("r", "a", 1))
    assert admitted(packing) == []
    packing.release(AttemptId("r", "b", 1))
    assert admitted(packing) == ["next"]


def test_devices_are_handed_out_to_one_at_a_time():
    packing = packer(nvidia_gpu=3)
    wants = {"accelerator_type": "nvidia/gpu"}
    submit(packing, *(spec(n, accelerator_count=n, **wants) for n in (2, 1)))
    submit(packing, spec("waits", accelerator_count=1, **wants))
    first = packing.admit()
    assert [one.share for one in first] == [
        Share(accelerator_type="nvidia/gpu", devices=(0, 1)),
        Share(accelerator_type="nvidia/gpu", devices=(2,)),
    ]
    packing.release(first[0].spec.id)
    (then,) = packing.admit()
    assert then.share.devices == (0,)


@pytest.mark.parametrize(
    ("there", "kind", "devices"),
    [
        pytest.param(
            {"nvidia_gpu": 2}, "nvidia-tesla-k80", (0,), id="the only kind serves any name"
        ),
        pytest.param({"nvidia_gpu": 2, "amd_gpu": 2}, "amd/gpu", (0,), id="by name"),
        pytest.param(
            {"nvidia_gpu": 2, "amd_gpu": 2}, "tpu", (), id="none of several serves others"
        ),
        pytest.param({}, "nvidia/gpu", (), id="none where there is none"),
    ],
)
def test_which_devices_serve_a_request(there, kind, devices):
    packing = packer(**there)
    submit(packing, spec("a", accelerator_type=kind, accelerator_count=1))
    (one,) = packing.admit()
    assert one.share.devices == devices


def test_the_head_says_what_it_waits_for():
    packing = packer(cpus=4.0)
    assert packing.waiting_for() is None
    submit(packing, spec("a", cpu_request=3.0), spec("b", cpu_request=2.0))
    packing.admit()
    said = packing.waiting_for()
    assert said is not None
    assert said.startswith("b waits for 2 of 4 cores")
    assert "1 cores" in said
    packing.withdraw(AttemptId("r", "b", 1))
    assert packing.waiting_for() is None


amounts = st.fixed_dictionaries(
    {},
    optional={
        "cpu_request": st.sampled_from([0.1, 0.5, 1.0, 3.0, 9.0]),
        "memory_request_bytes": st.sampled_from([GIB // 2, 3 * GIB, 99 * GIB]),
        "accelerator_count": st.integers(0, 4),
    },
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), amounts),
        st.tuples(st.just("release"), st.integers(0, 20)),
        st.tuples(st.just("withdraw"), st.integers(0, 20)),
    ),
    max_size=40,
)


@given(steps, st.integers(1, 6))
def test_never_more_than_there_is_and_in_turn(actions, slots):
    capacity = Capacity(cpus=4.0, memory_bytes=8 * GIB, accelerators={"gpu": 3})
    packing = Packer(capacity, slots)
    running, waiting, count = {}, [], 0
    for action, value in actions:
        if action == "submit":
            one = spec(count, accelerator_type="gpu", **value)
            count += 1
            packing.submit(one)
            waiting.append(one)
        elif action == "release" and running:
            packing.release(running.pop(list(running)[value % len(running)]).spec.id)
        elif action == "withdraw" and waiting:
            packing.withdraw(waiting.pop(value % len(waiting)).id)
        for one in packing.admit():
            running[one.spec.id] = one
            waiting.remove(one.spec)
        shares = [one.share for one in running.values()]
        devices = [device for share in shares for device in share.devices]
        assert len(running) <= slots
        assert sum(share.cpus for share in shares) <= 4.0 + 1e-6
        assert sum(share.memory_bytes for share in shares) <= 8 * GIB
        assert sorted(set(devices)) == sorted(devices)
        asking = [one for one in waiting if asks(one)]
        started_asking = [int(k.task) for k, one in running.items() if asks(one.spec)]
        if asking and started_asking:
            first_waiting = min(int(one.id.task) for one in asking)
            assert max(started_asking) < first_waiting
        if not running:
            assert not waiting  # nothing waits for ever


def asks(one):
    request = one.resources
    return bool(request.cpu_request or request.memory_request_bytes or request.accelerator_count)


@pytest.mark.parametrize(
    ("known", "next_one"),
    [((0,), 1), ((1,), 0), (None, 1), ((7,), 0)],
    ids=["the first", "the second", "not known", "not of this machine"],
)
def test_an_adopted_attempt_holds_the_devices_that_it_was_given(known, next_one):
    kind = "nvidia.com/gpu"
    capacity = Capacity(cpus=4.0, memory_bytes=GIB, accelerators={kind: 2})
    packing = Packer(capacity, 4)
    packing.hold(spec("adopted", accelerator_type=kind, accelerator_count=1), known)
    packing.submit(spec("next", accelerator_type=kind, accelerator_count=1))
    (admitted,) = packing.admit()
    assert admitted.share.devices == (next_one,)
