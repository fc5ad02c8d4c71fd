"""The training pipeline runs from its source: course, production, cache, threshold, resources."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import TRAINING, Ended, environment, parameters, run_command

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(300)]

DATA = TRAINING / "flights.csv"
STEPS = ("import-data-op", "preprocess-data", "train-model-op", "evaluate", "deploy")


@pytest.fixture
def run(ready_home, tmp_path):
    """Run the production pipeline in the home that has the environment."""

    def run(*options: object, data=DATA, threshold: float = 0.8) -> Ended:
        values = parameters(
            data_path=str(data), threshold=threshold, registry=str(tmp_path / "registry")
        )
        return run_command(ready_home, "run", TRAINING / "pipeline.py", "--json", *values, *options)

    return run


def test_the_course_as_printed_trains_a_model(ready_home):
    ended = run_command(
        ready_home,
        "run",
        TRAINING / "course.py",
        "--json",
        *parameters(data_path=str(DATA)),
    )
    assert ended.status == 0, ended.stderr
    (model,) = ended.tasks["train-model-op"]["artifacts"]["model"]
    assert model["metadata"]["framework"] == "scikit-learn"
    assert Path(model["path"]).stat().st_size == model["size"] > 0


def test_a_model_that_passes_is_deployed(run, tmp_path):
    ended = run()
    assert ended.status == 0, ended.stderr
    assert [ended.tasks[step]["state"] for step in STEPS] == ["SUCCEEDED"] * 5
    assert 0.8 < ended.json["outputs"]["r2"] < 0.99
    shelf = tmp_path / "registry" / "arrival-delay"
    version = shelf / (shelf / "LATEST").read_text().strip()
    card = json.loads((version / "card.json").read_text())
    assert card["r2"] == ended.json["outputs"]["r2"]
    assert card["run"] == ended.json["run_id"]
    assert sorted(path.name for path in shelf.iterdir()) == sorted(["LATEST", version.name])


def test_a_model_that_does_not_pass_is_not_deployed(run, tmp_path):
    ended = run(threshold=0.99)
    assert ended.status == 0, ended.stderr
    assert ended.tasks["deploy"]["state"] == "SKIPPED"
    assert not (tmp_path / "registry").exists()


def test_evaluation_gives_metrics_and_a_page(run):
    tasks = run().tasks
    (metrics,) = tasks["evaluate"]["artifacts"]["metrics"]
    assert metrics["metadata"]["rows"] == 496
    (page,) = tasks["evaluate"]["artifacts"]["residuals"]
    assert Path(page["path"]).read_text("utf-8").count("<circle") == 496


def test_a_second_run_reuses_what_has_not_changed(run):
    run()
    tasks = run().tasks
    cached = {step: tasks[step]["cached"] for step in STEPS}
    assert cached == {
        "import-data-op": False,
        "preprocess-data": True,
        "train-model-op": True,
        "evaluate": True,
        "deploy": False,
    }


def test_changed_data_runs_what_follows_again(run, tmp_path):
    run()
    shorter = tmp_path / "shorter.csv"
    shorter.write_text("".join(DATA.read_text("utf-8").splitlines(keepends=True)[:-40]), "utf-8")
    tasks = run(data=shorter).tasks
    assert not any(tasks[step]["cached"] for step in STEPS)


def test_changed_rows_that_are_dropped_anyway_stop_at_the_cleaning(run, tmp_path):
    run()
    more = tmp_path / "more.csv"
    more.write_text(DATA.read_text("utf-8") + "12,15,23,DL,ATL,762,,\n", "utf-8")
    tasks = run(data=more).tasks
    assert not tasks["preprocess-data"]["cached"]
    assert tasks["train-model-op"]["cached"]


def test_what_the_machine_lacks_is_said_once(run):
    ended = run()
    assert ended.status == 0
    told = [line for line in ended.stderr.splitlines() if "GPU" in line or "gpu" in line]
    assert len(told) == 1, ended.stderr


def test_strict_resources_refuse_before_anything_starts(ready_home, run):
    before = run_command(ready_home, "runs", "--json").json
    ended = run("--strict-resources")
    assert ended.status == 2
    assert "train-model-op" in ended.stderr
    assert run_command(ready_home, "runs", "--json").json == before


def test_a_relative_path_is_explained(run):
    ended = run(data="examples/training/flights.csv")
    assert ended.status == 1
    error = ended.tasks["import-data-op"]["error"]
    assert "absolute path" in error["message"]
    assert error["file"].endswith("course.py")
    assert error["line"] > 0


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["course", "pipeline"])
def test_ir_of_the_official_compiler_runs(name, ready_home, tmp_path, oracle_python):
    source = TRAINING / f"{name}.py"
    compiled = tmp_path / f"{name}.yaml"
    script = oracle_python.with_name("kfp")
    command = [str(script), "dsl", "compile", "--py", str(source), "--output", str(compiled)]
    subprocess.run(command, check=True, capture_output=True, env=environment(ready_home))
    values = {"data_path": str(DATA)}
    if name == "pipeline":
        values |= {"threshold": "0.8", "registry": str(tmp_path / "registry")}
    ended = run_command(ready_home, "run", compiled, "--json", *parameters(**values))
    assert ended.status == 0, ended.stderr
    assert ended.tasks["train-model-op"]["cached"]


def test_a_warm_cache_needs_no_index(run, monkeypatch, tmp_path):
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    shorter = tmp_path / "offline.csv"
    shutil.copy(DATA, shorter)
    with shorter.open("a", encoding="utf-8") as file:
        file.write("12,15,23,DL,ATL,762,5,7\n")
    ended = run(data=shorter)
    assert ended.status == 0, ended.stderr
    assert not ended.tasks["train-model-op"]["cached"]
