"""Files that travel inside a component: packed into its source, unpacked when a task starts.

Reads the author's files. The text around the archive is the wire format of KFP's embedded
artifacts; the archive is the same for the same files, whenever it is made.
"""

from __future__ import annotations

import base64
import io
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.dsl.exceptions import refused
from headrace.errors import InvalidComponent

if TYPE_CHECKING:
    from tarfile import TarInfo

_MUCH_BYTES = 1024 * 1024

_UNPACK = """__KFP_EMBEDDED_ARCHIVE_B64 = '{archive}'

import base64 as __kfp_b64
import io as __kfp_io
import os as __kfp_os
import sys as __kfp_sys
import tarfile as __kfp_tarfile
import tempfile as __kfp_tempfile

# Extract embedded archive at import time to ensure sys.path and globals are set
__kfp_tmpdir = __kfp_tempfile.TemporaryDirectory()
__KFP_EMBEDDED_ASSET_DIR = __kfp_tmpdir.name
try:
    __kfp_bytes = __kfp_b64.b64decode(__KFP_EMBEDDED_ARCHIVE_B64.encode('ascii'))
    with __kfp_tarfile.open(fileobj=__kfp_io.BytesIO(__kfp_bytes), mode='r:gz') as __kfp_tar:
        __kfp_tar.extractall(path=__KFP_EMBEDDED_ASSET_DIR)
except Exception as __kfp_e:
    raise RuntimeError(f'Failed to extract embedded archive: {{__kfp_e}}')

# Always prepend the extracted directory to sys.path for import resolution
if __KFP_EMBEDDED_ASSET_DIR not in __kfp_sys.path:
    __kfp_sys.path.insert(0, __KFP_EMBEDDED_ASSET_DIR)
"""

_NAME_FILE = """
__KFP_EMBEDDED_ASSET_FILE = __kfp_os.path.join(__KFP_EMBEDDED_ASSET_DIR, '{name}')
"""


def embedded_files(path_text: str) -> str:
    """Return the source that unpacks a file or a directory's content when it is imported.

    Args:
        path_text: The file or directory.

    Raises:
        InvalidComponent: It does not exist, or holds what cannot be packed.
    """
    path = Path(path_text)
    if not path.exists():
        raise refused(
            InvalidComponent,
            f"there is nothing to embed at {path_text}",
            hint="give a path that exists where the pipeline is compiled",
        )
    source = _UNPACK.format(archive=packed_base64(path))
    return source + (_NAME_FILE.format(name=path.name) if path.is_file() else "") + "\n\n"


def packed_base64(path: Path) -> str:
    """Return a file or a directory's content as a packed archive in base 64.

    Args:
        path: The file or directory.

    Raises:
        InvalidComponent: It holds what cannot be packed.
    """
    packed = _packed(path)
    if len(packed) > _MUCH_BYTES:
        warnings.warn(
            f"The files of {path} take {len(packed):,} bytes packed, and the component carries "
            "them in its source. Read large files from storage instead.",
            UserWarning,
            stacklevel=2,
        )
    return base64.b64encode(packed).decode("ascii")


def _packed(path: Path) -> bytes:
    import gzip  # these two cost more than the rest of the package to import
    import tarfile

    buffer = io.BytesIO()
    # A time in the archive would make the same files give another component each time.
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w") as archive,
    ):
        for file, name in _entries(path):
            archive.add(file, arcname=name, recursive=False, filter=_timeless)
    return buffer.getvalue()


def _timeless(entry: TarInfo) -> TarInfo:
    entry.mtime = 0
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def _entries(path: Path) -> Iterator[tuple[Path, str]]:
    if path.is_file():
        yield path.resolve(), path.name
        return
    root = path.resolve()
    yield root, "."
    for entry in sorted(root.rglob("*")):
        _check_entry(root, entry)
        yield entry, f"./{entry.relative_to(root).as_posix()}"


def _check_entry(root: Path, entry: Path) -> None:
    if entry.is_symlink():
        try:
            target = entry.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise _cannot_pack(entry, "is a link that leads nowhere") from error
        if not target.is_relative_to(root):
            raise _cannot_pack(entry, "is a link that leads out of the directory")
        if target.is_dir():
            raise _cannot_pack(entry, "is a link to a directory")
    mode = entry.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise _cannot_pack(entry, "is neither a file nor a directory")


def _cannot_pack(entry: Path, why: str) -> InvalidComponent:
    return refused(
        InvalidComponent,
        f"embedded_artifact_path cannot be packed: {entry} {why}",
        hint="replace it by a file, or leave it out of the directory",
    )
