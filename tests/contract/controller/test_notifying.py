"""Messages about runs: planned once, sent until they arrive, one bad target apart from the others."""

from __future__ import annotations

import asyncio
import json
import threading

import msgspec
import pytest

from headrace.controller.notices import delivery_of, is_told_of, trial_of
from headrace.controller.notifying import GIVE_UP_S, KEPT_S, Notifying, pause_after
from headrace.engine.changes import Logged, RunChanged
from headrace.engine.events import RunSubmitted
from headrace.errors import InfrastructureError, InvalidRequest
from headrace.store import NewRun, RunBatch, Webhook

HOUR = 3600.0
DOWN = InfrastructureError("the target answered 500", retryable=True)


class Clock:
    def __init__(self, time=1000.0):
        self.time = time

    def now(self):
        return self.time


class Target:
    """Receives messages; ``problem`` says how the next ones fail, for which webhooks."""

    def __init__(self):
        self.got = []
        self.asked = []
        self.problem = {}

    def __call__(self, webhook, delivery, secret):
        self.asked.append(delivery.id)
        if webhook.id in self.problem:
            raise self.problem[webhook.id]
        self.got.append((webhook.id, delivery.id, json.loads(delivery.body)["type"]))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def target():
    return Target()


def notifying(store, target, clock):
    return Notifying(store, target, clock=clock, jitter=lambda: 1.0)


def webhook(store, id_="w1", **more):
    made = Webhook(
        **{"id": id_, "namespace": "", "name": id_, "url": "http://x/", "created_at": 0.0, **more}
    )
    store.add_webhook(made, b"secret")
    return made


def run(store, run_id="r1", state="succeeded", *, at=900.0, pipeline="train", error=None):
    submitted = RunSubmitted(run_id=run_id, run_name=f"run {run_id}", parameters={"key": "hush"}, pipeline_root="")  # fmt: skip
    store.create_run(NewRun(submitted=submitted, pipeline=pipeline, document=b"{}", created_at=at))
    (lease,) = store.claim(f"of {run_id}", now=at, lease_s=60.0, run_ids=[run_id])
    begun = [RunChanged(state="running", started_at=at), Logged(kind="run_running")]
    ended = [
        RunChanged(state=state, finished_at=at, error=error),
        Logged(kind="run_ended", message=f"the run {state}" + (f": {error}" if error else "")),
    ]
    store.commit([RunBatch(lease=lease, at=at, changes=[*begun, *ended])])
    store.release([lease])


def test_the_end_of_a_run_is_told_once(store, clock, target):
    webhook(store)
    run(store)
    work = [notifying(store, target, clock), notifying(store, target, clock)]
    assert [one.turn() for one in [*work, *work]] == [1, 0, 0, 0]
    ((_, _, kind),) = target.got
    assert kind == "run.succeeded"
    (kept,) = store.deliveries("w1")
    assert (kept.state, kept.attempts, kept.error) == ("delivered", 1, None)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        pytest.param({}, ["run.failed"], id="every end by default"),
        pytest.param({"states": ("succeeded",)}, [], id="only some ends"),
        pytest.param({"states": ("running", "failed")}, ["run.running", "run.failed"], id="begin"),
        pytest.param({"pipelines": ("other",)}, [], id="runs of other pipelines"),
        pytest.param({"pipelines": ("train",)}, ["run.failed"], id="runs of this pipeline"),
        pytest.param({"enabled": False}, [], id="one that is disabled"),
        pytest.param({"namespace": "other"}, [], id="one of another namespace"),
        pytest.param({"created_at": 950.0}, [], id="what happened before it was made"),
    ],
)
def test_a_webhook_is_told_of_what_it_asked_for(store, clock, target, more, told):
    webhook(store, **more)
    run(store, state="failed", error="boom")
    notifying(store, target, clock).turn()
    assert [kind for *_, kind in target.got] == told


def test_a_target_that_is_down_for_an_hour_gets_every_message_with_its_id(store, clock, target):
    webhook(store)
    for number in range(3):
        run(store, f"r{number}")
    target.problem["w1"] = DOWN
    work = notifying(store, target, clock)
    until = clock.time + HOUR
    while clock.time < until:
        work.turn()
        clock.time += 5
    ids = {one.id for one in store.deliveries("w1")}
    assert set(target.asked) <= ids
    assert len(target.asked) < 40  # three messages, less and less often
    target.problem.clear()
    for _ in range(800):
        work.turn()
        clock.time += 10
    assert {identity for _, identity, _ in target.got} == ids
    assert len(target.got) == 3


def test_a_bad_target_holds_up_no_other(store, clock, target):
    webhook(store)
    webhook(store, "w2")
    target.problem["w1"] = DOWN
    run(store)
    assert notifying(store, target, clock).turn() == 1
    assert [identity for identity, *_ in target.got] == ["w2"]


