"""Each page in light and dark: no violation that axe knows of, nothing on the console, a picture.

``HEADRACE_GALLERY=1`` writes the pictures to ``docs/gallery``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import AXE, ROOT, Served

GALLERY = ROOT / "docs/gallery"
Address = Callable[[Served], str]


def _run(name: str, query: str = "") -> Address:
    return lambda served: f"/runs/{served.runs[name]}?{query}"


def _artifact(name: str, query: str = "") -> Address:
    def address(served: Served) -> str:
        found = served.api(f"/artifacts?run_id={served.runs['good']}&name={name}")
        return f"/artifacts/{found['items'][0]['artifact']['id']}?{query}"

    return address


def _at(path: str) -> Address:
    return lambda served: path.format(**served.runs)


#: Name of the picture to the address and a text that is there once the page is ready.
PAGES: dict[str, tuple[Address, str]] = {
    "runs": (_at("/runs"), "delays of May"),
    "runs-empty": (_at("/runs?q=nothing-like-this"), "No run matches"),
    "run-graph": (_run("good"), "evaluate"),
    "run-artifacts": (_run("good", "artifacts=1"), "report"),
    "run-timeline": (_run("good", "view=timeline"), "Overhead"),
    "run-steps": (_run("good", "view=steps"), "for-loop-2"),
    "run-outputs": (_run("good", "view=outputs"), "accuracy"),
    "run-parameters": (_run("good", "view=parameters"), "threshold"),
    "run-events": (_run("good", "view=events"), "task succeeded"),
    "run-ir": (_run("good", "view=spec"), "pipelineInfo"),
    "step-failed": (_run("bad", "step=divide"), "ZeroDivisionError"),
    "step-logs": (_run("good", "step=exit-handler-1/for-loop-2[0]/fit&panel=logs"), "epoch 39"),
    "step-values": (_run("good", "step=exit-handler-1/evaluate&panel=io"), "accuracies"),
    "step-source": (_run("good", "step=exit-handler-1/load&panel=source"), "def load"),
    "step-resources": (_run("good", "step=exit-handler-1/load&panel=resources"), "Peak memory"),
    "artifacts": (_at("/artifacts"), "curve"),
    "artifact-table": (_artifact("table"), "city 1"),
    "artifact-curve": (_artifact("curve"), "Area under the curve"),
    "artifact-markdown": (_artifact("report"), "model reaches"),
    "artifact-html": (_artifact("page"), "Run the scripts"),
    "artifact-lineage": (_artifact("table", "view=lineage"), "fit"),
    "compare": (_at("/compare?runs={good},{other}"), "accuracy"),
    "pipelines": (_at("/pipelines"), "delays"),
    "pipeline": (_at("/pipelines/{pipeline}"), "evaluate"),
    "pipeline-inputs": (_at("/pipelines/{pipeline}?view=inputs"), "threshold"),
    "experiments": (_at("/experiments"), "Default"),
    "recurring": (_at("/recurring"), "delays every morning"),
    "recurring-new": (_at("/recurring/new?pipeline={pipeline}"), "threshold"),
    "recurring-run": (_at("/recurring/{recurring}"), "delays every morning"),
    "models": (_at("/models"), "model"),
    "cluster": (_at("/cluster"), "Memory"),
    "settings": (_at("/settings"), "Settings"),
    "settings-webhooks": (_at("/settings?view=webhooks"), "webhook"),
    "settings-audit": (_at("/settings?view=audit"), "run"),
    "settings-configuration": (_at("/settings?view=configuration"), "server"),
    "start": (_at("/start?pipeline={pipeline}"), "threshold"),
    "not-found": (_at("/nowhere"), "nothing at this address"),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_in_order(page: Any, served: Served, name: str, theme: str):
    address, text = PAGES[name]
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(address(served))
    expect(page.get_by_text(text).first).to_be_visible()
    expect(page.get_by_text("Loading…")).to_have_count(0)
    expect(page.get_by_text("Laying out…")).to_have_count(0)
    if os.environ.get("HEADRACE_GALLERY"):
        page.wait_for_timeout(400)
        GALLERY.mkdir(exist_ok=True)
        page.screenshot(path=GALLERY / f"{name}-{theme}.png")
    assert violations(page) == []


def violations(page: Any) -> list[str]:
    """Return what axe finds wrong, in a line for each element."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: tools/page.sh")
    page.evaluate(AXE.read_text())
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options = {"runOnly": {"type": "tag", "values": rules}, "iframes": False}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{one['id']}: {node['html'][:160]} {' '.join(node['target'])} "
        f"{(node['any'] or node['all'] or node['none'] or [{}])[0].get('message', '')[:160]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
