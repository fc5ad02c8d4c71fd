"""Webhooks and what is to be told to them, in the SQL store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from headrace.errors import AlreadyExists, NotFound
from headrace.store.paging import checked_limit
from headrace.store.records import Delivery, Webhook
from headrace.store.sql.catalog_rows import values_of
from headrace.store.sql.connection import Connection, Database, reads, writes
from headrace.store.sql.queries import load
from headrace.store.sql.values import Column

_SQL = load("delivery")
_NAMES: Column[tuple[str, ...]] = Column(tuple[str, ...])


class SqlDelivery:
    """``DeliveryStore`` over a database."""

    _db: Database

    @writes
    def add_webhook(
        self, connection: Connection, webhook: Webhook, secret: bytes | None = None
    ) -> Webhook:
        """Add a webhook; return it with ``signed`` as it is."""
        if not connection.execute(_SQL["add_webhook"], _values(webhook, secret)).rowcount:
            raise AlreadyExists(f"there is already a webhook {webhook.id}")
        return msgspec.structs.replace(webhook, signed=secret is not None)

    @reads
    def webhook(
        self, connection: Connection, webhook_id: str, namespace: str | None = None
    ) -> Webhook:
        """Return the webhook with this id."""
        return _webhook(connection, webhook_id, namespace)

    @reads
    def webhook_secret(self, connection: Connection, webhook_id: str) -> bytes | None:
        """Return what messages to the webhook are signed with."""
        row = connection.execute(_SQL["secret"], (webhook_id,)).fetchone()
        return None if row is None or row[0] is None else bytes(row[0])

    @reads
    def webhooks(self, connection: Connection, namespace: str | None = None) -> list[Webhook]:
        """Return the webhooks, the newest first."""
        return _webhooks(connection, None, namespace)

    @writes
    def put_webhook(
        self, connection: Connection, webhook: Webhook, secret: bytes | None = None
    ) -> Webhook:
        """Put a webhook in the place of the one with its id; without a secret that one's stays."""
        values = _values(webhook, secret)
        del values["created_at"], values["created_by"]
        if not connection.execute(_SQL["put_webhook"], values).rowcount:
            raise NotFound(f"there is no webhook {webhook.id}")
        return _webhook(connection, webhook.id)

    @writes
    def remove_webhook(self, connection: Connection, webhook_id: str) -> None:
        """Remove a webhook with its deliveries."""
        if not connection.execute(_SQL["remove_webhook"], (webhook_id,)).rowcount:
            raise NotFound(f"there is no webhook {webhook_id}")

    # ------------------------------------------------------------------ deliveries

    @reads
    def delivery_cursor(self, connection: Connection) -> int:
        """Return the entry of the history up to which deliveries were planned."""
        return connection.execute(_SQL["cursor"]).fetchone()[0]

    @writes
    def plan_deliveries(
        self, connection: Connection, after: int, upto: int, deliveries: Collection[Delivery]
    ) -> bool:
        """Add deliveries and move the cursor from one entry to another, both or neither."""
        if not connection.execute(_SQL["move_cursor"], (upto, after)).rowcount:
            return False
        rows = [values_of(delivery) for delivery in deliveries]
        if rows:
            connection.executemany(_SQL["add_delivery"], rows)
        return True

    @writes
    def deliveries_due(
        self, connection: Connection, now: float, *, limit: int = 50, hold_s: float = 60.0
    ) -> list[Delivery]:
        """Take deliveries whose time has come, the oldest first."""
        sql = f"{_SQL['columns']} {_SQL['due']}"
        rows = connection.execute(sql, (now, checked_limit(limit))).fetchall()
        if rows:
            connection.executemany(_SQL["hold"], [(now + hold_s, row[0]) for row in rows])
        return [_delivery(row) for row in rows]

    @writes
    def settle_delivery(self, connection: Connection, delivery: Delivery) -> None:
        """Write how a try ended: attempts, next time, state and error; a removed one is left."""
        names = ("id", "attempts", "next_at", "state", "error")
        connection.execute(_SQL["settle"], {name: getattr(delivery, name) for name in names})

    @writes
    def remove_deliveries(self, connection: Connection, before: float) -> int:
        """Remove deliveries made before that time which are not pending; return how many."""
        return connection.execute(_SQL["remove_deliveries"], (before,)).rowcount

    @reads
    def deliveries(
        self, connection: Connection, webhook_id: str, *, limit: int = 50
    ) -> list[Delivery]:
        """Return the deliveries to a webhook, the newest first."""
        sql = f"{_SQL['columns']} {_SQL['of_webhook']}"
        rows = connection.execute(sql, (webhook_id, checked_limit(limit))).fetchall()
        return [_delivery(row) for row in rows]


def _webhook(connection: Connection, id_: str, namespace: str | None = None) -> Webhook:
    found = _webhooks(connection, id_, namespace)
    if not found:
        raise NotFound(f"there is no webhook {id_}")
    return found[0]


def _webhooks(connection: Connection, id_: str | None, namespace: str | None) -> list[Webhook]:
    named = {"id": id_, "namespace": namespace}
    return [
        Webhook(
            id=row[0],
            namespace=row[1],
            name=row[2],
            url=row[3],
            created_at=row[4],
            format=row[5],
            states=_NAMES.read(row[6], connection),
            pipelines=_NAMES.read(row[7], connection),
            enabled=bool(row[8]),
            created_by=row[9],
            signed=bool(row[10]),
        )
        for row in connection.execute(_SQL["webhooks"], named).fetchall()
    ]


def _values(webhook: Webhook, secret: bytes | None) -> dict[str, Any]:
    values = values_of(webhook, "states", "pipelines")
    del values["signed"]
    return values | {"secret": secret}


def _delivery(row: Sequence[Any]) -> Delivery:
    return Delivery(
        id=row[0],
        webhook_id=row[1],
        event_id=row[2],
        run_id=row[3],
        body=row[4],
        created_at=row[5],
        attempts=row[6],
        next_at=row[7],
        state=row[8],
        error=row[9],
    )
