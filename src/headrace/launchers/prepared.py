"""What a launcher must be told about an attempt beyond its specification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from headrace.engine.attempts import AttemptSpec
from headrace.launchers.container.engine import Engine


@dataclass(frozen=True, slots=True)
class PythonTask:
    """A Python function that Headrace's executor calls itself.

    Attributes:
        source: Python source of the module that holds it, as shipped.
        function: Its name.
        source_file: File in which the user wrote it, for tracebacks; None when unknown.
        source_line: Line of its ``def`` in that file, from 1.
    """

    source: str
    function: str
    source_file: str | None = None
    source_line: int | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """Where an attempt runs and what it calls.

    Attributes:
        python: Interpreter of its environment.
        task: The function to call; None runs the container's command.
        engine: What runs the attempt's image; None runs it on this machine without its image.
        preload: Modules that the warm parent of this environment may import beforehand.
    """

    python: Path
    task: PythonTask | None = None
    engine: Engine | None = None
    preload: tuple[str, ...] = ()


#: Answers quickly, for environments are built before; raises a ``HeadraceError`` when it cannot.
EnvironmentFor = Callable[[AttemptSpec], Prepared]
