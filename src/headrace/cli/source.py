"""Loads what the user names: a Python file with a pipeline, or an IR document.

``FILE.py`` must hold one pipeline; ``FILE.py:NAME`` picks one of several, or a single component.
Code that imports ``kfp`` gets Headrace, whether or not the official SDK is installed.
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from headrace import compat, dsl, ir
from headrace.app import SourcePlace, components_in, places_of
from headrace.compiler import compile_document
from headrace.errors import HeadraceError, InvalidRequest, Location, NotFound
from headrace.ir.model import Document

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
    component = _pick(run_file(path), path, name)
    spec, platform = compile_document(component)
    document = ir.read_dict(spec, platform)
    return Source(path, document, component, places_of(component.component))


def run_file(path: Path) -> ModuleType:
    """Run a Python file with ``kfp`` meaning Headrace and return the module it makes.

    Raises:
        InvalidRequest: It is not Python, or it raised; with the user's line.
        AuthoringError: A pipeline or component in it is wrong.
    """
    compat.install()
    path = path.resolve()
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    name = (
        path.stem if path.stem.isidentifier() and path.stem not in sys.modules else "__pipeline__"
    )
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except HeadraceError:
        raise
    except SyntaxError as error:
        place = Location(error.filename or str(path), error.lineno or 1, (error.text or "").strip())
        message = f"{path.name} is not Python: {error.msg}"
        raise InvalidRequest(message, where=place) from error
    except (Exception, SystemExit) as error:
        raise InvalidRequest(*_failure(path, error)) from error
    return module


def _failure(path: Path, error: BaseException) -> tuple[str]:
    """Describe an exception of the user's module, with the frames from their file on."""
    frames = traceback.extract_tb(error.__traceback__)
    first = next((i for i, frame in enumerate(frames) if frame.filename == str(path)), 0)
    shown = "".join(traceback.format_list(frames[first:])).rstrip()
    what = "".join(traceback.format_exception_only(error)).strip()
    return (f"running {path.name} failed: {what}\n{shown}",)


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


def _pick(module: ModuleType, path: Path, name: str | None) -> dsl.BaseComponent:
    """Return the named component, or the only pipeline that is not a step of another."""
    components = {
        key: value for key, value in vars(module).items() if isinstance(value, dsl.BaseComponent)
    }
    if name is not None:
        if name not in components:
            message = f"{path.name} has no pipeline or component named {name}"
            raise NotFound(message, hint=_list("it has", list(components)))
        return components[name]
    pipelines = {key: c for key, c in components.items() if isinstance(c, dsl.GraphComponent)}
    used = {id(step) for c in pipelines.values() for step in list(components_in(c.component))[1:]}
    outer = {key: c for key, c in pipelines.items() if id(c.component) not in used}
    distinct = {id(c): key for key, c in outer.items()}
    if len(distinct) == 1:
        return outer[next(iter(distinct.values()))]
    if not distinct:
        message = f"{path.name} has no pipeline: no function in it is decorated with @dsl.pipeline"
        hint = _list(f"run one component as {path.name}:NAME; it has", list(components))
        raise InvalidRequest(message, where=Location(str(path), 1), hint=hint)
    names = sorted(distinct.values())
    message = f"{path.name} has {len(names)} pipelines: {', '.join(names)}"
    raise InvalidRequest(message, hint=f"name one, as {path.name}:{names[0]}")


def _list(lead: str, names: list[str]) -> str | None:
    return f"{lead} {', '.join(sorted(names))}" if names else None
