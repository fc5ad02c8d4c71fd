"""The pure machine that runs a pipeline: no I/O, clock, thread or randomness.

``plan`` indexes a validated IR document; ``step`` takes one event and returns the changes to
commit and the commands to perform afterwards.
"""

from __future__ import annotations
