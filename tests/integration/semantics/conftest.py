"""One bench for all, and both sides' documents, each compiled once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "differential")]

import cases  # noqa: E402 - it lies beside this file
import sides  # noqa: E402

from headrace import ir  # noqa: E402


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> cases.Bench:
    """A bench whose home is of this session."""
    bench = cases.Bench(
        tmp_path_factory.mktemp("semantics") / "home", images={"example.com/tool*": "local"}
    )
    yield bench
    bench.home.store.close()


@pytest.fixture(scope="session")
def oracle_document() -> Callable[[str, str], ir.Document]:
    """Give what the official SDK makes of a pipeline, by file and name."""
    try:
        outcomes = sides.oracle_outcomes(cases.files())
    except subprocess.CalledProcessError as error:
        pytest.skip(f"the official SDK's environment cannot be built: {error}")

    def document(stem: str, name: str) -> ir.Document:
        outcome = sides.outcome_of(f"{stem}:{name}", outcomes)
        assert "text" in outcome, outcome["error"]["traceback"]
        return ir.read(outcome["text"])

    return document


@pytest.fixture
def given(tmp_path: Path) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Fill the paths in that a run's parameters ask for."""
    folder = tmp_path / "folder"
    folder.mkdir()
    paths = {
        "FOLDER": str(folder),
        "FILE": str(tmp_path / "file"),
        "READY": str(tmp_path / "ready"),
    }
    (tmp_path / "ready").write_text("ready")
    return lambda run: {
        key: paths.get(value, value) if isinstance(value, str) else value
        for key, value in run.get("parameters", {}).items()
    }
