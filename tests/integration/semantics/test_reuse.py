"""What a second run takes over from the first."""

from __future__ import annotations

import time

import cases
import pytest


@pytest.fixture(params=["source", pytest.param("oracle", marks=pytest.mark.oracle)])
def again(request, bench, tmp_path):
    """Run a pipeline and return which of its steps were reused, by path."""
    module = cases.load(cases.PIPELINES / "reuse.py")

    def run(name, **wishes):
        if request.param == "source":
            document = cases.source_document(module, name)
        else:
            document = request.getfixturevalue("oracle_document")("reuse", name)
        parameters = wishes.pop("parameters", {})
        result = bench.run(document, parameters, cache=wishes.pop("cache", None), **wishes)
        assert result["state"] == "SUCCEEDED", cases.told(result)
        return {task["path"]: task["cached"] for task in result["tasks"]}, result["outputs"]

    return run


def test_the_same_bytes_are_the_same_input(again, tmp_path):
    log, seed = str(tmp_path / "log"), time.time_ns() % 1_000_000_000
    first = again("by content", parameters={"seed": seed, "log": log})
    assert first == ({"always-the-same": False, "count": False}, {"Output": 1})
    second = again("by content", parameters={"seed": seed + 1, "log": log})
    assert second == ({"always-the-same": False, "count": True}, {"Output": 1})


def test_a_run_may_reuse_nothing(again, tmp_path):
    parameters = {"seed": 1, "log": str(tmp_path / "log")}
    again("by content", parameters=parameters)
    reused, outputs = again("by content", parameters=parameters, cache=False)
    assert (reused["count"], outputs) == (False, {"Output": 2})


def test_a_step_may_be_left_out_of_reuse(again):
    again("switched off")
    reused, _ = again("switched off")
    assert reused == {"now": False, "now-2": True}


def test_a_key_of_its_own_counts_instead_of_the_inputs(again, tmp_path):
    again("own key", parameters={"tag": f"{tmp_path} 1"})
    reused, _ = again("own key", parameters={"tag": f"{tmp_path} 2"})
    assert reused == {"timed": True, "timed-2": False}
