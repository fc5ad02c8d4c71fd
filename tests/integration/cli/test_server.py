"""The commands against a server: the same words, answers and statuses as against a home."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess

import pytest
import yaml

import headrace
from headrace.errors import Conflict, InvalidRequest, NotFound

from ..server.server_process import HEADRACE, ServerProcess  # noqa: TID252 - as its neighbours do

PIPELINE = """
from kfp.dsl import Dataset, Input, Output, component, pipeline


@component
def make(n: int, rows: Output[Dataset]) -> int:
    print("making", n)
    with open(rows.path, "w") as file:
        file.write("row\\n" * n)
    return n


@component
def check(n: int, most: int, rows: Input[Dataset]):
    if n > most:
        raise ValueError("too many rows")


@pipeline
def rows(n: int = 2, most: int = 5):
    made = make(n=n)
    check(n=made.outputs["Output"], most=most, rows=made.outputs["rows"])
"""


class Desk:
    """A user's directory and configuration, and a server elsewhere."""

    def __init__(self, path, url):
        self.path = path
        self.url = url
        self.source = path / "rows.py"
        self.source.write_text(PIPELINE)
        self.environment = {
            **os.environ,
            "HEADRACE_HOME": str(path / "home"),
            "XDG_CONFIG_HOME": str(path / "config"),
            "HEADRACE_SERVER": url,
        }

    def run(self, *arguments, text=None):
        return subprocess.run(
            [HEADRACE, *arguments],
            cwd=self.path,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def json(self, *arguments):
        done = self.run(*arguments, "-o", "json")
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    process = ServerProcess(tmp_path_factory.mktemp("server"))
    process.start()
    yield process.url
    process.close()


@pytest.fixture
def desk(tmp_path, server):
    return Desk(tmp_path, server)


def test_a_run_is_carried_out_there_and_shown_here(desk):
    done = desk.run("run", str(desk.source), "-p", "n=3")
    assert done.returncode == 0, done.stderr
    assert "succeeded make" in done.stderr
    assert "2 steps" in done.stdout
    assert not (desk.path / "home").exists()
    shown = desk.json("show", "latest")
    assert shown["parameters"] == {"n": 3, "most": 5}
    assert [task["state"] for task in shown["tasks"]] == ["SUCCEEDED", "SUCCEEDED"]
    assert shown["run_id"] in desk.run("runs").stdout
    assert desk.json("show", shown["run_id"][:12])["run_id"] == shown["run_id"]
    (made,) = desk.json("artifacts", "latest")
    assert (made["task"], made["type"], made["size"]) == ("make", "system.Dataset", 12)
    assert (
        yaml.safe_load(desk.run("runs", "-n", "1", "-o", "yaml").stdout)[0]["state"] == "SUCCEEDED"
    )


def test_a_failure_is_told_retried_and_run_again(desk):
    failed = desk.run("run", str(desk.source), "-p", "n=7")
    assert failed.returncode == 1
    assert "ValueError: too many rows" in failed.stdout
    run_id = desk.json("show", "latest")["run_id"]
    assert "making 7" in desk.run("logs", run_id, "make").stdout
    assert "too many rows" in desk.run("logs", run_id).stdout
    retried = desk.run("retry", run_id)
    assert retried.returncode == 1
    plan = {
        step["path"]: step["fate"] for step in desk.json("rerun", run_id, "--plan", "-p", "most=9")
    }
    assert plan == {"make": "reuse", "check": "run"}
    again = desk.run("rerun", run_id, "-p", "most=9")
    assert again.returncode == 0, again.stderr
    assert desk.json("explain", "latest", "make")["verdict"] == "hit"


def test_a_detached_run_is_waited_for_from_python(desk):
    started = desk.json("run", str(desk.source), "-p", "n=4", "--detach")
    with headrace.connect(desk.url) as client:
        ended = client.wait(started["run_id"], timeout=60)
        assert ended.succeeded
        assert [event.kind for event in client.events(ended, after=0)][-1]
        (made,) = client.artifacts(run_id=ended.run_id)
        assert b"".join(client.download(made.artifact.id)) == b"row\n" * 4
        text = b"".join(chunk.data for chunk in client.logs(ended, "make"))
        assert b"making 4" in text
        assert client.archive(ended).archived
        assert ended.run_id not in [run.run_id for run in client.runs()]
        client.restore(ended)
        with pytest.raises(Conflict):
            client.terminate(ended)
        client.delete(ended)
        with pytest.raises(NotFound):
            client.run(ended)


def test_the_asyncio_client_follows_a_run(desk):
    started = desk.json("run", str(desk.source), "-p", "n=5", "--detach")

    async def follow():
        async with headrace.connect_async(desk.url) as client:
            paths = {e.path async for e in client.events(started["run_id"], after=0) if e.path}
            return paths, (await client.wait(started["run_id"])).state

    assert asyncio.run(follow()) == ({"make", "check"}, "succeeded")


def test_pipelines_are_stored_and_run_by_version(desk):
    compiled = desk.path / "rows.yaml"
    assert desk.run("compile", str(desk.source), "-o", str(compiled)).returncode == 0
    spec = yaml.safe_load(compiled.read_text())
    with headrace.connect(desk.url) as client:
        pipeline = client.add_pipeline(spec, name="stored")
        (version,) = client.versions(pipeline.id)
        second = client.add_version(pipeline.id, spec, name="second")
        assert [one.id for one in client.versions(pipeline.id)] == [second.id, version.id]
        run = client.wait(client.submit(version.id, {"n": 1}), timeout=60)
        assert (run.state, run.version_id) == ("succeeded", version.id)
        experiment = client.add_experiment("trials")
        grouped = client.submit(spec, {"n": 1}, experiment=experiment.id, tags={"team": "a"})
        client.wait(grouped, timeout=60)
        assert [r.run_id for r in client.runs(experiment=experiment.id)] == [grouped.run_id]
        with pytest.raises(InvalidRequest, match="n expects an integer"):
            client.submit(spec, {"n": "many"})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "nope"), "nope"),
        (("logs", "latest", "nope"), "has no step nope"),
        (("run", "rows.py", "-p", "n=x"), "n takes a whole number"),
        (("run", "rows.py", "--max-parallel", "2"), "--max-parallel concern"),
        (("rerun", "latest", "rows.py"), "changed code is a new run"),
        (("cancel", "latest"), "has ended already"),
        (("runs", "--server", "ftp://x"), "is not the address of a server"),
        (("runs", "--server", "http://127.0.0.1:1"), "does not answer"),
    ],
    ids=["run", "step", "value", "option", "code", "ended", "address", "silence"],
)
def test_wrong_input_is_told_in_a_line(desk, arguments, said):
    desk.run("run", "rows.py", "-p", "n=1")
    refused = desk.run(*arguments)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_attempt_that_is_not_there_is_told(desk):
    desk.run("run", "rows.py", "-p", "n=3", "--no-cache")
    assert desk.run("logs", "latest", "make", "--attempt", "1").returncode == 0
    refused = desk.run("logs", "latest", "make", "--attempt", "7")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "make has 1 attempts, none of them number 7" in refused.stderr
    assert "()" not in desk.run("show", "latest").stdout


