"""Who asks, and how the server is set up."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from headrace.server.native.operations import Answer, Plain, operation


class Membership(Answer, frozen=True):
    """A namespace and one's role in it; single-user mode has the one without a name."""

    name: str
    role: Literal["viewer", "editor", "admin"]


class Me(Answer, frozen=True):
    """Who asks; in single-user mode the user has no name."""

    user: str
    mode: Literal["single", "multi"]
    admin: bool
    namespaces: list[Membership]
    version: str


def get_me(asked: Plain) -> Me:
    """Say who asks, and where they may do what."""
    principal, settings = asked.principal, asked.services.settings
    return Me(
        user=principal.user,
        mode=settings.mode,
        admin=principal.admin,
        namespaces=_namespaces(asked),
        version=settings.version,
    )


def _namespaces(asked: Plain) -> list[Membership]:
    """Return where one may do what; who administers the installation manages all namespaces."""
    principal = asked.principal
    if principal.admin and asked.services.settings.mode == "multi":
        return [Membership(name=one.name, role="admin") for one in asked.store.namespaces()]
    return [Membership(name=name, role=principal.roles[name]) for name in principal.namespaces]


def get_settings(asked: Plain) -> dict[str, Any]:
    """Return the configuration as it holds, without secrets."""
    settings = asked.services.settings
    return {
        "mode": settings.mode,
        "version": settings.version,
        "database": settings.database,
        "body_bytes": settings.body_bytes,
        "upload_bytes": settings.upload_bytes,
        "effective": msgspec.to_builtins(dict(settings.effective), enc_hook=str),
    }


OPERATIONS = (
    operation("GET", "/me", get_me, kind="me", answer=Me),
    operation(
        "GET", "/settings", get_settings, kind="settings", verb="administer", answer=dict[str, Any]
    ),
)
