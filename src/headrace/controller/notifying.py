"""Tells webhooks of runs: at least once, each message with an id that stays the same.

Messages are planned from the one feed of events, in a transaction that also moves the cursor of
the feed, and sent until they arrive or are given up. A target that does not answer is asked less
and less often, and holds up neither runs nor other targets. Several of these may work on one store.
May not know how a message is sent.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

import msgspec

from headrace.controller.clock import Clock, SystemClock
from headrace.controller.notices import delivery_of, is_told_of, wants
from headrace.errors import HeadraceError, InfrastructureError, NotFound
from headrace.store import Delivery, HistoryEntry, Run, Store, Webhook

_LOG = logging.getLogger("headrace.notifying")

_POLL_S = 0.5
_EVENTS_AT_ONCE = 2000
_MOST_WAITING = 1000
_THREADS = 16
_AT_ONCE_PER_TARGET = 2
_HOLD_S = 300.0
_FIRST_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 3600.0
#: How long a message is tried, in seconds: three days.
GIVE_UP_S = 3 * 24 * 3600.0
_LONGEST_ERROR = 300
_TIDY_EVERY_S = 3600.0
#: How long a message that arrived or was given up can be looked at, in seconds: a week.
KEPT_S = 7 * 24 * 3600.0

Send = Callable[[Webhook, Delivery, bytes | None], None]
"""Sends one message, signed with the secret if there is one; blocking, bounded in time.

