"""The history of all runs as it grows: one poller for a process, any number of followers.

The poller asks the store whether anything was written, by whatever process, and reads what is new
once for all. Each follower keeps only its place; one that falls behind what is kept in memory reads
from the store until it has caught up. Nobody following costs nothing.
"""

from __future__ import annotations

import asyncio
import logging
from bisect import bisect_right
from collections.abc import AsyncGenerator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from headrace.errors import HeadraceError, NotFound, TooManyRequests
from headrace.server.native.rows import last_attempts, runs_of, task_rows
from headrace.store import Store
from headrace.store.records import Attempt, HistoryEntry, Run, TaskRun

_LOG = logging.getLogger("headrace.server")

POLL_S = 0.05
HEARTBEAT_S = 15.0
_KEPT = 4096
_BATCH = 1000
_FOLLOWERS = 1000
_ENCODER = msgspec.json.Encoder()
_Result = TypeVar("_Result")


class FeedEntry(HistoryEntry, frozen=True):
    """An entry of the history with the rows that it is about, as they are when it is sent."""

    run: Run | None = None
    task: TaskRun | None = None
    attempt: Attempt | None = None


@dataclass(slots=True)
class Told:
    """An entry with what followers need to choose and to send it.

    Attributes:
        namespace: Of its run.
        run: Its run, and its task with the last attempt, as they were when it was read.
    """

    entry: HistoryEntry
    namespace: str
    run: Run
    task: TaskRun | None
    attempt: Attempt | None
    _plain: bytes | None = None
    _whole: bytes | None = None

    def message(self, *, rows: bool) -> bytes:
        """Return it as a server-sent event; made once for all who follow."""
        if rows:
            self._whole = self._whole or _message(self.entry, self._with_rows())
            return self._whole
        self._plain = self._plain or _message(self.entry, self.entry)
        return self._plain

    def _with_rows(self) -> FeedEntry:
        return FeedEntry(
            **msgspec.structs.asdict(self.entry),
            run=msgspec.structs.replace(self.run, options={}),
            task=self.task,
            attempt=self.attempt,
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a follower wants to hear.

    Attributes:
        run_id: Of one run; None is of all that ``may_read`` allows.
        rows: Whether entries come with rows.
        may_read: Says of a namespace whether it may be told of.
    """

    run_id: str | None
    rows: bool
    may_read: Callable[[str], bool]

    def fits(self, told: Told) -> bool:
        """Say whether an entry is wanted."""
        if self.run_id is not None:
            return told.entry.run_id == self.run_id
        return self.may_read(told.namespace)


class Feed:
    """Reads the history for all followers of a process; of one event loop."""

    def __init__(self, store: Store, *, poll_s: float = POLL_S) -> None:
        self._store = store
        self._poll_s = poll_s
        self._kept: list[Told] = []
        self._floor = 0  # entries up to this one are not kept
        self._position = 0
        self._followers = 0
        self._news = asyncio.Event()
        self._ready = asyncio.Event()  # once it is known where the history ends
        self._poller: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "headrace-feed")
        # Who reads a long history holds up nobody who is told of what happens now.
        self._behind = ThreadPoolExecutor(2, "headrace-history")

    async def follow(
        self, wanted: Wanted, after: int | None, *, heartbeat_s: float = HEARTBEAT_S
    ) -> AsyncGenerator[bytes]:
        """Yield server-sent events, from after that entry on (None: from now on), without end.

        Raises:
            TooManyRequests: Too many follow already.
        """
        self._enter()
        try:
            await self._ready.wait()
            position = self._position if after is None else after
            yield b": following\n\n"
            while self._is_alive():
                news = self._news
                found, position = await self._since(wanted, position)
                if found:
                    yield b"".join(told.message(rows=wanted.rows) for told in found)
                elif position >= self._position and not await _within(news, heartbeat_s):
                    yield b": still here\n\n"
        finally:
            self._leave()

    # ------------------------------------------------------------------ followers

    def _enter(self) -> None:
        if self._followers >= _FOLLOWERS:
            raise TooManyRequests("too many event streams are open", retry_after_s=5)
        self._followers += 1
        if not self._is_alive():
            self._kept.clear()
            self._ready = asyncio.Event()
            self._poller = asyncio.create_task(self._poll(self._ready))
            self._poller.add_done_callback(_report)

    def _is_alive(self) -> bool:
        """Whether there is news to wait for; streams end otherwise, and clients come back."""
        return self._poller is not None and not self._poller.done()

    def _leave(self) -> None:
        self._followers -= 1
        if not self._followers and self._poller is not None:
            self._poller.cancel()
            self._poller = None

    async def _since(self, wanted: Wanted, position: int) -> tuple[list[Told], int]:
        """Return the wanted entries after that one, and the place up to which was looked."""
        if position >= self._floor:
            begin = bisect_right(self._kept, position, key=lambda told: told.entry.id)
            found = self._kept[begin : begin + _BATCH]
            reached = found[-1].entry.id if found else max(position, 0)
        else:
            found, reached = await self._read_behind(wanted, position)
            reached = max(reached, position)
            if not found:
                reached = max(reached, self._floor)
        return [told for told in found if wanted.fits(told)], reached

    async def _read_behind(self, wanted: Wanted, position: int) -> tuple[list[Told], int]:
        """Read from the store what is not kept any more; a run that is gone has no history."""
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._behind, lambda: self._read(position, wanted.run_id, rows=wanted.rows)
            )
        except NotFound:
            return [], position

    # ------------------------------------------------------------------ the poller

    async def _poll(self, ready: asyncio.Event) -> None:
        seen: int | None = None
        while True:
            try:
                if not ready.is_set():
                    self._floor = self._position = await self._in_thread(self._store.last_event_id)
                    ready.set()
                version = await self._in_thread(self._store.data_version)
                if version != seen:
                    await self._take_news()
                    seen = version
            except HeadraceError as error:
                _LOG.warning("the history cannot be read: %s", error.message)
            await asyncio.sleep(self._poll_s)

    async def _take_news(self) -> None:
        while True:
            found, reached = await self._in_thread(lambda: self._read(self._position, None))
            if reached <= self._position:
                return
            self._position = reached
            self._kept.extend(found)
            if len(self._kept) > 2 * _KEPT:
                self._floor = self._kept[-_KEPT - 1].entry.id
                del self._kept[:-_KEPT]
            news, self._news = self._news, asyncio.Event()
            news.set()

    def _read(self, after: int, run_id: str | None, *, rows: bool = True) -> tuple[list[Told], int]:
        """Return the entries after that one, and the last id that was read.

        Raises:
            NotFound: The run is gone.
        """
        entries = self._store.events(after, run_id=run_id, limit=_BATCH)
        return list(self._told(entries, rows=rows)), entries[-1].id if entries else after

    def _told(self, entries: list[HistoryEntry], *, rows: bool) -> Iterable[Told]:
        runs = runs_of(self._store, entries)
        tasks: dict[str, dict[str, TaskRun]] = {}
        attempts: dict[str, dict[str, Attempt]] = {}
        for run_id in runs:
            paths = {one.path for one in entries if rows and one.run_id == run_id and one.path}
            tasks[run_id] = task_rows(self._store, run_id, paths) if paths else {}
            attempts[run_id] = last_attempts(self._store, run_id, paths) if paths else {}
        for entry in entries:
            run = runs.get(entry.run_id)
            if run is not None:
                task = tasks[run.run_id].get(entry.path)
                yield Told(entry, run.namespace, run, task, attempts[run.run_id].get(entry.path))

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def sse(event: str, data: Any, id_: int | str | None = None) -> bytes:
    """Return a server-sent event with JSON data, which has no line breaks."""
    head = b"" if id_ is None else f"id: {id_}\n".encode()
    return head + f"event: {event}\n".encode() + b"data: " + _ENCODER.encode(data) + b"\n\n"


def _report(poller: asyncio.Task[None]) -> None:
    if not poller.cancelled() and (error := poller.exception()) is not None:
        _LOG.error("the feed of events has ended", exc_info=error)


def _message(entry: HistoryEntry, data: HistoryEntry) -> bytes:
    return sse(entry.kind, data, entry.id)


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
