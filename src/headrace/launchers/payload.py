"""Lays out what tasks import: executor, artifact classes and the in-task ``kfp``, and no more.

The directory is named by its content, so that each version is written once and never changes while
tasks of it run.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from functools import cache
from pathlib import Path

import headrace

_PACKAGE = Path(headrace.__file__).parent
_UNITS = ("types", "executor")
_SHIM = _PACKAGE / "executor" / "shim"
#: What ``from headrace import dsl`` means inside a task.
_DSL = b'''"""The names of ``headrace.dsl`` inside a task."""

from kfp.dsl import *  # noqa
from kfp.dsl import __getattr__
'''


def materialise(parent: Path) -> Path:
    """Return the directory to put on a task's ``sys.path``, written if it is not there yet.

    Args:
        parent: Directory below which it is kept; several processes may do this at once.

    Raises:
        OSError: It cannot be written.
    """
    files = _files()
    target = parent / _name_of(files)
    if target.is_dir():
        return target
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".payload-", dir=parent))
    try:
        for name, content in files.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        aside.chmod(0o755)  # users in containers read it too
        aside.rename(target)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        if not target.is_dir():  # another process may have been first
            raise
    return target


@cache
def _files() -> dict[str, bytes]:
    """Return content by relative path."""
    files = {"headrace/__init__.py": (_PACKAGE / "__init__.py").read_bytes()}
    for unit in _UNITS:
        for path in sorted((_PACKAGE / unit).rglob("*.py")):
            if not path.is_relative_to(_SHIM):
                files[f"headrace/{path.relative_to(_PACKAGE)}"] = path.read_bytes()
    for path in sorted(_SHIM.rglob("*.py")):
        files[str(path.relative_to(_SHIM))] = path.read_bytes()
    files["headrace/dsl.py"] = _DSL
    return files


def _name_of(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{len(name)}:{name}{len(content)}:".encode())
        digest.update(content)
    return f"{headrace.__version__}-{digest.hexdigest()[:12]}"