def test_a_message_that_never_will_arrive_is_given_up(store, clock, target):
    webhook(store)
    run(store)
    target.problem["w1"] = InvalidRequest("the target answered 410: it is gone for good")
    work = notifying(store, target, clock)
    work.turn()
    clock.time += 10 * HOUR
    work.turn()
    (kept,) = store.deliveries("w1")
    assert (kept.state, len(target.asked)) == ("failed", 1)


def test_a_message_is_given_up_after_three_days(store, clock, target):
    webhook(store)
    run(store)
    target.problem["w1"] = DOWN
    work = notifying(store, target, clock)
    until = clock.time + GIVE_UP_S + 2 * HOUR
    while clock.time < until:
        work.turn()
        clock.time += HOUR
    (kept,) = store.deliveries("w1")
    assert kept.state == "failed"
    assert "500" in kept.error


def test_a_crash_after_sending_sends_again_with_the_same_id(store, clock, target):
    webhook(store)
    run(store)

    class Dies(BaseException):
        pass

    def send_and_die(*given):
        target(*given)
        raise Dies

    with pytest.raises(Dies):
        notifying(store, send_and_die, clock).turn()
    clock.time += HOUR
    notifying(store, target, clock).turn()
    first, second = target.got
    assert first == second


def test_an_odd_error_of_one_message_ends_nothing(store, clock, target):
    webhook(store)
    webhook(store, "w2")
    target.problem["w1"] = ZeroDivisionError("odd")
    run(store)
    assert notifying(store, target, clock).turn() == 1


def test_a_disabled_or_removed_webhook_gets_nothing_more(store, clock, target):
    made = webhook(store)
    webhook(store, "w2")
    run(store)
    work = notifying(store, target, clock)
    work.plan()
    store.put_webhook(msgspec.structs.replace(made, enabled=False))
    store.remove_webhook("w2")
    assert work.turn() == 0
    assert target.got == []


def test_messages_are_forgotten_a_week_after_they_were_settled(store, clock, target):
    webhook(store)
    webhook(store, "w2")
    target.problem["w2"] = DOWN
    run(store)
    work = notifying(store, target, clock)
    assert (work.turn(), work.tidy()) == (1, 0)
    clock.time += KEPT_S + 1
    assert (work.tidy(), work.tidy()) == (1, 0)
    assert store.deliveries("w1") == []
    assert [one.state for one in store.deliveries("w2")] == ["pending"]


def test_pauses_double_up_to_an_hour_with_jitter():
    assert [pause_after(n, 1.0) for n in (1, 2, 3, 10, 100)] == [5, 10, 20, 2560, 3600]
    assert pause_after(3, 0.0) == 10


def entry(store, kind="run_ended"):
    return next(one for one in store.events(0) if one.kind == kind)


def test_a_message_holds_no_parameter_and_its_id_is_that_of_the_event(store):
    made = webhook(store)
    run(store, state="failed", error="line one\nline two")
    told = delivery_of(made, entry(store), store.run("r1"), now=5.0)
    again = delivery_of(made, entry(store), store.run("r1"), now=9.0)
    body = json.loads(told.body)
    assert (told.id, told.event_id) == (again.id, entry(store).id)
    assert body["run"]["error"] == "line one line two"
    assert "hush" not in told.body


def test_chat_and_mail_messages_are_inert():
    made = Webhook(id="w", namespace="", name="w", url="http://x", created_at=0.0, format="slack")
    text = json.loads(trial_of(made, now=1.0).body)["text"]
    assert text.startswith("*a test of this notification* succeeded")
    mail = msgspec.structs.replace(made, format="email")
    body = json.loads(trial_of(mail, now=1.0).body)
    assert set(body) == {"subject", "text"}


def test_a_name_cannot_format_or_break_lines(store):
    made = webhook(store, format="slack")
    run(store, pipeline="<!channel>\nBcc: x")
    told = delivery_of(made, entry(store), store.run("r1"), now=5.0)
    assert "&lt;!channel&gt; Bcc: x" in json.loads(told.body)["text"]


def test_only_states_of_runs_are_told(store):
    run(store)
    assert [one.kind for one in store.events(0) if is_told_of(one)] == ["run_running", "run_ended"]


def test_while_one_target_hangs_the_others_are_told(store):
    """Really concurrent: the threads of one target are bounded."""
    webhook(store)
    webhook(store, "w2")
    for number in range(10):
        run(store, f"r{number}")
    let_go, told = threading.Event(), []

    def send(to, delivery, secret):
        if to.id == "w1":
            let_go.wait(10)
        told.append(to.id)

    async def until_the_others_are_told():
        work = asyncio.create_task(Notifying(store, send, clock=Clock()).run())
        async with asyncio.timeout(10):
            while told.count("w2") < 10:  # noqa: ASYNC110 - threads tell no event of this loop
                await asyncio.sleep(0.01)
        assert "w1" not in told
        let_go.set()
        async with asyncio.timeout(10):
            while told.count("w1") < 10:  # noqa: ASYNC110 - threads tell no event of this loop
                await asyncio.sleep(0.01)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    asyncio.run(until_the_others_are_told())
