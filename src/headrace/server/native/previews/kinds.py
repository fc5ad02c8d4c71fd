"""What a preview can be: one struct for each kind, told apart by ``kind``. Pure values."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

ColumnType = Literal["integer", "number", "boolean", "text", "empty"]


class _Kind(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """Base of the kinds."""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A value with how often it was seen."""

    value: str
    count: int


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column of a table with what its values say, over the rows that were read.

    Attributes:
        missing: Rows without a value.
        distinct: Different values; ``distinct_more`` says that counting stopped there.
        top: The most frequent values, unless nearly all differ.
    """

    name: str
    type: ColumnType
    missing: int = 0
    distinct: int = 0
    distinct_more: bool = False
    min: float | str | None = None
    max: float | str | None = None
    mean: float | None = None
    top: list[Counted] = []


class Table(_Kind, frozen=True, tag="table"):
    """Rows of a table.

    Attributes:
        rows: The first rows, as texts; null where there is no value.
        rows_read: Rows that the statistics are over.
        complete: Those are all rows.
        total_rows: Rows in all, when the format tells.
        columns_left_out: Columns that are not shown.
    """

    format: Literal["csv", "tsv", "jsonl", "parquet"]
    columns: list[Column]
    rows: list[list[str | None]]
    rows_read: int
    complete: bool
    total_rows: int | None = None
    columns_left_out: int = 0


class Image(_Kind, frozen=True, tag="image"):
    """An image, to be shown from the artifact's ``frame``."""

    media_type: str


class Text(_Kind, frozen=True, tag="text"):
    """The beginning of a text."""

    text: str
    truncated: bool = False


class Json(_Kind, frozen=True, tag="json"):
    """A JSON document; ``value`` is absent when it is cut off."""

    text: str
    value: Any = msgspec.UNSET
    truncated: bool = False


class Markdown(_Kind, frozen=True, tag="markdown"):
    """The beginning of a text in Markdown; raw HTML in it must not be trusted."""

    text: str
    truncated: bool = False


class Html(_Kind, frozen=True, tag="html"):
    """An HTML document, to be shown from the artifact's ``frame``."""

    size: int = 0


class MetricValue(msgspec.Struct, frozen=True, kw_only=True):
    """A metric; ``value`` is null when it is no finite number."""

    name: str
    value: float | None


class Metrics(_Kind, frozen=True, tag="metrics"):
    """Scalar metrics."""

    metrics: list[MetricValue]


class RocPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a ROC curve; the threshold is null when it is infinite."""

    threshold: float | None
    tpr: float
    fpr: float


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """A confusion matrix: a row for each true label, a column for each predicted one."""

    labels: list[str]
    matrix: list[list[float]]


class Roc(_Kind, frozen=True, tag="roc"):
    """A ROC curve with the area below it, and the confusion matrix that came with it."""

    points: list[RocPoint]
    auc: float | None = None
    confusion: Matrix | None = None


class Confusion(_Kind, frozen=True, tag="confusion"):
    """A confusion matrix."""

    labels: list[str]
    matrix: list[list[float]]


class Slice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Classification metrics of one slice of the data."""

    slice: str
    points: list[RocPoint] = []
    auc: float | None = None
    confusion: Matrix | None = None


class Sliced(_Kind, frozen=True, tag="sliced"):
    """Classification metrics by slice."""

    slices: list[Slice]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a directory: its path below it and its bytes."""

    name: str
    size: int


class Model(_Kind, frozen=True, tag="model"):
    """A model: what its metadata says, and its files when it is a directory. It is not loaded."""

    framework: str = ""
    metadata: dict[str, Any] = {}
    size: int | None = None
    files: list[Entry] = []


class Directory(_Kind, frozen=True, tag="directory"):
    """A directory: its first files, how many there are and their bytes."""

    entries: list[Entry]
    total: int
    size: int


class Nothing(_Kind, frozen=True, tag="none"):
    """Nothing that can be shown, with the reason in one sentence."""

    reason: str


Preview = (
    Table
    | Image
    | Text
    | Json
    | Markdown
    | Html
    | Metrics
    | Roc
    | Confusion
    | Sliced
    | Model
    | Directory
    | Nothing
)
