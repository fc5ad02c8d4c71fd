"""Parquet files as tables, where a library for them is installed.

They are read by a process of its own, within bounds; see ``parquet_reader``.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from headrace.server.native.previews.kinds import Nothing, Table
from headrace.server.native.previews.tables import ROWS_READ, table_of

MAX_BYTES = 256 << 20
_SECONDS = 20.0
_LIBRARIES = ("pyarrow", "polars")
_READER = Path(__file__).with_name("parquet_reader.py")
_AT_ONCE = threading.BoundedSemaphore(2)


class _Found(msgspec.Struct, frozen=True):
    names: list[str]
    rows: list[list[str | None]]
    total: int


def parquet_table(size: int, blocks: Iterable[bytes]) -> Table | Nothing:
    """Return the first rows of a Parquet file.

    Args:
        size: Its bytes.
        blocks: Its content, read only when it can be shown.
    """
    if not any(map(_is_there, _LIBRARIES)):
        return Nothing(
            reason="Parquet is shown when pyarrow or polars is installed beside the server"
        )
    if size > MAX_BYTES:
        return Nothing(reason=f"only Parquet files of up to {MAX_BYTES >> 20} MiB are shown")
    if not _AT_ONCE.acquire(timeout=_SECONDS):
        return Nothing(reason="other Parquet files are being read; look again in a moment")
    try:
        with tempfile.NamedTemporaryFile(suffix=".parquet") as copy:
            for block in blocks:
                copy.write(block)
            copy.flush()
            return _read(Path(copy.name))
    finally:
        _AT_ONCE.release()


def _read(path: Path) -> Table | Nothing:
    command = [sys.executable, "-I", str(_READER), str(path), str(ROWS_READ)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)
        found = msgspec.json.decode(done.stdout, type=_Found)
    except subprocess.TimeoutExpired:
        return Nothing(reason="reading the Parquet file took too long")
    except (subprocess.CalledProcessError, OSError, msgspec.DecodeError):
        return Nothing(reason="the file cannot be read as Parquet")
    complete = found.total == len(found.rows)
    return table_of("parquet", found.names, found.rows, complete=complete, total_rows=found.total)


def _is_there(library: str) -> bool:
    return importlib.util.find_spec(library) is not None
