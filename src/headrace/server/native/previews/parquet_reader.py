"""Prints the first rows of a Parquet file as JSON; run as a program of its own.

A file may be made to crash or exhaust what reads it, so that is never the server: this process has
bounds of memory and time. It imports nothing of ours.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
from contextlib import suppress
from typing import Any

MEMORY_BYTES = 4 << 30
CPU_S = 15
_CELLS = 200_000
_CELL = 200


def main() -> None:
    """Read the file that the first argument names, at most as many rows as the second says."""
    path, most = sys.argv[1], int(sys.argv[2])
    for kind, bound in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_S)):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (bound, bound))
    try:
        found = _by_pyarrow(path, most)
    except ImportError:
        found = _by_polars(path, most)
    json.dump(found, sys.stdout)


def _by_pyarrow(path: str, most: int) -> dict[str, Any]:
    parquet: Any = importlib.import_module("pyarrow.parquet")
    with parquet.ParquetFile(path) as file:
        names = list(file.schema_arrow.names)
        count = _count(most, len(names))
        batch = next(file.iter_batches(batch_size=count, use_threads=False), None)
        columns = [] if batch is None else [column.to_pylist() for column in batch.columns]
        total = file.metadata.num_rows
    return {"names": names, "rows": _rows(columns), "total": total}


def _by_polars(path: str, most: int) -> dict[str, Any]:
    polars: Any = importlib.import_module("polars")
    lazy = polars.scan_parquet(path)
    names = lazy.collect_schema().names()
    frame = lazy.head(_count(most, len(names))).collect()
    total = lazy.select(polars.len()).collect().item()
    return {
        "names": names,
        "rows": _rows([frame[name].to_list() for name in names]),
        "total": total,
    }


def _count(most: int, columns: int) -> int:
    return max(1, min(most, _CELLS // max(1, columns)))


def _rows(columns: list[list[Any]]) -> list[list[str | None]]:
    return [[_cell(value) for value in row] for row in zip(*columns, strict=True)]


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    return str(value)[:_CELL].encode("utf-8", "replace").decode()


if __name__ == "__main__":
    main()
