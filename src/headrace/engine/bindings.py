"""Where the inputs of a task come from, with every name turned into an index at planning time.

Pure values; ``inputs.py`` reads them at run time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headrace.ir.model import InputParameterSpec
from headrace.ir.selectors import Selector


@dataclass(frozen=True, slots=True)
class Constant:
    """A value of the document; ``rendered`` says that it holds placeholders."""

    value: Any
    rendered: bool = False


@dataclass(frozen=True, slots=True)
class ScopeInput:
    """An input of the DAG that the task is in."""

    name: str


@dataclass(frozen=True, slots=True)
class TaskOutput:
    """An output of the sibling with this index."""

    producer: int
    key: str


@dataclass(frozen=True, slots=True)
class FinalStatus:
    """How the sibling with this index ended."""

    producer: int


Source = Constant | ScopeInput | TaskOutput | FinalStatus


@dataclass(frozen=True, slots=True)
class ParameterBinding:
    """One input parameter of a task.

    Attributes:
        declared: Its declaration in the component; None for the extra inputs that only
            placeholders in constants, image and resources refer to.
        passes: Whether it is a channel on its way through a group: whoever uses it checks it.
    """

    name: str
    source: Source
    selector: Selector | None
    declared: InputParameterSpec | None
    passes: bool = False


@dataclass(frozen=True, slots=True)
class ArtifactBinding:
    """One input artifact, or list of artifacts, of a task."""

    name: str
    source: ScopeInput | TaskOutput
    optional: bool
    many: bool
