"""A pytest plug-in: fixtures that simulate pipelines, and an option that repeats a seed.

Write ``pytest_plugins = ["headrace.testing.plugin"]`` in ``conftest.py``, or call pytest with
``-p headrace.testing.plugin``.

Example::

    def test_a_failed_training_deploys_nothing(simulated):
        run = simulated(my_pipeline, {"train": fail("out of data")})
        assert run["deploy"].state == "skipped"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

from headrace.testing.outcomes import Script
from headrace.testing.simulator import Pipeline, Simulated, simulate
from headrace.testing.worlds import World


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--headrace-seed``."""
    parser.addoption(
        "--headrace-seed", type=int, default=0, help="seed of simulated pipelines; names a run"
    )


@pytest.fixture
def headrace_seed(request: pytest.FixtureRequest) -> int:
    """Return the seed that decides everything random."""
    return cast("int", request.config.getoption("--headrace-seed"))


@pytest.fixture
def simulated(headrace_seed: int) -> Callable[..., Simulated]:
    """Return ``simulate`` with the seed of this session."""

    def run(
        pipeline: Pipeline, outcomes: Mapping[str, Script] | None = None, **options: Any
    ) -> Simulated:
        seed = options.pop("seed", headrace_seed)
        return simulate(pipeline, outcomes, seed=seed, **options)

    return run


@pytest.fixture
def world(headrace_seed: int) -> Callable[..., Simulated]:
    """Return a function that runs a pipeline in a ``World`` with the seed of this session."""

    def run(
        pipeline: Pipeline, outcomes: Mapping[str, Script] | None = None, **options: Any
    ) -> Simulated:
        seed = options.pop("seed", headrace_seed)
        return World(pipeline, outcomes, seed=seed, **options).finish()

    return run
