"""From a request to a lock: choose the Python, find the cut-off, let uv resolve, remember.

An answer is kept on disk by the request's digest: asking again costs reading one file, starts no
process and needs no network. Knows nothing of how a lock is installed.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from headrace.environments.cutoff import Cutoff, cutoff_of, cutoff_on, pins
from headrace.environments.indexes import decisive_settings, uv_environment
from headrace.environments.lock import Lock, lock_of, packages_of
from headrace.environments.locking import exclusive
from headrace.environments.pythons import Choice, PythonSearch, choose_python, python_search
from headrace.environments.redaction import without_credentials
from headrace.environments.request import EnvironmentRequest, normalised, requirement_name
from headrace.environments.running_uv import Outcome, run_uv
from headrace.errors import EnvironmentUnresolvable, HeadraceError, InfrastructureError

#: Build back ends that may have to be newer than the packages they build.
BUILD_BACK_ENDS = ("cython", "hatchling", "pip", "setuptools", "setuptools-scm", "wheel")
_FAR = "9000-01-01T00:00:00Z"
_NAMES = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


def resolve(
    request: EnvironmentRequest,
    cache_dir: Path,
    *,
    pythons: Sequence[str] = (),
    refresh: bool = False,
) -> Lock:
    """Return the lock that answers the request on this machine.

    Args:
        request: What a step wants.
        cache_dir: Where answers are kept; made if missing.
        pythons: Interpreters that the user named, searched before the usual places.
        refresh: Whether to resolve anew although there is an answer.

    Raises:
        EnvironmentUnresolvable: The packages do not exist or do not fit together.
        InfrastructureError: The index cannot be reached, uv or the directory cannot be used.
    """
    _check(request)
    search = python_search(pythons, cache_dir / "interpreters.json")
    settings = () if not request.requirements else decisive_settings()
    answer = cache_dir / f"{request.digest(*search.named, *settings)}.json"
    if not refresh:
        known = _remembered(answer, request, search)
        if known is not None:
            return known
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with exclusive(answer.with_suffix(".lock")):
            known = None if refresh else _remembered(answer, request, search)
            return known or _resolved_anew(answer, request, search)
    except OSError as error:
        raise InfrastructureError(
            f"the directory for locks, {cache_dir}, cannot be used: {error.strerror or error}"
        ) from error


def _resolved_anew(answer: Path, request: EnvironmentRequest, search: PythonSearch) -> Lock:
    choice = choose_python(request.python, search)
    if request.requirements:
        with _Resolution.opened(request, choice) as resolution:
            lock = resolution.lock()
    else:
        interpreter = choice.interpreter
        lock = lock_of(interpreter.minor, Path(interpreter.path), interpreter.platform, "")
    if choice.notice:
        lock = replace(lock, notices=(choice.notice, *lock.notices))
    entry = {"lock": lock.to_dict(), "candidates": _candidates(request, search)}
    aside = answer.with_name(f"{answer.name}.{os.getpid()}")
    aside.write_text(json.dumps(entry), encoding="utf-8")
    aside.replace(answer)
    return lock.answering(request)


def _check(request: EnvironmentRequest) -> None:
    # uv reads requirements from a file, where these would be options or further lines.
    for requirement in request.requirements:
        if requirement.startswith("-") or "\n" in requirement or "\r" in requirement:
            raise EnvironmentUnresolvable(
                f"{without_credentials(requirement)!r} is not a package",
                hint="name packages only; indexes go into pip_index_urls",
            )


def _remembered(answer: Path, request: EnvironmentRequest, search: PythonSearch) -> Lock | None:
    try:
        entry: dict[str, Any] = json.loads(answer.read_bytes())
        lock = Lock.from_dict(entry["lock"])
    except (OSError, ValueError, KeyError):
        return None
    if not lock.python_path.exists():
        found = search.find(lock.python)
        if found is None or found.platform != lock.platform:
            return None
        lock = replace(lock, python_path=Path(found.path))
    if request.python not in (None, lock.python) and _candidates(request, search) != entry.get(
        "candidates"
    ):
        return None  # the Python that was missing may have been installed since
    return lock.answering(request)


def _candidates(request: EnvironmentRequest, search: PythonSearch) -> list[str]:
    return list(search.candidates(request.python)) if request.python else []


@dataclass(frozen=True, slots=True)
class _Resolution:
    """One resolution by uv, in a directory of its own."""

    request: EnvironmentRequest
    choice: Choice
    directory: Path
    environ: dict[str, str]

    @classmethod
    @contextmanager
    def opened(cls, request: EnvironmentRequest, choice: Choice) -> Generator[_Resolution]:
        with tempfile.TemporaryDirectory(prefix="headrace-lock-") as directory:
            yield cls(request, choice, Path(directory), uv_environment(request))

    def lock(self) -> Lock:
        cutoff, notices = self._cutoff()
        outcome, pylock, used, more = self._within(cutoff)
        if pylock is None:
            raise self._refusal(outcome)
        interpreter = self.choice.interpreter
        path = Path(interpreter.path)
        lock = lock_of(interpreter.minor, path, interpreter.platform, pylock)
        return replace(
            lock,
            cutoff=used.moment,
            cutoff_reason=used.reason if used.moment else "",
            notices=(*notices, *more, *(_told(used) if used.moment else ())),
        )

    def _cutoff(self) -> tuple[Cutoff, tuple[str, ...]]:
        as_of = self.request.as_of
        if as_of == "now":
            return Cutoff(None), ()
        if as_of != "auto":
            return cutoff_on(as_of), ()
        pinned = pins(self.request.requirements)
        if not pinned:
            return Cutoff(None), ()
        cutoff = cutoff_of(pinned, self._uploads(pinned))
        if cutoff.moment is None:
            return cutoff, (
                "pinned packages are resolved with dependencies as of today: " + cutoff.reason,
            )
        return cutoff, ()

    def _uploads(self, pinned: Sequence[str]) -> dict[str, tuple[str, str | None]]:
        """Return name → version and upload time for each pinned requirement uv can look up."""
        outcome, pylock = self._compiled("pins", pinned, "--no-deps")
        if pylock is None and outcome.lacks_build:
            # To read the metadata of a source distribution uv must build it; the files of all
            # platforms may include a wheel, which saves that.
            answers = [self._compiled("pin", [pin], "--no-deps", "--universal") for pin in pinned]
            pylocks = [text for _, text in answers if text is not None]
        else:
            pylocks = [] if pylock is None else [pylock]
        return {
            package.name: (package.version, package.uploaded)
            for text in pylocks
            for package in packages_of(text)
        }

    def _within(self, cutoff: Cutoff) -> tuple[Outcome, str | None, Cutoff, tuple[str, ...]]:
        """Resolve within the cut-off, and with less of it where nothing fits."""
        requirements = self.request.requirements
        if cutoff.moment is None:
            outcome, pylock = self._compiled("all", requirements)
            return outcome, pylock, cutoff, ()
        limit = ["--exclude-newer", cutoff.moment]
        outcome, pylock = self._compiled("all", requirements, *limit)
        if pylock is not None or outcome.lacks_network:
            return outcome, pylock, cutoff, ()
        if outcome.lacks_build:
            again, pylock = self._compiled("all", requirements, *limit, *exempt(BUILD_BACK_ENDS))
            if pylock is not None:
                return again, pylock, cutoff, ()
        if self.request.as_of != "auto":
            return outcome, None, cutoff, ()
        loose = [name for r in requirements if (name := requirement_name(r)) is not None]
        again, pylock = self._compiled("all", requirements, *limit, *exempt(loose))
        if pylock is not None:
            return again, pylock, cutoff, ()
        again, pylock = self._compiled("all", requirements)
        notice = f"nothing fits as of {cutoff.moment[:10]}: packages are resolved as of today"
        return again, pylock, Cutoff(None), (notice,)

    def _compiled(
        self, name: str, requirements: Sequence[str], *options: str
    ) -> tuple[Outcome, str | None]:
        """Let uv resolve; return how it ended and the ``pylock.toml``, or None for the latter."""
        source = self.directory / f"{name}.in"
        source.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        target = self.directory / f"pylock.{name}.toml"
        target.unlink(missing_ok=True)
        arguments = ["pip", "compile", "--quiet", "--no-header", "--format", "pylock.toml"]
        arguments += ["--python", self.choice.interpreter.path, "--output-file", target.name]
        outcome = self._reached([*arguments, *options, source.name])
        return outcome, target.read_text(encoding="utf-8") if outcome.succeeded else None

    def _reached(self, arguments: Sequence[str]) -> Outcome:
        """Run uv; without a network, with what its cache holds; else give the network time."""
        hasty = {"UV_HTTP_RETRIES": "0", **self.environ}
        first = run_uv(arguments, environ=hasty, directory=self.directory)
        if not first.lacks_network:
            return first
        cached = run_uv([*arguments, "--offline"], environ=self.environ, directory=self.directory)
        if cached.succeeded or "UV_OFFLINE" in self.environ:
            return cached
        return run_uv(arguments, environ=self.environ, directory=self.directory)

    def _refusal(self, outcome: Outcome) -> HeadraceError:
        wanted = ", ".join(map(without_credentials, self._blamed(outcome.reason)))
        version = self.choice.interpreter.minor
        if outcome.lacks_network:
            return InfrastructureError(
                f"no package index can be reached for {wanted}\n{outcome.reason}",
                retryable=True,
                hint="check the network, or run once where the index can be reached",
            )
        hint = "correct packages_to_install of the component"
        if self.choice.notice:
            hint = (
                f"install Python {self.request.python} (or name it in HEADRACE_PYTHONS), "
                "or choose releases that exist for the Python that is here"
            )
        return EnvironmentUnresolvable(
            f"cannot resolve {wanted} for Python {version}\n"
            + (f"{self.choice.notice}. " if self.choice.notice else "")
            + outcome.reason,
            hint=hint,
        )

    def _blamed(self, reason: str) -> list[str]:
        """Return the requirements that uv's reason speaks of; all when it names none."""
        words = {normalised(w) for w in _NAMES.findall(reason)}
        requirements = list(self.request.requirements)
        blamed = [r for r in requirements if requirement_name(r) in words or r in reason]
        return blamed or requirements


def exempt(names: Sequence[str]) -> list[str]:
    """Return uv's options by which no cut-off holds for these distributions."""
    return [word for name in names for word in ("--exclude-newer-package", f"{name}={_FAR}")]


def _told(cutoff: Cutoff) -> tuple[str, ...]:
    assert cutoff.moment is not None
    return (f"packages are resolved as of {cutoff.moment[:10]}: {cutoff.reason}",)