Raises ``HeadraceError`` when it did not arrive; ``InvalidRequest`` when it never will.
"""


def pause_after(attempts: int, jitter: float) -> float:
    """Return the seconds until the next try after so many; they double up to an hour.

    Args:
        jitter: From 0 to 1, so that many messages do not come back at one moment.
    """
    longest = min(_FIRST_PAUSE_S * 2 ** min(attempts - 1, 20), _LONGEST_PAUSE_S)
    return longest * (0.5 + 0.5 * jitter)


class Notifying:
    """Plans and sends messages.

    Args:
        store: Where events, webhooks and deliveries are.
        send: Sends one message.
        clock: Gives the time.
        jitter: Returns a number from 0 to 1.
    """

    def __init__(
        self,
        store: Store,
        send: Send,
        *,
        clock: Clock | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._send = send
        self._clock = clock or SystemClock()
        self._jitter = jitter
        self._resting: dict[str, float] = {}  # by webhook: until when it is not asked
        self._waiting: set[str] = set()
        self._doors: dict[str, asyncio.Semaphore] = {}
        self._tidied_at = -math.inf

    async def run(self) -> None:
        """Plan and send until cancelled; a store that is out is asked again."""
        threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="headrace-notify")
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    for webhook, delivery in await self._next():
                        self._waiting.add(delivery.id)
                        group.create_task(self._deliver(webhook, delivery, threads))
                    await asyncio.sleep(_POLL_S)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def turn(self) -> int:
        """Plan and send what is due now, one after the other; return how many arrived."""
        self.plan()
        return sum(self._try(webhook, delivery) for webhook, delivery in self._due())

    def tidy(self) -> int:
        """Forget messages that were settled long ago, once in an hour; return how many."""
        now = self._clock.now()
        if abs(now - self._tidied_at) < _TIDY_EVERY_S:
            return 0
        self._tidied_at = now
        return self._store.remove_deliveries(now - KEPT_S)

    def plan(self) -> int:
        """Turn new entries of the history into messages; return how many.

        Without webhooks nothing is read: what happened before one was made is not for it.
        """
        planned = 0
        while any(webhook.enabled for webhook in self._store.webhooks()):
            cursor = self._store.delivery_cursor()
            entries = self._store.events(cursor, limit=_EVENTS_AT_ONCE)
            if not entries:
                return planned
            deliveries = self._messages(entries)
            if self._store.plan_deliveries(cursor, entries[-1].id, deliveries):
                planned += len(deliveries)
        return planned

    def _messages(self, entries: Collection[HistoryEntry]) -> list[Delivery]:
        webhooks = [webhook for webhook in self._store.webhooks() if webhook.enabled]
        since = min((webhook.created_at for webhook in webhooks), default=math.inf)
        told = [entry for entry in entries if is_told_of(entry) and entry.at >= since]
        now = self._clock.now()
        found: list[Delivery] = []
        for entry in told:
            run = self._run(entry.run_id)
            if run is not None:
                wanting = [webhook for webhook in webhooks if wants(webhook, entry, run)]
                found += [delivery_of(webhook, entry, run, now=now) for webhook in wanting]
        return found

    def _run(self, run_id: str) -> Run | None:
        try:
            return self._store.run(run_id)
        except NotFound:
            return None  # it was removed since

    async def _next(self) -> list[tuple[Webhook, Delivery]]:
        try:
            await asyncio.to_thread(self.tidy)
            await asyncio.to_thread(self.plan)
            return await asyncio.to_thread(self._due)
        except InfrastructureError as error:
            if not error.retryable:
                raise
            _LOG.warning("the store does not answer: %s", error.message)
            return []

    def _due(self) -> list[tuple[Webhook, Delivery]]:
        room = _MOST_WAITING - len(self._waiting)
        if room <= 0 or not self._store.webhooks():
            return []
        due = self._store.deliveries_due(self._clock.now(), limit=room, hold_s=_HOLD_S)
        found: list[tuple[Webhook, Delivery]] = []
        for delivery in due:
            if delivery.id not in self._waiting:
                webhook = self._webhook(delivery)
                if webhook is not None:
                    found.append((webhook, delivery))
        return found

    def _webhook(self, delivery: Delivery) -> Webhook | None:
        try:
            webhook = self._store.webhook(delivery.webhook_id)
        except NotFound:
            return None  # it was removed, and its messages with it
        if not webhook.enabled:
            self._give_up(delivery, "the webhook is disabled")
            return None
        return webhook

    async def _deliver(
        self, webhook: Webhook, delivery: Delivery, threads: ThreadPoolExecutor
    ) -> None:
        door = self._doors.setdefault(webhook.id, asyncio.Semaphore(_AT_ONCE_PER_TARGET))
        try:
            async with door:  # one slow target never has all threads
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(threads, self._try, webhook, delivery)
        finally:
            self._waiting.discard(delivery.id)

    def _try(self, webhook: Webhook, delivery: Delivery) -> bool:
        """Send a message once and write how it went; whatever goes wrong ends nothing else."""
        try:
            return self._attempt(webhook, delivery)
        except InfrastructureError as error:
            _LOG.warning("how delivery %s went is not written: %s", delivery.id, error.message)
        except Exception:  # noqa: BLE001 - see below
            # One odd message must not end the sending of all others; it is held, and comes again.
            _LOG.error("delivery %s broke", delivery.id, exc_info=True)
        return False

    def _attempt(self, webhook: Webhook, delivery: Delivery) -> bool:
        resting = self._resting.get(webhook.id, 0.0)
        now = self._clock.now()
        if now < resting <= now + _LONGEST_PAUSE_S:
            self._store.settle_delivery(msgspec.structs.replace(delivery, next_at=resting))
            return False
        try:
            self._send(webhook, delivery, self._store.webhook_secret(webhook.id))
        except HeadraceError as error:
            self._failed(webhook, delivery, error)
            return False
        self._resting.pop(webhook.id, None)
        self._store.settle_delivery(
            msgspec.structs.replace(
                delivery, attempts=delivery.attempts + 1, state="delivered", error=None
            )
        )
        return True

    def _failed(self, webhook: Webhook, delivery: Delivery, error: HeadraceError) -> None:
        now = self._clock.now()
        attempts = delivery.attempts + 1
        next_at = now + pause_after(attempts, self._jitter())
        tried = msgspec.structs.replace(
            delivery, attempts=attempts, next_at=next_at, error=error.message[:_LONGEST_ERROR]
        )
        is_final = not (isinstance(error, InfrastructureError) and error.retryable)
        if is_final or next_at - delivery.created_at > GIVE_UP_S:
            self._give_up(tried, error.message)
            return
        self._resting[webhook.id] = next_at
        self._store.settle_delivery(tried)

    def _give_up(self, delivery: Delivery, reason: str) -> None:
        _LOG.warning("delivery %s is given up: %s", delivery.id, reason)
        self._store.settle_delivery(
            msgspec.structs.replace(delivery, state="failed", error=reason[:_LONGEST_ERROR])
        )
