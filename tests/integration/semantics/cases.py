"""The pipelines of this folder with what their runs must come to, and the bench they run on.

A file in ``pipelines/`` is an ordinary module that imports ``kfp`` and ends with two tables:
``PIPELINES`` by name, as in the differential tests, and ``RUNS``, what is run with which result.
A run says, where it matters: ``state``, ``outputs``, the ``values`` that steps returned (sorted as
texts) or what they ``contains``, ``states``, ``attempts`` and ``displayed`` names by path, the
``content`` of output artifacts, the ``error``; ``only`` names the one side that can run it.
"""

from __future__ import annotations

import importlib.util
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from headrace import compat, ir
from headrace.app.execution import execute, prepare_here
from headrace.app.home import Home
from headrace.app.results import WholeRun, run_result
from headrace.app.settings import Config
from headrace.app.submission import Wishes, submit
from headrace.compiler import compile_document

PIPELINES = Path(__file__).parent / "pipelines"


def files() -> list[Path]:
    """Return the files with pipelines."""
    return sorted(PIPELINES.glob("*.py"))


def load(path: Path) -> ModuleType:
    """Run a file with ``kfp`` meaning Headrace."""
    compat.install()
    sys.path.insert(0, str(PIPELINES))
    try:
        spec = importlib.util.spec_from_file_location(f"semantics_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(PIPELINES))
        compat.uninstall()


def runs(module: ModuleType, stem: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the runs of a module with an id that says file, pipeline and parameters."""
    for number, run in enumerate(module.RUNS):
        given = ",".join(f"{key}={value}" for key, value in run.get("parameters", {}).items())
        yield f"{stem}:{run['pipeline']}:{number}:{given}"[:80], run


def source_document(module: ModuleType, name: str) -> ir.Document:
    """Return what runs when a pipeline is run from its source."""
    return ir.read_dict(*compile_document(module.PIPELINES[name]))


class Bench:
    """Runs documents in a home of its own."""

    def __init__(self, path: Path, **config: Any) -> None:
        self.home = Home(path, Config(**config))

    def run(
        self,
        document: ir.Document,
        parameters: dict[str, Any],
        *,
        interrupt: threading.Event | None = None,
        **wishes: Any,
    ) -> dict[str, Any]:
        """Run a document to its end and return the result as the command line prints it."""
        prepared = prepare_here(self.home, document, parameters, source=Path(__file__))
        run = submit(self.home, prepared, Wishes(**{"cache": False, **wishes}))
        execute(
            self.home,
            run.run_id,
            observe=None,
            notice=lambda text: None,
            interrupt=interrupt or threading.Event(),
        )
        return run_result(WholeRun.of(self.home.store, self.home.store.run(run.run_id)))


def differences(run: dict[str, Any], result: dict[str, Any]) -> list[str]:
    """Say how a result differs from what the run must come to; nothing when it does not."""
    tasks = {task["path"]: task for task in result["tasks"]}
    found = sorted((v for task in result["tasks"] for v in task["parameters"].values()), key=str)
    wanted: list[tuple[str, Any, Any]] = [
        ("state", run.get("state", "SUCCEEDED"), result["state"]),
        ("values", run.get("values", found), found),
        ("error", run.get("error", result["error"]), result["error"]),
        ("message", True, run.get("failure", "") in (result["error"] or "")),
        ("missing", [], [value for value in run.get("contains", ()) if value not in found]),
    ]
    for name, value in run.get("outputs", {}).items():
        wanted.append((f"output {name}", value, result["outputs"].get(name)))
    for name, value in run.get("content", {}).items():
        texts = [Path(one["path"]).read_text("utf-8") for one in result["outputs"].get(name, ())]
        wanted.append((f"content of {name}", [value] if isinstance(value, str) else value, texts))
    for field, column in (("states", "state"), ("attempts", "attempts"), ("displayed", "name")):
        for path, value in run.get(field, {}).items():
            wanted.append((f"{column} of {path}", value, tasks.get(path, {}).get(column)))
    for (path, output), metadata in run.get("metadata", {}).items():
        (artifact,) = tasks[path]["artifacts"][output]
        wanted.append((f"metadata of {path}", metadata, artifact["metadata"]))
    return [
        f"{what}: expected {expected!r}, got {actual!r}"
        for what, expected, actual in wanted
        if repr(expected) != repr(actual)
    ]


def told(result: dict[str, Any]) -> str:
    """Return a result so that a failure can be read: each step with its state and values."""
    lines = [
        f"  {task['path']}: {task['state']} {task['reason']} {task['parameters']} "
        f"{(task['error'] or {}).get('message', '')}"
        for task in result["tasks"]
    ]
    return "\n".join([f"{result['pipeline']} {result['state']}: {result['error']}", *lines])
