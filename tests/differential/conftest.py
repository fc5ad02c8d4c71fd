"""Outcomes of both sides, compiled once for the whole session."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import sides


def _oracle_or_skip(files: Sequence[Path]) -> sides.Outcomes:
    try:
        return sides.oracle_outcomes(files)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"the official SDK's environment cannot be built: {error}")


@pytest.fixture(scope="session")
def oracle_corpus() -> sides.Outcomes:
    """What the official SDK makes of the corpus."""
    return _oracle_or_skip(sides.corpus_files())


@pytest.fixture(scope="session")
def our_corpus(tmp_path_factory: pytest.TempPathFactory) -> sides.Outcomes:
    """What Headrace makes of the corpus."""
    return sides.our_outcomes(sides.corpus_files(), tmp_path_factory.mktemp("ours") / "corpus.json")


@pytest.fixture(scope="session")
def oracle_refused() -> sides.Outcomes:
    """What the official SDK makes of the wrong programs."""
    return _oracle_or_skip(sides.refused_files())


@pytest.fixture(scope="session")
def our_refused(tmp_path_factory: pytest.TempPathFactory) -> sides.Outcomes:
    """What Headrace makes of the wrong programs."""
    out = tmp_path_factory.mktemp("ours") / "refused.json"
    return sides.our_outcomes(sides.refused_files(), out)
