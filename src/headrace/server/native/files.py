"""Headers for content that users made: it never runs in the page, whatever it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

_NOTHING = "default-src 'none'; frame-ancestors 'self'; sandbox"
_STATIC = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "media-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
)
#: Scripts of its own in a place of its own: no network, no storage, nothing of the page.
_SCRIPTED = _STATIC.replace(
    "default-src 'none';", "default-src 'none'; script-src 'unsafe-inline' blob:;"
).replace("; sandbox", "; sandbox allow-scripts")
_UNSAFE = re.compile(r"[^\w.+ -]", re.ASCII)
_LONGEST_NAME = 150


def inert() -> dict[str, str]:
    """Return headers for content that is read as bytes only."""
    return {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _NOTHING,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def framed(*, scripts: bool) -> dict[str, str]:
    """Return headers for a document that is shown in a frame.

    Args:
        scripts: Its own scripts may run, in the frame's sandbox and without a network.
    """
    return inert() | {"Content-Security-Policy": _SCRIPTED if scripts else _STATIC}


def attachment(name: str) -> Mapping[str, str]:
    """Return headers for content that is saved as a file of this name."""
    plain = _UNSAFE.sub("_", name)[:_LONGEST_NAME].strip(". ") or "file"
    encoded = quote(name[:_LONGEST_NAME].encode("utf-8", "replace"), safe="")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    return inert() | {"Content-Disposition": disposition}
