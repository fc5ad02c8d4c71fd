"""Settings on the page; and two users who log in at a real provider and see nothing of each other."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import BOUND_MS, HEADRACE, PIPELINES, ROOT, Seen, watch
from .test_pages import ELSEWHERE, RULES, show_in, take_picture, violations

sys.path.insert(0, str(ROOT / "tests/security"))

from openid_provider import AUDIENCE, openid_provider

ROOT_USER, ADA, BOB = "root@example.com", "ada@example.com", "bob@example.com"
pytestmark = pytest.mark.timeout(300)


# ------------------------------------------------------------------ one user


def test_one_user_is_offered_what_makes_sense(page: Any):
    page.goto("/settings")
    views = page.get_by_role("navigation", name="Parts of the settings")
    expect(views.get_by_role("link")).to_have_text(
        ["You", "Webhooks", "Audit log", "Configuration"]
    )
    views.get_by_role("link", name="Configuration").click()
    expect(page.get_by_role("row").filter(has_text="mode")).to_contain_text("single")
    page.goto("/settings?view=tokens")
    expect(page.get_by_text("One user, on this machine")).to_be_visible()


def test_a_webhook_is_made_its_secret_shown_once_tested_and_switched_off(page: Any, served: Any):
    page.goto("/settings?view=webhooks")
    page.get_by_role("button", name="New webhook").click()
    dialog = page.get_by_role("dialog", name="A new webhook")
    dialog.get_by_label("Name").fill("gate <b>")
    dialog.get_by_label("Address").fill("https://hooks.example.invalid/run")
    dialog.get_by_label("Failed").check()
    dialog.get_by_role("button", name="Create").click()
    shown = page.get_by_role("dialog", name="The secret of this webhook")
    secret = shown.get_by_label("Secret").input_value()
    assert len(secret) > 30
    shown.get_by_role("button", name="Done, I have it").click()

    row = page.get_by_role("row").filter(has_text="gate <b>")
    expect(row).to_contain_text("Failed")
    row.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("The test message did not arrive")).to_be_visible()
    enabled = row.get_by_role("checkbox", name="Enable gate <b>")
    enabled.uncheck()
    expect(enabled).to_be_enabled()
    made = served.api("/webhooks")["items"]
    assert [(one["name"], one["enabled"]) for one in made] == [("gate <b>", False)]
    assert secret not in page.content()

    row.get_by_role("button", name="More about gate <b>").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nobody is told of runs yet")).to_be_visible()


def test_what_was_done_is_in_the_audit_log(page: Any, served: Any):
    served.api("/experiments", {"name": "for the log"})
    page.goto("/settings?view=audit")
    page.get_by_label("Action").select_option("create")
    row = page.get_by_role("row").filter(has_text="experiment").first
    expect(row).to_contain_text("done")
    page.get_by_label("Action").select_option("terminate")
    expect(page.get_by_role("row").filter(has_text="experiment")).to_have_count(0)


# ------------------------------------------------------------------ several users


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose users log in at a provider; its address."""
    home = tmp_path_factory.mktemp("shared")
    port = free_port()
    address = f"http://localhost:{port}"
    with openid_provider(address) as issuer:
        env = {
            **os.environ,
            "HEADRACE_HOME": str(home),
            "HEADRACE_AUTH_ISSUER": issuer,
            "HEADRACE_AUTH_CLIENT_ID": "headrace",
            "HEADRACE_AUTH_CLIENT_SECRET": "client-secret",
            "HEADRACE_AUTH_PUBLIC_URL": address,
            "HEADRACE_AUTH_AUDIENCE": AUDIENCE,
            "HEADRACE_AUTH_ADMINS": ROOT_USER,
        }
        process = subprocess.Popen(
            [HEADRACE, "server", "--port", str(port)], env=env, stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            assert str(port) in process.stdout.readline()
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.communicate()


@pytest.fixture
def log_in(chromium: Any, shared: str, seen: Seen) -> Iterator[Any]:
    """Opens a browser of its own for a user, logged in and at an address of the page."""
    contexts: list[Any] = []

    def opened(user: str, path: str) -> Any:
        context = chromium.new_context(
            base_url=shared,
            viewport={"width": 1360, "height": 820},
            reduced_motion="reduce",
            timezone_id="UTC",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(BOUND_MS)
        page.goto(path)
        page.locator("input[name=login]").fill(user)
        page.locator("input[name=password]").fill("x")
        page.locator("button[type=submit]").click()
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(re.compile(re.escape(shared + path)))
        watch(page, seen)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not seen.problems


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("compiled")
    env = {**os.environ, "HEADRACE_HOME": str(folder), "NO_COLOR": "1"}
    path = folder / "showcase.json"
    command = [HEADRACE, "compile", PIPELINES / "showcase.py", "-o", path]
    subprocess.run(command, check=True, env=env, capture_output=True)
    return str(path)


def make_namespace(page: Any, name: str, user: str) -> None:
    page.goto("/settings?view=namespaces")
    page.get_by_role("button", name="New namespace").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_label("Add a member").fill(user)
    page.get_by_label("Role", exact=True).select_option("Admin")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("list", name="Members")).to_contain_text(user)


def start_run(page: Any, compiled: str, name: str) -> str:
    page.goto("/start")
    page.get_by_label("Or a compiled pipeline").set_input_files(compiled)
    page.get_by_label("pause").fill("0")
    page.get_by_label("Name of the run").fill(name)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    return page.url


def test_two_users_log_in_and_do_not_see_each_others_runs(log_in: Any, compiled: str, seen: Seen):
    root = log_in(ROOT_USER, "/settings")
    make_namespace(root, "team-a", ADA)
    make_namespace(root, "team-b", BOB)
    ada, bob = log_in(ADA, "/runs"), log_in(BOB, "/runs")
    address_of = {}
    for page, name in ((ada, "run of ada"), (bob, "run of bob")):
        expect(page.get_by_text("No run yet")).to_be_visible()
        address_of[name] = start_run(page, compiled, name)
    for page, own, other in ((ada, "run of ada", "run of bob"), (bob, "run of bob", "run of ada")):
        page.goto("/runs")
        expect(page.get_by_role("link", name=own)).to_be_visible()
        expect(page.get_by_role("link", name=other)).to_have_count(0)
        page.goto("/models")
        expect(page.get_by_role("link", name=other)).to_have_count(0)
        assert not seen.problems
        page.goto(address_of[other].split("?")[0])
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_text(other)).to_have_count(0)
        seen.problems[:] = [one for one in seen.problems if "404" not in one]
        page.goto("/settings?view=namespaces")
        expect(page.get_by_role("navigation", name="Namespaces").get_by_role("link")).to_have_count(
            1
        )
    root.goto("/runs?ns=team-b")
    expect(root.get_by_role("link", name="run of bob")).to_be_visible()


