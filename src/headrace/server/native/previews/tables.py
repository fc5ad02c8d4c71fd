"""Tables made of text: rows, and statistics of each column over the rows that were read.

Pure, and bounded by what it is given: the caller reads only the beginning of a file.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Literal, cast

import msgspec

from headrace.server.native.previews.kinds import Column, ColumnType, Counted, Table

ROWS_SHOWN = 100
ROWS_READ = 10_000
_COLUMNS_SHOWN = 300
_DISTINCT_COUNTED = 1000
_TOP = 5
_CELL = 500
_SAMPLE = 50
_DELIMITERS = (",", "\t", ";", "|")
_MISSING = frozenset({"", "na", "nan", "null", "none", "n/a"})
_BOOLEANS = frozenset({"true", "false"})

Cell = str | None


def delimited_table(text: str, *, complete: bool, certain: bool = False) -> Table | None:
    """Return the table that a text is, or None when it is none.

    Args:
        complete: The text is the whole file; else its last line is cut off.
        certain: It is known to be a table, so that one column is enough.
    """
    text = text if complete else text[: text.rfind("\n") + 1]
    found = _delimiter(text, certain=certain)
    if found is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=found)
    try:
        rows = list(islice((row for row in reader if row), ROWS_READ + 1))
    except csv.Error:
        return None
    names, body = _header(rows)
    kind: Literal["csv", "tsv"] = "tsv" if found == "\t" else "csv"
    whole = complete and len(rows) <= ROWS_READ
    return table_of(kind, names, body[:ROWS_READ], complete=whole)


def lines_table(text: str, *, complete: bool) -> Table | None:
    """Return the table that a text of one JSON object a line is, or None when it is none."""
    lines = (text if complete else text[: text.rfind("\n") + 1]).splitlines()
    objects: list[dict[str, Any]] = []
    for line in islice((line for line in lines if line.strip()), ROWS_READ):
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError):
            return None
        if not isinstance(value, dict):
            return None
        objects.append(cast("dict[str, Any]", value))
    if len(objects) < 2:  # noqa: PLR2004 - one line is a JSON document
        return None
    names = list(dict.fromkeys(name for value in objects for name in value))
    rows = [[_json_cell(value.get(name)) for name in names] for value in objects]
    return table_of("jsonl", names, rows, complete=complete and len(lines) <= ROWS_READ)


def table_of(
    kind: Literal["csv", "tsv", "jsonl", "parquet"],
    names: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    complete: bool,
    total_rows: int | None = None,
) -> Table:
    """Return a table with the statistics of its columns."""
    shown = [str(name)[:_CELL] for name in names[:_COLUMNS_SHOWN]]
    width = len(shown)
    return Table(
        format=kind,
        columns=[
            _column(name, (row[index] if index < len(row) else None for row in rows))
            for index, name in enumerate(shown)
        ],
        rows=[
            [_cut(row[index]) if index < len(row) else None for index in range(width)]
            for row in rows[:ROWS_SHOWN]
        ],
        rows_read=len(rows),
        complete=complete,
        total_rows=len(rows) if complete else total_rows,
        columns_left_out=len(names) - width,
    )


def _delimiter(text: str, *, certain: bool) -> str | None:
    """Return what separates the columns: that which gives the most, the same in every line."""
    best: tuple[int, str] | None = None
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            widths = [len(row) for row in islice((row for row in reader if row), _SAMPLE)]
        except csv.Error:
            continue
        if len(widths) > 1 and len(set(widths)) == 1 and widths[0] > (best[0] if best else 1):
            best = (widths[0], delimiter)
    if best is not None:
        return best[1]
    return "," if certain and text.strip() else None


def _header(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Return names and rows; a first line that holds a number or twice the same is a row."""
    if not rows:
        return [], []
    first = rows[0]
    named = all(cell.strip() and _number(cell) is None for cell in first)
    # The index of a data frame has no name.
    named = named or (len(first) > 1 and not first[0].strip() and all(map(_is_name, first[1:])))
    if named and len(set(first)) == len(first):
        return first, rows[1:]
    return [f"column {index}" for index in range(1, len(first) + 1)], rows


def _is_name(cell: str) -> bool:
    return bool(cell.strip()) and _number(cell) is None


def _column(name: str, cells: Iterable[Cell]) -> Column:
    counts: Counter[str] = Counter()
    numbers: list[float] = []
    missing = filled = 0
    whole = numeric = boolean = True
    more = False
    for cell in cells:
        if cell is None or cell.strip().lower() in _MISSING:
            missing += 1
            continue
        filled += 1
        if len(counts) < _DISTINCT_COUNTED or cell in counts:
            counts[cell] += 1
        else:
            more = True
        boolean = boolean and cell.lower() in _BOOLEANS
        number = _number(cell) if numeric else None
        if number is None:
            numeric = False
        else:
            numbers.append(number)
            whole = whole and number.is_integer() and "." not in cell
    kind = _type_of(filled, numeric=numeric, whole=whole, boolean=boolean)
    least, most, mean = _extent(kind, numbers, counts)
    telling = filled > len(counts) and not more
    return Column(
        name=name,
        type=kind,
        missing=missing,
        distinct=len(counts),
        distinct_more=more,
        min=least,
        max=most,
        mean=mean,
        top=[Counted(value=value[:_CELL], count=count) for value, count in counts.most_common(_TOP)]
        if telling
        else [],
    )


def _type_of(filled: int, *, numeric: bool, whole: bool, boolean: bool) -> ColumnType:
    if not filled:
        return "empty"
    if boolean:
        return "boolean"
    if numeric:
        return "integer" if whole else "number"
    return "text"


def _extent(
    kind: ColumnType, numbers: list[float], counts: Counter[str]
) -> tuple[float | str | None, float | str | None, float | None]:
    if kind in ("integer", "number"):
        mean = sum(numbers) / len(numbers)
        return min(numbers), max(numbers), mean if math.isfinite(mean) else None
    if kind == "text":
        return min(counts)[:_CELL], max(counts)[:_CELL], None
    return None, None, None


def _number(cell: str) -> float | None:
    text = cell.strip()
    if "_" in text:  # Python reads 1_000; nobody else does
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _json_cell(value: Any) -> Cell:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _cut(cell: Cell) -> Cell:
    return cell if cell is None or len(cell) <= _CELL else cell[:_CELL] + "…"
