"""The two compilers: the official SDK in its own interpreter, and Headrace in this one's.

Each side compiles all its files in one process of ``compile_cases.py``. What the oracle said is kept
in the user's cache under a digest of the files, since it can only change when they do.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import platformdirs

HERE = Path(__file__).parent
Outcomes = dict[str, dict[str, Any]]
sys.path.insert(0, str(HERE.parent.parent / "tools"))

from oracle import oracle_python  # noqa: E402 - tools is a folder of scripts, not a package


def corpus_files() -> list[Path]:
    """Return the files of the corpus that hold cases."""
    return sorted((HERE / "corpus").glob("*.py"))


def refused_files() -> list[Path]:
    """Return the files of programs that must be refused."""
    return sorted((HERE / "refused").glob("*.py"))


def case_table(files: Iterable[Path], table: str) -> dict[str, Any]:
    """Return the cases of the files with what the literal ``table`` says of them, if it is a text.

    The tables are read, not imported: collecting the tests must not need either compiler.
    """
    entries = ((path.stem, entry) for path in files for entry in _entries(path, table))
    return {f"{stem}:{key}": value for stem, (key, value) in entries}


def _entries(path: Path, table: str) -> list[tuple[str, Any]]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == table:
            assert isinstance(node.value, ast.Dict)
            pairs = zip(node.value.keys, node.value.values, strict=True)
            return [
                (ast.literal_eval(key), getattr(value, "value", None))
                for key, value in pairs
                if key
            ]
    return []


def oracle_outcomes(files: Sequence[Path], **environment: str) -> Outcomes:
    """Return what the official SDK makes of the files, from the cache if they have not changed.

    Args:
        files: Files of one folder.
        environment: Further variables for the process.
    """
    python = oracle_python()
    kept = _cache_path(python, files, environment)
    if kept.exists():
        return json.loads(kept.read_text(encoding="utf-8"))
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(f".{os.getpid()}")
    outcomes = _run(python, files, fresh, environment)
    fresh.write_text(json.dumps(outcomes), encoding="utf-8")
    fresh.replace(kept)
    for old in sorted(kept.parent.glob("*.json"), key=lambda path: -path.stat().st_mtime)[20:]:
        old.unlink()
    return outcomes


def our_outcomes(files: Sequence[Path], out: Path, **environment: str) -> Outcomes:
    """Return what Headrace makes of the files, serving ``kfp`` by itself."""
    return _run(Path(sys.executable), files, out, environment, "--compat")


def refused_by_protobuf(cases: dict[str, list[Any]], folder: Path) -> dict[str, str]:
    """Return which documents the official protobuf classes refuse, with the reason.

    Args:
        cases: The documents of each case, pipeline first.
        folder: Where the two interpreters exchange files.
    """
    source, target = folder / "documents.json", folder / "refusals.json"
    source.write_text(json.dumps(cases), encoding="utf-8")
    command = [str(oracle_python()), str(HERE / "validate.py"), str(source), str(target)]
    subprocess.run(command, check=True, capture_output=True)
    refusals: dict[str, str] = json.loads(target.read_text(encoding="utf-8"))
    return refusals


def outcome_of(case: str, outcomes: Outcomes) -> dict[str, Any]:
    """Return the outcome of a case, or that of its file when the file could not be imported."""
    found = outcomes.get(case) or outcomes.get(f"{case.split(':')[0]}:")
    return found or {"error": {"types": [], "message": "missing", "traceback": "not compiled"}}


def _run(
    python: Path, files: Sequence[Path], out: Path, extra: Mapping[str, str], *options: str
) -> Outcomes:
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", **extra}
    script = str(HERE / "compile_cases.py")
    command = [str(python), script, "--out", str(out), *options, *map(str, files)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:3])} failed:\n{done.stderr[-4000:]}")
    outcomes: Outcomes = json.loads(out.read_text(encoding="utf-8"))
    out.unlink()
    return outcomes


def _cache_path(python: Path, files: Sequence[Path], environment: Mapping[str, str]) -> Path:
    digest = hashlib.sha256(f"{python} {environment}".encode())
    digest.update(" ".join(path.name for path in files).encode())
    for path in [HERE / "compile_cases.py", *_all_inputs(files)]:
        place = path if path.is_relative_to(HERE) else path.name  # a path may be compiled in
        digest.update(f"{place}:{path.stat().st_mode}".encode())
        digest.update(path.read_bytes())
    return (
        Path(platformdirs.user_cache_dir("headrace")) / "oracle" / f"{digest.hexdigest()[:24]}.json"
    )


def _all_inputs(files: Sequence[Path]) -> Iterable[Path]:
    """Return the files and everything beside and below them that they may read."""
    folders = sorted({path.parent for path in files})
    beside = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in beside if "__pycache__" not in path.parts]
