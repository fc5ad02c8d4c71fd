"""Records of notifications: who wants to be told, and what was told already."""

from __future__ import annotations

from typing import Literal

import msgspec


class _Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Base of the records; JSON keys are the field names."""


class Webhook(_Record, frozen=True):
    """Someone to be told when runs change their state.

    Attributes:
        url: Where to, ``mailto:`` for e-mail.
        states: Only these states; empty is every end of a run.
        pipelines: Only runs of these pipelines; empty is all.
        signed: Whether there is a secret to sign with; ``webhook_secret`` alone returns it.
    """

    id: str
    namespace: str
    name: str
    url: str
    created_at: float
    format: Literal["generic", "slack", "email"] = "generic"
    states: tuple[str, ...] = ()
    pipelines: tuple[str, ...] = ()
    enabled: bool = True
    signed: bool = False
    created_by: str = ""


class Delivery(_Record, frozen=True):
    """One message to one webhook; it is sent until it arrives or is given up.

    Attributes:
        id: The same for each try, so that the receiver can tell repetitions.
        event_id: The entry of the history that it tells of.
        body: What is sent, as it was signed.
        attempts: Tries so far.
        next_at: When to try next.
        error: Why the last try failed.
    """

    id: str
    webhook_id: str
    event_id: int
    run_id: str
    body: str
    created_at: float
    attempts: int = 0
    next_at: float = 0.0
    state: Literal["pending", "delivered", "failed"] = "pending"
    error: str | None = None
