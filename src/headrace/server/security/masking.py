"""What error texts must not carry to whoever asks: credentials, and where things lie."""

from __future__ import annotations

import re

from headrace.server.security.tokens import without_tokens

_CREDENTIALS = re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://)[^/\s'\"@]+@", re.IGNORECASE)
_BEARER = re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w:/.])/(?:[\w.@~+-]+/)+[\w.@~+-]*|\b[A-Za-z]:\\[^\s'\"]+")
_DOTS = "…"


def without_secrets(text: str) -> str:
    """Return the text with tokens, passwords in URLs and authorization headers masked."""
    text = _CREDENTIALS.sub(rf"\1{_DOTS}@", without_tokens(text))
    return _BEARER.sub(rf"\1 {_DOTS}", text)


def without_places(text: str) -> str:
    """Return the text with paths of the file system masked; those of URLs stay."""
    return _PATH.sub(_DOTS, text)
