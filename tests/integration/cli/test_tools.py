"""Compile, check, debug and the module that serves ``kfp`` to existing scripts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import CHAIN

FAULTY = '''
from kfp import dsl
from kfp.dsl import Dataset, Input, Markdown, Output

LIMIT = 3


@dsl.component
def name_outside(n: int) -> int:
    return min(n, LIMIT)


@dsl.component
def import_unknown():
    import pandas


@dsl.component
def report(text: Output[Markdown]):
    """Writes."""


@dsl.component
def read(rows: Input[Dataset]):
    """Reads."""


@dsl.pipeline
def faulty(n: int, unused: str = "x"):
    name_outside(n=n).set_memory_limit("4G")
    import_unknown()
'''


def problems(desk, text, *more):
    desk.write("faulty.py", text)
    ended = desk.run("check", "faulty.py", "--json", *more)
    return ended.status, ended.json


@pytest.mark.parametrize(
    ("change", "line_of", "said"),
    [
        pytest.param(None, "return min(n, LIMIT)", "LIMIT", id="a name from outside"),
        pytest.param(None, "import pandas", "pandas", id="an import that nothing provides"),
        pytest.param(None, "def faulty", "unused", id="an unused parameter"),
        pytest.param(
            ('read(rows=report().outputs["text"])', None),
            'read(rows=report().outputs["text"])',
            "Markdown|Dataset",
            id="types that do not fit",
        ),
        pytest.param(("name_outside()", None), "name_outside()", "n", id="a missing argument"),
        pytest.param(
            ('name_outside(n=n).set_memory_limit("4 pounds")', None),
            'name_outside(n=n).set_memory_limit("4 pounds")',
            "4 pounds",
            id="an impossible resource",
        ),
    ],
)
def test_check_finds_it_with_its_line_and_a_hint(change, line_of, said, desk):
    text = FAULTY if change is None else f"{FAULTY}    {change[0]}\n"
    _, found = problems(desk, text)
    lines = text.splitlines()
    matching = [
        one
        for one in found
        if any(word in one["message"] for word in said.split("|"))
        and one["line"]
        and line_of in lines[one["line"] - 1]
    ]
    assert matching, found
    for one in matching:
        assert one["file"].endswith("faulty.py")
        assert one["hint"]
        assert one["severity"] in ("error", "warning")
        assert one["code"].startswith("HR")


@pytest.mark.parametrize(
    ("image", "severity"),
    [
        ("python:3.11", "error"),
        ("registry.example:5000/library/python:3.11-slim", "error"),
        ("registry.example:5000/ml/train:3", "warning"),
        ("registry.example/python/train:3", "warning"),
    ],
)
def test_what_an_image_may_hold_is_only_warned_of(image, severity, desk):
    decorator = f'@dsl.component(base_image="{image}")\ndef import_unknown'
    _, found = problems(desk, FAULTY.replace("@dsl.component\ndef import_unknown", decorator))
    assert [one["severity"] for one in found if "pandas" in one["message"]] == [severity]


def test_check_fails_only_for_errors(desk):
    status, found = problems(desk, FAULTY)
    assert {one["severity"] for one in found} == {"error", "warning"}
    assert status == 2
    fine = FAULTY.replace("min(n, LIMIT)", "n").replace("import pandas", "import json")
    status, found = problems(desk, fine)
    assert {one["severity"] for one in found} <= {"warning"}
    assert status == 0


def test_check_of_what_is_fine_says_so(desk):
    desk.write("chain.py", CHAIN)
    ended = desk.run("check", "chain.py")
    assert (ended.status, ended.stdout) == (0, "chain.py: nothing found\n")
    assert desk.run("check", "chain.py", "--json").json == []
    assert not desk.home.exists()


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_a_compiled_pipeline_runs_like_its_source(suffix, chain):
    ended = chain.run("compile", "chain.py", "-o", f"chain.{suffix}", "--json")
    assert ended.json == {"pipeline": "chain", "file": f"chain.{suffix}"}
    run = chain.run(
        "run", f"chain.{suffix}", "--json", "-p", f"witness={chain.witness}", "-p", "n=2"
    )
    assert run.json["outputs"] == {"Output": 3}
    assert {task["cached"] for task in run.json["tasks"]} == {True}


def test_compiling_twice_gives_the_same_bytes(desk):
    desk.write("chain.py", CHAIN)
    for name in ("a.yaml", "b.yaml"):
        desk.run("compile", "chain.py", "-o", name)
    assert (desk.path / "a.yaml").read_bytes() == (desk.path / "b.yaml").read_bytes()
    assert not desk.home.exists()


@pytest.mark.parametrize("target", ["out.txt", "absent/out.yaml"])
def test_compiling_to_where_nothing_can_be_written(target, desk):
    desk.write("chain.py", CHAIN)
    ended = desk.run("compile", "chain.py", "-o", target)
    assert (ended.status, ended.stdout) == (2, "")
    assert target in ended.stderr


def test_debug_runs_the_step_again_and_leaves_the_run_alone(chain):
    run_id = chain.first.json["run_id"]
    ended = chain.run("debug", f"{run_id}/first", stdin="p n\nc\n")
    assert ended.status == 0, ended.stderr
    assert "returned 3" in ended.stdout
    assert "first says 2" in ended.stdout
    assert chain.ran == ["first", "second", "third", "first"]
    assert chain.run("show", run_id, "--json").json == chain.first.json
    assert list((chain.home / "debug").iterdir()) == []


def test_debug_reads_the_inputs_that_the_attempt_had(chain):
    ended = chain.run("debug", f"{chain.first.json['run_id']}/third", stdin="c\n")
    assert "returned 3" in ended.stdout
    (rows,) = chain.first.tasks["second"]["artifacts"]["rows"]
    assert Path(rows["path"]).read_text() == "row\n" * 3


def test_debug_of_a_reused_step_says_where_to_go(chain):
    second = chain.run_chain()
    ended = chain.run("debug", f"{second.json['run_id']}/first")
    assert (ended.status, "never ran" in ended.stderr) == (2, True)


#: Stands for Jupyter: runs the cells of the notebook that it is told to open, in order.
JUPYTER = f"""#!{sys.executable}
import json, os, sys

