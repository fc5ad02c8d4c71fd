"""Settings of notifications, the effective view, the log, traces, and the doctor."""

from __future__ import annotations

import json
import logging

import pytest

from headrace.app.doctor import examine
from headrace.app.effective import effective
from headrace.app.home import Home
from headrace.app.log_format import JsonLines, TextLines
from headrace.app.notifications import PASSWORD_VARIABLE, sender_of
from headrace.app.settings import Config
from headrace.app.tracing import tracer, tracing_of
from headrace.app.watching import log_changes, observed_by
from headrace.engine.attempts import Failure
from headrace.engine.changes import Logged, RunChanged, TaskChanged
from headrace.engine.events import RunSubmitted
from headrace.errors import InvalidRequest
from headrace.store import NewRun, RunBatch
from headrace.store.memory import MemoryStore

MAIL = {"smtp_host": "mail.example.org", "smtp_from": "runs@example.org"}


def test_without_settings_no_e_mail_is_sent_and_no_private_address_asked():
    found = sender_of({}, {})
    assert (found.mail, found.allow_private) == (None, False)


def test_the_password_comes_from_the_environment_or_a_file(tmp_path):
    file = tmp_path / "password"
    file.write_text("from a file\n")
    values = {**MAIL, "smtp_password_file": str(file), "smtp_user": "me"}
    assert sender_of(values, {}).mail.password == "from a file"
    found = sender_of(values, {PASSWORD_VARIABLE: "from there"}).mail
    assert (found.password, found.port, found.security) == ("from there", 587, "starttls")


@pytest.mark.parametrize(
    "values",
    [
        {"smtp_host": "x"},
        {**MAIL, "smtp_port": 0},
        {**MAIL, "smtp_port": True},
        {**MAIL, "smtp_from": "a@b.c\nBcc: d@e.f"},
        {**MAIL, "smtp_security": "maybe"},
        {**MAIL, "smtp_password_file": "/nowhere/at/all"},
        {"private_urls": "yes"},
        {"smtp_password": "hush"},
    ],
    ids=lambda values: str(list(values.items())[-1]),
)
def test_wrong_settings_are_refused(values):
    with pytest.raises(InvalidRequest) as raised:
        sender_of(values, {})
    assert raised.value.hint
    assert "hush" not in str(raised.value)


def test_the_effective_view_hides_what_is_secret(tmp_path):
    config = Config(
        server={"auth": {"issuer": "https://me:hush@idp/", "client_secret": "hush", "client_secret_file": "/f"}},
        notifications={"smtp_password_file": "/p"},
    )  # fmt: skip
    home = Home(tmp_path, config, "postgresql://me:hush@db/headrace?password=hush")
    found = effective(home)
    assert "hush" not in json.dumps(found)
    assert found["database"].startswith("postgresql://db/headrace")
    assert found["server"]["auth"]["client_secret_file"] == "/f"


def record(message, *args, **more):
    made = logging.LogRecord("headrace.runs", logging.INFO, "", 0, message, args, None)
    made.__dict__.update(more)
    return made


def test_a_line_of_json_has_the_run_and_the_task():
    line = JsonLines().format(record("%s failed", "x\ny\x1b[31m", run_id="r1", task="fit"))
    entry = json.loads(line)
    assert (entry["run_id"], entry["task"], entry["level"]) == ("r1", "fit", "info")
    assert line.isprintable()


def test_a_name_forges_no_line_in_a_log_for_people():
    assert TextLines().format(record("run %s", "x\n2026-01-01 forged \x1b[31m")).isprintable()


def task(path="fit", state="succeeded", **more):
    return TaskChanged(
        path=path, parent=more.pop("parent", ""), name=path, display_name=path, component="c",
        kind="container", state=state, **more,
    )  # fmt: skip


def test_states_are_logged_with_ids_and_nothing_that_a_user_s_code_may_have_said(caplog):
    caplog.set_level(logging.DEBUG)
    error = Failure(kind="user", message="hush")
    log_changes(
        "r1",
        [
            RunChanged(state="failed", error="hush"),
            task(state="failed", error=error, reason="hush"),
            Logged(kind="x", path="a", message="a: hush", data={"said": "hush"}),
        ],
    )
    found = [(one.run_id, getattr(one, "task", None)) for one in caplog.records]
    assert found == [("r1", None), ("r1", "fit")]
    assert not [one for one in caplog.records if "hush" in JsonLines().format(one)]


def test_an_observer_that_breaks_ends_no_other(caplog):
    told = []

    def breaks(run_id, changes):
        raise ZeroDivisionError

    observed_by([breaks, lambda run_id, changes: told.append(run_id)])("r1", [])
    assert told == ["r1"]
    assert "an observer broke" in caplog.text


def test_a_run_is_one_trace_with_its_tasks_as_spans():
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, store = InMemorySpanExporter(), MemoryStore()
    run_id = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
    submitted = RunSubmitted(run_id=run_id, run_name="my run", parameters={"k": "hush"}, pipeline_root="")  # fmt: skip
    store.create_run(NewRun(submitted=submitted, pipeline="p", document=b"{}", created_at=1.0))
    (lease,) = store.claim("me", now=1.0, lease_s=9.0)
    ended = RunChanged(state="failed", started_at=2.0, finished_at=9.0, error="hush")
    changes = [
        task("loop", started_at=3.0, finished_at=8.0),
        task("loop/fit", "failed", parent="loop", started_at=4.0, finished_at=7.0),
        task("later", "skipped", created_at=9.0),
        ended,
    ]
    store.commit([RunBatch(lease=lease, at=9.0, changes=changes)])
    observe = tracer(store, SimpleSpanProcessor(exporter), "1")
    observe(run_id, [task()])
    assert exporter.get_finished_spans() == ()
    observe(run_id, [ended])
    observe(run_id, [ended])
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert set(spans) == {"my run", "loop", "loop/fit"}
    assert {hex(span.context.trace_id) for span in spans.values()} == {
        hex(int(run_id.replace("-", ""), 16))
    }
    parents = {name: span.parent and span.parent.span_id for name, span in spans.items()}
    assert parents["my run"] is None
    assert parents["loop"] == spans["my run"].context.span_id
    assert parents["loop/fit"] == spans["loop"].context.span_id
    assert spans["loop/fit"].end_time - spans["loop/fit"].start_time == 3_000_000_000
    assert not spans["my run"].status.is_ok
    assert "hush" not in str([span.to_json() for span in spans.values()])
    sent = [span.context.span_id for span in exporter.get_finished_spans()]
    assert len(sent) == 2 * len(set(sent))


def test_without_a_place_for_them_no_traces_are_made():
    assert tracing_of(MemoryStore(), {}, "1") is None


def test_the_doctor_says_what_is_wrong_and_what_to_do(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    found = {one.name: one for one in examine(Home(file, Config()), "http://127.0.0.1:9")}
    assert found["python"].verdict == "ok"
    assert {name for name, one in found.items() if one.verdict == "problem"} >= {"home", "server"}
    assert found["server"].advice == "start headrace server"
    assert all(one.advice for one in found.values() if one.verdict == "warning")
