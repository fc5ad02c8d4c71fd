"""Recurring runs on the page: put together, seen before they are saved, filled up, switched off."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import BOUND_MS


def test_a_run_is_scheduled_and_its_next_times_and_history_are_seen(page: Any, served: Any):
    page.goto(f"/pipelines/{served.runs['pipeline']}")
    page.get_by_role("link", name="Schedule").click()
    times = page.get_by_role("list", name="Next times")
    expect(page.get_by_text("Fires at 09:00 every day, UTC")).to_be_visible()
    expect(times.get_by_role("listitem")).to_have_count(5)

    page.get_by_label("Repeat").select_option("on days of the week")
    page.get_by_label("Monday").uncheck()
    expect(page.get_by_text("Choose a day at least")).to_be_visible()
    page.get_by_label("Tuesday").check()
    page.get_by_label("Thursday").check()
    page.get_by_label("Time", exact=True).fill("07:45")
    page.get_by_label("Time zone").fill("Asia/Tokyo")
    expect(page.get_by_text("Fires at 07:45 on Tuesday and Thursday, Asia/Tokyo")).to_be_visible()
    expect(times.get_by_role("listitem").first).to_contain_text(re.compile(r"^(Tue|Thu), .*07:45"))

    page.get_by_label("rows").fill("many")
    page.get_by_role("button", name="Create the recurring run").click()
    expect(page.get_by_text("A whole number is needed")).to_be_visible()
    page.get_by_label("rows").fill("12")
    page.get_by_label("pause").fill("0")
    page.get_by_label("Name").fill("in the morning")
    page.get_by_label("At once").fill("2")
    page.get_by_role("button", name="Create the recurring run").click()

    expect(page.get_by_role("heading", name="in the morning")).to_be_visible()
    expect(page.get_by_text("It has not fired yet")).to_be_visible()
    expect(page.get_by_role("list", name="Next times").get_by_role("listitem")).to_have_count(5)
    made = served.api(f"/recurring-runs/{page.url.rsplit('/', 1)[1]}")
    assert made["trigger"] == {"cron": "0 45 7 ? * 2,4", "time_zone": "Asia/Tokyo"}
    assert (made["parameters"]["rows"], made["max_concurrency"], made["catchup"]) == (12, 2, False)
    assert made["pipeline_id"] == served.runs["pipeline"]
    assert "version_id" not in made

    page.get_by_role("button", name="Backfill").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("At most").fill("5")
    dialog.get_by_role("button", name="Show the times").click()
    expect(dialog.get_by_text("will be made")).to_have_count(2)
    dialog.get_by_role("button", name="Make 2 runs").click()
    history = page.get_by_role("region", name="History")
    expect(history.get_by_role("link", name="in-the-morning")).to_have_count(2)
    expect(history).to_contain_text("Succeeded")


def test_a_crontab_is_warned_about_before_it_is_saved(page: Any, served: Any):
    page.goto(f"/recurring/new?pipeline={served.runs['pipeline']}")
    page.get_by_label("Cron expression").check()
    field = page.get_by_role("textbox", name="Cron expression")
    expect(field).to_have_value("0 0 9 * * *")
    field.fill("0 12 * * *")
    expect(page.get_by_text("Fires at minute 12 of every hour, UTC")).to_be_visible()
    expect(page.get_by_text("this expression has five fields")).to_contain_text("'0 0 12 * * *'")


def test_what_is_no_expression_is_said(page: Any, served: Any, seen: Any):
    page.goto(f"/recurring/new?pipeline={served.runs['pipeline']}")
    page.get_by_label("Cron expression").check()
    page.get_by_role("textbox", name="Cron expression").fill("at noon")
    expect(page.get_by_role("alert")).to_contain_text("HR")
    assert page.get_by_role("alert").inner_text().count("\n") >= 1  # the message and the hint
    seen.problems[:] = [one for one in seen.problems if "400" not in one]


def test_an_interval_counts_from_when_it_was_made(page: Any, served: Any):
    page.goto(f"/recurring/new?pipeline={served.runs['pipeline']}")
    page.get_by_label("Every so often").check()
    page.get_by_label("Every", exact=True).fill("90")
    page.get_by_label("Unit").select_option("minutes")
    expect(page.get_by_text("Fires every 1 hour and 30 minutes")).to_be_visible()
    page.get_by_label("Name").fill("now and then")
    page.get_by_role("button", name="Create the recurring run").click()
    expect(page.get_by_role("heading", name="now and then")).to_be_visible()
    made = served.api(f"/recurring-runs/{page.url.rsplit('/', 1)[1]}")
    assert made["trigger"] == {"interval_s": 5400}
    expect(
        page.get_by_role("list", name="Next times").get_by_role("listitem").first
    ).to_contain_text(re.compile(r"in (90 min|1 hr|2 hr)"))


@pytest.fixture
def nightly(served: Any) -> str:
    body = {
        "display_name": "nightly",
        "pipeline_id": served.runs["pipeline"],
        "trigger": {"cron": "0 0 3 * * *"},
    }
    return served.api("/recurring-runs", body)["id"]


def test_it_is_switched_off_and_on_changed_and_deleted(page: Any, served: Any, nightly: str):
    page.goto(f"/recurring/{nightly}")
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("It is off and does not fire")).to_be_visible()
    assert served.api(f"/recurring-runs/{nightly}")["enabled"] is False
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("list", name="Next times")).to_be_visible()

    page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Change the schedule")
    expect(dialog.get_by_label("Time", exact=True)).to_have_value("03:00")
    dialog.get_by_label("Time", exact=True).fill("04:30")
    expect(dialog.get_by_text("Fires at 04:30 every day, UTC")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    assert served.api(f"/recurring-runs/{nightly}")["trigger"]["cron"] == "0 30 4 * * *"

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Recurring runs")).to_be_visible()
    expect(page.get_by_role("link", name="weekly report")).to_be_visible()
    expect(page.get_by_role("link", name="nightly", exact=True)).to_have_count(0)


def test_one_is_made_like_another(page: Any, served: Any):
    page.goto(f"/recurring/{served.runs['recurring']}")
    page.get_by_role("link", name="Duplicate").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Copy of weekly report")
    expect(page.get_by_label("pause")).to_have_value("0")
    expect(page.get_by_text("Fires at 09:30 on Monday and Wednesday")).to_be_visible()
    page.get_by_role("button", name="Create the recurring run").click()
    expect(page.get_by_role("heading", name="Copy of weekly report")).to_be_visible()
    made = served.api(f"/recurring-runs/{page.url.rsplit('/', 1)[1]}")
    like = served.api(f"/recurring-runs/{served.runs['recurring']}")
    for field in ("trigger", "pipeline_id", "experiment"):
        assert made[field] == like[field]
    assert made["parameters"]["pause"] == 0
    assert "version_id" not in made


def test_a_telephone_shows_a_recurring_run(page: Any, served: Any):
    page.set_viewport_size({"width": 360, "height": 740})
    for path in (f"/recurring/{served.runs['recurring']}", "/recurring", "/recurring/new"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_schedule_that_fires_is_seen_without_asking_again(page: Any, served: Any):
    body = {
        "display_name": "often",
        "pipeline_id": served.runs["pipeline"],
        "parameters": {"pause": 0.0, "depths": []},
        "trigger": {"cron": "*/2 * * * * *"},
        "enabled": False,
    }
    often = served.api("/recurring-runs", body)["id"]
    page.goto(f"/recurring/{often}")
    expect(page.get_by_text("It has not fired yet")).to_be_visible()
    page.get_by_role("button", name="Switch on").click()
    history = page.get_by_role("region", name="History")
    expect(history.get_by_role("link", name=re.compile("^often")).first).to_be_visible(
        timeout=BOUND_MS
    )
    facts = page.get_by_role("complementary", name="About it")
    expect(facts.get_by_text(re.compile(r"^(once|\d+ times)$"))).not_to_have_text("0 times")
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("It is off and does not fire")).to_be_visible()


def test_a_run_leads_to_what_made_it(page: Any, served: Any):
    made = served.api(f"/recurring-runs/{served.runs['recurring']}/runs")["items"][0]
    page.goto(f"/runs/{made['run_id']}?view=parameters")
    expect(page.get_by_role("link", name="depth of trees")).to_be_visible()
    page.get_by_role("link", name="weekly report").click()
    expect(page.get_by_role("heading", name="weekly report")).to_be_visible()
    page.goto(f"/start?pipeline={served.runs['pipeline']}")
    page.get_by_role("link", name="Run it on a schedule instead").click()
    expect(page.get_by_role("combobox", name="Pipeline", exact=True)).to_have_value(
        served.runs["pipeline"]
    )
