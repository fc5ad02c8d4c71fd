"""One holder at a time among processes: a lock on a file that the kernel frees at death.

Knows nothing of what is protected.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Generator[int]:
    """Hold the lock on a file, which is made if it is missing; wait for it as long as needed.

    Yields:
        The file descriptor. A child process that inherits it holds the lock too: when this process
        is killed, the next holder comes only after the child has ended.
    """
    descriptor = _locked(path, fcntl.LOCK_EX)
    try:
        yield descriptor
    finally:
        _release(descriptor)


@contextmanager
def exclusive_if_free(path: Path) -> Generator[bool]:
    """Hold the lock if nobody does; yield whether it was got."""
    try:
        descriptor = _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
        return
    try:
        yield True
    finally:
        _release(descriptor)


def _locked(path: Path, operation: int) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, operation)
            if _is_still(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _release(descriptor: int) -> None:
    # Unlock before closing: a process forked meanwhile by another thread has a copy open.
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    # The file may have been pruned between open and lock; a lock on a removed file guards nothing.
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
