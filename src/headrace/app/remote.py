"""Connections to a Headrace server: ``headrace.connect`` and its twin for asyncio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from headrace.errors import InvalidRequest

if TYPE_CHECKING:
    from headrace.client import AsyncClient, Client


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled pipeline, as the client takes one."""

    pipeline_spec: Mapping[str, Any]
    platform_spec: Mapping[str, Any] | None = None


def connect(url: str, *, token: str | None = None, namespace: str | None = None) -> Client:
    """Return a client of the server at an address; nothing is sent before it is used.

    Args:
        url: Such as ``http://127.0.0.1:8080``.
        token: Personal or service token; by default ``HEADRACE_TOKEN``, else what ``headrace
            login`` kept.
        namespace: Namespace of what is made and listed; the server's own by default.

    Raises:
        InvalidRequest: The address is none, or the extra ``client`` is not installed.
    """
    _check_installed()
    from headrace.client import Client

    return Client(url, token=token, namespace=namespace)


def connect_async(
    url: str, *, token: str | None = None, namespace: str | None = None
) -> AsyncClient:
    """Return the client for asyncio; see ``connect``."""
    _check_installed()
    from headrace.client import AsyncClient

    return AsyncClient(url, token=token, namespace=namespace)


def _check_installed() -> None:
    try:
        import_module("httpx2")
    except ImportError:
        message = "talking to a server needs a package that is not installed"
        hint = "pip install 'headrace[client]'"
        raise InvalidRequest(message, hint=hint) from None
