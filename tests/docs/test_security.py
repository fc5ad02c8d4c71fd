"""The table of security promises names every number, and tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "tests" / "security" / "README.md").read_text("utf-8")


def test_every_test_that_the_table_names_exists():
    named = set(re.findall(r"`(test_\w+)`", TABLE))
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    assert len(named) > 60
    assert named - there == set()


def test_every_number_has_a_row():
    numbers: list[int] = []
    for first, last in re.findall(r"^\| (\d+)(?:-(\d+))? \|", TABLE, re.MULTILINE):
        numbers += range(int(first), int(last or first) + 1)
    assert numbers == list(range(1, 39))
