"""Random pipelines compile to the same document on both sides, or are refused by both."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from random import Random

import documents
import generator
import pytest
import sides
from hypothesis import HealthCheck, given, settings

pytestmark = pytest.mark.oracle

COUNT = int(os.environ.get("HEADRACE_GENERATED", "120"))
FIRST = int(os.environ.get("HEADRACE_GENERATED_FIRST", "0"))

#: What the SDK raises where it stumbles rather than refuses; Headrace may compile these.
STUMBLES = {"AssertionError", "AttributeError", "IndexError", "KeyError", "RuntimeError"}


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Sources of random pipelines, beside the module that they import."""
    folder = tmp_path_factory.mktemp("generated")
    shutil.copy(sides.HERE / "corpus" / "generated_components.py", folder)
    files = [folder / f"seed_{seed}.py" for seed in range(FIRST, FIRST + COUNT)]
    for seed, path in enumerate(files, FIRST):
        path.write_text(generator.program(Random(seed)), encoding="utf-8")
    return files


@pytest.mark.timeout(600)
def test_random_pipelines_compile_to_the_same_documents(
    generated: list[Path], tmp_path: Path
) -> None:
    theirs = sides.oracle_outcomes(generated)
    ours = sides.our_outcomes(generated, tmp_path / "ours.json")
    found = {
        path.stem: problem
        for path in generated
        if (problem := _problem(_outcome(path, theirs), _outcome(path, ours)))
    }
    compiled = sum("text" in _outcome(path, theirs) for path in generated)
    assert compiled > COUNT / 2, "most random pipelines must be legal"
    assert not found, _told(found)


@given(source=generator.programs)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_random_program_is_python(source: str) -> None:
    compile(source, "generated.py", "exec")


def _outcome(path: Path, outcomes: sides.Outcomes) -> dict[str, dict[str, str]]:
    return outcomes.get(f"{path.stem}:outer") or outcomes[f"{path.stem}:"]


def _problem(theirs: dict, ours: dict) -> str | None:
    if "text" in theirs and "text" in ours:
        return documents.difference(theirs["text"], ours["text"])
    if "text" in theirs:
        if (
            "reloaded(inner" in ours["error"]["traceback"]
            and "no input" in ours["error"]["message"]
        ):
            return None  # it reads back a document that refers to nothing, and says so
        return f"refused by Headrace alone:\n{ours['error']['traceback']}"
    kind, message = theirs["error"]["types"][0], theirs["error"]["message"]
    if kind in STUMBLES or "'NoneType' object" in message:
        return None
    if "text" in ours:
        return f"accepted by Headrace alone; {kind}: {message}"
    if kind not in ours["error"]["types"]:
        return f"{kind}: {message}\n{ours['error']['traceback']}"
    return None


def _told(found: dict[str, str]) -> str:
    shown = [f"--- {name}\n{problem}" for name, problem in list(found.items())[:5]]
    return "\n".join([f"{len(found)} of {COUNT}: {' '.join(found)}", *shown])
