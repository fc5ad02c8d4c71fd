"""Recurring runs, backfills and upkeep from the command line, on a home without a server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEADRACE = Path(sys.executable).with_name("headrace")
PIPELINE = """
from kfp import dsl

@dsl.component
def tell(when: str) -> str:
    return when

@dsl.pipeline(name="told")
def told(when: str = "", n: int = 1):
    tell(when=when)
"""


@pytest.fixture
def headrace(tmp_path):
    (tmp_path / "told.py").write_text(PIPELINE)
    (tmp_path / "home").mkdir()

    def run(*arguments, status=0, answer=None):
        done = subprocess.run(
            [HEADRACE, *arguments],
            env={**os.environ, "HEADRACE_HOME": str(tmp_path / "home")},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            input=answer,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    return run


def test_a_recurring_run_is_shown_before_it_is_saved_and_lives_until_it_is_removed(headrace):
    create = ("recurring", "create", "told.py", "--cron", "0 30 9 * * 1-5", "-p", "n=2")
    refused = headrace(*create, status=130, answer="n\n")
    assert "at 09:30 on Monday to Friday, UTC" in refused.stderr
    assert refused.stderr.count("UTC\n") == 6
    assert json.loads(headrace("recurring", "list", "--json").stdout) == []
    headrace(*create, "--no-catchup", answer="y\n")
    (made,) = json.loads(headrace("recurring", "list", "--json").stdout)
    assert made["parameters"] == {"n": 2}
    assert made["catchup"] is False
    headrace("recurring", "disable", "told")
    assert "no" in headrace("recurring", "show", made["id"][:6]).stdout
    assert "is on, next at" in headrace("recurring", "enable", "told").stdout
    headrace("recurring", "delete", "told")
    assert (
        "there is no recurring run told" in headrace("recurring", "show", "told", status=2).stderr
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["told.py", "--cron", "0 0 0 31 2 *"], "never fires"),
        (["told.py", "--cron", "@daily", "--every", "5"], "cron expression and an interval"),
        (["told.py", "--cron", "@daily", "--zone", "Mars"], "is not known here"),
        (["told.py", "--start", "tomorrow"], "is no time"),
        (["told.py", "-p", "x=1"], "x"),
        (["--cron", "@daily"], "one pipeline is needed"),
        (["--pipeline", "none", "--cron", "@daily"], "none"),
    ],
)
def test_what_is_wrong_saves_nothing(headrace, options, said):
    assert said in headrace("recurring", "create", *options, "-y", status=2).stderr
    assert json.loads(headrace("recurring", "list", "--json").stdout) == []


def test_a_backfill_is_planned_made_once_and_bounded(headrace):
    headrace("recurring", "create", "told.py", "--cron", "0 12 * * *", "--disabled", "-y")
    span = ("backfill", "told", "--from", "2024-01-01", "--to", "2024-01-01T02:12:00")
    planned = json.loads(headrace(*span, "--plan", "--json").stdout)
    assert [one["exists"] for one in planned] == [False] * 3
    assert planned == json.loads(headrace(*span, "--json").stdout)
    again = json.loads(headrace(*span, "--json").stdout)
    assert [one["exists"] for one in again] == [True] * 3
    runs = json.loads(headrace("runs", "--json").stdout)
    assert len(runs) == 3
    refused = headrace(*span, "--max", "2", status=2)
    assert "more than 2 ticks" in refused.stderr


def test_upkeep_of_a_home(headrace, tmp_path):
    config = tmp_path / "home" / "config.toml"
    config.write_text("[retention]\nruns_days = 30\n[server.auth]\nclient_secret_file = '/x'\n")
    shown = json.loads(headrace("config", "show", "--json").stdout)
    assert shown["retention"] == {"runs_days": 30}
    assert json.loads(headrace("gc", "--plan", "--json").stdout)["runs"] == []
    found = json.loads(headrace("doctor", "--json").stdout)
    assert {one["name"] for one in found} >= {"python", "uv", "disk", "database", "time zones"}
    config.write_text("[retention]\nyears = 1\n")
    assert "retention.years is not known" in headrace("gc", status=2).stderr
