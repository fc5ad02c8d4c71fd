"""Runs the function of a component in this process, as the executor does inside a task."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from headrace.executor import attempt
from headrace.executor.source import HEADER, MODULE_NAME, Source
from headrace.executor.tracebacks import failure_of
from headrace.types.artifacts import set_task_root

SHIM = Path(attempt.__file__).parent / "shim"


class Play:
    """Runs components below a directory of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def source(self, code: str, function: str = "step", **place: Any) -> Source:
        """Write a component's source and return it."""
        path = self.root / f"{MODULE_NAME}.py"
        path.write_text(HEADER + textwrap.dedent(code))
        return Source(str(path), function, "step", **place)

    def __call__(self, code: str, **wanted: Any) -> dict[str, Any]:
        """Return the outputs of a component's function ``step``; see ``task``."""
        source = self.source(code, file=wanted.pop("file", None), line=wanted.pop("line", None))
        return attempt._run_function(str(self.root), self.task(**wanted), source, None)

    def failure(self, code: str, **wanted: Any) -> dict[str, Any]:
        """Return the failure record of a component that must fail."""
        source = self.source(code, file=wanted.pop("file", None), line=wanted.pop("line", None))
        try:
            attempt._run_function(str(self.root), self.task(**wanted), source, None)
        except BaseException as error:  # noqa: BLE001 - any failure is looked at
            return failure_of(error, source.files)
        raise AssertionError("it did not fail")

    def task(
        self,
        inputs: dict[str, Any] | None = None,
        artifacts: dict[str, Any] | None = None,
        outputs: dict[str, str] | None = None,
        files: dict[str, str] | None = None,
        digests: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return a task file.

        Args:
            inputs: Parameter values.
            artifacts: For each input a record, or a list of them.
            outputs: Schema title of each output artifact.
            files: Type of each output parameter.
            digests: Digests of input artifacts by path.
        """
        several = {
            name: value if isinstance(value, list) else [value]
            for name, value in (artifacts or {}).items()
        }
        return {
            "output_root": f"file://{self.root}/out",
            "output_types": files or {},
            "digests": digests or {},
            "executor_input": {
                "inputs": {
                    "parameterValues": inputs or {},
                    "artifacts": {name: {"artifacts": value} for name, value in several.items()},
                },
                "outputs": {
                    "parameters": {
                        name: {"outputFile": f"{self.root}/outputs/{name}"} for name in files or {}
                    },
                    "artifacts": {
                        name: {"artifacts": [self.record(name, title)]}
                        for name, title in (outputs or {}).items()
                    },
                    "outputFile": f"{self.root}/output_metadata.json",
                },
            },
        }

    def record(self, name: str, title: str = "system.Dataset", **more: Any) -> dict[str, Any]:
        """Return a runtime artifact."""
        uri = f"file://{self.root}/out/{name}"
        return {"name": name, "type": {"schemaTitle": title}, "uri": uri, "metadata": {}} | more


@pytest.fixture
def play(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(SHIM))
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = dict(sys.modules)
    yield Play(tmp_path)
    for name in [name for name in sys.modules if name not in before]:
        if name.split(".")[0] in ("kfp", MODULE_NAME):
            del sys.modules[name]
    set_task_root(None)
