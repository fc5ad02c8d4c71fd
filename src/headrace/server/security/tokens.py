"""Personal and service tokens: made here, shown once, known afterwards by their digest only.

A token is 256 random bits behind a prefix that scanners for leaked secrets find. Because nobody can
guess it, its SHA-256 is as safe as any slower digest. A personal token stands for its user; a
service token for a service of one namespace, with a role of its own. Knows no HTTP and no store.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Literal

Scope = Literal["read", "write", "manage", "administer"]

PREFIX = "hr_"
#: What the names of services begin with; no user is called so.
SERVICE = "service:"
_SHAPE = re.compile(r"hr_[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """Return a token that has never been."""
    return PREFIX + secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Say whether it has the shape of a token of ours."""
    return _SHAPE.fullmatch(text) is not None


def digest_of(secret: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def without_tokens(text: str) -> str:
    """Return the text with every token in it masked."""
    return _SHAPE.sub(f"{PREFIX}…", text)


def service_user(namespace: str, name: str) -> str:
    """Return what a service is called where users are."""
    return f"{SERVICE}{namespace}:{name}"


def service_namespace(user: str) -> str:
    """Return the namespace of a service."""
    return user.removeprefix(SERVICE).partition(":")[0]
