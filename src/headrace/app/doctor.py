"""What this machine has of what Headrace needs, and what to do about what is missing."""

from __future__ import annotations

import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from headrace import __version__
from headrace.app.home import Home
from headrace.app.machine import find_engine_here
from headrace.errors import HeadraceError

Verdict = Literal["ok", "warning", "problem"]
_OLDEST = (3, 11)
_LITTLE_BYTES = 5 << 30
_NOTHING_BYTES = 1 << 30
_PATIENCE_S = 3.0
_HERE = "http://127.0.0.1:8080"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was found, and what to do when something is wrong."""

    name: str
    verdict: Verdict
    found: str
    advice: str = ""


def examine(home: Home, server: str | None = None) -> list[Finding]:
    """Check everything; a check that breaks is a problem of its own and ends no other.

    Args:
        server: Address of a server to ask; None asks the usual one, which need not run.
    """
    checks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("headrace", _version),
        ("python", _python),
        ("uv", _uv),
        ("container engine", _engine),
        ("home", lambda: _home(home)),
        ("disk", lambda: _disk(home)),
        ("database", lambda: _database(home)),
        ("server", lambda: _server(server)),
        ("page", _page),
        ("time zones", _zones),
    )
    return list(_findings(checks))


def _findings(checks: tuple[tuple[str, Callable[[], Finding]], ...]) -> Iterator[Finding]:
    for name, check in checks:
        try:
            yield check()
        except HeadraceError as error:
            yield Finding(name, "problem", error.message, error.hint or "")
        except Exception as error:  # noqa: BLE001 - the others are still of use
            yield Finding(name, "problem", f"cannot be checked: {error}")


def _version() -> Finding:
    return Finding("headrace", "ok", f"{__version__} in {Path(__file__).parents[1]}")


def _python() -> Finding:
    found = f"{sys.version.split()[0]} at {sys.executable}"
    if sys.version_info < _OLDEST:
        return Finding("python", "problem", found, "use Python 3.11 or newer")
    return Finding("python", "ok", found)


def _uv() -> Finding:
    from uv import find_uv_bin

    try:
        path = find_uv_bin()
        said = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=_PATIENCE_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        advice = "reinstall headrace: uv comes with it and builds the environments of steps"
        return Finding("uv", "problem", "does not run", advice)
    return Finding("uv", "ok", f"{said.stdout.strip()} at {path}")


def _engine() -> Finding:
    engine = find_engine_here()
    if engine is None:
        advice = "install Docker or Podman when steps name images that are not plain Python"
        return Finding("container engine", "warning", "none", advice)
    return Finding("container engine", "ok", str(engine.program))


def _home(home: Home) -> Finding:
    home.check_writable()
    used = "" if home.exists else ", nothing was ever run here"
    return Finding("home", "ok", f"{home.path}{used}")


def _disk(home: Home) -> Finding:
    nearest = next(path for path in (home.path, *home.path.parents) if path.exists())
    free = shutil.disk_usage(nearest).free
    found = f"{free / (1 << 30):.1f} GiB free at {nearest}"
    advice = "make room: headrace gc --plan shows what can go"
    if free < _NOTHING_BYTES:
        return Finding("disk", "problem", found, advice)
    if free < _LITTLE_BYTES:
        return Finding("disk", "warning", found, advice)
    return Finding("disk", "ok", found)


def _database(home: Home) -> Finding:
    if not home.exists:
        return Finding("database", "ok", "made at the first run")
    home.store.data_version()
    waiting = len(home.store.unfinished_runs())
    return Finding("database", "ok", f"answers; {waiting} runs have not ended")


def _server(address: str | None) -> Finding:
    url = f"{(address or _HERE).rstrip('/')}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE_S) as answer:  # noqa: S310 - see below
            is_there = answer.status == 200  # noqa: PLR2004 - HTTP's OK
    except (OSError, ValueError):  # also an address that is none
        is_there = False
    if is_there:
        return Finding("server", "ok", f"answers at {address or _HERE}")
    if address is None:
        return Finding("server", "ok", "none at its usual address; only schedules need one")
    return Finding("server", "problem", f"nobody answers at {address}", "start headrace server")


def _page() -> Finding:
    page = Path(__file__).parents[1] / "server" / "page" / "index.html"
    if page.is_file():
        return Finding("page", "ok", "is part of this installation")
    advice = "install a release; from a checkout, build it in web/: npm ci && npm run build"
    return Finding("page", "warning", "is not built", advice)


def _zones() -> Finding:
    try:
        ZoneInfo("Europe/Berlin")
    except (ZoneInfoNotFoundError, OSError):
        advice = "pip install tzdata, or install the tzdata package of the system"
        return Finding("time zones", "warning", "only UTC is known", advice)
    return Finding("time zones", "ok", "are known")
