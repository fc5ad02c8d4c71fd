"""The desk of the command line's tests, in a home of its own."""

from __future__ import annotations

from ..cli.conftest import cache, chain, desk  # noqa: TID252 - there is no package to name

__all__ = ["cache", "chain", "desk"]
