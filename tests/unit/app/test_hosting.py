"""Which runs a hosted controller takes on: turns between namespaces, and quotas of runs at once."""

from __future__ import annotations

from headrace.app.home import Home
from headrace.app.hosting import ControllerHost
from headrace.app.settings import Config
from headrace.engine.events import RunSubmitted
from headrace.store import Namespace, NewRun, Quota


def _home(tmp_path, **quotas):
    home = Home(tmp_path, Config())
    for name, most in quotas.items():
        quota = Quota(max_runs=most)
        home.store.add_namespace(Namespace(name=name, created_at=1.0, quota=quota))
    return home


def _submit(home, *run_ids):
    for place, run_id in enumerate(run_ids):
        submitted = RunSubmitted(
            run_id=run_id,
            run_name=run_id,
            parameters={},
            pipeline_root="memory://r",
            namespace=run_id[0],
        )
        home.store.create_run(
            NewRun(submitted=submitted, pipeline="p", document=b"{}", created_at=float(place))
        )


def _free(home, owned=()):
    return ControllerHost(home)._free_runs(frozenset(owned))


def test_namespaces_take_turns_and_a_quota_keeps_only_its_own(tmp_path) -> None:
    home = _home(tmp_path, a=2, b=None)
    _submit(home, "a1", "a2", "a3", "b1")
    assert _free(home) == ["a1", "b1", "a2"]
    home.store.claim("somebody", now=1e12, lease_s=60, run_ids=["a1"])
    home.store.update_namespace("a", quota=Quota(max_runs=1))
    assert _free(home) == ["b1"]
    home.store.close()


def test_what_is_owned_here_counts_too(tmp_path) -> None:
    home = _home(tmp_path, a=1)
    _submit(home, "a1", "a2")
    assert _free(home, owned=["a1"]) == []
    home.store.close()


def test_a_run_that_waits_can_be_canceled(tmp_path) -> None:
    home = _home(tmp_path, a=0)
    _submit(home, "a1", "a2")
    assert _free(home) == []
    home.store.send("a2", "cancel", {}, now=1.0)
    assert _free(home) == ["a2"]
    home.store.close()


def test_where_there_is_one_user_there_is_no_quota(tmp_path) -> None:
    home = Home(tmp_path, Config())
    submitted = RunSubmitted(run_id="r", run_name="r", parameters={}, pipeline_root="memory://r")
    home.store.create_run(NewRun(submitted=submitted, pipeline="p", document=b"{}", created_at=1.0))
    assert _free(home) == ["r"]
    home.store.close()


def test_thousands_that_a_quota_keeps_waiting_are_not_read_each_time(tmp_path, monkeypatch) -> None:
    home = _home(tmp_path, a=1)
    _submit(home, *(f"a{number}" for number in range(300)))
    host = ControllerHost(home)
    assert host._free_runs(frozenset()) == ["a0"]
    asked: list[str] = []
    run = home.store.run
    monkeypatch.setattr(home.store, "run", lambda run_id: asked.append(run_id) or run(run_id))
    assert host._free_runs(frozenset()) == ["a0"]
    assert asked == ["a0"]
    home.store.close()
