"""The imperative shell around the engine: claim, step, commit, perform, recover."""

from __future__ import annotations

from headrace.controller.cache import Answer, Cache
from headrace.controller.clock import Clock, SystemClock
from headrace.controller.loop import Controller, Observer, Settings
from headrace.controller.performing import Offload, Performer

__all__ = [
    "Answer",
    "Cache",
    "Clock",
    "Controller",
    "Observer",
    "Offload",
    "Performer",
    "Settings",
    "SystemClock",
]
