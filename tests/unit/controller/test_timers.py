"""Timers fire once, when their time has come, at the time that was set last."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headrace.controller.timers import Timers


def test_the_earliest_fires_first():
    timers = Timers()
    timers.set("r", "late", 20.0)
    timers.set("r", "soon", 10.0)
    assert timers.next() == 10.0
    assert timers.fired(9.9) == []
    assert timers.fired(30.0) == [("r", "soon"), ("r", "late")]
    assert timers.next() is None


def test_a_timer_fires_at_its_time_exactly():
    timers = Timers()
    timers.set("r", "t", 10.0)
    assert timers.fired(10.0) == [("r", "t")]


def test_setting_again_moves_it_later_and_earlier():
    timers = Timers()
    timers.set("r", "t", 10.0)
    timers.set("r", "t", 20.0)
    assert timers.fired(15.0) == []
    timers.set("r", "t", 5.0)
    assert timers.fired(15.0) == [("r", "t")]
    assert timers.fired(99.0) == []


def test_setting_the_same_time_twice_fires_once():
    timers = Timers()
    timers.set("r", "t", 10.0)
    timers.set("r", "t", 10.0)
    assert timers.fired(10.0) == [("r", "t")]
    assert timers.fired(10.0) == []


def test_dropping_a_run_leaves_the_timers_of_others():
    timers = Timers()
    timers.set("a", "t", 10.0)
    timers.set("b", "t", 11.0)
    timers.drop("a")
    assert timers.next() == 11.0
    assert timers.fired(20.0) == [("b", "t")]


keys = st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"))


@given(st.lists(st.one_of(st.tuples(keys, st.integers(0, 30)), st.integers(0, 30)), max_size=30))
def test_it_agrees_with_a_table_of_due_times(actions):
    timers, table, now = Timers(), {}, 0
    for action in actions:
        if isinstance(action, int):
            now = max(now, action)
            due = sorted((at, *key) for key, at in table.items() if at <= now)
            assert timers.fired(float(now)) == [key for _, key in map(flat, due)]
            table = {key: at for key, at in table.items() if at > now}
        else:
            (run, timer), at = action
            timers.set(run, timer, float(at))
            table[run, timer] = at
        assert timers.next() == (min(table.values()) if table else None)


def flat(entry):
    at, run, timer = entry
    return at, (run, timer)
