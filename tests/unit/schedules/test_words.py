"""Triggers in words, and what is said about those that are likely not meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.schedules import Trigger, describe, warnings


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("0 30 9 ? * 1,3", "at 09:30 on Monday and Wednesday, UTC"),
        ("0 0 9 * * 1-5", "at 09:00 on Monday to Friday, UTC"),
        ("15 0 9,17 * * *", "at 09:00:15 and 17:00:15 every day, UTC"),
        ("0 12 * * *", "at minute 12 of every hour, UTC"),
        ("0 */15 * * * *", "every 15 minutes, UTC"),
        ("0 */5 8-17 * * *", "every 5 minutes from 08:00 to 17:59 every day, UTC"),
        ("*/10 * * * * *", "every 10 seconds, UTC"),
        ("* * * * * *", "every second, UTC"),
        ("15 * * * * *", "at second 15 of every minute, UTC"),
        ("0 0 */2 * * *", "at minute 0 of every 2 hours every day, UTC"),
        ("0 * 3 1 * *", "every minute of hour 3 on day 1 of the month, UTC"),
        ("0 0 0 1,15 * 1", "at 00:00 on days 1 and 15 of the month and on every Monday, UTC"),
        ("0 0 0 1-7/1 * */7", "at 00:00 on days 1 to 7 of the month if it is Sunday, UTC"),
        ("0 0 6 * jan-mar ?", "at 06:00 every day in January to March, UTC"),
        ("0 0 0 1-31 * 1", "at 00:00 every day, UTC"),
        ("@every 1h30m", "every 1 hour and 30 minutes"),
        ("@every 24h", "every day"),
        ("@daily", "at 00:00 every day, UTC"),
    ],
)
def test_an_expression_is_said_in_words(expression, sentence):
    assert describe(Trigger(cron=expression)) == sentence


def test_the_zone_and_the_span_are_said():
    trigger = Trigger(
        cron="@daily", time_zone="Europe/Berlin", start_at=1704063600, end_at=1735599600
    )
    assert describe(trigger) == (
        "at 00:00 every day, Europe/Berlin, from 2024-01-01 00:00:00, until 2024-12-31 00:00:00"
    )


def test_an_interval_and_no_trigger_are_said():
    assert describe(Trigger(interval_s=90)) == "every 1 minute and 30 seconds"
    assert describe(Trigger()) == "once, when it is created"


def test_a_crontab_of_five_fields_is_told_what_it_means_and_what_was_meant():
    (said,) = warnings(Trigger(cron="0 12 * * *"))
    assert "KFP reads the first as seconds" in said
    assert "'at minute 12 of every hour, UTC'" in said
    assert "written '0 0 12 * * *': 'at 12:00 every day, UTC'" in said


def test_five_fields_that_are_no_crontab_are_told_what_they_mean():
    said, *_ = warnings(Trigger(cron="0 0 9 31 12"))
    assert said.endswith("it means 'at 09:00 on day 31 of the month in December, UTC'")


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        (Trigger(cron="*/30 * * * * *"), "2 times a minute"),
        (Trigger(cron="0 0 0 31 * *"), "without a day 31"),
        (Trigger(cron="0 0 0 1 * 1"), "either of them"),
        (Trigger(interval_s=5, time_zone="Europe/Berlin"), "no effect"),
        (Trigger(cron="@daily", end_at=10), "it ended at 1970-01-01 00:00:10 UTC"),
        (Trigger(cron="0 0 0 1 1 *", end_at=2e9, start_at=1.99e9), "between now and its end"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_may_surprise_is_said(trigger, said):
    assert any(said in line for line in warnings(trigger, now=1e9))


@pytest.mark.parametrize(
    "trigger",
    [Trigger(cron="0 30 9 ? * 1-5"), Trigger(cron="@hourly"), Trigger(interval_s=60), Trigger()],
    ids=["weekdays", "descriptor", "interval", "once"],
)
def test_nothing_is_said_about_the_usual(trigger):
    assert warnings(trigger, now=1e9) == []


_FIELDS = ((0, 59), (0, 59), (0, 23), (1, 28), (1, 12), (0, 6))


@given(
    st.tuples(
        *(
            st.just("*")
            | st.sets(st.integers(*bounds), min_size=1).map(lambda xs: ",".join(map(str, xs)))
            for bounds in _FIELDS
        )
    ).map(" ".join)
)
def test_every_expression_has_one_line(expression):
    sentence = describe(Trigger(cron=expression))
    assert sentence.isprintable()
    assert sentence[0].islower()
