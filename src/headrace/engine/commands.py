"""Wishes that the engine returns; performed after the changes are committed, each idempotent."""

from __future__ import annotations

import msgspec

from headrace.engine.attempts import AttemptId, AttemptSpec


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Base of the commands."""


class StartAttempt(_Command, frozen=True):
    """Start this attempt when there is room for it; importers too."""

    spec: AttemptSpec


class StopAttempt(_Command, frozen=True):
    """End this attempt: SIGTERM, then SIGKILL after the grace. Also when it never started."""

    attempt: AttemptId
    reason: str


class LookUpCache(_Command, frozen=True):
    """Look the key up and answer with ``CacheAnswered``.

    Attributes:
        component: Key of the component in the document.
        fields: What the key was made of, for explaining a miss: name to digest or value.
    """

    task: str
    component: str
    key: str
    fields: dict[str, str]


class SetTimer(_Command, frozen=True):
    """Feed ``TimerFired(timer)`` at this time, seconds since the epoch; setting again moves it."""

    timer: str
    at: float


Command = StartAttempt | StopAttempt | LookUpCache | SetTimer
