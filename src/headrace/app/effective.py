"""The configuration as it holds, for people: no value of a secret is in it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from headrace.app.home import Home

_HIDDEN = "(hidden)"
_SECRET_WORDS = ("secret", "password", "token", "credential", "private_key")
_PLACES = ("_file", "_url", "_urls")


def effective(home: Home) -> dict[str, Any]:
    """Return the configuration of a home, with what is secret hidden."""
    values: dict[str, Any] = {"home": str(home.path)}
    if home.database is not None:
        values["database"] = without_credentials(home.database)
    return values | {name: _shown(name, value) for name, value in asdict(home.config).items()}


def without_credentials(url: str) -> str:
    """Return a URL without its user and password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return _HIDDEN
    if "@" not in parts.netloc:
        return url
    query = _HIDDEN if "password" in parts.query else parts.query
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return {key: _shown(key, inner) for key, inner in table.items()}
    is_secret = any(word in name.lower() for word in _SECRET_WORDS) and not name.endswith(_PLACES)
    if is_secret and value:
        return _HIDDEN
    return without_credentials(value) if isinstance(value, str) and "://" in value else value
