"""Keeping credentials of package indexes out of locks, logs and error texts.

Knows URLs only; nothing of packages or of uv.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Up to the last @ before the path: passwords may hold an unescaped @.
_CREDENTIALS = re.compile(r"(?P<scheme>\bhttps?://)(?P<credentials>[^/\s'\"]*)@", re.IGNORECASE)
_HOST = re.compile(r"\bhttps?://(?P<credentials>[^/\s'\"]*)@(?P<host>[^/\s'\"?#]+)", re.IGNORECASE)


def without_credentials(text: str) -> str:
    """Return the text with user names, passwords and tokens cut from every http(s) URL in it."""
    return _CREDENTIALS.sub(r"\g<scheme>", text)


def credentials_by_host(texts: Iterable[str]) -> dict[str, str]:
    """Return ``host[:port]`` → ``user:password`` for each URL with credentials in the texts."""
    return {match["host"]: match["credentials"] for text in texts for match in _HOST.finditer(text)}


def with_credentials(text: str, credentials: dict[str, str]) -> str:
    """Return the text with the credentials put back into the URLs of their hosts."""
    for host, secret in credentials.items():
        place = re.compile(rf"(\bhttps?://){re.escape(host)}(?=[/?#'\"\s]|$)", re.IGNORECASE)
        text = place.sub(lambda match, put=secret + "@" + host: match[1] + put, text)
    return text
