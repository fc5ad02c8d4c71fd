"""Tokens of servers that the user has logged in to, kept in a file that only they can read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from headrace.errors import InvalidRequest

TOKEN_VARIABLE = "HEADRACE_TOKEN"  # noqa: S105 - the name of a variable


def normal_address(url: str) -> str:
    """Return the address of a server without what does not identify it.

    Raises:
        InvalidRequest: It is not an ``http`` or ``https`` address, or holds a password.
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        message = f"{url!r} is not the address of a server"
        raise InvalidRequest(message, hint="give one such as http://127.0.0.1:8080")
    if parts.username or parts.password or parts.query or parts.fragment:
        message = "the address of a server holds no user, password, query or fragment"
        raise InvalidRequest(message, hint="log in with: headrace login URL")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def find_token(address: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Return the token for a server: ``HEADRACE_TOKEN``, else the one of the last log-in."""
    variables = os.environ if environment is None else environment
    return variables.get(TOKEN_VARIABLE) or _read(_file()).get(address)


def save_token(address: str, token: str) -> Path:
    """Keep the token for a server; return the file that it is in."""
    path = _file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(path, _read(path) | {address: token})
    return path


def forget_token(address: str) -> bool:
    """Remove the token of a server; return whether there was one."""
    path = _file()
    known = _read(path)
    if address not in known:
        return False
    _write(path, {name: token for name, token in known.items() if name != address})
    return True


def _file() -> Path:
    return Path(platformdirs.user_config_dir("headrace")) / "servers.json"


def _read(path: Path) -> dict[str, str]:
    try:
        known: Any = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        message = f"cannot read {path}"
        raise InvalidRequest(message, hint="remove the file and log in again") from error
    if not isinstance(known, dict):
        return {}
    return {str(k): str(v) for k, v in known.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _write(path: Path, known: Mapping[str, str]) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(known, file, indent=2, sort_keys=True)
    beside.replace(path)