def test_a_token_is_shown_once_and_revoked(log_in: Any, shared: str):
    page = log_in(ROOT_USER, "/settings?view=tokens")
    page.get_by_role("button", name="New token").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("laptop")
    dialog.get_by_label("May").select_option("look")
    dialog.get_by_role("button", name="Create").click()
    shown = page.get_by_role("dialog", name="Your new token")
    secret = shown.get_by_label("Token", exact=True).input_value()
    headers = {"Authorization": f"Bearer {secret}"}
    assert page.request.fetch(f"{shared}/api/v1/me", headers=headers).ok
    shown.get_by_role("button", name="Done, I have it").click()
    page.reload()
    row = page.get_by_role("row").filter(has_text="laptop")
    expect(row).to_contain_text("good")
    assert secret not in page.content()
    row.get_by_role("button", name="Revoke laptop").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("revoked")


def test_a_quota_is_set_and_shown_to_members(log_in: Any):
    page = log_in(ROOT_USER, "/settings")
    make_namespace(page, "team-c", ADA)
    page.get_by_label("Runs at once").fill("1.5")
    expect(page.get_by_text("A number from 0 is needed")).to_be_visible()
    page.get_by_label("Runs at once").fill("2")
    page.get_by_label("Memory (GiB)").fill("1.5")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved").last).to_be_visible()
    ada = log_in(ADA, "/settings?view=namespaces&name=team-c")
    expect(ada.get_by_role("definition").filter(has_text="1.5")).to_be_visible()
    expect(ada.get_by_role("button", name="Delete")).to_have_count(0)


def test_who_belongs_nowhere_is_told_what_to_do(log_in: Any):
    page = log_in("eve@example.com", "/runs")
    expect(page.get_by_role("main")).to_contain_text("Ask an administrator")
    page.get_by_role("main").get_by_role("link", name="Settings").click()
    expect(page.get_by_role("navigation", name="Parts of the settings")).to_be_visible()


def test_the_settings_of_many_users_are_in_order(log_in: Any):
    page = log_in(ROOT_USER, "/settings")
    make_namespace(page, "research", ADA)
    for view in ("account", "namespaces", "tokens", "webhooks", "audit", "configuration"):
        page.goto(f"/settings?view={view}")
        expect(page.get_by_role("link", name="Audit log")).to_be_visible()
        expect(page.get_by_text("Loading…")).to_have_count(0)
        found = []
        for theme in ("light", "dark"):
            show_in(page, theme)
            found += violations(page, {"type": "tag", "values": RULES})
            if f"users-{view}" in ELSEWHERE:
                take_picture(page, f"users-{view}-{theme}")
        assert found == [], view


def test_who_may_only_look_is_offered_nothing_to_change(log_in: Any):
    page = log_in(ROOT_USER, "/settings")
    make_namespace(page, "library", ADA)
    page.get_by_label("Add a member").fill("vera@example.com")
    page.get_by_label("Role", exact=True).select_option("Viewer")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("list", name="Members")).to_contain_text("vera@example.com")
    vera = log_in("vera@example.com", "/experiments")
    expect(vera.get_by_role("link", name="Default")).to_be_visible()
    expect(vera.get_by_role("button", name="New experiment")).to_have_count(0)
    vera.goto("/recurring")
    expect(vera.get_by_text("Nothing runs on a schedule yet")).to_be_visible()
    expect(vera.get_by_role("link", name="New recurring run")).to_have_count(0)
    vera.goto("/settings?view=namespaces")
    expect(vera.get_by_role("list", name="Members")).to_contain_text("Viewer")
    expect(vera.get_by_label("Add a member")).to_have_count(0)
    views = vera.get_by_role("navigation", name="Parts of the settings")
    expect(views.get_by_role("link")).to_have_text(["You", "Namespaces", "Tokens"])
