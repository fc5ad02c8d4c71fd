"""Takes a run to its end in this process: the controller with its concrete back ends."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headrace import ir
from headrace.app.executors import Executors
from headrace.app.forecast import Forecast, forecast
from headrace.app.home import Home
from headrace.app.interrupts import interrupts
from headrace.app.machine import capacity, find_engine_here, is_gone, owner_name
from headrace.app.places import SourcePlace
from headrace.app.preparation import Prepared, prepare
from headrace.app.settings import Imports
from headrace.app.submission import Wishes, document_values, run_submitted
from headrace.artifacts import LocalArtifactStore
from headrace.artifacts.port import DownloadPolicy
from headrace.controller import Cache, Controller, Observer, Performer, Settings
from headrace.controller.tenants import ceiling_of, quota_of
from headrace.errors import Conflict
from headrace.ir.model import Document
from headrace.launchers.port import Launcher
from headrace.launchers.process import ProcessLauncher
from headrace.store import Run
from headrace.store.records import ENDED

Notice = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How carrying out a run ended.

    Attributes:
        interrupted: A signal asked for the end.
    """

    interrupted: bool


def prepare_here(
    home: Home,
    document: Document,
    given: Mapping[str, Any],
    *,
    source: Path | None,
    places: dict[str, SourcePlace] | None = None,
    strict_resources: bool = False,
) -> Prepared:
    """Check a run against this machine and resolve what it needs; see ``prepare``."""
    home.check_writable()
    return prepare(
        document,
        given,
        source=source,
        places=places or {},
        config=home.config,
        capacity=capacity(),
        cache_dir=home.locks,
        find_engine=find_engine_here,
        strict_resources=strict_resources,
    )


def forecast_here(home: Home, prepared: Prepared, wishes: Wishes) -> list[Forecast]:
    """Say what the run would do, step by step, without starting or writing anything."""
    now = time.time()
    submitted = run_submitted(home, prepared, wishes, run_id="forecast", name="forecast", now=now)
    cache = Cache(home.store, LocalArtifactStore(home.artifacts))
    pipeline = prepared.document.spec.pipeline_info.name
    return forecast(
        prepared.document, submitted, lambda c: cache.answer(wishes.namespace, pipeline, c), now
    )


def execute(
    home: Home,
    run_id: str,
    *,
    observe: Observer | None,
    notice: Notice,
    max_parallel: int | None = None,
    interrupt: threading.Event | None = None,
) -> Outcome:
    """Take one run to its end; the first interrupt cancels it, the second leaves at once.

    Args:
        observe: Told of every committed change.
        notice: Told what the user should know.
        max_parallel: The most attempts at once.
        interrupt: Cancels the run when it is set; None listens to SIGINT and SIGTERM instead,
            which only the main thread can.

    Raises:
        Conflict: Another controller that is alive owns the run, or has taken it over.
        InfrastructureError: The store or the launcher cannot be used.
    """
    return asyncio.run(_execute(home, run_id, observe, notice, max_parallel, interrupt))


async def _execute(
    home: Home,
    run_id: str,
    observe: Observer | None,
    notice: Notice,
    max_parallel: int | None,
    interrupt: threading.Event | None,
) -> Outcome:
    async with controller(home, observe=observe, notice=notice, max_parallel=max_parallel) as own:
        if run_id not in await own.claim([run_id]):
            message = f"run {run_id} is being carried out by another process"
            raise Conflict(message, hint="watch it with: headrace logs -f " + run_id)
        working = asyncio.create_task(own.run())
        async with interrupts(
            lambda: own.cancel(run_id, "interrupted"), notice, interrupt
        ) as interrupted:
            waiting = asyncio.create_task(own.wait(run_id))
            done, _ = await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if working in done:
                waiting.cancel()
                working.result()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        if home.store.run(run_id).state not in ENDED:
            message = f"run {run_id} was taken over by another process, which goes on with it"
            raise Conflict(message, hint="watch it with: headrace logs -f " + run_id)
        return Outcome(interrupted=bool(interrupted))


@asynccontextmanager
async def controller(
    home: Home,
    *,
    observe: Observer | None,
    notice: Notice,
    max_parallel: int | None = None,
    imports: Imports | None = None,
) -> AsyncGenerator[Controller]:
    """Yield a controller over this home and this machine; it lets go of everything at the end.

    Args:
        imports: Of where importers may take artifacts; None allows everything.
    """
    executors = Executors(home, notice)
    artifacts = LocalArtifactStore(
        home.artifacts,
        readable=imports and imports.readable,
        downloads=imports and DownloadPolicy(private_addresses=imports.private_addresses),
    )
    async with AsyncExitStack() as held:
        launcher = _launcher(home, executors)
        held.push_async_callback(launcher.close)
        own = Controller(
            store=home.store,
            launcher=launcher,
            performer=Performer(
                store=home.store,
                artifacts=artifacts,
                launcher=launcher,
                surroundings=executors,
                offload=asyncio.to_thread,
                notice=notice,
            ),
            owner=owner_name(),
            is_gone=is_gone,
            ceiling=lambda namespace: ceiling_of(quota_of(home.store, namespace)),
            read_document=lambda run: _document_of(home, run),
            settings=Settings(
                grace_s=home.config.grace_s,
                max_parallel=max_parallel or home.config.max_parallel,
            ),
            observer=observe,
        )
        held.callback(own.release)
        yield own


def _launcher(home: Home, executors: Executors) -> Launcher:
    return ProcessLauncher(
        runs=home.runs,
        payload=home.payload,
        environment_for=executors.prepared,
        capacity=capacity(),
        log_limit_bytes=home.config.log_limit_bytes,
    )


def _document_of(home: Home, run: Run) -> Document:
    return ir.read_dict(*document_values(home.store, run))
