"""Each page in light and dark: no violation that axe knows of, nothing on the console, a picture.

``HEADRACE_GALLERY=1`` writes the pictures to ``docs/gallery``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import AXE, ROOT, Seen, Served, new_context, watch

GALLERY = ROOT / "docs/gallery"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
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
    "start": (_at("/start?pipeline={pipeline}"), "threshold"),
    "experiments": (_at("/experiments"), "depth of trees"),
    "experiment": (_at("/experiments/{experiment}"), "weekly-report"),
    "experiment-recurring": (_at("/experiments/{experiment}?view=recurring"), "weekly report"),
    "recurring-runs": (_at("/recurring"), "Monday and Wednesday"),
    "recurring-run": (_at("/recurring/{recurring}"), "weekly-report"),
    "recurring-run-new": (_at("/recurring/new?pipeline={pipeline}"), "09:00 every day"),
    "models": (_at("/models"), "accuracy"),
    "cluster": (_at("/cluster"), "Nothing waits for room"),
    "settings": (_at("/settings"), "One user, on this machine"),
    "settings-webhooks": (_at("/settings?view=webhooks"), "Nobody is told of runs yet"),
    "settings-audit": (_at("/settings?view=audit"), "127.0.0.1"),
    "settings-configuration": (_at("/settings?view=configuration"), "packages_as_of"),
    "not-found": (_at("/nowhere"), "nothing at this address"),
}

#: Pictures that other tests take, of pages that need more than the runs that are there.
ELSEWHERE = ("cluster-busy", "users-account", "users-namespaces", "users-tokens", "users-audit")


@pytest.fixture(scope="module")
def opened(chromium: Any, served: Served) -> Iterator[tuple[Any, Seen]]:
    """One page for all, which has what it loaded; with what the browser complained about."""
    seen = Seen()
    context = new_context(chromium, served)
    page = context.new_page()
    watch(page, seen)
    yield page, seen
    context.close()
    if os.environ.get("HEADRACE_GALLERY"):
        (GALLERY / "index.md").write_text(gallery())


def gallery() -> str:
    """Return the page of the documentation that shows all pictures."""
    parts = [
        "# Gallery of the page",
        "Each page over runs of real pipelines. [How to use it](../howto/page.md).",
    ]
    for name in (*PAGES, *ELSEWHERE):
        title = name.replace("-", " ").capitalize()
        shown = [f"![{title}, {one}]({name}-{one}.png#only-{one})" for one in ("light", "dark")]
        parts += [f"## {title}", "\n".join(shown)]
    return "\n\n".join(parts) + "\n"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_in_order(opened: tuple[Any, Seen], served: Served, name: str):
    page, seen = opened
    seen.problems.clear()
    address, text = PAGES[name]
    show_in(page, "light")
    page.goto(address(served))
    expect(page.get_by_text(text).first).to_be_visible()
    expect(page.get_by_text("Loading…")).to_have_count(0)
    expect(page.get_by_text("Laying out…")).to_have_count(0)
    found = violations(page, {"type": "tag", "values": RULES})
    take_picture(page, f"{name}-light")
    show_in(page, "dark")
    found += violations(page, {"type": "rule", "values": ["color-contrast"]})
    take_picture(page, f"{name}-dark")
    assert found == []
    assert seen.problems == []


def show_in(page: Any, theme: str) -> None:
    """Have the page in a theme; it takes over what the system prefers a moment later."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    if page.url.startswith("http"):
        expect(page.locator("html")).to_have_attribute("data-theme", theme)


def take_picture(page: Any, name: str) -> None:
    if os.environ.get("HEADRACE_GALLERY"):
        page.wait_for_timeout(300)
        GALLERY.mkdir(exist_ok=True)
        page.screenshot(path=GALLERY / f"{name}.png")


def violations(page: Any, rules: dict[str, Any]) -> list[str]:
    """Return what axe finds wrong, in a line for each element."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: tools/page.sh")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    options = {"runOnly": rules, "iframes": False, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{one['id']}: {node['html'][:160]} {' '.join(node['target'])} "
        f"{(node['any'] or node['all'] or node['none'] or [{}])[0].get('message', '')[:160]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
