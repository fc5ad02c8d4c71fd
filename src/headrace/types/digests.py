"""Content digests of files and directories, the same inside tasks and in the controller.

Standard library only, Python 3.8 on: the executor computes them where the user's code ran. This
module knows paths and bytes; it does not know artifacts, stores or runs.

The digest of a **file** is the SHA-256 of its bytes, so ``sha256sum`` gives the same.

The digest of a **directory** is the SHA-256 of this text: the line ``headrace-tree-1``, then one
line for each entry below it, sorted by the bytes of its relative path (``/`` between the parts)::

    file <size> <sha256 of its bytes> <length of the path>:<path>
    link <length of the target>:<target> <length of the path>:<path>
    dir <length of the path>:<path>           only directories that hold nothing

Names are bytes (the file system's encoding), their lengths are given, so no name can imitate a
line. Modes, owners and times do not count: object stores keep none of them. A symbolic link counts
as itself when it is relative and stays inside the directory; any other would break, or change its
content, once the directory is moved, and is refused as are sockets, pipes and devices.
"""

from __future__ import annotations

import hashlib
import posixpath
import stat
from pathlib import Path
from typing import Iterator, List, NamedTuple, Tuple, Union

_BLOCK_BYTES = 1 << 20
_TREE_HEADER = b"headrace-tree-1\n"

_Paths = Iterator[Tuple[bytes, Path]]


class UnsafeTreeError(ValueError):
    """A path that has no stable content: a link that leads out, a pipe, a device, or nothing."""


class Digest(NamedTuple):
    """What a path holds.

    Attributes:
        digest: ``sha256:`` and 64 hexadecimal digits.
        size: Bytes of the file, or of all files in the directory.
    """

    digest: str
    size: int


def digest_path(path: Union[str, Path]) -> Digest:
    """Return the digest and size of a file or directory; the module says how it is defined.

    Raises:
        UnsafeTreeError: There is nothing at the path, or something without stable content.
        OSError: It cannot be read.
    """
    path = Path(path)
    mode = _mode(path)
    if stat.S_ISDIR(mode):
        return _hash_tree(path)
    _check_file(path, mode)
    hexadecimal, size = _hash_file(path)
    return Digest("sha256:" + hexadecimal, size)


def check_path(path: Union[str, Path]) -> None:
    """Check that a path has stable content, without reading the files.

    Raises:
        UnsafeTreeError: ``digest_path`` would refuse it.
    """
    path = Path(path)
    mode = _mode(path)
    if stat.S_ISDIR(mode):
        for name, entry in _entries(path, b""):
            _check_entry(path, name, entry)
    else:
        _check_file(path, mode)


def stat_signature(path: Union[str, Path]) -> str:
    """Return a text that changes when the content may have changed, without reading it.

    It is made of the size, the times of modification and of status change, and the inode of every
    entry. Equal signatures mean that nobody wrote; different ones only that a look at the content
    is due (a changed mode or a new hard link changes it too).

    Raises:
        UnsafeTreeError: There is nothing at the path.
    """
    path = Path(path)
    if not stat.S_ISDIR(_mode(path)):
        return _signature(path)
    hashed = hashlib.sha256()
    for name, entry in sorted(_entries(path, b"")):
        hashed.update(b"%d:%s %s\n" % (len(name), name, _signature(entry).encode()))
    return "tree:" + hashed.hexdigest()


def _signature(path: Path) -> str:
    found = path.lstat()
    return "%d:%d:%d:%d" % (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _hash_tree(root: Path) -> Digest:
    hashed = hashlib.sha256(_TREE_HEADER)
    total = 0
    for name, path in sorted(_entries(root, b"")):
        line, size = _line(root, name, path)
        hashed.update(line)
        total += size
    return Digest("sha256:" + hashed.hexdigest(), total)


def _line(root: Path, name: bytes, path: Path) -> Tuple[bytes, int]:
    _check_entry(root, name, path)
    mode = path.lstat().st_mode
    counted_name = b"%d:%s\n" % (len(name), name)
    if stat.S_ISREG(mode):
        hexadecimal, size = _hash_file(path)
        return b"file %d %s %s" % (size, hexadecimal.encode(), counted_name), size
    if stat.S_ISDIR(mode):
        return b"dir " + counted_name, 0
    target = _encoded(str(_read_link(path)))
    return b"link %d:%s %s" % (len(target), target, counted_name), 0


def _check_file(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise UnsafeTreeError("%s is %s: write a file or a directory there" % (path, _kind(mode)))


def _check_entry(root: Path, name: bytes, path: Path) -> None:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        _check_link(root, name, path)
    elif not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise UnsafeTreeError("%s is %s, which cannot be stored" % (path, _kind(mode)))


def _entries(directory: Path, prefix: bytes) -> _Paths:
    """Yield what lies below: files, links, and directories that hold nothing; unsorted."""
    pending: List[Tuple[bytes, Path]] = [(prefix, directory)]
    while pending:
        base, place = pending.pop()
        children = list(place.iterdir())
        if not children and base:
            yield base[:-1], place
        for child in children:
            name = base + _encoded(child.name)
            if stat.S_ISDIR(child.lstat().st_mode):
                pending.append((name + b"/", child))
            else:
                yield name, child


def _check_link(root: Path, name: bytes, link: Path) -> None:
    """Refuse links that are absolute, broken or lead outside."""
    try:
        text = str(_read_link(link))
        aim = link.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise UnsafeTreeError("%s is a symbolic link that leads nowhere" % link) from error
    inside = root.resolve()
    lexical = posixpath.normpath(posixpath.join(posixpath.dirname(_decoded(name)), text))
    leads_out = aim != inside and inside not in aim.parents
    if text.startswith("/") or lexical == ".." or lexical.startswith("../") or leads_out:
        raise UnsafeTreeError(
            "%s is a symbolic link to %s, outside of what is stored: copy the file instead"
            % (link, text)
        )


def _read_link(link: Path) -> Path:
    # Path.readlink came with Python 3.9; its accessor is what 3.8 has.
    if hasattr(link, "readlink"):
        return link.readlink()
    return Path(link._accessor.readlink(link))  # type: ignore[attr-defined]  # noqa: SLF001


def _hash_file(path: Path) -> Tuple[str, int]:
    hashed = hashlib.sha256()
    # Most files are far smaller than a block, and clearing one costs more than hashing them.
    block = bytearray(min(_BLOCK_BYTES, path.lstat().st_size + 1))
    view = memoryview(block)
    total = 0
    with path.open("rb", buffering=0) as file:
        while True:
            count = file.readinto(block)
            if not count:
                return hashed.hexdigest(), total
            hashed.update(view[:count])
            total += count


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except FileNotFoundError as error:
        raise UnsafeTreeError("there is nothing at %s" % path) from error


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
