"""Pyright passes right programs and the examples, and refuses wrong ones at the very line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MARK = re.compile(r"# refused: (\w+)")
# Annotations that KFP's interface spells as calls or with mutable texts, which no checker takes.
SPELLINGS_OF_KFP = {"reportInvalidTypeForm": "InputPath and OutputPath are called in annotations"}

Problems = dict[str, dict[int, set[str]]]


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> Problems:
    """Rules by file and line, from one run of pyright."""
    folder = tmp_path_factory.mktemp("pyright")
    _serve_kfp(folder / "served")
    checked = (HERE / "accepted", HERE / "refused", ROOT / "examples")
    configuration = {
        "include": [os.path.relpath(path, folder) for path in checked],
        "extraPaths": [str(folder / "served"), str(ROOT / "src")],
        "pythonVersion": "3.11",
        "typeCheckingMode": "standard",
        "reportMissingModuleSource": False,
        "reportUnusedExpression": False,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(configuration))
    pyright = Path(sys.executable).with_name("pyright")
    command = [pyright, "--outputjson", "-p", folder, "--pythonpath", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert told["summary"]["filesAnalyzed"] > 5, done.stdout
    found: Problems = defaultdict(lambda: defaultdict(set))
    for one in told["generalDiagnostics"]:
        if one["severity"] == "error" and not _is_import_of_a_task(one):
            found[one["file"]][one["range"]["start"]["line"] + 1].add(one.get("rule", one["message"]))
    return found


def _is_import_of_a_task(one: dict) -> bool:
    """Whether it is about a package that only a task's environment has."""
    ours = '"kfp' in one["message"] or '"headrace' in one["message"]
    return one.get("rule") == "reportMissingImports" and not ours


def _serve_kfp(folder: Path) -> None:
    package = folder / "kfp"
    package.mkdir(parents=True)
    names = ("compiler", "components", "dsl", "kubernetes")
    lines = [f"from headrace import {name} as {name}\n" for name in names]
    (package / "__init__.py").write_text("".join(lines))
    for name in names:
        (package / f"{name}.py").write_text(f"from headrace.{name} import *\n")


@pytest.mark.parametrize("path", sorted((HERE / "accepted").glob("*.py")), ids=lambda path: path.stem)
def test_a_right_program_passes(path: Path, problems: Problems) -> None:
    assert not dict(problems.get(str(path), {}))


@pytest.mark.parametrize("path", sorted((HERE / "refused").glob("*.py")), ids=lambda path: path.stem)
def test_a_wrong_line_is_refused_and_no_other(path: Path, problems: Problems) -> None:
    marked = {
        number: {match.group(1)}
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := MARK.search(line))
    }
    found = {line: set(rules) for line, rules in problems[str(path)].items()}
    wrong = {
        line: (marked.get(line), found.get(line))
        for line in sorted({*marked, *found})
        if marked.get(line) != found.get(line)
    }
    assert not wrong, "line: (expected, found)"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_an_example_passes(path: Path, problems: Problems) -> None:
    rules = problems.get(str(path), {})
    assert not {line: found for line, found in rules.items() if found - {*SPELLINGS_OF_KFP}}
