"""Tests of pipelines without processes or sleeping: say how steps end, see how the run ends.

``simulate`` runs a pipeline on the real engine with a launcher that does as it is told. The same
simulator, with faults and crashes, tests Headrace itself.

Example:
    >>> from headrace.testing import fail, simulate
    >>> simulate("pipeline.yaml", {"train": fail("out of data")}).state  # doctest: +SKIP
    'failed'
"""

from __future__ import annotations

from headrace.testing.outcomes import Outcome, each, fail, succeed
from headrace.testing.simulator import Faults, Simulated, Simulation, simulate

__all__ = ["Faults", "Outcome", "Simulated", "Simulation", "each", "fail", "simulate", "succeed"]
