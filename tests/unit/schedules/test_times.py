"""When triggers fire: as the cron library of KFP computed it, across changes of clocks, bounded."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.errors import InvalidRequest
from headrace.schedules import Trigger, latest_time, missed, next_time, times, validate

#: Expression, zone, time and the next four times, or null where it was refused: what robfig/cron
#: 1.2.0 returned, the library of KFP's schedule controller.
ROBFIG = json.loads((Path(__file__).parent / "robfig.json").read_text())
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo")


def at(text: str, zone: str = "UTC", fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def test_times_are_those_of_the_library_of_kfp():
    for expression, zone, after, expected in ROBFIG:
        trigger = Trigger(cron=expression, time_zone=zone)
        if expected is None:
            with pytest.raises(InvalidRequest):
                validate(trigger)
        else:
            assert times(trigger, after, len(expected)) == expected, (expression, zone, after)


def test_an_hour_that_clocks_skip_has_no_tick():
    daily = Trigger(cron="0 30 2 * * *", time_zone="Europe/Berlin")
    first, second = times(daily, at("2024-03-30T00:00", "Europe/Berlin"), 2)
    assert first == at("2024-03-30T02:30", "Europe/Berlin")
    assert second == at("2024-04-01T02:30", "Europe/Berlin")


def test_an_hour_that_clocks_repeat_has_its_tick_twice():
    daily = Trigger(cron="0 30 2 * * *", time_zone="Europe/Berlin")
    found = times(daily, at("2024-10-27T00:00", "Europe/Berlin"), 3)
    assert found == [
        at("2024-10-27T02:30", "Europe/Berlin"),
        at("2024-10-27T02:30", "Europe/Berlin", fold=1),
        at("2024-10-28T02:30", "Europe/Berlin"),
    ]


def test_a_day_without_midnight_keeps_its_other_ticks():
    noon = Trigger(cron="0 0 12 * * *", time_zone="America/Sao_Paulo")
    found = next_time(noon, at("2018-11-03T13:00", "America/Sao_Paulo"))
    assert found == at("2018-11-04T12:00", "America/Sao_Paulo")


def test_clocks_put_back_over_midnight_keep_the_order():
    quarter = Trigger(cron="0 30 23 * * *", time_zone="America/St_Johns")
    evening = at("2010-11-06T23:45", "America/St_Johns")
    again = at("2010-11-06T23:30", "America/St_Johns", fold=1)
    assert next_time(quarter, evening) == again


def test_a_day_that_a_zone_left_out_is_left_out():
    daily = Trigger(cron="0 0 9 * * *", time_zone="Pacific/Apia")
    found = times(daily, at("2011-12-29T08:00", "Pacific/Apia"), 2)
    assert found == [at("2011-12-29T09:00", "Pacific/Apia"), at("2011-12-31T09:00", "Pacific/Apia")]


@pytest.mark.parametrize(
    ("trigger", "after", "expected"),
    [
        pytest.param(Trigger(interval_s=60), 100.5, [160, 220], id="an interval from its anchor"),
        pytest.param(
            Trigger(interval_s=60, start_at=500), 100, [500, 560], id="an interval at its start"
        ),
        pytest.param(
            Trigger(interval_s=60, start_at=50), 100, [160, 220], id="a start before creation"
        ),
        pytest.param(Trigger(interval_s=60, end_at=220), 100, [160, 220], id="an end is included"),
        pytest.param(Trigger(interval_s=60, end_at=219), 100, [160], id="nothing after the end"),
        pytest.param(Trigger(cron="@every 1m"), 100, [160, 220], id="every is an interval"),
        pytest.param(
            Trigger(cron="0 * * * * *", start_at=180), 0, [180, 240], id="a start is included"
        ),
        pytest.param(
            Trigger(cron="0 * * * * *", start_at=180.5), 0, [240, 300], id="a start in a second"
        ),
        pytest.param(Trigger(), 100, [], id="no trigger has no times"),
        pytest.param(
            Trigger(cron="0 * * * * *", start_at=100, end_at=110), 0, [], id="no tick in the span"
        ),
    ],
)
def test_start_end_and_intervals(trigger, after, expected):
    assert times(trigger, after, 2) == expected


def test_an_interval_is_counted_from_its_anchor_whenever_it_is_asked():
    trigger = Trigger(interval_s=60)
    assert [next_time(trigger, after, anchor=100) for after in (100, 130, 160, 1000)] == [
        160,
        160,
        220,
        1060,
    ]


def test_missed_ticks_are_those_up_to_the_end_included():
    hourly = Trigger(cron="@hourly")
    assert missed(hourly, 3600, 4 * 3600) == [2 * 3600, 3 * 3600, 4 * 3600]
    assert missed(hourly, 3600, 4 * 3600, limit=2) == [2 * 3600, 3 * 3600]
    assert missed(hourly, 3600, 3700) == []


@pytest.mark.parametrize("expression", ["* * * * * *", "0 0 9 * * 1-5", "0 0 0 29 2 *"])
def test_the_latest_tick_is_the_last_of_the_missed_ones(expression):
    trigger = Trigger(cron=expression)
    span = (at("2024-02-20T00:00"), at("2024-03-01T09:00"))
    if expression.startswith("*"):
        assert latest_time(trigger, *span) == span[1]
    else:
        assert latest_time(trigger, *span) == missed(trigger, *span)[-1]
    assert latest_time(trigger, span[1], span[1]) is None


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        (Trigger(cron="@daily", interval_s=5), "cron expression and an interval"),
        (Trigger(interval_s=0), "interval"),
        (Trigger(interval_s=10**12), "interval"),
        (Trigger(start_at=10, end_at=9), "ends before it starts"),
        (Trigger(start_at=-1), "no time that can be used"),
        (Trigger(end_at=math.nan), "no time that can be used"),
        (Trigger(end_at=math.inf), "no time that can be used"),
        (Trigger(cron="@daily", time_zone="Mars/Olympus"), "is not known here"),
        (Trigger(cron="@daily", time_zone="../../etc/passwd"), "is not known here"),
        (Trigger(cron="@daily", time_zone="/etc/passwd"), "is not known here"),
        (Trigger(cron="@daily", time_zone="Europe"), "is not known here"),
        (Trigger(cron="@daily", time_zone="A" * 10000), "is not known here"),
        (Trigger(cron="@daily", time_zone="Europe/\0Berlin"), "is not known here"),
    ],
    ids=lambda value: ascii(str(value))[-40:],
)
def test_a_wrong_trigger_is_refused(trigger, said):
    with pytest.raises(InvalidRequest, match=said) as raised:
        validate(trigger)
    assert raised.value.hint


@pytest.mark.parametrize("after", [-1.0, math.nan, math.inf, 1e18])
def test_a_time_that_is_none_is_refused(after):
    with pytest.raises(InvalidRequest, match="no time that can be used"):
        next_time(Trigger(cron="@daily"), after)


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    one = st.integers(low, high).map(str)
    pair = st.sets(st.integers(low, high), min_size=2, max_size=2).map(sorted)
    span = pair.map(lambda two: f"{two[0]}-{two[1]}")
    step = st.integers(1, high).map(lambda step: f"*/{step}")
    part = st.one_of(one, span, step)
    return st.one_of(st.just("*"), part, st.tuples(part, one).map(",".join))


_CLOCK = st.tuples(_field(0, 59), _field(0, 59), _field(0, 23)).map(" ".join)
_TIME = st.integers(int(at("2001-01-01")), int(at("2099-01-01"))).map(float)


@settings(max_examples=80, deadline=None)
@given(_CLOCK, _field(1, 12), _field(0, 6), _TIME)
def test_times_are_those_of_croniter_where_it_reads_the_same(clock, month, weekday, after):
    expression = f"{clock} * {month} {weekday}"
    other = croniter(expression, datetime.fromtimestamp(after, UTC), second_at_beginning=True)
    assert next_time(Trigger(cron=expression), after) == other.get_next(datetime).timestamp()


@settings(max_examples=100, deadline=None)
@given(
    st.sets(st.integers(0, 59), min_size=1),
    st.sets(st.integers(0, 59), min_size=1),
    st.sets(st.integers(0, 23), min_size=1),
    st.sampled_from(ZONES),
    st.integers(int(at("2017-01-01")), int(at("2019-12-31"))),
)
def test_a_time_fits_on_the_wall_and_none_before_it_does(seconds, minutes, hours, zone, after):
    cron = " ".join(",".join(map(str, values)) for values in (seconds, minutes, hours))

    def fits(instant):
        wall = datetime.fromtimestamp(instant, ZoneInfo(zone))
        return wall.second in seconds and wall.minute in minutes and wall.hour in hours

    found = next_time(Trigger(cron=f"{cron} * * *", time_zone=zone), after)
    assert found is not None
    assert fits(found)
    between = range(after + 1, int(found), max(1, (int(found) - after) // 300))
    assert not [instant for instant in between if fits(instant)]


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=40)
    | st.lists(st.text("0123456789*?,-/ @lLWjansu#", max_size=8), max_size=7).map(" ".join),
    st.sampled_from(ZONES) | st.text(max_size=20),
    st.floats(),
)
def test_any_input_ends_in_time_with_an_answer_or_a_refusal(expression, zone, after):
    started = perf_counter()
    trigger = Trigger(cron=expression, time_zone=zone)
    try:
        validate(trigger)
        found = times(trigger, after, 3)
    except InvalidRequest:
        found = []
    assert found == sorted(set(found))
    assert perf_counter() - started < 2
