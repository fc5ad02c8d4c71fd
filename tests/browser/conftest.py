"""A server with a home of its own, and Chromium before it; each test gets a fresh context."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "src/headrace/server/page/index.html"
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
PIPELINES = Path(__file__).parent / "pipelines"
HEADRACE = Path(sys.executable).with_name("headrace")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
BOUND_MS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    why = None
    if not PAGE.is_file():
        why = "the page is not built: tools/page.sh"
    elif CHROMIUM is None:
        why = "there is no Chromium"
    for item in items:
        if why and item.path.is_relative_to(here):
            item.add_marker(pytest.mark.skip(reason=why))


@dataclass
class Served:
    """A server: its address, its home, and what to do with it."""

    address: str
    home: Path
    runs: dict[str, str] = field(default_factory=dict)

    def api(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.address}/api/v1{path}", data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def start(self, name: str, parameters: dict[str, Any], title: str) -> str:
        """Start a pipeline of this folder and return the id of the run."""
        spec = json.loads((self.home / f"{name}.json").read_text())
        run = self.api("/runs", {"spec": spec, "parameters": parameters, "name": title})
        return run["run_id"]

    def wait(self, run_id: str, *states: str) -> dict[str, Any]:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            detail = self.api(f"/runs/{run_id}")
            if detail["run"]["state"] in (states or ("succeeded", "failed", "canceled")):
                return detail
            time.sleep(0.05)
        raise AssertionError(f"run {run_id} is {detail['run']['state']}")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("home")
    env = {**os.environ, "HEADRACE_HOME": str(home), "NO_COLOR": "1"}
    for name in ("showcase", "broken", "crowd"):
        command = [HEADRACE, "compile", PIPELINES / f"{name}.py", "-o", home / f"{name}.json"]
        subprocess.run(command, check=True, env=env, capture_output=True)
    process = subprocess.Popen(
        [HEADRACE, "server", "--port", "0"], env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.search(r"http://\S+", line)
        assert address, line
        server = Served(address[0], home)
        server.runs["good"] = server.start("showcase", {"pause": 0.0}, "delays of May")
        server.wait(server.runs["good"])
        server.runs["other"] = server.start(
            "showcase", {"pause": 0.0, "depths": [4, 6]}, "delays of June"
        )
        server.wait(server.runs["other"])
        server.runs["bad"] = server.start(
            "broken", {"unless": str(home / "mended")}, "<img src=x onerror=alert(1)> \u202egnp.exe"
        )
        server.wait(server.runs["bad"])
        upload(server, "showcase", "delays")
        schedule(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.communicate()


def upload(server: Served, name: str, title: str) -> None:
    spec = json.loads((server.home / f"{name}.json").read_text())
    server.runs["pipeline"] = server.api("/pipelines", {"name": title, "spec": spec})["id"]


def schedule(server: Served) -> None:
    """Make an experiment, and a recurring run in it that has fired before."""
    question = {"name": "depth of trees", "description": "Which depth is worth its time?"}
    server.runs["experiment"] = server.api("/experiments", question)["id"]
    weekly = {
        "display_name": "weekly report",
        "experiment": server.runs["experiment"],
        "pipeline_id": server.runs["pipeline"],
        "parameters": {"pause": 0.0},
        "trigger": {"cron": "0 30 9 ? * 1,3", "time_zone": "Europe/Paris"},
    }
    server.runs["recurring"] = server.api("/recurring-runs", weekly)["id"]
    now = time.time()
    past = {"begin": now - 7 * 86_400, "end": now, "most": 2}
    made = server.api(f"/recurring-runs/{server.runs['recurring']}/backfill", past)
    for slot in made["items"]:
        server.wait(slot["run_id"])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    # Ended with each file: while Playwright lives, its loop runs in this thread, and tests of
    # other files that the same process goes on with could not run one of theirs.
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Seen:
    """What the browser complained about: a page that is in order complains about nothing."""

    problems: list[str] = field(default_factory=list)


@pytest.fixture
def seen() -> Seen:
    return Seen()


def new_context(chromium: Any, served: Served) -> Any:
    context = chromium.new_context(
        base_url=served.address,
        viewport={"width": 1280, "height": 760},
        reduced_motion="reduce",
        timezone_id="UTC",
        locale="en-GB",
    )
    context.set_default_timeout(BOUND_MS)
    return context


@pytest.fixture
def page(chromium: Any, served: Served, seen: Seen) -> Iterator[Any]:
    """A page of the server; errors on its console fail the test."""
    context = new_context(chromium, served)
    opened = context.new_page()
    watch(opened, seen)
    yield opened
    context.close()
    assert not seen.problems


def watch(opened: Any, seen: Seen) -> None:
    def heard(message: Any) -> None:
        if message.type in ("error", "warning") and "frame is sandboxed" not in message.text:
            seen.problems.append(f"{message.type}: {message.text}")

    opened.on("console", heard)
    opened.on("pageerror", lambda error: seen.problems.append(f"error: {error}"))
    opened.on("dialog", lambda dialog: seen.problems.append(f"dialog: {dialog.message}"))
