"""Models on the page: with the metrics of their runs, sorted by one, and where they are from."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect


def test_models_are_searched_and_sorted_by_a_metric(page: Any):
    page.goto("/models")
    table = page.get_by_role("region", name="Models")
    table.get_by_role("button", name="accuracy").click()
    expect(page).to_have_url("/models?sort=-metric.accuracy")
    rows = table.locator("tr[data-row]")
    expect(rows.first).to_contain_text("delays of June")
    expect(rows.first).to_contain_text("0.875")
    table.get_by_role("button", name="accuracy").click()
    expect(rows.first).not_to_contain_text("delays of June")
    page.get_by_role("searchbox", name="Search models").fill("no such model")
    expect(page.get_by_text("No model matches")).to_be_visible()
    page.get_by_role("searchbox", name="Search models").fill("model")
    expect(rows.first).to_be_visible()


def test_a_model_leads_to_where_it_is_from(page: Any):
    page.goto("/models?sort=-metric.accuracy")
    row = page.locator("tr[data-row]").first
    expect(row).to_contain_text(re.compile(r"for-loop-2\[[01]\]/fit"))
    row.get_by_role("link", name="Lineage of model").click()
    expect(page.get_by_role("application")).to_contain_text("fit")
    page.go_back()
    row.get_by_role("link", name="delays of June").click()
    expect(page.get_by_role("complementary", name="Step fit")).to_be_visible()


def test_a_telephone_shows_the_models(page: Any):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/models")
    expect(page.locator("tr[data-row]").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_models_of_archived_runs_keep_their_metrics(page: Any, served: Any):
    run_id = served.start("showcase", {"pause": 0.0, "depths": [8]}, "delays of March")
    served.wait(run_id, "succeeded")
    served.api(f"/runs/{run_id}/archive", {})
    page.goto("/models")
    row = page.locator("tr[data-row]").filter(has_text="delays of March")
    expect(row).to_contain_text("0.9")
