"""Taking over a KFP server: ours is the source, asked by KFP's own API over a real connection."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest

from headrace import dsl
from headrace.compiler import compile_document

TIMEOUT_S = 60


@dsl.component
def hello(word: str) -> str:
    return word


@dsl.pipeline
def greet(word: str = "hi"):
    hello(word=word)


SPEC = compile_document(greet)[0]


def headrace(home, *arguments):
    return subprocess.run(
        [Path(sys.executable).with_name("headrace"), *arguments],
        env={**os.environ, "HEADRACE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    home = tmp_path_factory.mktemp("source")
    command = Path(sys.executable).with_name("headrace")
    server = subprocess.Popen(
        [command, "server", "--port", "0", "--role", "api"],
        env={**os.environ, "HEADRACE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    url = server.stdout.readline().split()[-1]
    with httpx2.Client(base_url=f"{url}/apis/v2beta1", timeout=TIMEOUT_S) as client:
        _fill(client)
    yield url
    server.terminate()
    server.wait(TIMEOUT_S)
    server.stdout.close()


def _fill(client):
    def post(path, body, **query):
        answer = client.post(path, json=body, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    experiment = post("/experiments", {"display_name": "nightly", "description": "at night"})
    old = post("/experiments", {"display_name": "old"})
    client.post(f"/experiments/{old['experiment_id']}:archive").raise_for_status()
    file = {"uploadfile": ("greet.yaml", json.dumps(SPEC).encode())}
    uploaded = client.post("/pipelines/upload", params={"name": "greet"}, files=file).json()
    client.post(
        "/pipelines/upload_version",
        params={"name": "second", "pipelineid": uploaded["pipeline_id"]},
        files=file,
    ).raise_for_status()
    reference = {"pipeline_id": uploaded["pipeline_id"]}
    base = {"experiment_id": experiment["experiment_id"], "max_concurrency": "2", "mode": "ENABLE"}
    cron = {"cron_schedule": {"cron": "0 30 9 * * 1-5", "end_time": "2099-01-01T00:00:00Z"}}
    post(
        "/recurringruns",
        base
        | {
            "display_name": "weekdays",
            "pipeline_version_reference": reference,
            "trigger": cron,
            "runtime_config": {"parameters": {"word": "[[ScheduledTime]]"}},
            "no_catchup": True,
        },
    )
    periodic = {"periodic_schedule": {"interval_second": "3600"}}
    post(
        "/recurringruns",
        base | {"display_name": "hourly", "pipeline_spec": SPEC, "trigger": periodic},
    )


def imported(home, url, *more):
    done = headrace(home, "import", "kfp", "--from", url, "--json", *more)
    assert done.returncode == 0, done.stderr
    return [(one["kind"], one["name"], one["outcome"]) for one in json.loads(done.stdout)]


def test_everything_is_taken_once(source, tmp_path):
    planned = imported(tmp_path, source, "--dry-run")
    first = imported(tmp_path, source)
    assert planned == first
    assert sorted(first) == [
        ("experiment", "Default", "there already"),
        ("experiment", "nightly", "taken"),
        ("experiment", "old", "taken"),
        ("pipeline", "greet", "taken"),
        ("recurring run", "hourly", "taken"),
        ("recurring run", "weekdays", "taken"),
        ("version", "greet", "taken"),
        ("version", "second", "taken"),
    ]
    assert {outcome for *_, outcome in imported(tmp_path, source)} == {"there already"}
    listed = json.loads(headrace(tmp_path, "recurring", "list", "--json").stdout)
    (weekdays,) = [one for one in listed if one["display_name"] == "weekdays"]
    assert weekdays["trigger"] == {"cron": "0 30 9 * * 1-5", "end_at": 4070908800.0}
    assert weekdays["parameters"] == {"word": "[[ScheduledTime]]"}
    assert (weekdays["enabled"], weekdays["catchup"], weekdays["max_concurrency"]) == (False, False, 2)  # fmt: skip
    (hourly,) = [one for one in listed if one["display_name"] == "hourly"]
    assert hourly["trigger"] == {"interval_s": 3600}
    shown = headrace(tmp_path, "recurring", "enable", "weekdays")
    assert "is on, next at" in shown.stdout


class Odd(BaseHTTPRequestHandler):
    answers = None

    def do_GET(self):
        path = self.path.partition("?")[0].removeprefix("/apis/v2beta1")
        found = self.answers.get(path)
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        self.send_response(404 if found is None else 200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def odd():
    kind = type("Own", (Odd,), {"answers": {"/healthz": {}}})
    with HTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        kind.url = f"http://127.0.0.1:{server.server_port}"
        yield kind
        server.shutdown()
        thread.join()


def test_what_cannot_be_taken_is_reported_and_holds_up_nothing(odd, tmp_path):
    odd.answers |= {
        "/experiments": {"experiments": [{"experiment_id": "../x", "display_name": "bad id"}]},
        "/pipelines": {"pipelines": [{"pipeline_id": "p1", "display_name": "old", "name": "old"}]},
        "/pipelines/p1/versions": {
            "pipeline_versions": [
                {"pipeline_version_id": "v1", "display_name": "argo"},
                {"pipeline_version_id": "v2", "display_name": "bad", "pipeline_spec": {"a": 1}},
                {"pipeline_version_id": "v3", "display_name": "good", "pipeline_spec": SPEC},
            ]
        },
        "/recurringruns": {
            "recurringRuns": [
                {"recurring_run_id": "r1", "display_name": "of argo",
                 "pipeline_version_reference": {"pipeline_version_id": "v1"}},
                {"recurring_run_id": "r2", "display_name": "never", "pipeline_spec": SPEC,
                 "trigger": {"cron_schedule": {"cron": "0 0 0 31 2 *"}}},
                {"recurring_run_id": "r3", "display_name": "five fields", "pipeline_spec": SPEC,
                 "status": "ENABLED", "trigger": {"cron_schedule": {"cron": "0 12 * * *"}}},
            ]
        },
    }  # fmt: skip
    done = headrace(tmp_path, "import", "kfp", "--from", odd.url, "--json")
    assert done.returncode == 1, done.stderr
    found = {one["name"]: (one["outcome"], one["why"]) for one in json.loads(done.stdout)}
    assert {name for name, (outcome, _) in found.items() if outcome == "taken"} == {
        "old",
        "good",
        "five fields",
    }
    assert "experiment_id is none" in found["bad id"][1]
    assert "KFP v1" in found["argo"][1]
    assert "was not taken" in found["of argo"][1]
    assert "never fires" in found["never"][1]
    assert "first as seconds" in found["five fields"][1]
    assert "switched off here" in found["five fields"][1]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "is this the address of KFP's API?"),
        ({"/healthz": b"<html>"}, "no JSON object"),
        ({"/healthz": [1]}, "no JSON object"),
        ({"/healthz": {}, "/experiments": {"experiments": 5}}, "its list is none"),
        ({"/healthz": {}, "/experiments": {"experiments": [5]}}, "is no object"),
    ],
    ids=["nothing", "a page", "a list", "no list", "no objects"],
)
def test_what_is_no_kfp_server_is_refused(odd, tmp_path, answers, said):
    odd.answers = answers
    done = headrace(tmp_path, "import", "kfp", "--from", odd.url)
    assert done.returncode == 2
    assert said in done.stderr


def test_an_address_without_a_server_is_an_error(tmp_path):
    done = headrace(tmp_path, "import", "kfp", "--from", "http://127.0.0.1:9")
    assert done.returncode == 2
    assert "cannot be reached" in done.stderr
