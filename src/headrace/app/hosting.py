"""A controller in a thread of its own, which takes on every run that nobody carries out.

Its event loop is not the one that answers requests: a long commit holds up no answer, and a slow
client holds up no run. Runs of a ``headrace run`` are left to that process while it lives.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from itertools import islice

from headrace.app.execution import controller
from headrace.app.home import Home
from headrace.app.machine import is_gone, is_of_this_machine
from headrace.app.settings import Imports
from headrace.app.submission import options_of
from headrace.app.watching import observed_by
from headrace.controller import Controller, Observer
from headrace.controller.tenants import quota_of
from headrace.controller.turns import runs_in_turn
from headrace.errors import HeadraceError, InfrastructureError

_LOG = logging.getLogger("headrace.controller")

_POLL_S = 0.2
_CLAIM_EVERY_S = 5.0  # leases end by themselves, which changes nothing in the store
_LONGEST_PAUSE_S = 30.0
_MOST_AT_ONCE = 200
_GRACE_S = 60.0

Duty = Callable[[], Coroutine[None, None, None]]
"""Something that goes on beside the controller until it is cancelled, such as a ticker."""


class ControllerHost:
    """Starts and ends a controller's thread.

    Args:
        home: Whose runs are carried out.
        imports: Of where importers may take artifacts; None allows everything.
    """

    def __init__(self, home: Home, *, imports: Imports | None = None) -> None:
        self._home = home
        self._imports = imports
        self._observers: list[Observer] = []
        self._duties: list[Duty] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._namespaces: dict[str, str] = {}
        self._stop = asyncio.Event()
        self._wake = asyncio.Event()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._main, name="headrace-controller", daemon=True)

    def add(self, duty: Duty) -> None:
        """Let something go on beside the controller, from its start on."""
        self._duties.append(duty)

    def watch(self, observer: Observer) -> None:
        """Tell somebody of every committed change, from its start on."""
        self._observers.append(observer)

    def start(self) -> None:
        """Begin, and return when the controller's loop runs."""
        self._thread.start()
        self._begun.wait()

    def wake(self) -> None:
        """Say, from any thread, that there may be a new run."""
        self._tell(self._wake)

    def stop(self, timeout_s: float = 20.0) -> None:
        """Let go of all runs, whose attempts live on, and end the thread, if it has begun."""
        if self._thread.is_alive():
            self._tell(self._stop)
            self._thread.join(timeout_s)

    def _tell(self, event: asyncio.Event) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # its loop has ended
                self._loop.call_soon_threadsafe(event.set)

    def _main(self) -> None:
        asyncio.run(self._host())

    async def _host(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._begun.set()
        stopping = asyncio.create_task(self._stop.wait())
        pause = 1.0
        while not self._stop.is_set():
            begun = time.monotonic()
            working = asyncio.create_task(self._carry_out())
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            working.cancel()
            outcome = (await asyncio.gather(working, return_exceptions=True))[0]
            if self._stop.is_set():
                return
            _LOG.error("the controller ended and begins anew in %g s", pause, exc_info=outcome)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stop.wait()
            lasted = time.monotonic() - begun
            pause = 1.0 if lasted > _LONGEST_PAUSE_S else min(2 * pause, _LONGEST_PAUSE_S)

    async def _carry_out(self) -> None:
        observe = observed_by(self._observers)
        async with (
            controller(self._home, observe=observe, notice=_LOG.info, imports=self._imports) as own,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(own.run())
            group.create_task(self._claim(own))
            for duty in self._duties:
                group.create_task(_endless(duty))

    async def _claim(self, own: Controller) -> None:
        """Take on what nobody carries out, as soon as the store has changed."""
        store = self._home.store
        seen, looked = -1, 0.0
        while True:
            try:
                version = store.data_version()
                if version != seen or time.monotonic() - looked > _CLAIM_EVERY_S:
                    await _take(own, self._free_runs(own.owned))
                    seen, looked = version, time.monotonic()
            except InfrastructureError as error:
                if not error.retryable:
                    raise
                _LOG.warning("the store does not answer: %s", error.message)
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_S):
                    await self._wake.wait()
            self._wake.clear()

    def _free_runs(self, owned: frozenset[str]) -> list[str]:
        """Return runs to take on: unfinished, or asked for something, and nobody's."""
        store, now = self._home.store, time.time()
        unfinished = store.unfinished_runs()
        lost = {
            run.run_id: None
            for run in unfinished
            if run.owner and (run.expires_at <= now or is_gone(run.owner))
        }
        requests = store.take_requests()
        asked = {request.run_id: request.body for request in requests}
        held = {run.run_id for run in unfinished if run.owner} - lost.keys()
        new = [run.run_id for run in unfinished if not run.owner]
        waiting = [
            run_id
            for run_id in dict.fromkeys([*new, *asked])
            if run_id not in held and run_id not in owned
        ]
        canceled = {request.run_id for request in requests if request.kind == "cancel"}
        at_once = dict.fromkeys([*lost, *(run_id for run_id in waiting if run_id in canceled)])
        others = [run_id for run_id in waiting if run_id not in at_once]
        in_turn = self._in_turn(others, held | owned | at_once.keys())
        # Only what may begin is looked at more closely: a quota can keep thousands waiting.
        free = (
            run_id
            for run_id in [*at_once, *in_turn]
            if run_id not in owned
            and (run_id in lost or not self._is_spoken_for(run_id, asked.get(run_id), now))
        )
        return list(islice(free, _MOST_AT_ONCE))

    def _in_turn(self, waiting: Sequence[str], under_way: AbstractSet[str]) -> list[str]:
        """Return the runs that may begin by the quotas of their namespaces, in their order."""
        if not waiting:
            return []
        store, known = self._home.store, self._namespaces
        self._namespaces = {
            run_id: known[run_id] if run_id in known else store.run(run_id).namespace
            for run_id in {*waiting, *under_way}
        }
        counts = Counter(self._namespaces[run_id] for run_id in under_way)
        pairs = [(run_id, self._namespaces[run_id]) for run_id in waiting]
        names = {namespace for _, namespace in pairs}
        most = {name: quota_of(store, name).max_runs for name in names}
        return runs_in_turn(pairs, counts, most)

    def _is_spoken_for(self, run_id: str, request: dict[str, object] | None, now: float) -> bool:
        """Say whether a process is about to carry the run out itself.

        Of processes on other machines nothing is known; they are given a minute.
        """
        run = self._home.store.run(run_id)
        by = str(request.get("by", "")) if request else options_of(run).begun_by
        if not by or is_gone(by):
            return False
        return is_of_this_machine(by) or now - run.created_at < _GRACE_S


async def _take(own: Controller, run_ids: Iterable[str]) -> None:
    """Claim runs one by one, so that one that cannot be read holds up no other."""
    for run_id in run_ids:
        try:
            await own.claim([run_id])
        except HeadraceError as error:
            _LOG.error("run %s cannot be carried out: %s", run_id, error)
        await asyncio.sleep(0)


async def _endless(duty: Duty) -> None:
    await duty()
    message = "a duty beside the controller has ended"
    raise RuntimeError(message)
