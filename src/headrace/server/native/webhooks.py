"""Webhooks in the native API: who is told of runs, and whether messages arrive.

Only an admin of the namespace sees them: the address of a webhook lets whoever knows it write
there. Secrets are shown once, when a webhook is made, and never again.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Annotated, Literal

import msgspec

from headrace.controller.notices import trial_of
from headrace.errors import HeadraceError, InvalidRequest
from headrace.server.access import require
from headrace.server.catalog import checked_name
from headrace.server.namespaces import named_namespace
from headrace.server.native.operations import (
    Answer,
    Asked,
    Body,
    NoQuery,
    Operation,
    Plain,
    Query,
    operation,
)
from headrace.server.sending import Sender
from headrace.store import Delivery, Webhook

Format = Literal["generic", "slack", "email"]
State = Literal["running", "succeeded", "failed", "canceled"]
_Short = Annotated[str, msgspec.Meta(max_length=4096)]
_Names = Annotated[
    tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=256)], ...],
    msgspec.Meta(max_length=100),
]
_States = Annotated[tuple[State, ...], msgspec.Meta(max_length=4)]
_Secret = Annotated[str, msgspec.Meta(min_length=16, max_length=256)]
_SHOWN_OF_URL = 40
_MOST_WEBHOOKS = 100


class InNamespace(Query, frozen=True):
    """Whose webhooks."""

    namespace: str | None = None


class NewWebhook(Body, frozen=True):
    """A webhook to make; without a secret one is made for it and shown once."""

    name: str
    url: _Short
    namespace: str | None = None
    format: Format = "generic"
    states: _States = ()
    pipelines: _Names = ()
    secret: _Secret | None = None
    enabled: bool = True


class WebhookChange(Body, frozen=True):
    """What to change of a webhook; what is left out stays."""

    name: str | None = None
    url: _Short | None = None
    states: _States | None = None
    pipelines: _Names | None = None
    secret: _Secret | None = None
    enabled: bool | None = None


class MadeWebhook(Answer, frozen=True):
    """A webhook that was just made, with the secret to check its signatures with."""

    webhook: Webhook
    secret: str | None = None


class Webhooks(Answer, frozen=True):
    """The webhooks of a namespace."""

    items: list[Webhook]


class Deliveries(Answer, frozen=True):
    """The latest messages to a webhook."""

    items: list[Delivery]


class Trial(Answer, frozen=True, omit_defaults=False):
    """Whether a test message arrived."""

    delivered: bool
    error: str | None = None


def list_webhooks(asked: Asked[InNamespace, None]) -> Webhooks:
    """Return the webhooks of a namespace."""
    namespace = named_namespace(asked.request, asked.query.namespace, "manage")
    return Webhooks(items=[_shown(one) for one in asked.store.webhooks(namespace)])


def create_webhook(asked: Asked[NoQuery, NewWebhook]) -> MadeWebhook:
    """Make a webhook."""
    body = asked.body
    namespace = named_namespace(asked.request, body.namespace, "manage")
    if len(asked.store.webhooks(namespace)) >= _MOST_WEBHOOKS:
        raise InvalidRequest(f"there are {_MOST_WEBHOOKS} webhooks already", hint="remove one")
    if body.secret is not None and body.format != "generic":
        raise InvalidRequest("only messages of the generic format are signed")
    secret = body.secret or (secrets.token_urlsafe(32) if body.format == "generic" else None)
    made = Webhook(
        id=str(uuid.uuid4()),
        namespace=namespace,
        name=checked_name(body.name, "webhook"),
        url=body.url,
        created_at=asked.services.clock.now(),
        format=body.format,
        states=body.states,
        pipelines=body.pipelines,
        enabled=body.enabled,
        created_by=asked.principal.user,
    )
    _sender(asked).check(made)
    kept = asked.store.add_webhook(made, None if secret is None else secret.encode())
    return MadeWebhook(webhook=_shown(kept), secret=secret)


def get_webhook(asked: Plain) -> Webhook:
    """Return a webhook."""
    return _shown(_found(asked))


def update_webhook(asked: Asked[NoQuery, WebhookChange]) -> Webhook:
    """Change a webhook."""
    found, body = _found(asked), asked.body
    if body.secret is not None and found.format != "generic":
        raise InvalidRequest("only messages of the generic format are signed")
    given = {
        name: value
        for name, value in msgspec.structs.asdict(body).items()
        if value is not None and name != "secret"
    }
    if body.name is not None:
        checked_name(body.name, "webhook")
    changed = msgspec.structs.replace(found, **given)
    _sender(asked).check(changed)
    secret = None if body.secret is None else body.secret.encode()
    return _shown(asked.store.put_webhook(changed, secret))


def delete_webhook(asked: Plain) -> None:
    """Remove a webhook with its messages."""
    asked.store.remove_webhook(_found(asked).id)


def try_webhook(asked: Plain) -> Trial:
    """Send a test message now and say whether it arrived."""
    found = _found(asked)
    trial = trial_of(found, now=asked.services.clock.now())
    try:
        _sender(asked)(found, trial, asked.store.webhook_secret(found.id))
    except HeadraceError as error:
        return Trial(delivered=False, error=error.message)
    return Trial(delivered=True)


def list_deliveries(asked: Plain) -> Deliveries:
    """Return the latest messages to a webhook and how they went."""
    return Deliveries(items=asked.store.deliveries(_found(asked).id))


def _found(asked: Plain | Asked[NoQuery, WebhookChange]) -> Webhook:
    wanted = asked.named("webhook_id")
    found = asked.store.webhook(wanted)
    require(asked.principal, "manage", found.namespace, f"webhook {wanted[:80]}")
    return found


def _sender(asked: Plain | Asked[NoQuery, WebhookChange] | Asked[NoQuery, NewWebhook]) -> Sender:
    services = asked.services
    return services.sender or Sender(services.clock, services.settings.private_urls)


def _shown(webhook: Webhook) -> Webhook:
    """Return a webhook as it is shown: the address of a chat is a secret of its own."""
    if webhook.format != "slack" or len(webhook.url) <= _SHOWN_OF_URL:
        return webhook
    return msgspec.structs.replace(webhook, url=webhook.url[:_SHOWN_OF_URL] + "…")


_ONE = "/webhooks/{webhook_id}"

OPERATIONS: tuple[Operation, ...] = (
    operation(
        "GET",
        "/webhooks",
        list_webhooks,
        kind="webhook",
        verb="manage",
        query=InNamespace,
        answer=Webhooks,
    ),
    operation(
        "POST",
        "/webhooks",
        create_webhook,
        kind="webhook",
        verb="manage",
        body=NewWebhook,
        answer=MadeWebhook,
        status=201,
    ),
    operation("GET", _ONE, get_webhook, kind="webhook", verb="manage", answer=Webhook),
    operation(
        "PATCH",
        _ONE,
        update_webhook,
        kind="webhook",
        verb="manage",
        body=WebhookChange,
        answer=Webhook,
    ),
    operation("DELETE", _ONE, delete_webhook, kind="webhook", verb="manage", status=204),
    operation("POST", f"{_ONE}/test", try_webhook, kind="webhook", verb="manage", answer=Trial),
    operation(
        "GET",
        f"{_ONE}/deliveries",
        list_deliveries,
        kind="webhook",
        verb="manage",
        answer=Deliveries,
    ),
)