def test_logging_in_keeps_a_token_for_that_server_and_out_forgets_it(desk):
    done = desk.run("login", desk.url, text="hr_something\n")
    assert done.returncode == 0, done.stderr
    assert "which has one user and asks for no token" in done.stdout
    assert "hr_something" not in done.stdout + done.stderr
    kept = desk.path / "config" / "headrace" / "servers.json"
    assert json.loads(kept.read_text()) == {desk.url: "hr_something"}
    assert desk.run("runs").returncode == 0
    assert desk.run("logout", desk.url).returncode == 0
    assert desk.run("logout", desk.url).returncode == 2


def test_a_detached_run_needs_a_server(desk):
    del desk.environment["HEADRACE_SERVER"]
    refused = desk.run("run", "rows.py", "--detach")
    assert refused.returncode == 2
    assert "--detach needs a server" in refused.stderr


def test_recurring_runs_of_a_server_are_made_listed_switched_filled_up_and_removed(desk):
    made = desk.json(
        "recurring",
        "create",
        "rows.py",
        "--name",
        "daily rows",
        "--cron",
        "0 30 6 * * *",
        "--zone",
        "Europe/Berlin",
        "-p",
        "n=3",
        "--disabled",
        "-y",
    )
    assert (made["display_name"], made["parameters"]["n"]) == ("daily rows", 3)
    assert desk.run("recurring", "enable", "daily rows").returncode == 0
    assert "daily rows" in desk.run("recurring", "list").stdout
    assert "06:30" in desk.run("recurring", "show", made["id"][:8]).stdout
    span = ("--from", "2026-11-01", "--to", "2026-11-02T12:00")
    planned = desk.json("backfill", "daily rows", *span, "--plan")
    assert [slot["exists"] for slot in planned] == [False, False]
    filled = desk.json("backfill", "daily rows", *span)
    assert [slot["run_id"] for slot in filled] == [slot["run_id"] for slot in planned]
    with headrace.connect(desk.url) as client:
        run = client.wait(filled[0]["run_id"], timeout=60)
        assert (run.state, run.recurring_run_id) == ("succeeded", made["id"])
    assert desk.run("recurring", "disable", "daily rows").returncode == 0
    assert desk.run("recurring", "delete", "daily rows").returncode == 0
    gone = desk.run("recurring", "show", "daily rows")
    assert gone.returncode == 2
    assert "there is no recurring run daily rows" in gone.stderr
    assert not (desk.path / "home").exists()


def test_a_recurring_run_of_a_stored_pipeline_takes_its_latest_version(desk):
    compiled = desk.path / "rows.yaml"
    assert desk.run("compile", str(desk.source), "-o", str(compiled)).returncode == 0
    with headrace.connect(desk.url) as client:
        pipeline = client.add_pipeline(yaml.safe_load(compiled.read_text()), name="for schedules")
    made = desk.json(
        "recurring", "create", "--pipeline", "for schedules", "--every", "3600", "-p", "n=4", "-y"
    )
    assert (made["pipeline_id"], made.get("version_id")) == (pipeline.id, None)
    wrong = desk.run("recurring", "create", "--pipeline", "nope", "--every", "60", "-y")
    assert wrong.returncode == 2
    assert "there is no pipeline nope" in wrong.stderr
    assert desk.run("recurring", "delete", made["id"]).returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(desk, shell):
    done = desk.run("completion", shell)
    assert done.returncode == 0
    assert "_HEADRACE_COMPLETE" in done.stdout
