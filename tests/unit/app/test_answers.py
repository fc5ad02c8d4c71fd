"""Forecasts, explanations and suggestions, over a store in memory."""

from __future__ import annotations

import pytest

from headrace.app.explaining import explanation
from headrace.app.forecast import forecast
from headrace.app.usage import suggestions
from headrace.engine.attempts import Outputs, Usage
from headrace.engine.changes import AttemptChanged, CacheEntryAdded, TaskChanged
from headrace.engine.events import CacheAnswered, RunSubmitted
from headrace.errors import NotFound
from headrace.store import NewRun, RunBatch
from headrace.store.memory import MemoryStore
from headrace.testing.sketches import Out, Task, sketch

NUMBER = {"Output": "NUMBER_INTEGER"}


class Recorded:
    """A store with runs that tests put together row by row."""

    def __init__(self):
        self.store = MemoryStore()
        self.at = 1.0

    def run(self, run_id, *changes, events=()):
        self.at += 1.0
        submitted = RunSubmitted(run_id=run_id, run_name=run_id, parameters={}, pipeline_root="m")
        self.store.create_run(
            NewRun(submitted=submitted, pipeline="p", document=b"{}", created_at=self.at)
        )
        (lease,) = self.store.claim("me", now=self.at, lease_s=9.0, run_ids=[run_id])
        timed = [(self.at, event) for event in events]
        self.store.commit([RunBatch(lease=lease, at=self.at, events=timed, changes=changes)])
        return self.store.run(run_id)


def task(path="fit", state="succeeded", **more):
    fields = {"kind": "container", "created_at": 100.0} | more
    return TaskChanged(
        path=path, parent="", name=path, display_name=path, component="c", state=state, **fields
    )


def entry(key, **fields):
    return CacheEntryAdded(key=key, path="fit", fields=fields, outputs=Outputs())


def test_a_hit_names_what_it_was_taken_from():
    recorded = Recorded()
    hit = task(cached=True, cache_key="k", cache_source="r0/fit", reason="same code")
    told = explanation(recorded.store, recorded.run("r1", hit), "fit")
    assert (told["verdict"], told["reason"], told["nearest"]) == ("hit", "same code", "r0/fit")


def test_a_miss_shows_the_fields_that_differ_from_the_nearest_run():
    recorded = Recorded()
    recorded.run("old", entry("k1", code="1", n="2"))
    missed = task(cache_key="k2", cache_fields={"code": "1", "n": "3"})
    told = explanation(recorded.store, recorded.run("new", missed), "fit")
    assert told["verdict"] == "miss"
    assert told["nearest"] == "old/fit"
    assert told["differences"] == {"n": ["3", "2"]}
    assert "n" in told["reason"]


def test_a_miss_tells_what_the_look_up_found_then():
    recorded = Recorded()
    found = CacheAnswered(task="fit", reason="made in run old, but its artifact m is gone")
    run = recorded.run("new", task(cache_key="k"), events=[found])
    assert explanation(recorded.store, run, "fit")["reason"] == found.reason


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (task(kind="loop"), "it is a group"),
        (task(state="skipped"), "it was skipped"),
        (task(), "its caching is switched off"),
    ],
)
def test_what_was_not_looked_up_says_why(row, said):
    recorded = Recorded()
    told = explanation(recorded.store, recorded.run("r", row), "fit")
    assert told["verdict"] == "not looked up"
    assert told["reason"].startswith(said)


def test_a_step_that_is_not_there_lists_those_that_are():
    recorded = Recorded()
    with pytest.raises(NotFound) as raised:
        explanation(recorded.store, recorded.run("r", task()), "fti")
    assert raised.value.hint == "its steps are fit"


def attempt(number=1, *, state="succeeded", wall=10.0, cpu=5.0, memory=100 << 20, path="fit"):
    usage = Usage(wall_s=wall, cpu_s=cpu, max_rss_bytes=memory)
    return AttemptChanged(path=path, number=number, state=state, created_at=1.0, usage=usage)


@pytest.mark.parametrize(
    ("attempts", "said"),
    [
        pytest.param([attempt()], [("600m", "128Mi")], id="a fifth more than was used"),
        pytest.param([attempt(wall=0.5)], [], id="too short to judge"),
        pytest.param([attempt(state="failed")], [], id="failed"),
        pytest.param(
            [attempt(1, memory=900 << 20, cpu=1.0), attempt(2, cpu=20.0)],
            [("2400m", "1088Mi")],
            id="the highest of all attempts",
        ),
        pytest.param([attempt(cpu=0.0, memory=1)], [("100m", "64Mi")], id="never nothing"),
    ],
)
def test_suggestions(attempts, said):
    recorded = Recorded()
    recorded.run("r", *attempts)
    expected = [
        f"fit would fit .set_cpu_request('{cpu}').set_memory_request('{memory}')"
        for cpu, memory in said
    ]
    assert suggestions(recorded.store, "r") == expected


CHAIN = sketch(
    {
        "a": Task(outputs=NUMBER, cache=True),
        "b": Task(
            inputs={"n": Out("a")}, types={"n": "NUMBER_INTEGER"}, outputs=NUMBER, cache=True
        ),
        "c": Task(inputs={"n": Out("b")}, types={"n": "NUMBER_INTEGER"}),
    }
)
SUBMITTED = RunSubmitted(run_id="f", run_name="f", parameters={}, pipeline_root="memory://r")


def fates(hits):
    def answer(command):
        made = Outputs(parameters={"Output": 1}) if command.task in hits else None
        return CacheAnswered(task=command.task, outputs=made, source="r0/x", reason="asked")

    return {one.path: one.fate for one in forecast(CHAIN, SUBMITTED, answer, 1.0)}


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        ({"a", "b"}, {"a": "reuse", "b": "reuse", "c": "run"}),
        ({"a"}, {"a": "reuse", "b": "run", "c": "depends"}),
        (set(), {"a": "run", "b": "depends", "c": "depends"}),
    ],
)
def test_a_forecast_goes_as_far_as_can_be_known(hits, expected):
    assert fates(hits) == expected
