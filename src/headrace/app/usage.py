"""Requests that fit what steps were seen to use, as the command line prints them."""

from __future__ import annotations

from headrace.controller.fitting import fitting_requests
from headrace.store import Store


def suggestions(store: Store, run_id: str) -> list[str]:
    """Return a line for each step that ran long enough to judge: requests that would fit it."""
    fitting = fitting_requests(store.attempts(run_id))
    return [f"{path} would fit {calls}" for path, calls in fitting.items()]
