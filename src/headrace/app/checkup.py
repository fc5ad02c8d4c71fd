"""What Headrace needs on this machine, looked at one by one: is it there, and what to do if not."""

from __future__ import annotations

import shutil
import sys
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from headrace.app.home import Home, cache_dir
from headrace.app.machine import accelerators, capacity, find_engine_here
from headrace.app.settings import find_home
from headrace.errors import HeadraceError

Verdict = Literal["ok", "missing", "broken"]

_LITTLE_SPACE_BYTES = 2 << 30
_GIBIBYTE = 1 << 30
_EXTRAS = {
    "client": "httpx2",
    "postgres": "psycopg",
    "auth": "authlib",
    "metrics": "prometheus_client",
    "otel": "opentelemetry.sdk",
    "stores": "obstore",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing.

    Attributes:
        verdict: ``ok``; ``missing``: something cannot be used without it; ``broken``: nothing
            works before it is mended.
        hint: What to do, when there is something to do.
    """

    subject: str
    verdict: Verdict
    text: str
    hint: str = ""


def findings(server: str | None = None) -> Iterator[Finding]:
    """Yield what was found, the most basic first; nothing is changed.

    Args:
        server: Address of a server that should answer.
    """
    yield _python()
    yield _guarded("uv", _uv)
    yield _guarded("home", _home)
    yield _guarded("database", _database)
    for place in (find_home(), cache_dir()):
        yield _guarded("disk", lambda place=place: _disk(place))
    yield _guarded("machine", _machine)
    yield _guarded("containers", _containers)
    yield _zones()
    yield _page()
    yield _extras()
    if server:
        yield _guarded("server", lambda: _server(server))


def _guarded(subject: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except HeadraceError as error:
        return Finding(subject, "broken", error.message, error.hint or "")
    except OSError as error:
        return Finding(subject, "broken", str(error))


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", "ok", f"{version} at {sys.executable}")


def _uv() -> Finding:
    from uv import find_uv_bin

    try:
        return Finding("uv", "ok", find_uv_bin())
    except FileNotFoundError:
        hint = "pip install --force-reinstall uv"
        return Finding("uv", "broken", "its program is not there", hint)


def _home() -> Finding:
    home = Home.find()
    home.check_writable()
    return Finding("home", "ok", str(home.path) + ("" if home.exists else " (not made yet)"))


def _database() -> Finding:
    home = Home.find()
    if not home.exists:
        return Finding("database", "ok", "none yet: nothing was ever run here")
    open_runs = home.store.unfinished_runs()
    return Finding("database", "ok", f"opens; {len(open_runs)} runs have not ended")


def _disk(place: Path) -> Finding:
    existing = next(parent for parent in (place, *place.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    text = f"{free / _GIBIBYTE:.1f} GiB free for {place}"
    if free < _LITTLE_SPACE_BYTES:
        return Finding("disk", "missing", text, "make room, or remove old runs: headrace gc --plan")
    return Finding("disk", "ok", text)


def _machine() -> Finding:
    offered = capacity()
    devices = ", ".join(f"{count} {kind}" for kind, count in accelerators().items())
    memory = f"{offered.memory_bytes / _GIBIBYTE:.1f} GiB of memory"
    return Finding(
        "machine", "ok", f"{offered.cpus:g} cores, {memory}, {devices or 'no accelerators'}"
    )


def _containers() -> Finding:
    engine = find_engine_here()
    if engine is None:
        hint = "install podman or docker, or map images to 'local' under [images]"
        return Finding("containers", "missing", "no container engine: steps with images", hint)
    return Finding("containers", "ok", engine.program)


def _zones() -> Finding:
    try:
        zoneinfo.ZoneInfo("Europe/Berlin")
    except zoneinfo.ZoneInfoNotFoundError:
        hint = "install the system's tzdata, or: pip install tzdata"
        return Finding("time zones", "missing", "no time zone data: schedules in a zone", hint)
    return Finding("time zones", "ok", f"known, {len(zoneinfo.available_timezones())} of them")


def _page() -> Finding:
    from headrace.server.files import PAGE

    if (PAGE / "index.html").is_file():
        return Finding("page", "ok", "built")
    hint = "install a released wheel, or in a checkout: npm ci && npm run build in web/"
    return Finding("page", "missing", "not built: headrace server has no page", hint)


def _extras() -> Finding:
    missing = [extra for extra, module in _EXTRAS.items() if not _is_installed(module)]
    if not missing:
        return Finding("extras", "ok", f"{', '.join(_EXTRAS)}: all installed")
    hint = f"pip install 'headrace[{','.join(missing)}]'"
    return Finding("extras", "missing", f"not installed: {', '.join(missing)}", hint)


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _server(address: str) -> Finding:
    from headrace.app.remote import connect

    with connect(address) as client:
        me = client.me()
    return Finding("server", "ok", f"{address} answers, version {me.version}, you are {me.user}")
