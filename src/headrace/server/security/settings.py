"""How users are known: ``[server.auth]`` of ``config.toml``, and ``HEADRACE_AUTH_…`` variables.

Without either there is one user and the server listens on this machine only. Every value is
checked here; secrets come from the environment or a file and show in no text.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from headrace.errors import InvalidRequest

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PREFIX = "HEADRACE_AUTH_"
SECRET_VARIABLE = "HEADRACE_AUTH_CLIENT_SECRET"  # noqa: S105 - the name of a variable
PROXY_HEADER = "kubeflow-userid"
_SCOPE = "openid email profile"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,252})|\[[0-9a-f:.]{2,45}\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """The OpenID provider whose word is taken.

    Attributes:
        url: As it names itself in its tokens.
        client_id: What it knows this server as.
        client_secret: None for a public client.
        audience: What access tokens must be meant for; the client id unless said otherwise.
        user_claim: The claim that names the user. ``email`` counts only when it is verified.
        scope: What is asked for at login.
    """

    url: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    audience: str
    user_claim: str = "sub"
    scope: str = _SCOPE


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedProxy:
    """A proxy that has found out who asks, and says so in a header.

    Attributes:
        networks: Where requests come from whose header is believed; others must not have it.
        header: Its name, in lower case.
        prefix: What stands before the user's name in it, such as ``accounts.google.com:``.
    """

    networks: tuple[Network, ...]
    header: str = PROXY_HEADER
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSettings:
    """A server with users.

    Attributes:
        public_url: Where browsers find the server; None when only programs come.
        hosts: Further names by which it is called, such as that of a service in a cluster.
        admins: Users who administer the installation.
        session_s: How long a login of a browser lasts, in seconds.
    """

    issuer: Issuer | None = None
    proxy: TrustedProxy | None = None
    public_url: str | None = None
    hosts: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()
    session_s: float = 12 * 3600.0

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Names by which the server may be called, beside those of loopback."""
        own = urlsplit(self.public_url).hostname if self.public_url else None
        return self.hosts | ({own} if own else set[str]())


def read_auth(
    table: Mapping[str, Any], environment: Mapping[str, str], *, source: str = "server.auth"
) -> AuthSettings | None:
    """Return how users are known, or None: there is only one.

    Args:
        table: ``[server.auth]`` of the configuration.
        environment: Its ``HEADRACE_AUTH_…`` variables win over the table.
        source: What errors call the table.

    Raises:
        InvalidRequest: A key is not known, a value is wrong, or what belongs together is not there.
    """
    values = _checked(table, source) | _from_environment(environment)
    if not values:
        return None
    settings = AuthSettings(
        issuer=_issuer(values, environment),
        proxy=_proxy(values),
        public_url=values.get("public_url"),
        hosts=frozenset(values.get("hosts", ())),
        admins=frozenset(values.get("admins", ())),
        session_s=float(values.get("session_hours", 12)) * 3600,
    )
    if settings.issuer is not None and settings.public_url is None:
        _refuse(
            "an issuer is configured, but not where browsers find this server",
            "set public_url, such as 'https://headrace.example.com'",
        )
    if not (settings.admins or settings.issuer or settings.proxy):
        _refuse("nobody could ever log in", "set issuer, proxies or admins")
    return settings


def check_listening(host: str, auth: AuthSettings | None) -> None:
    """Make sure that a server without users is not offered to others.

    Raises:
        InvalidRequest: It would be.
    """
    if auth is not None or is_loopback(host):
        return
    raise InvalidRequest(
        f"without authentication the server listens on this machine only, not on {host!r}",
        hint="configure [server.auth], or leave out --host and use an SSH tunnel",
    )


