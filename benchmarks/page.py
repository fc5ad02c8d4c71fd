"""The page in headless Chromium: first paint, a graph of 2,000 nodes, how late a state is seen.

    python benchmarks/page.py [--quick] [--json FILE]

The server, its home and the browser are of this run. First paint: from a cold cache to the first
row of the table of runs. Graph: frames while the wheel zooms and the mouse pans a pipeline of 2,000
steps in 40 layers. State: from the time of the engine's commit to the word on the page.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

HEADRACE = Path(sys.executable).with_name("headrace")
LAYERS, WIDTH = 40, 50
PAINT_S, FRAMES, SEEN_S = 1.0, 30.0, 0.3

COMPONENT = """
from headrace import dsl

@dsl.component
def wait(seconds: float) -> float:
    import time
    time.sleep(seconds)
    return seconds

@dsl.pipeline(name="chain")
def chain(seconds: float = 0.4):
    before = None
    for _ in range(STEPS):
        task = wait(seconds=seconds).set_caching_options(False)
        if before is not None:
            task.after(before)
        before = task
"""


def main() -> None:
    """Measure, print, and fail when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="see whether it works at all")
    parser.add_argument("--json", type=Path, help="append the results to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server, address = _serve(Path(folder))
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        try:
            steps = 3 if options.quick else 12
            results = {
                "state_seen_s": _state_seen(browser, address, Path(folder), steps),
                "first_paint_s": _first_paint(browser, address, 2 if options.quick else 7),
                **_graph(browser, address, Path(folder), 8 if options.quick else LAYERS),
            }
        finally:
            browser.close()
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    for name, value in results.items():
        print(f"{name:28} {value:8.3f}")
    if options.json:
        with options.json.open("a") as file:
            file.write(json.dumps({"benchmark": "page", **results}) + "\n")
    missed = [
        name
        for name, good in {
            "first_paint_s": results["first_paint_s"] < PAINT_S,
            "zoom_frames_per_s": results["zoom_frames_per_s"] >= FRAMES,
            "pan_frames_per_s": results["pan_frames_per_s"] >= FRAMES,
            "state_seen_s": results["state_seen_s"] < SEEN_S,
        }.items()
        if not good
    ]
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


def _serve(home: Path) -> tuple[subprocess.Popen[str], str]:
    env = {**os.environ, "HEADRACE_HOME": str(home / "home")}
    command = [str(HEADRACE), "server", "--port", "0"]
    server = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    found = re.search(r"http://\S+", server.stdout.readline())
    assert found, "the server did not start"
    return server, found[0]


def _api(address: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{address}/api/v1{path}", data, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def _compiled(folder: Path, source: str) -> dict[str, Any]:
    file, out = folder / "pipeline.py", folder / "pipeline.json"
    file.write_text(source)
    subprocess.run([HEADRACE, "compile", file, "-o", out], check=True, capture_output=True)
    return json.loads(out.read_text())


def _state_seen(browser: Browser, address: str, folder: Path, steps: int) -> float:
    """Return the median time from a step's end to the word on the page, in seconds."""
    spec = _compiled(folder, COMPONENT.replace("STEPS", str(steps)))
    page = browser.new_page()
    run_id = _api(address, "/runs", {"spec": spec, "parameters": {"seconds": 0.4}})["run_id"]
    page.goto(f"{address}/runs/{run_id}?view=steps")
    page.wait_for_selector("tr[data-row]")
    page.evaluate(
        """() => {
            window.seen = {};
            const look = () => {
                for (const row of document.querySelectorAll("tr[data-row]")) {
                    const path = row.dataset.row;
                    if (!(path in window.seen) && row.innerText.includes("Succeeded")) {
                        window.seen[path] = Date.now() / 1000;
                    }
                }
            };
            look();
            window.first = {...window.seen};
            new MutationObserver(look).observe(document.body,
                {subtree: true, childList: true, characterData: true});
        }"""
    )
    end = time.monotonic() + 60
    while _api(address, f"/runs/{run_id}")["run"]["state"] != "succeeded":
        assert time.monotonic() < end, "the run does not end"
        time.sleep(0.2)
    page.wait_for_timeout(1000)
    seen = page.evaluate("() => window.seen")
    first = page.evaluate("() => window.first")
    ended = {
        task["path"]: task["finished_at"] for task in _api(address, f"/runs/{run_id}")["tasks"]
    }
    page.close()
    late = [at - ended[path] for path, at in seen.items() if path not in first]
    assert len(late) >= steps // 2, "too few states were seen to change"
    return statistics.median(late)


def _first_paint(browser: Browser, address: str, times: int) -> float:
    """Return the median time from the start of a visit to the first row, in seconds."""
    taken = []
    for _ in range(times):
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/runs", wait_until="commit")
        page.wait_for_selector("tr[data-row] a")
        taken.append(page.evaluate("performance.now()") / 1000)
        context.close()
    return statistics.median(taken)


def _graph(browser: Browser, address: str, folder: Path, layers: int) -> dict[str, float]:
    """Return frames a second while a large graph is zoomed and panned, and the time until then."""
    spec = _compiled(folder, COMPONENT.replace("STEPS", "1"))
    tasks = spec["root"]["dag"]["tasks"]
    (task,) = tasks.values()
    tasks.clear()
    for layer in range(layers):
        for place in range(WIDTH):
            name = f"step-{layer}-{place}"
            before = [f"step-{layer - 1}-{place}", f"step-{layer - 1}-{(place * 7) % WIDTH}"]
            tasks[name] = {
                **json.loads(json.dumps(task)),
                "taskInfo": {"name": name},
                **({"dependentTasks": sorted(set(before))} if layer else {}),
            }
    pipeline = _api(address, "/pipelines", {"name": "large", "spec": spec})
    page = browser.new_page(viewport={"width": 1360, "height": 820})
    began = time.monotonic()
    page.goto(f"{address}/pipelines/{pipeline['id']}")
    page.wait_for_selector("[data-graph]", timeout=120_000)
    laid_out = time.monotonic() - began
    page.wait_for_timeout(1500)
    page.mouse.move(760, 420)
    results = {
        "graph_nodes": float(layers * WIDTH),
        "graph_shown_s": laid_out,
        "zoom_frames_per_s": _frames(
            page, lambda at: page.mouse.wheel(0, -60 if at % 60 < 30 else 60)
        ),
    }
    page.mouse.down()
    results["pan_frames_per_s"] = _frames(
        page, lambda at: page.mouse.move(760 + 200 * ((at % 40) / 40 - 0.5), 420 + at % 30)
    )
    page.mouse.up()
    page.close()
    return results


def _frames(page: Page, act: Any, seconds: float = 4.0) -> float:
    page.evaluate(
        """() => {
            window.frames_drawn = 0;
            const count = () => { window.frames_drawn += 1; requestAnimationFrame(count); };
            requestAnimationFrame(count);
        }"""
    )
    before = page.evaluate("() => [window.frames_drawn, performance.now()]")
    end = time.monotonic() + seconds
    at = 0
    while time.monotonic() < end:
        act(at)
        at += 1
    after = page.evaluate("() => [window.frames_drawn, performance.now()]")
    return 1000 * (after[0] - before[0]) / (after[1] - before[1])


if __name__ == "__main__":
    main()
