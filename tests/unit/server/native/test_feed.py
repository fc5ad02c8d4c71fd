"""The feed: order, resuming, rows, namespaces, and what it costs the store."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing

import pytest
from native_bench import Bench, attempt, task

from headrace.engine.changes import Logged, RunChanged
from headrace.errors import InfrastructureError, TooManyRequests
from headrace.server.native import feed as feeds
from headrace.server.native.feed import Feed, Wanted

ALL = Wanted(None, rows=False, may_read=lambda _: True)


def logged(count, path=""):
    return [Logged(kind=f"k{number}", path=path) for number in range(count)]


def parsed(messages):
    """Return id, event and data of server-sent events; comments are left out."""
    found = []
    for block in b"".join(messages).decode().split("\n\n"):
        if block and not block.startswith(":"):
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


async def heard(feed, wanted, after, count, then=None):
    """Return the first events that a follower hears; ``then`` is done once it follows."""
    messages = []
    async with asyncio.timeout(10), aclosing(feed.follow(wanted, after)) as stream:
        async for message in stream:
            messages.append(message)
            if then is not None:
                await asyncio.to_thread(then)
                then = None
            if len(parsed(messages)) >= count:
                break
    return parsed(messages)


def test_the_feed_begins_after_the_given_entry_and_goes_on(bench):
    bench.run(*logged(3))
    ids = [entry.id for entry in bench.store.events()]
    feed = Feed(bench.store, poll_s=0.01)
    found = asyncio.run(heard(feed, ALL, ids[0], 4, then=lambda: bench.commit("r1", *logged(2))))
    assert [id_ for id_, _, _ in found] == [*ids[1:], ids[2] + 1, ids[2] + 2]
    assert [kind for _, kind, _ in found] == ["k1", "k2", "k0", "k1"]


def test_without_a_place_the_feed_begins_now(bench):
    bench.run(*logged(3))
    feed = Feed(bench.store, poll_s=0.01)
    found = asyncio.run(
        heard(feed, ALL, None, 1, then=lambda: bench.commit("r1", Logged(kind="new")))
    )
    assert [kind for _, kind, _ in found] == ["new"]


def test_rows_are_sent_along_as_they_are_now(bench):
    bench.run(
        task("load", "running"),
        attempt("load", "running", 1),
        attempt("load", "running", 2),
        RunChanged(state="running"),
        Logged(kind="task_running", path="load"),
    )
    wanted = Wanted("r1", rows=True, may_read=lambda _: False)
    ((_, kind, data),) = asyncio.run(heard(Feed(bench.store), wanted, 0, 1))
    assert kind == "task_running"
    assert data["run"]["state"] == "running"
    assert data["run"]["options"] == {}
    assert (data["task"]["path"], data["task"]["state"]) == ("load", "running")
    assert data["attempt"]["number"] == 2


def test_others_runs_and_namespaces_are_not_heard_of(bench):
    bench.run(*logged(1), run_id="a", namespace="a")
    bench.run(*logged(1), run_id="b", namespace="b")
    bench.run(*logged(1), run_id="c", namespace="a")
    team_a = Wanted(None, rows=False, may_read=lambda namespace: namespace == "a")
    found = asyncio.run(heard(Feed(bench.store), team_a, 0, 2))
    assert [data["run_id"] for _, _, data in found] == ["a", "c"]
    one = Wanted("b", rows=False, may_read=lambda _: False)
    found = asyncio.run(heard(Feed(bench.store), one, 0, 1))
    assert [data["run_id"] for _, _, data in found] == ["b"]


def test_a_follower_that_is_far_behind_misses_nothing(bench, monkeypatch):
    monkeypatch.setattr(feeds, "_KEPT", 10)
    monkeypatch.setattr(feeds, "_BATCH", 7)
    bench.run(*logged(50))
    feed = Feed(bench.store, poll_s=0.01)
    found = asyncio.run(heard(feed, ALL, 0, 150, then=lambda: bench.commit("r1", *logged(100))))
    ids = [id_ for id_, _, _ in found]
    assert ids == sorted(set(ids))
    assert len(ids) >= 150


def test_many_followers_cost_one_look_at_the_store(bench):
    bench.run()
    looks = []
    events = bench.store.events
    bench.store.events = lambda *a, **k: looks.append(1) or events(*a, **k)
    feed = Feed(bench.store, poll_s=0.01)

    async def everybody():
        first = asyncio.create_task(heard(feed, ALL, None, 1))
        await asyncio.sleep(0.05)
        others = [asyncio.create_task(heard(feed, ALL, None, 1)) for _ in range(50)]
        await asyncio.sleep(0.05)
        looks.clear()
        await asyncio.to_thread(bench.commit, "r1", Logged(kind="new"))
        return await asyncio.gather(first, *others)

    found = asyncio.run(everybody())
    assert all(kinds[0][1] == "new" for kinds in found)
    assert len(looks) < 10


def test_nobody_following_costs_nothing(bench):
    feed = Feed(bench.store, poll_s=0.01)

    async def come_and_go():
        bench.run(*logged(1))
        await heard(feed, ALL, 0, 1)
        await asyncio.sleep(0.05)
        return len(asyncio.all_tasks())

    assert asyncio.run(come_and_go()) == 1


def test_silence_is_broken_by_a_heartbeat(bench):
    async def listen():
        feed = Feed(bench.store, poll_s=0.01)
        async with asyncio.timeout(5), aclosing(feed.follow(ALL, None, heartbeat_s=0.05)) as stream:
            return [await anext(stream), await anext(stream), await anext(stream)]

    assert [message[:1] for message in asyncio.run(listen())] == [b":"] * 3


def test_too_many_followers_are_refused(bench, monkeypatch):
    monkeypatch.setattr(feeds, "_FOLLOWERS", 1)

    async def two():
        feed = Feed(bench.store)
        async with aclosing(feed.follow(ALL, None)) as one, aclosing(feed.follow(ALL, None)) as two:
            await anext(one)
            await anext(two)

    with pytest.raises(TooManyRequests):
        asyncio.run(two())


def test_entries_of_a_run_that_is_gone_are_passed_over(store):
    bench = Bench(store)
    bench.run(RunChanged(state="succeeded", finished_at=1.0), *logged(2))
    bench.run(*logged(1), run_id="r2")
    bench.send("DELETE", "/runs/r1", 204)
    found = asyncio.run(heard(Feed(store), ALL, 0, 1))
    assert [data["run_id"] for _, _, data in found] == ["r2"]


@pytest.mark.parametrize("place", ["x", "-1", "1" * 30, "1.5", "²"])
def test_a_place_that_is_none_of_ours_is_refused(bench, place):
    response = bench.client.get("/api/v1/events", headers={"Last-Event-ID": place.encode("utf-8")})
    assert response.status_code == 400


def test_rows_that_nobody_wants_are_not_read(bench):
    bench.run(*logged(5, path="load"))
    bench.store.tasks = lambda *_: pytest.fail("rows were read")
    feed = Feed(bench.store, poll_s=5.0)
    assert len(asyncio.run(heard(feed, ALL, 0, 5))) == 5


def test_a_store_that_is_out_at_first_costs_nobody_the_place(bench):
    bench.run(*logged(3))
    last = bench.store.last_event_id
    answers = iter([InfrastructureError("out", retryable=True), last()])

    def answer():
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    bench.store.last_event_id = answer
    feed = Feed(bench.store, poll_s=0.01)
    found = asyncio.run(
        heard(feed, ALL, None, 1, then=lambda: bench.commit("r1", Logged(kind="new")))
    )
    assert [kind for _, kind, _ in found] == ["new"]


def test_streams_end_when_the_feed_is_broken_and_begin_anew_when_asked(bench):
    bench.run()
    feed = Feed(bench.store, poll_s=0.01)
    version = bench.store.data_version

    async def listen():
        bench.store.data_version = lambda: 1 / 0
        async with asyncio.timeout(5):
            broken = [message async for message in feed.follow(ALL, None, heartbeat_s=0.05)]
        bench.store.data_version = version
        return broken, await heard(
            feed, ALL, None, 1, then=lambda: bench.commit("r1", Logged(kind="new"))
        )

    broken, found = asyncio.run(listen())
    assert broken[0].startswith(b":")
    assert [kind for _, kind, _ in found] == ["new"]


def test_asking_for_the_head_of_a_stream_does_not_wait_for_its_end(bench):
    response = bench.client.head("/api/v1/events")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
