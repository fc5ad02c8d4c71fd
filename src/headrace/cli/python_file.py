"""Finds the pipeline in a Python file of the user's.

Code that imports ``kfp`` gets Headrace, whether or not the official SDK is installed.
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from headrace import compat, dsl
from headrace.app.authored import components_in
from headrace.errors import HeadraceError, InvalidRequest, Location, NotFound


def pipeline_in(path: Path, name: str | None) -> dsl.BaseComponent:
    """Return the named component, or the only pipeline that is not a step of another.

    Raises:
        NotFound: The file has no such name.
        InvalidRequest: It holds no pipeline, or several; or running it failed.
        AuthoringError: The pipeline in it is wrong.
    """
    module = run_file(path)
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
