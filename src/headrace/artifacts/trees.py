"""Files and directories as one thing: moved, protected, measured and removed whole.

Symbolic links are never followed.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_NO_WRITING = ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def is_there(path: Path) -> bool:
    """Return whether there is anything, also a broken link."""
    return os.path.lexists(path)


def move(source: Path, target: Path) -> None:
    """Rename the source to the target, replacing what is there; copy only to another disk."""
    if is_there(target) and not (source.is_file() and target.is_file()):
        remove(target)
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_to_other_disk(source, target)


def make_read_only(path: Path) -> None:
    """Take the right to write from files and directories at and below the path.

    A file that has another name elsewhere (a hard link) is left alone: its mode is not ours.
    """
    for place in _at_and_below(path):
        found = place.lstat()
        writable = found.st_mode & ~_NO_WRITING
        foreign = stat.S_ISREG(found.st_mode) and found.st_nlink > 1
        if writable and not foreign and not stat.S_ISLNK(found.st_mode):
            place.chmod(stat.S_IMODE(found.st_mode) & _NO_WRITING)


def remove(path: Path) -> None:
    """Remove a file, link or directory, also a protected one; nothing there is fine."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for place in _at_and_below(path):
        if place.is_dir() and not place.is_symlink():
            place.chmod(stat.S_IMODE(place.stat().st_mode) | stat.S_IRWXU)
    shutil.rmtree(path)


def size_of(path: Path) -> int:
    """Return the bytes of all files at and below the path; nothing there is 0."""
    if not is_there(path):
        return 0
    size = 0
    for place in _at_and_below(path):
        with suppress(FileNotFoundError):
            found = place.lstat()
            size += found.st_size if stat.S_ISREG(found.st_mode) else 0
    return size


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unreferenced(root: Path, kept: Iterable[Path], older_than: float) -> Iterator[Path]:
    """Yield what lies below the root and neither is, holds, nor lies in anything kept.

    Whole directories are named, not what is in them, unless something in them is younger than the
    given time. The caller may remove what it is given.
    """
    keep = frozenset(kept)
    ancestors = {parent for path in keep for parent in path.parents}
    pending = [root] if root.is_dir() else []
    while pending:
        for child in sorted(pending.pop().iterdir()):
            if child in keep:
                continue
            if child in ancestors:
                pending.append(child)
            elif _all_older(child, older_than):
                yield child


def _all_older(path: Path, time_s: float) -> bool:
    return all(place.lstat().st_mtime < time_s for place in _at_and_below(path))


def _at_and_below(path: Path) -> Iterator[Path]:
    """Yield the path, then all entries below; a directory comes before what it holds."""
    yield path
    if path.is_symlink() or not path.is_dir():
        return
    for child in sorted(path.iterdir()):
        yield from _at_and_below(child)


def _move_to_other_disk(source: Path, target: Path) -> None:
    """Copy aside and rename, so that the target is there whole or not at all."""
    aside = target.with_name(f".{target.name}.moving")
    remove(aside)
    if source.is_dir():
        shutil.copytree(source, aside, symlinks=True)
    else:
        shutil.copy2(source, aside, follow_symlinks=False)
    for place in _at_and_below(aside):
        if not place.is_symlink():
            _sync(place)
    aside.replace(target)
    remove(source)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
