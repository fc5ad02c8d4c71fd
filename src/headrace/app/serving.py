"""The server's composition root: a home becomes services, an application and a controller."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Literal

import uvicorn
from starlette.applications import Starlette

from headrace import __version__
from headrace.app.effective import effective
from headrace.app.home import Home
from headrace.app.hosting import ControllerHost
from headrace.app.log_format import LogFormat, write_logs
from headrace.app.machine import capacity
from headrace.app.notifications import sender_of
from headrace.app.retention import keep_collecting, rules_of
from headrace.app.served_files import ServedArtifacts, ServedLogs
from headrace.app.served_runs import ServedRuns
from headrace.app.served_ticks import ServedTicks
from headrace.app.settings import imports_of
from headrace.app.tracing import tracing_of
from headrace.app.watching import log_changes
from headrace.artifacts import LocalArtifactStore
from headrace.controller import SystemClock
from headrace.controller.notifying import Notifying
from headrace.controller.recurring import Recurring
from headrace.errors import InfrastructureError
from headrace.server.ending import EndingLayer
from headrace.server.files import page_routes
from headrace.server.metrics import Metrics
from headrace.server.security.assembly import secured
from headrace.server.security.connections import BoundedProtocol
from headrace.server.security.settings import AuthSettings, check_listening, read_auth
from headrace.server.services import Services, Settings
from headrace.server.surface import endpoints

Role = Literal["api", "controller", "all"]

#: How long answers may take after the server was asked to end.
_PATIENCE_S = 5
_BACKLOG = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How the server is started.

    Attributes:
        port: Zero takes one that is free.
        role: ``api`` answers requests, ``controller`` carries out runs, ``all`` does both.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    role: Role = "all"
    log_format: LogFormat = "text"


def serve(home: Home, wanted: Wanted, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; runs that go on then are taken up at the next start.

    Args:
        announce: Told once, in a line, where the server is.

    Raises:
        InvalidRequest: It may not listen there.
        InfrastructureError: The address is taken, or the home cannot be used.
    """
    home.check_writable()
    auth = read_auth(home.config.server.get("auth", {}), os.environ)
    check_listening(wanted.host, auth)
    write_logs(wanted.log_format)
    home.store.data_version()
    host = ControllerHost(home, imports=None if auth is None else imports_of(home.config))
    given = services(home, host.wake, auth)
    ticks = ServedTicks(given, auth.admins if auth else ())
    host.add(Recurring(home.store, ticks.prepare, created=host.wake).run)
    _operate(home, given, host)
    try:
        if wanted.role == "controller":
            host.start()
            announce(f"carrying out the runs of {home.path}")
            _until_stopped()
            return
        listening = _listen(wanted)
        address = _address(listening)
        app = secured(given, endpoints(), auth, listening=address, routes=page_routes())
        if wanted.role == "all":
            host.start()
        announce(f"serving {home.path} on {address}")
        _server(app).run(sockets=[listening])
    finally:
        host.stop()
        home.store.close()


def services(home: Home, wake: Callable[[], None], auth: AuthSettings | None) -> Services:
    """Return what handlers use, over a home.

    Args:
        wake: Lets a controller look at once for what there is to do.
    """
    clock = SystemClock()
    return Services(
        store=home.store,
        clock=clock,
        runs=ServedRuns(home, clock, wake),
        logs=ServedLogs(home),
        artifacts=ServedArtifacts(LocalArtifactStore(home.artifacts), home.artifacts),
        capacity=capacity(),
        sender=sender_of(home.config.notifications, os.environ),
        metrics=_metrics(home),
        settings=Settings(
            mode="single" if auth is None else "multi",
            version=__version__,
            private_urls=bool(home.config.server.get("private_urls", False)),
            database="sqlite" if home.database is None else "postgresql",
            effective=effective(home),
        ),
    )


def _operate(home: Home, given: Services, host: ControllerHost) -> None:
    """Let what a server does beside runs go on: messages, metrics, traces, logs, tidying up."""
    host.watch(log_changes)
    assert given.sender is not None
    host.add(Notifying(home.store, given.sender, clock=given.clock).run)
    if isinstance(given.metrics, Metrics):
        host.watch(given.metrics.observe)
    traces = tracing_of(home.store, os.environ, __version__)
    if traces is not None:
        host.watch(traces)
    rules = rules_of(home.config.retention)
    if home.config.retention:
        host.add(partial(keep_collecting, home, rules, given.clock))


def _metrics(home: Home) -> Metrics | None:
    try:
        return Metrics(home.store, capacity(), __version__)
    except ImportError:
        return None  # the extra is not installed


class _Server(uvicorn.Server):
    """Ends on a signal and returns; uvicorn's sends it again, which ends the process at once."""

    def __init__(self, config: uvicorn.Config, layer: EndingLayer) -> None:
        super().__init__(config)
        self._layer = layer

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests, end what streams, and wait for the rest."""
        self._layer.end()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Ask to end on SIGINT and SIGTERM while inside."""
        with _on_signals(self.handle_exit):
            yield


def _server(app: Starlette) -> uvicorn.Server:
    layer = EndingLayer(app)
    return _Server(
        uvicorn.Config(
            layer,
            http=BoundedProtocol,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_PATIENCE_S,
        ),
        layer,
    )


def _listen(wanted: Wanted) -> socket.socket:
    family = socket.AF_INET6 if ":" in wanted.host else socket.AF_INET
    # Named as TCP, for only then does asyncio send short answers without waiting for more.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((wanted.host, wanted.port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        message = f"cannot listen on {wanted.host} port {wanted.port}: {error.strerror}"
        hint = "choose another --port; 0 takes a free one"
        raise InfrastructureError(message, hint=hint) from error
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _until_stopped() -> None:
    stopped = threading.Event()
    with _on_signals(lambda _number, _frame: stopped.set()):
        stopped.wait()


@contextmanager
def _on_signals(handler: Callable[[int, FrameType | None], None]) -> Generator[None]:
    """Let SIGINT and SIGTERM call the handler while inside."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    earlier = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, before in earlier.items():
            signal.signal(number, before)
