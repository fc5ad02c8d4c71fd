"""Prints the interpreter that has the official SDK, making its environment when there is none.

The SDK is an oracle for tests and benchmarks only; Headrace never imports it. Set
``HEADRACE_ORACLE_PYTHON`` to name an interpreter that has it already.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs

ORACLE_VERSION = "2.17.0"
_REQUIREMENTS = (
    f"kfp=={ORACLE_VERSION}",
    f"kfp-kubernetes=={ORACLE_VERSION}",
    "googleapis-common-protos>=1.63",  # kfp-pipeline-spec imports it and does not declare it
)


def oracle_python() -> Path:
    """Return the interpreter with the official SDK; its environment is made once and kept.

    Raises:
        subprocess.CalledProcessError: The environment cannot be built, for want of a network say.
    """
    named = os.environ.get("HEADRACE_ORACLE_PYTHON")
    if named:
        return Path(named)
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    key = hashlib.sha256("\n".join((minor, *_REQUIREMENTS)).encode()).hexdigest()[:12]
    home = Path(platformdirs.user_cache_dir("headrace")) / "oracle" / key
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        _build(home, python)
    return python


def _build(home: Path, python: Path) -> None:
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    quiet = {"stdout": subprocess.DEVNULL}
    subprocess.run([uv, "venv", "-q", "--clear", "-p", sys.executable, home], check=True, **quiet)
    subprocess.run([uv, "pip", "install", "-q", "-p", python, *_REQUIREMENTS], check=True, **quiet)
    (home / "complete").touch()


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(oracle_python())
