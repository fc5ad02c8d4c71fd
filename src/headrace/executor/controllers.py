"""The warm parent's end of its sockets: controllers come, ask, are told, and leave.

Both sides write JSON lines. Requests are ``start`` (``id``, ``directory``, ``component``,
``python``, ``task``, ``deadline_s``, ``memory_bytes``, ``log_bytes``, ``cold``, ``handshake_s``,
``clean_up``), ``stop`` (``id``, ``grace_s``) and ``watch`` (``id``). Events are ``hello``,
``started``, ``exited`` (with ``result_bytes``: so many bytes of result file follow the line),
``unknown`` and ``no_fork``.

This module knows lines and sockets; what a request means is the warm parent's affair.
"""

from __future__ import annotations

import functools
import json
import os
import selectors
import socket
from typing import Any, Callable, Dict

_BLOCK_BYTES = 1 << 16
#: A controller that does not read is told of ends, but not what the results are: it can read those.
_MAX_BACKLOG_BYTES = 8 * 1024 * 1024


class Connection:
    """A controller at the other end of a socket."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.received = b""
        self.outgoing = bytearray()


class Controllers:
    """All connections of one warm parent.

    Args:
        listener: Bound, listening unix socket.
        selector: Whose events call the handler that is registered with them.
        on_request: Called with each request and the connection that it came on.
    """

    def __init__(
        self,
        listener: socket.socket,
        selector: selectors.BaseSelector,
        on_request: Callable[[Connection, Dict[str, Any]], None],
    ) -> None:
        self._selector = selector
        self._on_request = on_request
        self._connections: Dict[int, Connection] = {}
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ, self._accept)

    @property
    def any(self) -> bool:
        """Whether there is a controller."""
        return bool(self._connections)

    def tell_all(self, event: Dict[str, Any], result: bytes = b"") -> None:
        """Tell an event to every controller; those that it does not concern ignore it."""
        for connection in self._connections.values():
            self.tell(connection, event, result)

    def tell(self, connection: Connection, event: Dict[str, Any], result: bytes = b"") -> None:
        """Tell an event to one controller, with the content of a result file; sent by ``flush``."""
        if result and len(connection.outgoing) < _MAX_BACKLOG_BYTES:
            event = dict(event, result_bytes=len(result))
        else:
            result = b""
        connection.outgoing += json.dumps(event).encode("ascii") + b"\n" + result

    def flush(self) -> None:
        """Send what was told, as far as the controllers take it."""
        for connection in list(self._connections.values()):
            if connection.outgoing:
                self._flush(connection)

    def _accept(self, listener: socket.socket) -> None:
        try:
            channel, _ = listener.accept()
        except OSError:
            return
        channel.setblocking(False)
        connection = Connection(channel)
        self._connections[channel.fileno()] = connection
        handler = functools.partial(self._exchange, connection)
        self._selector.register(channel, selectors.EVENT_READ, handler)
        self.tell(connection, {"event": "hello", "pid": os.getpid()})

    def _receive(self, connection: Connection) -> None:
        try:
            data = connection.channel.recv(_BLOCK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
            return
        *lines, connection.received = (connection.received + data).split(b"\n")
        for line in lines:
            self._on_request(connection, json.loads(line))

    def _drop(self, connection: Connection) -> None:
        self._selector.unregister(connection.channel)
        del self._connections[connection.channel.fileno()]
        connection.channel.close()

    def _flush(self, connection: Connection) -> None:
        try:
            sent = connection.channel.send(connection.outgoing)
            del connection.outgoing[:sent]
        except BlockingIOError:
            pass
        except OSError:
            connection.outgoing.clear()  # its end of file will be read
        wanted = selectors.EVENT_READ
        if connection.outgoing:
            wanted |= selectors.EVENT_WRITE
        key = self._selector.get_key(connection.channel)
        if key.events != wanted:
            self._selector.modify(connection.channel, wanted, key.data)

    def _exchange(self, connection: Connection, _: object) -> None:
        if connection.outgoing:
            self._flush(connection)
        if connection.channel.fileno() in self._connections:
            self._receive(connection)
