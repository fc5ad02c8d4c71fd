"""One resolution by uv: as of when, what fits, and why nothing does.

The cut-off is tried first. It gives way, step by step and with a notice, where nothing fits within
it: a lock of today is better than none. Knows nothing of where answers are kept.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from headrace.environments.cutoff import Cutoff, cutoff_of, cutoff_on, first_with_wheels, pins
from headrace.environments.indexes import uv_environment
from headrace.environments.lock import Lock, lock_of, packages_of
from headrace.environments.pythons import Choice
from headrace.environments.redaction import without_credentials
from headrace.environments.request import EnvironmentRequest, normalised, requirement_name
from headrace.environments.running_uv import Outcome, run_uv
from headrace.errors import EnvironmentUnresolvable, HeadraceError, InfrastructureError

#: Build back ends that may have to be newer than the packages they build.
BUILD_BACK_ENDS = ("cython", "hatchling", "pip", "setuptools", "setuptools-scm", "wheel")
_FAR = "9000-01-01T00:00:00Z"
_NAMES = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


def resolved_by_uv(request: EnvironmentRequest, choice: Choice) -> Lock:
    """Return the lock that uv finds for the request and the chosen Python.

    Raises:
        EnvironmentUnresolvable: The packages do not exist or do not fit together.
        InfrastructureError: The index cannot be reached, or uv cannot be run.
    """
    with tempfile.TemporaryDirectory(prefix="headrace-lock-") as directory:
        resolution = _Resolution(request, choice, Path(directory), uv_environment(request))
        cutoff, notices = resolution.cutoff()
        answer = resolution.within(cutoff)
        if answer.pylock is None:
            raise resolution.refusal(answer.outcome)
    interpreter = choice.interpreter
    lock = lock_of(interpreter.minor, Path(interpreter.path), interpreter.platform, answer.pylock)
    used = answer.cutoff
    told = f"packages are resolved as of {used.moment[:10]}: {used.reason}" if used.moment else ""
    built = [f"{p.name}=={p.version}" for p in lock.packages if not p.has_wheel and p.hashes]
    slow = f"no wheel for Python {lock.python}, built from source: {', '.join(built)}"
    return replace(
        lock,
        cutoff=used.moment,
        cutoff_reason=used.reason if used.moment else "",
        notices=tuple(filter(None, [*notices, *answer.notices, told, slow if built else ""])),
    )


def exempt(names: Sequence[str]) -> list[str]:
    """Return uv's options by which no cut-off holds for these distributions."""
    return [word for name in names for word in ("--exclude-newer-package", f"{name}={_FAR}")]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What uv made of the requirements.

    Attributes:
        outcome: How its last call ended.
        pylock: The ``pylock.toml``, or None where nothing fits.
        cutoff: What held in the end.
        notices: What to tell about it.
    """

    outcome: Outcome
    pylock: str | None
    cutoff: Cutoff
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Resolution:
    """A request, the Python for it, and a directory in which uv runs."""

    request: EnvironmentRequest
    choice: Choice
    directory: Path
    environ: dict[str, str]

    def cutoff(self) -> tuple[Cutoff, tuple[str, ...]]:
        """Return the cut-off that the request calls for, and what to tell about it."""
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
            notice = "pinned packages are resolved with dependencies as of today: "
            return cutoff, (notice + cutoff.reason,)
        return cutoff, ()

    def within(self, cutoff: Cutoff) -> _Answer:
        """Resolve within the cut-off, and with less of it where nothing fits."""
        answer = self._strictly_within(cutoff)
        if cutoff.moment is None or self.request.as_of != "auto":
            return answer
        if answer.pylock is not None:
            return self._with_more_wheels(answer)
        if answer.outcome.lacks_network:
            return answer
        # A requirement without a pin may be younger than the pinned ones.
        names = [n for r in self.request.requirements if (n := requirement_name(r)) is not None]
        loose = self._resolved(cutoff, *exempt([*names, *BUILD_BACK_ENDS]))
        if loose.pylock is not None:
            return loose
        today = self._resolved(Cutoff(None))
        assert cutoff.moment is not None
        notice = f"nothing fits as of {cutoff.moment[:10]}: packages are resolved as of today"
        return replace(today, notices=(notice,))

    def refusal(self, outcome: Outcome) -> HeadraceError:
        """Return the error that says what cannot be resolved, and uv's reason."""
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
        notice = f"{self.choice.notice}. " if self.choice.notice else ""
        return EnvironmentUnresolvable(
            f"cannot resolve {wanted} for Python {version}\n{notice}{outcome.reason}", hint=hint
        )

    def _strictly_within(self, cutoff: Cutoff) -> _Answer:
        answer = self._resolved(cutoff)
        if cutoff.moment is not None and answer.outcome.lacks_build:
            return self._resolved(cutoff, *exempt(BUILD_BACK_ENDS))
        return answer

    def _with_more_wheels(self, answer: _Answer) -> _Answer:
        """Return a later answer where this Python is younger than the wheels of its time."""
        bare = self._without_wheels(answer)
        minor = self.choice.interpreter.minor
        for later in first_with_wheels(minor, answer.cutoff) if bare else ():
            other = self._resolved(later)
            if other.pylock is not None and self._without_wheels(other) < bare:
                return other
        return answer

    def _without_wheels(self, answer: _Answer) -> set[str]:
        """Return the packages that must be built here and are not the author's own choice."""
        chosen = {requirement_name(pin) for pin in pins(self.request.requirements)}
        packages = packages_of(answer.pylock or "")
        return {p.name for p in packages if not p.has_wheel and p.name not in chosen}

    def _uploads(self, pinned: Sequence[str]) -> dict[str, tuple[str, str | None]]:
        """Return name → version and upload time for each pinned requirement uv can look up.

        Raises:
            InfrastructureError: No index can be reached.
        """
        outcome, pylock = self._compiled("pins", pinned, "--no-deps")
        if outcome.lacks_network:
            raise self.refusal(outcome)  # the next question would only wait as long again
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

    def _resolved(self, cutoff: Cutoff, *options: str) -> _Answer:
        limit = ["--exclude-newer", cutoff.moment] if cutoff.moment else []
        outcome, pylock = self._compiled("all", self.request.requirements, *limit, *options)
        return _Answer(outcome, pylock, cutoff)

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

    def _blamed(self, reason: str) -> list[str]:
        """Return the requirements that uv's reason speaks of; all when it names none."""
        words = {normalised(word) for word in _NAMES.findall(reason)}
        requirements = list(self.request.requirements)
        blamed = [r for r in requirements if requirement_name(r) in words or r in reason]
        return blamed or requirements
