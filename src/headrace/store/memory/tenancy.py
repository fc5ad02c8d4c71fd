"""Namespaces, members, tokens, audit and notifications in the memory store."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from headrace.errors import AlreadyExists, Conflict, NotFound
from headrace.store import fields
from headrace.store.memory.finding import Entry, find
from headrace.store.memory.state import MemoryState
from headrace.store.paging import checked_limit
from headrace.store.port.values import DEFAULT_EXPERIMENT_NAME
from headrace.store.query import Page, Query
from headrace.store.records import (
    ENDED,
    AuditEntry,
    Delivery,
    Member,
    Namespace,
    NamespaceUsage,
    Quota,
    Token,
    Webhook,
)


class MemoryTenancy(MemoryState):
    """``TenancyStore`` in memory."""

    def setting(self, name: str) -> bytes | None:
        """Return a value that the server keeps for itself, such as a signing key."""
        with self._lock:
            return self._settings.get(name)

    def put_setting(self, name: str, value: bytes) -> bytes:
        """Keep a value unless there is one already; return the one that holds."""
        with self._lock:
            self._version += 1
            return self._settings.setdefault(name, value)

    def add_namespace(self, namespace: Namespace) -> None:
        """Add a namespace."""
        with self._lock:
            if namespace.name in self._namespaces:
                raise AlreadyExists(f"there is already a namespace {namespace.name}")
            self._namespaces[namespace.name] = namespace
            self._version += 1

    def namespace(self, name: str) -> Namespace:
        """Return the namespace."""
        with self._lock:
            if name not in self._namespaces:
                raise NotFound(f"there is no namespace {name}")
            return self._namespaces[name]

    def namespaces(self) -> list[Namespace]:
        """Return the namespaces by name."""
        with self._lock:
            return [self._namespaces[name] for name in sorted(self._namespaces)]

    def update_namespace(
        self,
        name: str,
        *,
        description: str | None = None,
        quota: Quota | None = None,
        service_accounts: Collection[str] | None = None,
    ) -> Namespace:
        """Change what is given; return the namespace as it is then."""
        with self._lock:
            old = self.namespace(name)
            accounts = old.service_accounts if service_accounts is None else tuple(service_accounts)
            self._namespaces[name] = msgspec.structs.replace(
                old,
                description=old.description if description is None else description,
                quota=old.quota if quota is None else quota,
                service_accounts=accounts,
            )
            self._version += 1
            return self._namespaces[name]

    def remove_namespace(self, name: str) -> None:
        """Remove a namespace with its members, tokens and webhooks."""
        with self._lock:
            self.namespace(name)
            named = [e for e in self._experiments.values() if e.name != DEFAULT_EXPERIMENT_NAME]
            there = {
                "runs": [rows.run.namespace for rows in self._runs.values()],
                "pipelines": [pipeline.namespace for pipeline in self._pipelines.values()],
                "recurring runs": [one.namespace for one in self._recurring_runs.values()],
                "experiments": [experiment.namespace for experiment in named],
            }
            left = [what for what, spaces in there.items() if name in spaces]
            if left:
                raise Conflict(
                    f"namespace {name} still has {', '.join(left)}", hint="remove those first"
                )
            del self._namespaces[name]
            self._members = {k: m for k, m in self._members.items() if m.namespace != name}
            self._tokens = {k: t for k, t in self._tokens.items() if t.namespace != name}
            self._experiments = {k: e for k, e in self._experiments.items() if e.namespace != name}
            for id_ in [w.id for w in self._webhooks.values() if w.namespace == name]:
                self._forget_webhook(id_)
            self._version += 1

    def usage(self, namespace: str, *, since: float) -> NamespaceUsage:
        """Return what the namespace uses of its quota."""
        with self._lock:
            runs = [rows.run for rows in self._runs.values() if rows.run.namespace == namespace]
            return NamespaceUsage(
                active_runs=sum(run.state not in ENDED for run in runs),
                created_runs=sum(run.created_at >= since for run in runs),
            )

    def put_member(self, member: Member) -> None:
        """Give a user a role in a namespace, in place of an earlier one."""
        with self._lock:
            self.namespace(member.namespace)
            self._members[member.namespace, member.user] = member
            self._version += 1

    def members(self, *, namespace: str | None = None, user: str | None = None) -> list[Member]:
        """Return the members of a namespace, or the memberships of a user, or both."""
        with self._lock:
            sorted_members = [self._members[key] for key in sorted(self._members)]
            return [
                member
                for member in sorted_members
                if namespace in (None, member.namespace) and user in (None, member.user)
            ]

    def remove_member(self, namespace: str, user: str) -> None:
        """Take a user out of a namespace."""
        with self._lock:
            if self._members.pop((namespace, user), None) is None:
                raise NotFound(f"{user} is no member of namespace {namespace}")
            self._version += 1

    def add_token(self, token: Token) -> None:
        """Add a token."""
        with self._lock:
            if token.id in self._tokens or self.token_by_digest(token.digest):
                raise AlreadyExists(f"there is already a token {token.id}")
            self._tokens[token.id] = token
            self._version += 1

    def token(self, token_id: str) -> Token:
        """Return the token with this id, also one that was revoked."""
        with self._lock:
            if token_id not in self._tokens:
                raise NotFound(f"there is no token {token_id}")
            return self._tokens[token_id]

    def token_by_digest(self, digest: str) -> Token | None:
        """Return the token with this digest, also one that has expired or was revoked."""
        with self._lock:
            return next((t for t in self._tokens.values() if t.digest == digest), None)

    def tokens(self, *, user: str | None = None, namespace: str | None = None) -> list[Token]:
        """Return tokens, the newest first."""
        with self._lock:
            return [
                token
                for token in reversed(self._tokens.values())
                if user in (None, token.user) and namespace in (None, token.namespace)
            ]

    def touch_token(self, token_id: str, at: float) -> None:
        """Note that a token was used."""
        with self._lock:
            if token_id in self._tokens:
                old = self._tokens[token_id]
                self._tokens[token_id] = msgspec.structs.replace(old, last_used_at=at)
                self._version += 1

    def revoke_token(self, token_id: str, at: float) -> Token:
        """Make a token useless; the first revocation counts."""
        with self._lock:
            old = self.token(token_id)
            if old.revoked_at is None:
                self._tokens[token_id] = msgspec.structs.replace(old, revoked_at=at)
                self._version += 1
            return self._tokens[token_id]

    def add_audit(self, entry: AuditEntry) -> int:
        """Add an entry; return the id that it got."""
        with self._lock:
            id_ = len(self._audit) + 1
            self._audit.append(msgspec.structs.replace(entry, id=id_))
            self._version += 1
            return id_

    def find_audit(self, query: Query) -> Page[AuditEntry]:
        """Return the entries that fit, in the order asked for."""

        def entry(record: AuditEntry) -> Entry:
            def field(name: str) -> Any:
                return getattr(record, "at" if name == "created_at" else name)

            return Entry(record, record.id, field)

        with self._lock:
            return find(fields.AUDIT, [entry(record) for record in self._audit], query)

    def _forget_webhook(self, webhook_id: str) -> None:
        del self._webhooks[webhook_id]
        self._secrets.pop(webhook_id, None)
        kept = self._deliveries.items()
        self._deliveries = {k: d for k, d in kept if d.webhook_id != webhook_id}


class MemoryDelivery(MemoryTenancy):
    """``DeliveryStore`` in memory."""

    def add_webhook(self, webhook: Webhook, secret: bytes | None = None) -> Webhook:
        """Add a webhook; return it with ``signed`` as it is."""
        with self._lock:
            if webhook.id in self._webhooks:
                raise AlreadyExists(f"there is already a webhook {webhook.id}")
            if secret is not None:
                self._secrets[webhook.id] = secret
            new = msgspec.structs.replace(webhook, signed=secret is not None)
            self._webhooks[webhook.id] = new
            self._version += 1
            return new

    def webhook(self, webhook_id: str, namespace: str | None = None) -> Webhook:
        """Return the webhook with this id."""
        with self._lock:
            found = self._webhooks.get(webhook_id)
            if found is None or namespace not in (None, found.namespace):
                raise NotFound(f"there is no webhook {webhook_id}")
            return found

    def webhook_secret(self, webhook_id: str) -> bytes | None:
        """Return what messages to the webhook are signed with."""
        with self._lock:
            return self._secrets.get(webhook_id)

    def webhooks(self, namespace: str | None = None) -> list[Webhook]:
        """Return the webhooks, the newest first."""
        with self._lock:
            newest = reversed(self._webhooks.values())
            return [webhook for webhook in newest if namespace in (None, webhook.namespace)]

    def put_webhook(self, webhook: Webhook, secret: bytes | None = None) -> Webhook:
        """Put a webhook in the place of the one with its id; without a secret that one's stays."""
        with self._lock:
            old = self.webhook(webhook.id, webhook.namespace)
            if secret is not None:
                self._secrets[webhook.id] = secret
            self._webhooks[webhook.id] = msgspec.structs.replace(
                webhook,
                signed=webhook.id in self._secrets,
                created_at=old.created_at,
                created_by=old.created_by,
            )
            self._version += 1
            return self._webhooks[webhook.id]

    def remove_webhook(self, webhook_id: str) -> None:
        """Remove a webhook with its deliveries."""
        with self._lock:
            self.webhook(webhook_id)
            self._forget_webhook(webhook_id)
            self._version += 1

    def delivery_cursor(self) -> int:
        """Return the entry of the history up to which deliveries were planned."""
        with self._lock:
            return self._cursor

    def plan_deliveries(self, after: int, upto: int, deliveries: Collection[Delivery]) -> bool:
        """Add deliveries and move the cursor from one entry to another, both or neither."""
        with self._lock:
            if self._cursor != after:
                return False
            self._cursor = upto
            for delivery in deliveries:
                if delivery.webhook_id in self._webhooks:
                    self._deliveries.setdefault(delivery.id, delivery)
            self._version += 1
            return True

    def deliveries_due(
        self, now: float, *, limit: int = 50, hold_s: float = 60.0
    ) -> list[Delivery]:
        """Take deliveries whose time has come, the oldest first."""
        with self._lock:
            pending = [d for d in self._deliveries.values() if d.state == "pending"]
            due = sorted((d for d in pending if d.next_at <= now), key=lambda d: d.next_at)
            due = due[: checked_limit(limit)]
            for one in due:
                self._deliveries[one.id] = msgspec.structs.replace(one, next_at=now + hold_s)
            self._version += 1
            return due

    def settle_delivery(self, delivery: Delivery) -> None:
        """Write how a try ended: attempts, next time, state and error; a removed one is left."""
        with self._lock:
            if delivery.id in self._deliveries:
                self._deliveries[delivery.id] = msgspec.structs.replace(
                    self._deliveries[delivery.id],
                    attempts=delivery.attempts,
                    next_at=delivery.next_at,
                    state=delivery.state,
                    error=delivery.error,
                )
                self._version += 1

    def remove_deliveries(self, before: float) -> int:
        """Remove deliveries made before that time which are not pending; return how many."""
        with self._lock:
            kept = {
                key: one
                for key, one in self._deliveries.items()
                if one.state == "pending" or one.created_at >= before
            }
            removed = len(self._deliveries) - len(kept)
            self._deliveries = kept
            return removed

    def deliveries(self, webhook_id: str, *, limit: int = 50) -> list[Delivery]:
        """Return the deliveries to a webhook, the newest first."""
        with self._lock:
            newest = reversed(self._deliveries.values())
            mine = [delivery for delivery in newest if delivery.webhook_id == webhook_id]
            return mine[: checked_limit(limit)]
