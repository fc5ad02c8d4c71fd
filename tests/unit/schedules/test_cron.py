"""Cron expressions: what KFP takes, what it does not, and what they mean."""

from __future__ import annotations

import pytest

from headrace.errors import InvalidRequest
from headrace.schedules import Cron, Every, parse


def fields(expression: str) -> Cron:
    cron = parse(expression)
    assert isinstance(cron, Cron)
    return cron


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("5", (5,)),
        ("+5", (5,)),
        ("1,3,2", (1, 2, 3)),
        ("10-12", (10, 11, 12)),
        ("10-20/5", (10, 15, 20)),
        ("50/3", (50, 53, 56, 59)),
        ("*/20", (0, 20, 40)),
        ("?/30", (0, 30)),
        ("1,,2,", (1, 2)),
        ("7/100", (7,)),
    ],
)
def test_a_field_takes_lists_ranges_and_steps(text, minutes):
    assert fields(f"0 {text} * * * *").minutes == minutes


def test_five_fields_are_second_minute_hour_day_and_month():
    cron = fields("1 2 3 4 5")
    assert (cron.seconds, cron.minutes, cron.hours) == ((1,), (2,), (3,))
    assert (cron.days, cron.months, cron.weekdays) == ((4,), (5,), (0, 1, 2, 3, 4, 5, 6))
    assert cron.written == 5


def test_months_and_weekdays_have_names_in_either_case():
    cron = fields("0 0 0 ? JAN,mar-May Sun,tue")
    assert (cron.months, cron.weekdays) == ((1, 3, 4, 5), (0, 2))


@pytest.mark.parametrize(
    ("descriptor", "same"),
    [
        ("@yearly", "0 0 0 1 1 *"),
        ("@annually", "0 0 0 1 1 *"),
        ("@monthly", "0 0 0 1 * *"),
        ("@weekly", "0 0 0 * * 0"),
        ("@daily", "0 0 0 * * *"),
        ("@midnight", "0 0 0 * * *"),
        ("@hourly", "0 0 * * * *"),
    ],
)
def test_a_descriptor_means_an_expression(descriptor, same):
    found, expected = fields(descriptor), fields(same)
    assert (found.hours, found.days, found.months, found.weekdays) == (
        expected.hours,
        expected.days,
        expected.months,
        expected.weekdays,
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1h30m", 5400), ("90s", 90), ("1.5h", 5400), ("1m1.9s", 61), ("+2m", 120), (".5m", 30)],
)
def test_every_takes_a_duration_of_go(text, seconds):
    assert parse(f"@every {text}") == Every(seconds)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "has 0 fields"),
        ("* * * *", "has 4 fields"),
        ("* * * * * * *", "has 7 fields"),
        ("60 * * * * *", "goes beyond 59"),
        ("0 0 24 * * *", "goes beyond 23"),
        ("0 0 0 0 * *", "begins below 1"),
        ("0 0 0 * 13 *", "goes beyond 12"),
        ("0 0 0 * * 7", "goes beyond 6"),
        ("0 0 0 * * 5-7", "goes beyond 6"),
        ("0 9-5 * * * *", "begins after its end"),
        ("0 */0 * * * *", "step of 0"),
        ("0 1-2-3 * * * *", "more than one '-'"),
        ("0 1/2/3 * * * *", "more than one '/'"),
        ("0 a * * * *", "where a number belongs"),
        ("0 1_0 * * * *", "where a number belongs"),
        ("0 \u0661 * * * *", "where a number belongs"),
        ("0 -1 * * * *", "where a number belongs"),
        ("0 , * * * *", "has no value"),
        ("0 0 0 * jan/feb *", "where a number belongs"),
        ("@never", "is not known"),
        ("@every", "is not known"),
        ("@every 1", "is not a duration"),
        ("@every -1h", "is not a duration"),
        ("@every 1h 1m", "is not a duration"),
        ("@every 10ms", "is 0 s"),
        ("@every 99999999h", "359999996400 s"),
        ("0 0 0 31 2 *", "never fires"),
        ("0 0 0 30,31 feb", "never fires"),
        ("0 0 0 31 4,6,9,11 ?", "never fires"),
        ("9" * 1001, "1001 characters"),
    ],
    ids=lambda value: ascii(value[:30]),
)
def test_what_is_not_an_expression_is_refused(expression, said):
    with pytest.raises(InvalidRequest, match=said) as raised:
        parse(expression)
    assert raised.value.hint


def test_a_weekday_beside_an_impossible_day_still_fires():
    assert fields("0 0 0 31 2 1").weekdays == (1,)


def test_a_message_is_one_printable_line():
    with pytest.raises(InvalidRequest) as raised:
        parse("0 \x1b[31m\n * * * *" + "x" * 500)
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 200
