"""How messages about runs are sent: ``[notifications]`` of ``config.toml``.

Every value is checked here; the password comes from the environment or a file and shows in no text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from headrace.errors import InvalidRequest
from headrace.server.sending import MailSettings, Sender, address_of

PASSWORD_VARIABLE = "HEADRACE_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
_SECURITY = ("starttls", "tls", "none")
_LARGEST_PORT = 65535


def sender_of(values: Mapping[str, Any], environment: Mapping[str, str]) -> Sender:
    """Return what sends messages.

    Raises:
        InvalidRequest: A setting is not known, or its value is wrong.
    """
    for name, value in values.items():
        if name not in _CHECKS:
            _refuse(
                f"setting notifications.{name} is not known", f"use one of {', '.join(_CHECKS)}"
            )
        wanted, is_right = _CHECKS[name]
        if not is_right(value):
            _refuse(f"setting notifications.{name} must be {wanted}", "correct it in config.toml")
    return Sender(
        allow_private=bool(values.get("private_urls", False)), mail=_mail(values, environment)
    )


def _mail(values: Mapping[str, Any], environment: Mapping[str, str]) -> MailSettings | None:
    host, sender = values.get("smtp_host"), values.get("smtp_from")
    if host is None and sender is None:
        return None
    if host is None or sender is None:
        _refuse("e-mail needs smtp_host and smtp_from", "set both in [notifications]")
    return MailSettings(
        host=host,
        sender=sender,
        port=values.get("smtp_port", 587),
        user=values.get("smtp_user", ""),
        password=_password(values, environment),
        security=values.get("smtp_security", "starttls"),
    )


def _password(values: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    if given := environment.get(PASSWORD_VARIABLE):
        return given
    file = values.get("smtp_password_file")
    if file is None:
        return ""
    try:
        return Path(file).expanduser().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot read the password of the mail server in {file}"
        raise InvalidRequest(message, hint="correct smtp_password_file") from error


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value) and value.isprintable()


def _is_port(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST_PORT


def _is_address(value: object) -> bool:
    try:
        address_of(f"mailto:{value}")
    except InvalidRequest:
        return False
    return True


_CHECKS: dict[str, tuple[str, Callable[[object], bool]]] = {
    "private_urls": ("true or false", lambda value: isinstance(value, bool)),
    "smtp_host": ("the name of a host", _is_text),
    "smtp_port": ("a port", _is_port),
    "smtp_user": ("a text", _is_text),
    "smtp_password_file": ("a path", _is_text),
    "smtp_from": ("an address such as runs@example.org", _is_address),
    "smtp_security": ("'starttls', 'tls' or 'none'", lambda value: value in _SECURITY),
}


def _refuse(message: str, hint: str) -> NoReturn:
    raise InvalidRequest(message, hint=hint)
