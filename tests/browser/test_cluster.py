"""The cluster on the page: who uses what, who waits and why, and that it changes by itself."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from .test_pages import RULES, show_in, take_picture, violations


def test_who_uses_the_machine_and_who_waits_is_seen_as_it_changes(page: Any, served: Any):
    page.goto("/cluster")
    expect(page.get_by_text("Nothing runs")).to_be_visible()
    gate = served.home / "gate"
    run_id = served.start("crowd", {"until": str(gate)}, "a crowd")
    try:
        running = page.get_by_role("region", name="Running")
        expect(running.get_by_role("link", name="hold").first).to_be_visible()
        waiting = page.get_by_role("region", name="Waiting")
        expect(waiting).to_contain_text("waits for")
        cores = page.get_by_role("region", name="Cores")
        expect(cores.get_by_role("meter")).to_have_accessible_name("Cores: 100% in use")
        expect(cores.get_by_role("link", name="a crowd")).to_be_visible()
        for theme in ("light", "dark"):
            show_in(page, theme)
            assert violations(page, {"type": "tag", "values": RULES}) == []
            take_picture(page, f"cluster-busy-{theme}")
    finally:
        gate.touch()
    served.wait(run_id, "succeeded")
    expect(page.get_by_text("Nothing runs")).to_be_visible()
    expect(page.get_by_text("Nothing waits for room")).to_be_visible()


def test_a_telephone_shows_the_cluster(page: Any):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/cluster")
    expect(page.get_by_role("region", name="Cores")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
