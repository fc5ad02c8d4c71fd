"""Experiments on the page: made, looked into, archived and put back."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

HOSTILE = "<svg onload=alert(1)> \u202egnp.txt"
SHOWN = "<svg onload=alert(1)> ⟨U+202E⟩gnp.txt"


def test_an_experiment_is_made_archived_and_put_back(page: Any):
    page.goto("/experiments")
    page.get_by_role("button", name="New experiment").click()
    dialog = page.get_by_role("dialog", name="A new experiment")
    expect(dialog.get_by_role("button", name="Create")).to_be_disabled()
    dialog.get_by_label("Name").fill(HOSTILE)
    dialog.get_by_label("Description").fill("javascript:alert(1)")
    dialog.get_by_role("button", name="Create").click()
    link = page.get_by_role("link", name=SHOWN, exact=True)
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SHOWN)
    expect(page.get_by_text("No run yet")).to_be_visible()

    page.get_by_role("main").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(page.get_by_role("main").get_by_text("Archived", exact=True)).to_be_visible()
    page.goto("/experiments")
    expect(page.get_by_role("link", name="depth of trees")).to_be_visible()
    expect(page.get_by_role("link", name=SHOWN)).to_have_count(0)
    page.get_by_label("Show").select_option("Archived")
    page.get_by_role("link", name=SHOWN).click()
    page.get_by_role("main").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Restore").click()
    expect(page.get_by_role("main").get_by_text("Archived", exact=True)).to_have_count(0)


def test_the_list_says_how_the_last_runs_ended(page: Any, served: Any):
    run_id = served.api(
        "/runs",
        {
            "pipeline_id": served.runs["pipeline"],
            "parameters": {"pause": 0.0},
            "name": "shallow",
            "experiment": served.runs["experiment"],
        },
    )["run_id"]
    page.goto("/experiments")
    row = page.get_by_role("row").filter(has_text="depth of trees")
    expect(row.get_by_role("link", name="shallow")).to_be_visible()
    served.wait(run_id, "succeeded")
    expect(row.get_by_role("link", name="shallow: Succeeded")).to_be_visible()
    row.get_by_role("link", name="shallow: Succeeded").click()
    expect(page.get_by_role("heading", name="shallow")).to_be_visible()


def test_what_the_server_refuses_is_said_with_what_to_do(page: Any, seen: Any):
    page.goto("/experiments")
    for attempt in range(2):
        page.get_by_role("button", name="New experiment").click()
        dialog = page.get_by_role("dialog", name="A new experiment")
        dialog.get_by_label("Name").fill("made twice")
        dialog.get_by_role("button", name="Create").click()
        if attempt == 0:
            expect(dialog).to_have_count(0)
    expect(dialog.get_by_role("alert")).to_contain_text("made twice")
    seen.problems[:] = [one for one in seen.problems if "status of 4" not in one]
