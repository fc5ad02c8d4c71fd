"""Names, logs and artifacts that try to act stay texts, and the policy of the page is strict."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect


def artifact(served: Any, name: str) -> str:
    found = served.api(f"/artifacts?run_id={served.runs['good']}&name={name}")
    return found["items"][0]["artifact"]["id"]


def test_the_page_allows_no_script_or_style_of_others(page: Any):
    policy = page.goto("/runs").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["script-src"] == "'self'"
    assert rules["style-src"] == "'self'"
    assert rules["default-src"] == "'none'"


def test_a_name_is_shown_as_it_is(page: Any):
    page.goto("/runs")
    link = page.get_by_role("link", name="<img src=x onerror=alert(1)>")
    expect(link).to_contain_text("⟨U+202E⟩gnp.exe")
    assert page.locator("main table img").count() == 0
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<img src=x")
    assert "⟨U+202E⟩" in page.title() or "\u202e" in page.title()


def test_a_log_is_shown_as_it_is(page: Any, served: Any):
    page.goto(f"/runs/{served.runs['bad']}?step=shout&panel=logs")
    log = page.get_by_role("region", name="Log")
    expect(log).to_contain_text("red click ⟨U+202E⟩gnp.exe")
    expect(log).to_contain_text("<script>document.title")
    assert log.locator("script, a").count() == 0
    assert "broken out" not in page.title()


def test_markdown_makes_no_tags_and_no_links_that_run(page: Any, served: Any):
    page.goto(f"/artifacts/{artifact(served, 'report')}")
    expect(page.get_by_role("heading", name="Delays")).to_be_visible()
    expect(page.get_by_text("a tag: <script>alert(1)</script>")).to_be_visible()
    assert page.locator("a[href^='javascript']").count() == 0


@pytest.mark.parametrize("scripts", [False, True], ids=["without-scripts", "with-scripts"])
def test_a_document_cannot_reach_the_page(page: Any, served: Any, seen: Any, scripts: bool):
    page.goto(f"/artifacts/{artifact(served, 'page')}")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Delays")).to_be_visible()
    if scripts:
        page.get_by_label("Run the scripts").check()
        expect(frame.get_by_role("heading", name="Delays")).to_be_visible()
        page.wait_for_function("document.querySelector('iframe').sandbox.contains('allow-scripts')")
        seen.problems[:] = [one for one in seen.problems if "cross-origin" not in one]
    assert "broken out" not in page.title()
    assert page.locator("iframe").get_attribute("sandbox") in ("", "allow-scripts")
