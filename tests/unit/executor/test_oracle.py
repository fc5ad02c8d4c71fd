"""The same component and the same input, on the official executor and on ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from headrace.executor.source import HEADER
from headrace.launchers.payload import materialise

ROOT = Path(__file__).parents[3]

COMPONENTS = {
    "parameters": """
        def step(n: int, x: float, s: str, b: bool, l: list, d: Dict[str, int]) -> NamedTuple(
            "Outputs", [("a", int), ("b", float), ("c", str), ("d", bool), ("e", list), ("f", dict)]
        ):
            return (n + 1, x * 2, s + "é", not b, l * 2, d)
    """,
    "optional": "def step(o: Optional[str] = None, p: Optional[int] = 5) -> str:\n    return repr((o, p))\n",
    "artifacts": """
        def step(data: Input[Dataset], model: Output[Model], metrics: Output[Metrics]) -> str:
            with open(model.path, "w") as file:
                file.write(data.name)
            model.framework = "none"
            metrics.log_metric("accuracy", 0.5)
            model.custom_path = ""
            return type(data).__name__ + type(model).__name__ + data.uri + str(data.metadata)
    """,
    "lists": "def step(several: Input[List[Artifact]]) -> list:\n    return [type(a).__name__ + a.uri for a in several]\n",
    "paths": """
        def step(data: InputPath("Dataset"), model: OutputPath("Model")) -> str:
            with open(model, "w") as file:
                file.write("x")
            return data
    """,
    "classification": """
        def step(m: Output[ClassificationMetrics]):
            m.log_roc_curve([0.0, 0.5], [0.1, 0.6], [0.9, 0.2])
            m.log_confusion_matrix(["a", "b"], [[1, 2], [3, 4]])
            m.log_confusion_matrix_cell("a", "b", 7)
    """,
    "pythonic": """
        def step() -> Dataset:
            return dsl.Dataset(uri=dsl.get_uri(), metadata={"rows": 1})
    """,
    "status": """
        def step(status: PipelineTaskFinalStatus) -> list:
            s = status
            return [s.state, s.pipeline_task_name, s.pipeline_job_resource_name, s.error_code]
    """,
    "config": "def step(c: dsl.TaskConfig) -> str:\n    return repr([c.env, c.resources])\n",
    "names": "def step() -> list:\n    return sorted(n for n in dsl.__all__ if n.isupper() or n.istitle())\n",
}


def _input(directory):
    dataset = {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"}
    record = {"name": "data", "type": dataset, "uri": "gs://bucket/data", "metadata": {"a": 1}}
    model = {"name": "m", "type": {"schemaTitle": "system.Model"}, "uri": "s3://bucket/m"}

    def output(name, title):
        return {
            "artifacts": [
                {"name": name, "type": {"schemaTitle": title}, "uri": f"{directory}/{name}"}
            ]
        }

    return {
        "inputs": {
            "parameterValues": {
                "n": 3, "x": 0.5, "s": "text", "b": True, "l": [1, "a"], "d": {"k": 1},
                "status": {
                    "state": "SUCCEEDED", "pipelineTaskName": "fit", "pipelineJobResourceName": "run",
                    "error": {},
                },
                "c": {"env": [{"name": "A", "value": "b"}]},
            },
            "artifacts": {"data": {"artifacts": [record]}, "several": {"artifacts": [record, model]}},
        },
        "outputs": {
            "artifacts": {
                "model": output("model", "system.Model"),
                "metrics": output("metrics", "system.Metrics"),
                "m": output("m", "system.ClassificationMetrics"),
                "Output": output("Output", "system.Dataset"),
            },
            "outputFile": f"{directory}/output_metadata.json",
        },
    }  # fmt: skip


def _only(executor_input, code):
    """Leave out the artifacts that a component does not declare."""
    kept = json.loads(json.dumps(executor_input))
    signature = code.split("def step(")[1]
    for side in (kept["inputs"]["artifacts"], kept["outputs"]["artifacts"]):
        for name in list(side):
            declared = f"{name}:" in signature or (name == "Output" and "-> Dataset" in signature)
            if not declared:
                del side[name]
    return kept


@pytest.fixture(scope="session")
def oracle():
    if named := os.environ.get("HEADRACE_ORACLE_PYTHON"):
        return named
    tool = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "oracle.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    if tool.returncode:
        pytest.skip("the official SDK cannot be installed here")
    return tool.stdout.strip()


def _execute(python, directory, code, **environment):
    directory.mkdir()
    module = directory / "component.py"
    module.write_text(HEADER + textwrap.dedent(code))
    subprocess.run(
        [
            python, "-m", "kfp.dsl.executor_main",
            "--component_module_path", str(module),
            "--function_to_execute", "step",
            "--executor_input", json.dumps(_only(_input("/tmp/kfp-task"), code)).replace("/tmp/kfp-task", str(directory)),
        ],
        env={"PATH": os.defpath, "_KFP_RUNTIME": "true", **environment},
        check=True,
        capture_output=True,
    )  # fmt: skip
    text = (directory / "output_metadata.json").read_text()
    return json.loads(text.replace(str(directory), "DIR"))


@pytest.mark.oracle
@pytest.mark.parametrize("name", COMPONENTS)
def test_the_executor_output_is_that_of_the_official_one(oracle, tmp_path, name):
    code = COMPONENTS[name]
    payload = materialise(tmp_path / "payload")
    theirs = _execute(oracle, tmp_path / "theirs", code)
    ours = _execute(sys.executable, tmp_path / "ours", code, PYTHONPATH=str(payload))
    for output, entry in theirs.get("artifacts", {}).items():
        for record in entry["artifacts"]:
            record["name"] = record["name"] or output  # it leaves returned artifacts without one
    assert ours == theirs
