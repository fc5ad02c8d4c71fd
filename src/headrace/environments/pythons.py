"""The Pythons of this machine: which there are, and which one a step gets.

A step asks for a version such as 3.9. It gets that version if it is installed anywhere usual or
uv can fetch it, else the nearest, with a notice. Knows nothing of packages.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from headrace.environments.running_uv import run_uv
from headrace.errors import InfrastructureError, InvalidRequest

#: The oldest Python that Headrace's part inside a task runs on.
OLDEST = (3, 8)
_NEWEST_LOOKED_FOR = 20
_FETCH_AGAIN_S = 3600
_QUESTION = """
import json, platform, sys, sysconfig
print(json.dumps({"path": sys.executable, "version": platform.python_version(),
    "implementation": sys.implementation.name, "platform": sysconfig.get_platform()}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python on this machine.

    Attributes:
        path: The executable itself, not one of a virtual environment.
        version: Full version, such as ``"3.9.18"``.
        implementation: ``"cpython"`` for those that are used.
        platform: Platform as Python names it.
    """

    path: str
    version: str
    implementation: str
    platform: str

    @property
    def minor(self) -> str:
        """The version without the patch level."""
        return ".".join(self.version.split(".")[:2])


@dataclass(frozen=True, slots=True)
class Choice:
    """The Python that a step gets.

    Attributes:
        interpreter: It.
        notice: What to tell when it is not what was asked for; empty otherwise.
    """

    interpreter: Interpreter
    notice: str = ""


@dataclass(frozen=True, slots=True)
class PythonSearch:
    """Where Pythons are looked for.

    Attributes:
        named: Executables or directories that the user named, which go first.
        memory: File in which answers of interpreters are kept between runs.
        environ: Variables of this process.
    """

    named: tuple[str, ...]
    memory: Path
    environ: Mapping[str, str]

    def candidates(self, minor: str) -> tuple[str, ...]:
        """Return the paths that may be a Python of this version, the best first; starts nothing."""
        own = [_own_interpreter().path] if _own_interpreter().minor == minor else []
        found = [*self._named_executables(), *own, *self._on_path(minor), *self._installed(minor)]
        return tuple(dict.fromkeys(found))

    def find(self, minor: str) -> Interpreter | None:
        """Return a CPython of this version that answers, or None."""
        for path in self.candidates(minor):
            interpreter = self._asked(path)
            if interpreter is not None and interpreter.minor == minor:
                return interpreter
        return None

    def _named_executables(self) -> Iterator[str]:
        for name in self.named:
            path = Path(name).expanduser()
            if path.is_dir():
                yield from (
                    str(p) for p in (path / "bin" / "python3", path / "python3") if p.exists()
                )
            elif path.exists():
                yield str(path)

    def _on_path(self, minor: str) -> Iterator[str]:
        for directory in self.environ.get("PATH", "").split(os.pathsep):
            path = os.path.join(directory, f"python{minor}")  # noqa: PTH118 - 10 times faster here
            # pyenv's shims look like interpreters and refuse to run outside their directories.
            if directory and not directory.endswith(f"{os.sep}shims") and os.access(path, os.X_OK):
                yield path

    def _installed(self, minor: str) -> Iterator[str]:
        for root in self._roots():
            names = [
                n for n in _listing(root) if re.fullmatch(rf"(cpython-)?{minor}\.\d+(-.*)?", n)
            ]
            for name in sorted(names, key=_patch_level, reverse=True):
                path = root / name / "bin" / f"python{minor}"
                if "freethreaded" not in name and path.exists():
                    yield str(path)

    def _roots(self) -> list[Path]:
        home = Path(self.environ.get("HOME", "/"))
        data = Path(self.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
        pyenv = Path(self.environ.get("PYENV_ROOT") or home / ".pyenv")
        uv = self.environ.get("UV_PYTHON_INSTALL_DIR")
        return [
            pyenv / "versions",
            Path(uv) if uv else data / "uv" / "python",
            data / "mise" / "installs" / "python",
            home / ".asdf" / "installs" / "python",
        ]

    def _asked(self, path: str) -> Interpreter | None:
        own = _own_interpreter()
        if path == own.path:
            return own
        try:
            stat = os.stat(path)  # noqa: PTH116 - follows the link, as wanted
        except OSError:
            return None
        key = f"{path}:{stat.st_size}:{stat.st_mtime_ns}"
        known = _read_memory(self.memory)
        if key not in known:
            known[key] = _answer(path)
            _write_memory(self.memory, known)
        answer = known[key]
        if answer is None or answer["implementation"] != "cpython":
            return None
        return Interpreter(**answer) if Path(answer["path"]).exists() else None


def choose_python(wanted: str | None, search: PythonSearch) -> Choice:
    """Return the Python for a step that asks for this version.

    Args:
        wanted: ``"3.9"``, or None for the one that Headrace runs on.
        search: Where to look.

    Raises:
        InvalidRequest: The version is none of Python 3.
        InfrastructureError: No Python that can be used is on this machine.
    """
    if wanted is None:
        return Choice(_own_interpreter())
    if not re.fullmatch(r"3\.\d{1,2}", wanted):
        raise InvalidRequest(f"Python {wanted!r} is not known", hint="ask for one such as 3.11")
    found = search.find(wanted)
    if found is None and _number(wanted) >= OLDEST and _fetch(wanted, search):
        found = search.find(wanted)
    if found is not None and _number(wanted) >= OLDEST:
        return Choice(found)
    nearest = _nearest(wanted, search)
    reason = (
        f"Python {wanted} is not on this machine and cannot be fetched"
        if _number(wanted) >= OLDEST
        else f"Python {wanted} is older than what Headrace can use"
    )
    return Choice(nearest, f"{reason}: Python {nearest.minor} is used instead")


def python_search(
    named: Sequence[str], memory: Path, environ: Mapping[str, str] | None = None
) -> PythonSearch:
    """Return the search over what the user named, ``HEADRACE_PYTHONS`` and the usual places."""
    environ = os.environ if environ is None else environ
    variable = environ.get("HEADRACE_PYTHONS", "")
    more = [part.strip() for part in re.split(rf"[,{os.pathsep}]", variable) if part.strip()]
    return PythonSearch((*named, *more), memory, environ)


def _nearest(wanted: str, search: PythonSearch) -> Interpreter:
    number = max(_number(wanted), OLDEST)
    minors = [(3, minor) for minor in range(OLDEST[1], _NEWEST_LOOKED_FOR)]
    # Of two that are as near, the newer: code written for the missing one may use its syntax.
    for candidate in sorted(minors, key=lambda m: (abs(m[1] - number[1]), -m[1])):
        found = search.find(f"{candidate[0]}.{candidate[1]}")
        if found is not None:
            return found
    raise InfrastructureError(
        "no Python that steps can run on was found on this machine",
        hint="name one in HEADRACE_PYTHONS",
    )


def _fetch(minor: str, search: PythonSearch) -> bool:
    """Let uv install this version; return whether it did."""
    environ = dict(search.environ)
    if environ.get("UV_PYTHON_DOWNLOADS", "").lower() in {"never", "manual"}:
        return False
    if environ.get("UV_OFFLINE", "").lower() in {"1", "true"}:
        return False
    known, key = _read_memory(search.memory), f"unfetchable:{minor}"
    if time.time() - known.get(key, 0) < _FETCH_AGAIN_S:
        return False
    # Behind a closed network each retry only makes the user wait; the nearest Python will do.
    environ["UV_HTTP_RETRIES"] = "0"
    environ.setdefault("UV_HTTP_CONNECT_TIMEOUT", "10")
    with suppress(InfrastructureError):
        arguments = ["python", "install", "--quiet", "--no-bin", minor]
        if run_uv(arguments, environ=environ, directory=Path("/")).succeeded:
            return True
    _write_memory(search.memory, {**known, key: time.time()})
    return False


def _own_interpreter() -> Interpreter:
    base: str = getattr(sys, "_base_executable", None) or sys.executable
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Interpreter(base, version, sys.implementation.name, sysconfig.get_platform())


def _out_of_venv(path: str) -> str:
    """Return the executable that a virtual environment's was made from; others as they are."""
    with suppress(OSError):
        text = (Path(path).parent.parent / "pyvenv.cfg").read_text(encoding="utf-8")
        home = re.search(r"^home\s*=\s*(.+?)\s*$", text, re.MULTILINE)
        if home is not None:
            for name in (Path(path).name, "python3", "python"):
                if (Path(home[1]) / name).exists():
                    return str(Path(home[1]) / name)
    return path


def _answer(path: str) -> dict[str, str] | None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    with suppress(OSError, subprocess.TimeoutExpired, ValueError):
        ended = subprocess.run(
            [_out_of_venv(path), "-I", "-S", "-c", _QUESTION],
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=30,
            env=clean,
        )
        if ended.returncode == 0:
            return asdict(Interpreter(**json.loads(ended.stdout)))
    return None


def _read_memory(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}


def _write_memory(path: Path, known: dict[str, Any]) -> None:
    # Only a memory: a lost update costs one more question, and a read-only place costs nothing.
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.{os.getpid()}")
        aside.write_text(json.dumps(known), encoding="utf-8")
        aside.replace(path)


def _listing(directory: Path) -> list[str]:
    try:
        return os.listdir(directory)  # noqa: PTH208 - names alone are wanted
    except OSError:
        return []


def _patch_level(name: str) -> int:
    match = re.search(r"3\.\d+\.(\d+)", name)
    return int(match[1]) if match else 0


def _number(minor: str) -> tuple[int, int]:
    major, _, rest = minor.partition(".")
    return int(major), int(rest)
