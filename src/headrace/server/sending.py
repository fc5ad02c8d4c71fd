"""Sends messages to webhooks: by HTTP with a signature, or by e-mail. Blocking, bounded in time.

The signature is an HMAC with SHA-256 over the time, a full stop and the body, so that a receiver
can tell who sent a message and refuse old ones. Addresses are judged by ``fetching``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

import msgspec

from headrace.controller import Clock, SystemClock
from headrace.errors import InfrastructureError, InvalidRequest
from headrace.server.fetching import check_url, post
from headrace.store import Delivery, Webhook

SIGNATURE = "Headrace-Signature"
DELIVERY = "Headrace-Delivery"
_TIMEOUT_S = 10.0
_OK = range(200, 300)
_GONE = 410
_MAILTO = "mailto:"
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The server that e-mail is handed to.

    Attributes:
        sender: Address that messages come from.
        security: ``starttls``, ``tls`` from the first byte, or ``none``.
    """

    host: str
    sender: str
    port: int = 587
    user: str = ""
    password: str = field(default="", repr=False)
    security: Literal["starttls", "tls", "none"] = "starttls"


class _Mail(msgspec.Struct, frozen=True):
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends messages.

    Attributes:
        clock: Gives the time of signatures.
        allow_private: Whether targets may be on this machine or in private networks.
        mail: Where e-mail is handed to; None sends none.
    """

    clock: Clock = field(default_factory=SystemClock)
    allow_private: bool = False
    mail: MailSettings | None = None

    def __call__(self, webhook: Webhook, delivery: Delivery, secret: bytes | None) -> None:
        """Send one message.

        Raises:
            InfrastructureError: It did not arrive; it may another time.
            InvalidRequest: It never will.
        """
        if webhook.format == "email":
            self._mail(webhook, delivery)
            return
        body = delivery.body.encode()
        headers = {"Content-Type": "application/json", DELIVERY: delivery.id}
        if secret is not None:
            headers[SIGNATURE] = signature(secret, body, self.clock.now())
        status = post(
            webhook.url, body, headers, timeout_s=_TIMEOUT_S, allow_private=self.allow_private
        )
        if status == _GONE:
            raise InvalidRequest("the target answered 410: it is gone for good")
        if status not in _OK:
            raise InfrastructureError(f"the target answered {status}", retryable=True)

    def check(self, webhook: Webhook) -> None:
        """Check where a webhook goes, as far as that can be told without asking there.

        Raises:
            InvalidRequest: Nothing is ever sent there.
        """
        if webhook.format != "email":
            check_url(webhook.url)
            return
        if self.mail is None:
            hint = "set smtp_host and smtp_from in [notifications] of config.toml"
            raise InvalidRequest("this server sends no e-mail", hint=hint)
        address_of(webhook.url)

    def _mail(self, webhook: Webhook, delivery: Delivery) -> None:
        if self.mail is None:
            raise InfrastructureError("this server sends no e-mail any more", retryable=True)
        given = msgspec.json.decode(delivery.body, type=_Mail)
        message = EmailMessage()
        message["From"] = self.mail.sender
        message["To"] = address_of(webhook.url)
        message["Subject"] = given.subject
        message["Message-ID"] = f"<{delivery.id}@headrace>"
        message.set_content(given.text)
        try:
            _hand_over(self.mail, message)
        except smtplib.SMTPRecipientsRefused as error:
            raise InvalidRequest("the mail server refuses the address") from error
        except (OSError, smtplib.SMTPException) as error:
            raise InfrastructureError("the mail server did not take it", retryable=True) from error


def signature(secret: bytes, body: bytes, now: float) -> str:
    """Return the header that signs a message: ``t=<seconds>,v1=<hexadecimal HMAC-SHA256>``."""
    at = str(int(now))
    digest = hmac.new(secret, at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def is_signed(
    secret: bytes, body: bytes, headers: Mapping[str, str], now: float, *, tolerance_s: float = 300
) -> bool:
    """Return whether a message was signed with the secret within the last minutes.

    This is what a receiver does.
    """
    parts = [part.partition("=") for part in headers.get(SIGNATURE, "").split(",")]
    given = {name: value for name, _, value in parts}
    try:
        at = int(given.get("t", ""))
    except ValueError:
        return False
    expected = signature(secret, body, at).partition("v1=")[2]
    fresh = abs(now - at) <= tolerance_s
    return fresh and hmac.compare_digest(expected, given.get("v1", ""))


def address_of(url: str) -> str:
    """Return the address in a ``mailto:`` URL.

    Raises:
        InvalidRequest: It is none.
    """
    address = url.removeprefix(_MAILTO)
    if not url.startswith(_MAILTO) or _ADDRESS.fullmatch(address) is None:
        raise InvalidRequest("this is no address for e-mail", hint="write mailto:name@example.org")
    return address


def _hand_over(mail: MailSettings, message: EmailMessage) -> None:
    if mail.security == "tls":
        context = ssl.create_default_context()
        with smtplib.SMTP_SSL(mail.host, mail.port, timeout=_TIMEOUT_S, context=context) as server:
            _log_in_and_send(server, mail, message)
        return
    with smtplib.SMTP(mail.host, mail.port, timeout=_TIMEOUT_S) as server:
        if mail.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        _log_in_and_send(server, mail, message)


def _log_in_and_send(server: smtplib.SMTP, mail: MailSettings, message: EmailMessage) -> None:
    if mail.user:
        server.login(mail.user, mail.password)
    server.send_message(message)
