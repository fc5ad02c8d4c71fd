"""What people do on the page with runs, over a real server and real steps."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect


def test_a_run_is_started_from_the_form_and_watched_while_its_log_grows(page: Any, served: Any):
    page.goto("/runs")
    page.get_by_role("link", name="Start a run").first.click()
    page.get_by_role("combobox", name="Pipeline", exact=True).select_option(label="delays")
    page.get_by_label("pause").fill("0.08")
    page.get_by_label("depths").fill("[2]")
    page.get_by_label("rows").fill("many")
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_text("A whole number is needed")).to_be_visible()
    page.get_by_label("rows").fill("77")
    page.get_by_label("Name of the run").fill("from the form")
    page.get_by_role("button", name="Start the run").click()

    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}"))
    expect(page.get_by_role("heading", name="from the form")).to_be_visible()
    fit = page.get_by_role("button", name=re.compile(r"^fit\b.*Running"))
    fit.click()
    panel = page.get_by_role("complementary", name="Step fit")
    panel.get_by_role("link", name="Logs").click()
    log = panel.get_by_role("region", name="Log")
    expect(log).to_contain_text("epoch 3")
    expect(log).to_contain_text("epoch 12")
    expect(page.get_by_role("main").get_by_text("Succeeded").first).to_be_visible()
    expect(log).to_contain_text("epoch 39")
    assert "\x1b" not in log.inner_text()
    run_id = page.url.split("/runs/")[1].split("?")[0]
    assert served.wait(run_id)["run"]["parameters"]["rows"] == 77


def test_a_log_is_searched_beyond_what_is_loaded(page: Any, served: Any):
    page.goto(f"/runs/{served.runs['bad']}?view=steps&step=shout&panel=logs")
    log = page.get_by_role("region", name="Log")
    expect(log).to_contain_text("document.title")
    page.get_by_placeholder("Search the log").fill("the NEEDLE")
    page.get_by_placeholder("Search the log").press("Enter")
    expect(log).to_contain_text("the needle")
    expect(log).to_contain_text("0 padding")
    page.get_by_role("button", name="Go to the end").click()
    expect(log).to_contain_text("document.title")


def test_a_failure_says_why_and_where_and_can_be_retried(page: Any, served: Any):
    marker = served.home / "repaired"
    run_id = served.start("broken", {"unless": str(marker)}, "to be mended")
    served.wait(run_id, "failed")
    page.goto(f"/runs/{run_id}")
    page.get_by_role("button", name="Go to divide").click()
    panel = page.get_by_role("complementary", name="Step divide")
    expect(panel).to_contain_text("ZeroDivisionError: division by zero")
    expect(panel).to_contain_text("return 1 / by")
    panel.get_by_role("button", name=re.compile(r"<component divide>:\d+")).click()
    expect(panel.get_by_role("region", name="Source")).to_contain_text("def divide")
    marker.touch()
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("button", name="Retry")).to_have_count(0)
    served.wait(run_id, "succeeded")
    expect(page.get_by_role("heading", name="to be mended").locator("..")).to_contain_text(
        "Succeeded"
    )


def test_a_run_that_goes_on_is_terminated(page: Any, served: Any):
    run_id = served.start("showcase", {"pause": 1.0}, "too long")
    served.wait(run_id, "running")
    page.goto(f"/runs/{run_id}")
    page.get_by_role("button", name="Terminate").click()
    page.get_by_role("dialog").get_by_role("button", name="Terminate").click()
    served.wait(run_id, "canceled", "failed")
    expect(page.get_by_role("heading", name="too long").locator("..")).to_contain_text("Canceled")


def test_a_rerun_shows_its_plan_first(page: Any, served: Any):
    page.goto(f"/runs/{served.runs['good']}")
    page.get_by_role("button", name="Rerun").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("region", name="What will run")).to_contain_text("load")
    expect(dialog).to_contain_text("reused")
    dialog.get_by_label("Name of the new run").fill("again")
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="again")).to_be_visible()
    again = served.wait(page.url.split("/runs/")[1].split("?")[0])
    assert any(task.get("cached") for task in again["tasks"])


def test_runs_are_searched_by_an_address_that_can_be_shared(page: Any):
    page.goto("/runs")
    expect(page.get_by_role("link", name="delays of May")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("metric.accuracy > 0.86 name~June")
    expect(page.get_by_role("link", name="delays of June")).to_be_visible()
    expect(page.get_by_role("link", name="delays of May")).to_have_count(0)
    page.goto(page.url)
    expect(page.get_by_role("link", name="delays of June")).to_be_visible()
    expect(page.get_by_role("link", name="delays of May")).to_have_count(0)


def test_two_runs_are_compared(page: Any):
    page.goto("/runs?q=delays+of")
    page.get_by_label("Select delays of May").check()
    page.get_by_label("Select delays of June").check()
    page.get_by_role("link", name="Compare").click()
    table = page.get_by_role("region", name="Parameters")
    expect(table.get_by_role("rowheader")).to_have_text([re.compile("depths")])
    expect(page.get_by_role("region", name="Metrics")).to_contain_text("accuracy")
    expect(page.get_by_role("img", name=re.compile("^ROC curve")).first).to_be_visible()
    beside = page.get_by_role("region", name="Artifacts")
    expect(beside.get_by_role("article")).to_have_count(2)
    expect(beside.get_by_role("link")).to_have_count(2)


def test_an_iteration_of_a_loop_is_picked_and_groups_fold(page: Any, served: Any):
    page.goto(f"/runs/{served.runs['good']}")
    page.get_by_label("Iteration", exact=True).select_option("2")
    page.locator(".react-flow__node[data-id$='for-loop-2[2]/fit']").click()
    panel = page.get_by_role("complementary", name="Step fit")
    panel.get_by_role("link", name="Inputs and outputs").click()
    expect(panel).to_contain_text("depth")
    assert "for-loop-2%5B2%5D" in page.url
    page.get_by_role("button", name="Fold for-loop-2").click()
    expect(page.get_by_role("button", name=re.compile(r"^fit\b.*Succeeded"))).to_have_count(0)


def test_the_keyboard_is_enough(page: Any):
    page.goto("/runs")
    expect(page.get_by_role("link", name="delays of May")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("delays of May")
    expect(page.get_by_role("option", name=re.compile("delays of May"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="delays of May")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Pipelines")).to_be_visible()


def test_a_telephone_shows_the_runs(page: Any, served: Any):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/runs")
    expect(page.get_by_role("link", name="delays of May")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto(f"/runs/{served.runs['bad']}?step=divide")
    expect(page.get_by_role("complementary")).to_contain_text("ZeroDivisionError")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
