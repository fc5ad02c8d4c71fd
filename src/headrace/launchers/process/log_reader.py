"""Reads the log of an attempt in blocks, also while it is being written and cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

_BLOCK_BYTES = 256 * 1024
_POLL_S = 0.1


async def read_log(path: Path, is_over: Callable[[], bool]) -> AsyncIterator[bytes]:
    """Yield the log's bytes; at its end wait for more until the attempt is over.

    Args:
        path: The log file, which may not exist yet.
        is_over: Says whether nothing more will be written.
    """
    position = 0
    while True:
        over = is_over()  # asked before reading, so that what came before the end is read
        while block := _read(path, position):
            position += len(block)
            yield block
            await asyncio.sleep(0)
        if over:
            return
        await asyncio.sleep(_POLL_S)
        position = min(position, _size(path))


def _read(path: Path, position: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(position)
            return file.read(_BLOCK_BYTES)
    except FileNotFoundError:
        return b""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