command, file = sys.argv[1:]
cells = [cell["source"] for cell in json.load(open(file))["cells"]]
shared = {{}}
for cell in cells[:-1]:
    exec(cell, shared)
print(json.dumps({{"command": command, "arguments": shared["arguments"], "at": os.getcwd()}}))
print("returned", eval(cells[-1], shared))
"""


def test_debug_opens_the_step_as_a_notebook(chain):
    place = chain.path / "bin"
    place.mkdir()
    (place / "jupyter").write_text(JUPYTER, "utf-8")
    (place / "jupyter").chmod(0o755)
    run_id = chain.first.json["run_id"]
    with_jupyter = {"PATH": f"{place}{os.pathsep}{os.environ['PATH']}"}
    ended = chain.run("debug", f"{run_id}/first", "--jupyter", env=with_jupyter)
    assert ended.status == 0, ended.stderr
    told, *printed = ended.stdout.splitlines()
    assert printed == ["first says 2", "returned 3"]
    told = json.loads(told)
    assert told["command"] == "notebook"
    assert told["arguments"] == {"witness": str(chain.witness), "n": 2}
    assert told["at"].startswith(f"{chain.home}/debug/")
    assert chain.ran == ["first", "second", "third", "first"]
    assert list((chain.home / "debug").iterdir()) == []


def test_debug_without_jupyter_says_how_to_get_it_and_leaves_nothing(chain):
    nowhere = chain.path / "empty"
    nowhere.mkdir()
    run_id = chain.first.json["run_id"]
    ended = chain.run("debug", f"{run_id}/first", "--jupyter", env={"PATH": str(nowhere)})
    assert (ended.status, ended.stdout) == (2, "")
    assert "there is no Jupyter" in ended.stderr
    assert "packages_to_install" in ended.stderr
    assert list((chain.home / "debug").iterdir()) == []


def test_debug_wants_a_run_and_a_step(desk):
    assert desk.run("debug", "R").status == 2


SCRIPT = """
import sys
from kfp import compiler, dsl, local

@dsl.component
def add(a: int, b: int) -> int:
    return a + b

@dsl.pipeline
def sums(a: int) -> int:
    return add(a=add(a=a, b=1).output, b=1).output

local.init(runner=local.SubprocessRunner())
print(add(a=int(sys.argv[1]), b=2).output)
print(sums(a=10).outputs)
compiler.Compiler().compile(sums, "sums.yaml")
"""


def test_a_script_of_kfp_runs_unchanged(desk):
    desk.write("script.py", SCRIPT)
    done = python(desk, "-m", "headrace.compat", "script.py", "40")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["42", "{'Output': 12}"]
    assert (desk.path / "sums.yaml").exists()
    runs = desk.run("runs", "--json").json
    assert [(run["pipeline"], run["state"]) for run in runs] == [
        ("sums", "SUCCEEDED"),
        ("add", "SUCCEEDED"),
    ]


def test_a_component_that_fails_raises_where_it_was_called(desk):
    text = SCRIPT.replace("return a + b", "raise ValueError('too much')")
    desk.write("script.py", text)
    done = python(desk, "-m", "headrace.compat", "script.py", "40")
    assert done.returncode == 1
    assert "too much" in done.stderr
    assert "script.py" in done.stderr


def python(desk, *arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        env=desk.environment | {"PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        cwd=desk.path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command(desk):
    text = desk.run("--help").stdout
    for command in ("run", "resume", "retry", "rerun", "cancel", "runs", "show", "logs", "check"):
        assert f"\n  {command} " in text
        assert desk.run(command, "--help").status == 0


def test_json_is_plain_json(chain):
    text = chain.first.stdout
    assert json.loads(text)
    assert "NaN" not in text
