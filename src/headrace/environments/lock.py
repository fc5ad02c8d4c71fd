"""The lock of an environment: exact packages with hashes, the Python, and why just these.

A lock is a value that is stored beside a run and read again. Its digest covers what is installed
and nothing else, so that requests which end in the same packages share one environment.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self, cast

from headrace.environments.redaction import without_credentials
from headrace.environments.request import EnvironmentRequest, normalised

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class LockedPackage:
    """One distribution of a lock.

    Attributes:
        name: Normalised name.
        version: Version, or the commit of a version control source; empty where neither is known.
        hashes: ``sha256:…`` of every file that may be installed, sorted.
        source: Where it comes from.
        uploaded: When the file that is installed here was published (ISO 8601, UTC), or None where
            the index does not say.
        has_wheel: Whether it can be installed without running its build.
    """

    name: str
    version: str
    hashes: tuple[str, ...]
    source: Literal["index", "vcs", "url", "directory"]
    uploaded: str | None
    has_wheel: bool


@dataclass(frozen=True, slots=True)
class Lock:
    """Everything that decides what a step finds when it starts.

    Attributes:
        digest: SHA-256 of packages, Python version and platform, in hexadecimal.
        python: Python version without the patch level, such as ``"3.9"``.
        python_path: The interpreter of that version on this machine.
        platform: Platform as Python names it, such as ``linux-x86_64``.
        packages: What is installed, by name; empty for a step that asks for nothing.
        pylock: The same as a ``pylock.toml`` (PEP 751) without credentials; empty with packages.
        cutoff: Nothing published later than this was considered (ISO 8601), or None.
        cutoff_reason: Why that cut-off, in words; empty without one.
        notices: What the user should be told once.
        request: The request that this lock answers. It is not stored: it may hold credentials.
    """

    digest: str
    python: str
    python_path: Path
    platform: str
    packages: tuple[LockedPackage, ...] = ()
    pylock: str = ""
    cutoff: str | None = None
    cutoff_reason: str = ""
    notices: tuple[str, ...] = ()
    request: EnvironmentRequest = field(
        default_factory=EnvironmentRequest, repr=False, compare=False
    )

    def to_dict(self) -> dict[str, Any]:
        """Return the lock as JSON values, without the request."""
        return {
            "format": _FORMAT,
            "digest": self.digest,
            "python": self.python,
            "python_path": str(self.python_path),
            "platform": self.platform,
            "pylock": self.pylock,
            "cutoff": self.cutoff,
            "cutoff_reason": self.cutoff_reason,
            "notices": list(self.notices),
            "packages": [
                [p.name, p.version, list(p.hashes), p.source, p.uploaded, p.has_wheel]
                for p in self.packages
            ],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return the lock that ``to_dict`` wrote.

        Raises:
            ValueError: The data are damaged or of a version that this one cannot read.
        """
        try:
            if data["format"] != _FORMAT:
                message = f"lock format {data['format']!r} is not {_FORMAT}"
                raise ValueError(message)
            return cls(
                digest=data["digest"],
                python=data["python"],
                python_path=Path(data["python_path"]),
                platform=data["platform"],
                pylock=data["pylock"],
                cutoff=data["cutoff"],
                cutoff_reason=data["cutoff_reason"],
                notices=tuple(data["notices"]),
                packages=tuple(
                    LockedPackage(name, version, tuple(hashes), source, uploaded, has_wheel)
                    for name, version, hashes, source, uploaded, has_wheel in data["packages"]
                ),
            )
        except (KeyError, TypeError) as error:
            message = f"lock is damaged: {error!r}"
            raise ValueError(message) from error

    def answering(self, request: EnvironmentRequest) -> Self:
        """Return the same lock, with the request that brought it up attached."""
        return replace(self, request=request)


def lock_of(python: str, python_path: Path, platform: str, pylock: str) -> Lock:
    """Return the lock for a ``pylock.toml`` that was resolved for this Python and platform.

    Args:
        python: Version without the patch level.
        python_path: The interpreter.
        platform: Platform as Python names it.
        pylock: The file's text; empty for an environment without packages.
    """
    text = without_credentials(_for_any_patch_level(python, _without_comments(pylock)))
    packages = packages_of(text)
    content = [python, platform, [[p.name, p.version, p.hashes, p.source] for p in packages]]
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    return Lock(digest, python, python_path, platform, packages, text if packages else "")


def packages_of(pylock: str) -> tuple[LockedPackage, ...]:
    """Return the packages of a ``pylock.toml``, by name."""
    document = tomllib.loads(pylock)
    entries = cast("list[dict[str, Any]]", document.get("packages", []))
    return tuple(sorted((_package(entry) for entry in entries), key=lambda p: (p.name, p.version)))


def _package(entry: dict[str, Any]) -> LockedPackage:
    name, version = normalised(entry["name"]), str(entry.get("version", ""))
    if "vcs" in entry:
        commit = str(entry["vcs"].get("commit-id", version))
        return LockedPackage(name, commit, (), "vcs", None, has_wheel=False)
    if "directory" in entry:
        return LockedPackage(name, version, (), "directory", None, has_wheel=False)
    if "archive" in entry:
        archive = entry["archive"]
        is_wheel = (
            str(archive.get("url", archive.get("path", ""))).partition("#")[0].endswith(".whl")
        )
        return LockedPackage(name, version, _hashes([archive]), "url", None, has_wheel=is_wheel)
    wheels = cast("list[dict[str, Any]]", entry.get("wheels", []))
    files = wheels or ([entry["sdist"]] if "sdist" in entry else [])
    times = sorted(_timestamp(file["upload-time"]) for file in files if "upload-time" in file)
    uploaded = times[0] if times else None
    return LockedPackage(name, version, _hashes(files), "index", uploaded, has_wheel=bool(wheels))


def _hashes(files: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(
        sorted({f"{kind}:{value}" for file in files for kind, value in file["hashes"].items()})
    )


def _timestamp(value: Any) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def _for_any_patch_level(python: str, pylock: str) -> str:
    return re.sub(r'(?m)^requires-python = ".*"$', f'requires-python = ">={python}"', pylock)


def _without_comments(pylock: str) -> str:
    # uv repeats its command line there: paths of this machine, and not the same twice.
    return re.sub(r"\A(?:#[^\n]*\n)+", "", pylock)
