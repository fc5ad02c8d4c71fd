"""Loads what the user names: a Python file with a pipeline, or an IR document.

``FILE.py`` must hold one pipeline; ``FILE.py:NAME`` picks one of several, or a single component.
What concerns Python files is in ``python_file``, which compiled IR does without.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headrace import ir
from headrace.app.places import SourcePlace
from headrace.errors import InvalidRequest, NotFound
from headrace.ir.model import Document

if TYPE_CHECKING:
    from headrace import dsl

IR_SUFFIXES = (".yaml", ".yml", ".json", ".tar.gz", ".tgz", ".zip")
_LARGEST_DOCUMENT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A loaded pipeline.

    Attributes:
        path: File that it came from.
        document: Its IR.
        component: The authoring object, or None when the IR itself was given.
        places: Where each executor's function stands in the user's files, by executor label.
    """

    path: Path
    document: Document
    component: dsl.BaseComponent | None
    places: dict[str, SourcePlace]


def load(named: str) -> Source:
    """Load ``FILE``, or ``FILE.py:NAME``.

    Raises:
        NotFound: There is no such file, or no such name in it.
        InvalidRequest: It holds no pipeline, or several; or running it failed.
        AuthoringError: The pipeline in it is wrong.
        SpecError: The IR in it is wrong.
    """
    path, name = _split(named)
    if not path.exists():
        message = f"there is no file {path}"
        raise NotFound(message, hint="give the path of a .py file or of compiled IR")
    if path.is_dir():
        message = f"{path} is a directory"
        raise InvalidRequest(message, hint="give the path of a .py file or of compiled IR")
    if path.name.endswith(IR_SUFFIXES):
        return Source(path, _read_document(path), None, {})
    if path.suffix != ".py":
        message = f"cannot tell what {path} is"
        hint = f"use a name that ends with .py or {', '.join(IR_SUFFIXES)}"
        raise InvalidRequest(message, hint=hint)
    from headrace.app.authored import places_of
    from headrace.cli.python_file import pipeline_in
    from headrace.compiler import compile_document

    component = pipeline_in(path, name)
    spec, platform = compile_document(component)
    document = ir.read_dict(spec, platform)
    return Source(path, document, component, places_of(component.component))


def _split(named: str) -> tuple[Path, str | None]:
    if not Path(named).exists():
        file, colon, name = named.rpartition(":")
        if colon and file.endswith(".py"):
            return Path(file), name
    return Path(named), None


def _read_document(path: Path) -> Document:
    try:
        size = path.stat().st_size
        if size > _LARGEST_DOCUMENT_BYTES:
            message = f"{path} has {size} bytes; a pipeline may have {_LARGEST_DOCUMENT_BYTES}"
            raise InvalidRequest(message)
        return ir.read_package(path.read_bytes(), path.name)
    except OSError as error:
        message = f"cannot read {path}: {error.strerror}"
        raise InvalidRequest(message) from error
