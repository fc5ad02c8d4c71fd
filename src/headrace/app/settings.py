"""Where Headrace keeps its things, and what the user has configured.

Order of precedence: command-line options, environment variables, ``config.toml`` in the home,
defaults.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import platformdirs

from headrace.errors import InvalidRequest, Location

HOME_VARIABLE = "HEADRACE_HOME"
HOME_DIRECTORY = ".headrace"
CONFIG_FILE = "config.toml"
ON_THIS_MACHINE = "local"


@dataclass(frozen=True, slots=True)
class Config:
    """What ``config.toml`` may say.

    Attributes:
        packages_as_of: ``auto``, ``now`` or a date: the time as of which packages are resolved.
        pythons: Interpreters that may run steps, beside those that uv finds.
        images: Image (or pattern with ``*``) to ``local``, which runs its steps on this machine.
        max_parallel: The most steps at once; None follows the number of cores.
        grace_s: Seconds from SIGTERM to SIGKILL when a step is stopped.
        log_limit_bytes: Where a step's log is cut.
        server: How the server works: ``auth`` (how users are known), ``private_urls`` (whether
            packages may be fetched from this machine and private networks), ``import_from`` (of
            which directories importers may take files, where there are users).
        notifications: How messages about runs are sent; see ``app.notifications``.
        retention: What ``headrace gc`` and a server remove, and when; see ``app.retention``.
    """

    packages_as_of: str = "auto"
    pythons: tuple[str, ...] = ()
    images: dict[str, str] = field(default_factory=dict[str, str])
    max_parallel: int | None = None
    grace_s: float = 10.0
    log_limit_bytes: int = 1 << 30
    server: dict[str, Any] = field(default_factory=dict[str, Any])
    notifications: dict[str, Any] = field(default_factory=dict[str, Any])
    retention: dict[str, Any] = field(default_factory=dict[str, Any])


def find_home(environment: Mapping[str, str] | None = None, start: Path | None = None) -> Path:
    """Return the Headrace home: ``HEADRACE_HOME``, else the nearest ``.headrace``, else the user's.

    Args:
        environment: Environment variables; those of the process by default.
        start: Directory from which ``.headrace`` is looked for upwards; the current one by default.
    """
    variables = os.environ if environment is None else environment
    if named := variables.get(HOME_VARIABLE):
        return Path(named).expanduser().absolute()
    here = (start or Path.cwd()).absolute()
    for directory in (here, *here.parents):
        if (directory / HOME_DIRECTORY).is_dir():
            return directory / HOME_DIRECTORY
    return Path(platformdirs.user_data_dir("headrace"))


def read_config(home: Path, environment: Mapping[str, str] | None = None) -> Config:
    """Read the configuration of a home.

    Raises:
        InvalidRequest: The file is not TOML, or a key or value in it is not known.
    """
    variables = os.environ if environment is None else environment
    values = _read_file(home / CONFIG_FILE)
    if as_of := variables.get("HEADRACE_PACKAGES_AS_OF"):
        values["packages_as_of"] = as_of
    if pythons := variables.get("HEADRACE_PYTHONS"):
        values["pythons"] = pythons.split(os.pathsep)
    return _config_of(values, home / CONFIG_FILE)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}  # a home that is no directory is refused where it is written
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        message = f"cannot read the configuration: {error}"
        raise InvalidRequest(message, where=Location(str(path), 1)) from error


def _config_of(values: Mapping[str, Any], path: Path) -> Config:
    checks: dict[str, tuple[str, Callable[[Any], bool]]] = {
        "packages_as_of": ("'auto', 'now' or a date such as '2023-06-01'", _is_as_of),
        "pythons": ("a list of paths", _is_strings),
        "images": (f"a table of image = '{ON_THIS_MACHINE}'", _is_images),
        "max_parallel": ("a whole number from 1", _is_positive),
        "grace_s": ("seconds, 0 or more", _is_duration),
        "log_limit_bytes": ("bytes, 1 or more", _is_positive),
        "server": (
            "a table of auth (a table), private_urls (true or false), import_from (paths)",
            _is_server,
        ),
        "notifications": ("a table", _is_table),
        "retention": ("a table", _is_table),
    }
    for name, value in values.items():
        if name not in checks:
            message = f"setting {name} is not known"
            hint = f"use one of {', '.join(checks)}"
            raise InvalidRequest(message, where=Location(str(path), 1), hint=hint)
        wanted, is_right = checks[name]
        if not is_right(value):
            message = f"setting {name} is {value!r}, but must be {wanted}"
            raise InvalidRequest(message, where=Location(str(path), 1))
    known = dict(values)
    known["pythons"] = tuple(known.get("pythons", ()))
    known["packages_as_of"] = str(known.get("packages_as_of", "auto"))
    return Config(**known)


@dataclass(frozen=True, slots=True)
class Imports:
    """Of where importers may take artifacts, where there are users.

    Attributes:
        readable: Directories of this machine.
        private_addresses: Whether also of this machine's and of private networks.
    """

    readable: tuple[Path, ...]
    private_addresses: bool


def imports_of(config: Config) -> Imports:
    """Return of where the runs of a server with users may import."""
    places: list[str] = config.server.get("import_from", [])
    readable = tuple(Path(place).expanduser().absolute() for place in places)
    return Imports(readable, bool(config.server.get("private_urls", False)))


def _is_as_of(value: object) -> bool:
    if isinstance(value, date) or value in ("auto", "now"):
        return True
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _is_positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_duration(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)  # pyright: ignore[reportUnknownVariableType]


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_server(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    table: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType]
    auth, private = table.pop("auth", {}), table.pop("private_urls", False)
    is_right = isinstance(auth, dict) and isinstance(private, bool)
    return is_right and _is_strings(table.pop("import_from", [])) and not table


def _is_images(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    places: list[Any] = list(value.values())  # pyright: ignore[reportUnknownArgumentType]
    return all(place == ON_THIS_MACHINE for place in places)
