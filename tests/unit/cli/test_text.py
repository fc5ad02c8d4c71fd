"""What a user or a step wrote cannot move the cursor, forge a line or turn the text around."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.cli.text import clean, duration, moment, size, table


@pytest.mark.parametrize(
    ("text", "inert"),
    [
        pytest.param("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m", id="colours"),
        pytest.param("\x1b]0;title\x07", "\\x1b]0;title\\x07", id="title"),
        pytest.param("\x9b2J", "\\x9b2J", id="escape in one byte"),
        pytest.param("fit\rsucceeded", "fit\\x0dsucceeded", id="carriage return"),
        pytest.param("fit\nsucceeded", "fit\\nsucceeded", id="line break"),
        pytest.param("a\u2028b", "a\\x2028b", id="line separator"),
        pytest.param("\u202egnp.exe", "\\x202egnp.exe", id="right to left"),
        pytest.param("\u2066x\u2069", "\\x2066x\\x2069", id="isolates"),
        pytest.param("\x00\x08", "\\x00\\x08", id="nothing and backspace"),
        pytest.param("a\tb", "a    b", id="tabs become spaces"),
        pytest.param("größe 数据 שלום", "größe 数据 שלום", id="letters of all languages stay"),
    ],
)
def test_clean(text, inert):
    assert clean(text) == inert


def test_lines_may_be_kept_but_nothing_else():
    assert clean("a\n\x1b[2Jb\rc", lines=True) == "a\n\\x1b[2Jb\\x0dc"


@given(st.text())
def test_cleaned_text_is_one_line_without_controls(text):
    cleaned = clean(text)
    assert len(cleaned.splitlines()) <= 1
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in cleaned)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0.00 s"),
        (0.04, "0.04 s"),
        (4.21, "4.2 s"),
        (42.4, "42 s"),
        (184.0, "3 min 4 s"),
        (7500.0, "2 h 5 min"),
    ],
)
def test_duration(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (None, "?"),
        (0, "0 B"),
        (1023, "1023 B"),
        (1536, "1.5 KiB"),
        (3 << 30, "3.0 GiB"),
        (5 << 40, "5.0 TiB"),
    ],
)
def test_size(count, words):
    assert size(count) == words


def test_a_point_of_time_may_be_unknown():
    assert moment(None) == ""
    assert len(moment(0.0)) == len("1970-01-01 00:00:00")


def test_tables_are_aligned_and_inert():
    shown = table(("step", "why"), [["a", "x\ny"], ["longer", ""]])
    assert shown == "step    why\na       x\\ny\nlonger"
