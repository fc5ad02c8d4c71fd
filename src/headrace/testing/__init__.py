"""Tests of pipelines without processes or sleeping: say how steps end, see how the run ends.

``simulate`` runs a pipeline on the real engine with a launcher that does as it is told. ``World``
adds the real controller and a store, and kills controllers as it goes; both test Headrace itself.

Example:
    >>> from headrace.testing import fail, simulate
    >>> simulate("pipeline.yaml", {"train": fail("out of data")}).state  # doctest: +SKIP
    'failed'
"""

from __future__ import annotations

from headrace.testing.outcomes import Outcome, each, fail, succeed
from headrace.testing.places import Accidents
from headrace.testing.simulator import Faults, Simulated, Simulation, simulate
from headrace.testing.worlds import World

__all__ = [
    "Accidents",
    "Faults",
    "Outcome",
    "Simulated",
    "Simulation",
    "World",
    "each",
    "fail",
    "simulate",
    "succeed",
]
