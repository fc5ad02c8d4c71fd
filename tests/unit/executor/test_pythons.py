"""The whole executor on every Python that this machine has, from the payload alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from headrace.executor.source import HEADER, MODULE_NAME
from headrace.launchers.payload import materialise


def _pythons():
    versions = Path("~/.pyenv/versions").expanduser()
    found = {}
    for path in sorted(versions.glob("3.*/bin/python")):
        minor = int(path.parent.parent.name.split(".")[1])
        if minor >= 8:
            found[minor] = str(path)
    found.setdefault(sys.version_info.minor, sys.executable)
    return found


CODE = """
def step(
    n: int,
    names: List[str],
    data: Input[Dataset],
    several: Input[List[Dataset]],
    model: Output[Model],
    text: OutputPath(str),
    missing: Optional[Input[Dataset]] = None,
    limit: Optional[int] = None,
) -> NamedTuple("Outputs", [("total", int), ("label", str)]):
    import os, sys
    assert missing is None and limit is None
    model.framework = "none"
    os.makedirs(model.path)
    with open(os.path.join(model.path, "weights"), "w") as file:
        file.write("w" * n)
    with open(text, "w") as file:
        file.write("written")
    print("Python", sys.version_info.minor)
    return (n + len(several), ",".join(names) + open(data.path).read())
"""


@pytest.fixture(scope="module")
def payload(tmp_path_factory):
    return materialise(tmp_path_factory.mktemp("payload"))


def _run(python, payload, directory, code, **wanted):
    source = directory / f"{MODULE_NAME}.py"
    source.write_text(HEADER + textwrap.dedent(code))
    (directory / "spec.json").write_text(
        json.dumps(
            {"component": "step", "python": {"path": str(source), "function": "step"}} | wanted
        )
    )
    command = [python, "-m", "headrace.executor", str(directory)]
    environment = {"PATH": os.defpath, "PYTHONPATH": str(payload), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.run(
        command, env=environment, cwd=directory, capture_output=True, text=True, check=False
    )
    return process, json.loads((directory / "result.json").read_text())


@pytest.mark.parametrize("minor", _pythons())
def test_a_component_runs(minor, payload, tmp_path):
    (tmp_path / "data").write_text("!")
    record = {
        "name": "d",
        "type": {"schemaTitle": "system.Dataset"},
        "uri": f"file://{tmp_path}/data",
    }
    outputs = {
        "model": {
            "artifacts": [
                {
                    "name": "model",
                    "type": {"schemaTitle": "system.Model"},
                    "uri": f"file://{tmp_path}/out/model",
                }
            ]
        }
    }
    process, result = _run(
        _pythons()[minor],
        payload,
        tmp_path,
        CODE,
        output_types={"total": "NUMBER_INTEGER", "label": "STRING", "text": "STRING"},
        executor_input={
            "inputs": {
                "parameterValues": {"n": 3, "names": ["a", "é"]},
                "artifacts": {
                    "data": {"artifacts": [record]},
                    "several": {"artifacts": [record] * 2},
                },
            },
            "outputs": {
                "parameters": {
                    name: {"outputFile": f"{tmp_path}/outputs/{name}"}
                    for name in ("total", "label", "text")
                },
                "artifacts": outputs,
            },
        },
    )
    assert process.stderr == ""
    assert process.stdout == f"Python {minor}\n"
    assert process.returncode == 0
    assert result["parameters"] == {"total": 5, "label": "a,é!", "text": "written"}
    assert result["artifacts"]["model"][0]["size"] == 3
    assert result["artifacts"]["model"][0]["metadata"] == {"framework": "none"}
    assert result["usage"]["max_rss_bytes"] > 1_000_000


@pytest.mark.parametrize("minor", _pythons())
def test_an_exception_is_reported(minor, payload, tmp_path):
    process, result = _run(
        _pythons()[minor],
        payload,
        tmp_path,
        "def step():\n    raise ValueError('nö')\n",
        executor_input={},
    )
    assert process.returncode == 1
    assert result["error"]["type"] == "ValueError"
    assert result["error"]["file"] == "<component step>"
    assert result["error"]["traceback"] in process.stderr


def test_the_payload_is_laid_out_once_and_holds_no_more_than_tasks_need(tmp_path):
    first = materialise(tmp_path)
    assert materialise(tmp_path) == first
    assert sorted(path.name for path in tmp_path.iterdir()) == [first.name]
    assert sorted(path.name for path in first.iterdir()) == ["headrace", "kfp"]
    assert sorted(path.name for path in (first / "headrace").iterdir()) == [
        "__init__.py", "dsl.py", "executor", "types",
    ]  # fmt: skip
