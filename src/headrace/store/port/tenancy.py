"""The protocols of a server for many users: namespaces, members, tokens, audit, notifications.

Adding what exists raises ``AlreadyExists``, naming what does not raises ``NotFound``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from headrace.store.query import Page, Query
from headrace.store.records import (
    AuditEntry,
    Delivery,
    Member,
    Namespace,
    NamespaceUsage,
    Quota,
    Token,
    Webhook,
)


class TenancyStore(Protocol):
    """Who may do what, and what was done."""

    def setting(self, name: str) -> bytes | None:
        """Return a value that the server keeps for itself, such as a signing key."""
        ...

    def put_setting(self, name: str, value: bytes) -> bytes:
        """Keep a value unless there is one already; return the one that holds."""
        ...

    def add_namespace(self, namespace: Namespace) -> None:
        """Add a namespace."""
        ...

    def namespace(self, name: str) -> Namespace:
        """Return the namespace."""
        ...

    def namespaces(self) -> list[Namespace]:
        """Return the namespaces by name."""
        ...

    def update_namespace(
        self,
        name: str,
        *,
        description: str | None = None,
        quota: Quota | None = None,
        service_accounts: Collection[str] | None = None,
    ) -> Namespace:
        """Change what is given; return the namespace as it is then."""
        ...

    def remove_namespace(self, name: str) -> None:
        """Remove a namespace with its members, tokens and webhooks.

        Raises:
            Conflict: It has runs, pipelines, recurring runs, or experiments beside the default one.
        """
        ...

    def usage(self, namespace: str, *, since: float) -> NamespaceUsage:
        """Return what the namespace uses of its quota."""
        ...

    def put_member(self, member: Member) -> None:
        """Give a user a role in a namespace, in place of an earlier one."""
        ...

    def members(self, *, namespace: str | None = None, user: str | None = None) -> list[Member]:
        """Return the members of a namespace, or the memberships of a user, or both."""
        ...

    def remove_member(self, namespace: str, user: str) -> None:
        """Take a user out of a namespace."""
        ...

    def add_token(self, token: Token) -> None:
        """Add a token."""
        ...

    def token(self, token_id: str) -> Token:
        """Return the token with this id, also one that was revoked."""
        ...

    def token_by_digest(self, digest: str) -> Token | None:
        """Return the token with this digest, also one that has expired or was revoked."""
        ...

    def tokens(self, *, user: str | None = None, namespace: str | None = None) -> list[Token]:
        """Return tokens, the newest first."""
        ...

    def touch_token(self, token_id: str, at: float) -> None:
        """Note that a token was used."""
        ...

    def revoke_token(self, token_id: str, at: float) -> Token:
        """Make a token useless; the first revocation counts."""
        ...

    def add_audit(self, entry: AuditEntry) -> int:
        """Add an entry; return the id that it got."""
        ...

    def find_audit(self, query: Query) -> Page[AuditEntry]:
        """Return the entries that fit, in the order asked for."""
        ...


class DeliveryStore(Protocol):
    """Webhooks and what is to be told to them."""

    def add_webhook(self, webhook: Webhook, secret: bytes | None = None) -> Webhook:
        """Add a webhook; return it with ``signed`` as it is."""
        ...

    def webhook(self, webhook_id: str, namespace: str | None = None) -> Webhook:
        """Return the webhook with this id."""
        ...

    def webhook_secret(self, webhook_id: str) -> bytes | None:
        """Return what messages to the webhook are signed with."""
        ...

    def webhooks(self, namespace: str | None = None) -> list[Webhook]:
        """Return the webhooks, the newest first."""
        ...

    def put_webhook(self, webhook: Webhook, secret: bytes | None = None) -> Webhook:
        """Put a webhook in the place of the one with its id; without a secret that one's stays."""
        ...

    def remove_webhook(self, webhook_id: str) -> None:
        """Remove a webhook with its deliveries."""
        ...

    def delivery_cursor(self) -> int:
        """Return the entry of the history up to which deliveries were planned."""
        ...

    def plan_deliveries(self, after: int, upto: int, deliveries: Collection[Delivery]) -> bool:
        """Add deliveries and move the cursor from one entry to another, both or neither.

        Returns:
            False, with nothing written, when somebody else has moved the cursor meanwhile.
        """
        ...

    def deliveries_due(
        self, now: float, *, limit: int = 50, hold_s: float = 60.0
    ) -> list[Delivery]:
        """Take deliveries whose time has come, the oldest first.

        Nobody else is given them for ``hold_s``; one that is not settled until then comes again.
        """
        ...

    def settle_delivery(self, delivery: Delivery) -> None:
        """Write how a try ended: attempts, next time, state and error; a removed one is left."""
        ...

    def remove_deliveries(self, before: float) -> int:
        """Remove deliveries made before that time which are not pending; return how many."""
        ...

    def deliveries(self, webhook_id: str, *, limit: int = 50) -> list[Delivery]:
        """Return the deliveries to a webhook, the newest first."""
        ...
