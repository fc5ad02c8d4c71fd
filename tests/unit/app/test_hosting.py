"""Which runs a hosted controller takes on: turns between namespaces, and quotas of runs at once."""

from __future__ import annotations

import asyncio

import pytest

from headrace.app.home import Home
from headrace.app.hosting import ControllerHost
from headrace.app.settings import Config
from headrace.engine.events import RunSubmitted
from headrace.errors import InfrastructureError
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


class Claiming:
    """A controller of which only claims are asked."""

    def __init__(self) -> None:
        self.owned: frozenset[str] = frozenset()
        self.done = asyncio.Event()

    async def claim(self, run_ids: list[str]) -> None:
        self.owned |= set(run_ids)
        self.done.set()


def _out_of_order(home, monkeypatch, name, *, retryable):
    """Let the first call of a method of the store find the store out."""
    working, calls = getattr(home.store, name), []

    def ask(*arguments):
        calls.append(arguments)
        if len(calls) == 1:
            raise InfrastructureError("the run store cannot be reached", retryable=retryable)
        return working(*arguments)

    monkeypatch.setattr(home.store, name, ask)


@pytest.mark.parametrize("name", ["data_version", "unfinished_runs"])
def test_a_store_that_is_out_for_a_while_is_asked_again(
    tmp_path, monkeypatch, caplog, name
) -> None:
    home = _home(tmp_path)
    _submit(home, "a1")
    _out_of_order(home, monkeypatch, name, retryable=True)

    async def claim_until_found() -> frozenset[str]:
        own = Claiming()
        claiming = asyncio.create_task(ControllerHost(home)._claim(own))  # type: ignore[arg-type]
        async with asyncio.timeout(5):
            await own.done.wait()
        claiming.cancel()
        return own.owned

    assert asyncio.run(claim_until_found()) == {"a1"}
    assert "the store does not answer" in caplog.text
    home.store.close()


def test_a_store_that_cannot_be_used_ends_the_claiming(tmp_path, monkeypatch) -> None:
    home = _home(tmp_path)
    _out_of_order(home, monkeypatch, "data_version", retryable=False)
    with pytest.raises(InfrastructureError):
        asyncio.run(ControllerHost(home)._claim(Claiming()))  # type: ignore[arg-type]
    home.store.close()