def is_loopback(host: str) -> bool:
    """Say whether an address to listen on is reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


# ------------------------------------------------------------------ reading


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable == SECRET_VARIABLE:
            continue
        key = variable.removeprefix(PREFIX).lower()
        if key not in _CHECKS:
            names = ", ".join(f"{PREFIX}{name.upper()}" for name in _CHECKS)
            _refuse(f"the variable {variable} is not known", f"use one of {names}")
        if key in _LISTS:
            found[key] = [part.strip() for part in text.split(",") if part.strip()]
        elif key == "session_hours":
            found[key] = float(text) if re.fullmatch(r"\d{1,6}(\.\d+)?", text) else text
        elif text:
            found[key] = text
    return _checked(found, "the environment")


def _checked(values: Mapping[str, Any], source: str) -> dict[str, Any]:
    for key, value in values.items():
        if key == "client_secret":
            _refuse(
                f"{source} holds the client secret itself",
                f"name a file with client_secret_file, or set {SECRET_VARIABLE}",
            )
        if key not in _CHECKS:
            _refuse(f"setting {key} of {source} is not known", f"use one of {', '.join(_CHECKS)}")
        wanted, is_right = _CHECKS[key]
        if not is_right(value):
            _refuse(f"setting {key} of {source} must be {wanted}", f"it is {value!r}")
    return dict(values)


def _issuer(values: Mapping[str, Any], environment: Mapping[str, str]) -> Issuer | None:
    if "issuer" not in values:
        return None
    if "client_id" not in values:
        _refuse("an issuer is configured, but no client_id", "set it as the issuer knows it")
    secret = environment.get(SECRET_VARIABLE) or None
    if secret is None and "client_secret_file" in values:
        secret = _secret_in(values["client_secret_file"])
    return Issuer(
        url=values["issuer"].rstrip("/"),
        client_id=values["client_id"],
        client_secret=secret,
        audience=values.get("audience", values["client_id"]),
        user_claim=values.get("user_claim", "sub"),
        scope=values.get("scope", _SCOPE),
    )


def _secret_in(path: str) -> str:
    try:
        secret = Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"the client secret in {path} cannot be read") from error
    if not secret:
        _refuse(f"the file {path} holds no client secret", "write it into the file")
    return secret


def _proxy(values: Mapping[str, Any]) -> TrustedProxy | None:
    if "proxies" not in values:
        if "proxy_header" in values or "proxy_prefix" in values:
            _refuse("a proxy's header is configured, but no proxy", "set proxies to its addresses")
        return None
    return TrustedProxy(
        networks=tuple(ipaddress.ip_network(text) for text in values["proxies"]),
        header=values.get("proxy_header", PROXY_HEADER).lower(),
        prefix=values.get("proxy_prefix", ""),
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 1000 and value.isprintable()  # noqa: PLR2004


def _is_url(value: object) -> bool:
    """Say whether it is an ``https`` URL, or an ``http`` one of this machine."""
    if not _is_text(value):
        return False
    try:
        parts = urlsplit(str(value))
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return False
    if not host or parts.query or parts.fragment or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)


def _is_origin(value: object) -> bool:
    if not _is_text(value):
        return False
    try:
        parts = urlsplit(str(value))
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    rest = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    return bool(host) and parts.scheme in ("http", "https") and not rest


def _is_list_of(is_right: Callable[[str], bool]) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        return isinstance(value, list) and all(  # pyright: ignore[reportUnknownVariableType]
            isinstance(item, str) and is_right(item)
            for item in value  # pyright: ignore[reportUnknownVariableType]
        )

    return check


def _is_network(text: str) -> bool:
    """Say whether it is a network; all addresses there are is none that anybody can trust."""
    try:
        return ipaddress.ip_network(text).prefixlen > 0
    except ValueError:
        return False


def _is_hours(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 24 * 365


def _is_name(text: str) -> bool:
    return _is_text(text) and text == text.strip()


_CHECKS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "issuer": ("an https URL", _is_url),
    "client_id": ("a text", _is_text),
    "client_secret_file": ("a path", _is_text),
    "audience": ("a text", _is_text),
    "user_claim": ("the name of a claim", _is_text),
    "scope": ("scopes with spaces between them", _is_text),
    "proxies": ("a list of addresses or networks, such as '10.1.2.0/24'", _is_list_of(_is_network)),
    "proxy_header": (
        "the name of a header",
        lambda value: isinstance(value, str) and bool(_HEADER.fullmatch(value)),
    ),
    "proxy_prefix": ("a text", lambda value: value == "" or _is_text(value)),
    "public_url": ("a URL without a path", _is_origin),
    "hosts": (
        "a list of host names without ports",
        _is_list_of(lambda text: bool(_HOST.fullmatch(text))),
    ),
    "admins": ("a list of users", _is_list_of(_is_name)),
    "session_hours": ("a number of hours", _is_hours),
}
_LISTS = frozenset({"proxies", "hosts", "admins"})


def _refuse(message: str, hint: str) -> NoReturn:
    raise InvalidRequest(message, hint=hint)
