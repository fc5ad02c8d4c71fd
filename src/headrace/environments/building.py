"""From a lock to a directory in which steps run: built once, aside, and renamed into place.

The directory's name is the lock's digest. Whoever finds it finds it complete; it is never changed
again. Knows nothing of requests and of runs.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from headrace.environments.indexes import uv_environment
from headrace.environments.lock import Lock
from headrace.environments.locking import exclusive
from headrace.environments.redaction import credentials_by_host, with_credentials
from headrace.environments.resolution import BUILD_BACK_ENDS, exempt
from headrace.environments.running_uv import Outcome, run_uv
from headrace.errors import EnvironmentUnresolvable, InfrastructureError

#: Written last; its presence says that the directory is complete.
MARKER = "headrace-environment.json"
_DIGITS = 32  # of the digest in a path: enough to be unique, short enough for long paths


@dataclass(frozen=True, slots=True)
class Environment:
    """A directory with a Python and the packages of one lock.

    Attributes:
        python: The executable to start steps with.
        digest: Of the lock.
        site_packages: Where its packages are.
    """

    python: Path
    digest: str
    site_packages: Path


def build(lock: Lock, root_dir: Path) -> Environment:
    """Return the environment of the lock, which is built if it is not there.

    Any number of processes may ask at once: one builds, the others wait for it. One that dies
    leaves nothing that another could mistake for an environment.

    Args:
        lock: What it holds; with the request attached where an index needs credentials.
        root_dir: Where environments are kept.

    Raises:
        EnvironmentUnresolvable: A source distribution cannot be built, or a file is not what was
            locked.
        InfrastructureError: The index, uv or the directory cannot be used.
    """
    place = environment_path(root_dir, lock.digest)
    environment = Environment(
        place / "bin" / "python",
        lock.digest,
        place / "lib" / f"python{lock.python}" / "site-packages",
    )
    if _is_complete(environment, place):
        return environment
    try:
        with exclusive(lock_path(root_dir, lock.digest)) as held:
            if not _is_complete(environment, place):
                _build_aside(lock, place, held)
    except OSError as error:
        raise InfrastructureError(
            f"the environment cannot be built in {root_dir}: {error.strerror or error}",
            hint="free space or choose another place with HEADRACE_HOME",
        ) from error
    return environment


def environment_path(root_dir: Path, digest: str) -> Path:
    """Return where the environment of a lock is, or would be."""
    return root_dir / digest[:_DIGITS]


def lock_path(root_dir: Path, digest: str) -> Path:
    """Return the file whose lock a builder holds."""
    return root_dir / ".locks" / digest[:_DIGITS]


def aside_path(place: Path) -> Path:
    """Return where an environment is while it is built; only the lock's holder touches it."""
    return place.with_name(f".building-{place.name}")


def remove_tree(path: Path) -> None:
    """Remove a directory whose parts may be read-only; nothing happens when it is not there."""
    if not path.is_dir():
        return
    for directory, _, _ in os.walk(path):
        os.chmod(directory, stat.S_IRWXU)  # noqa: PTH101 - thousands of them
    shutil.rmtree(path)


def _is_complete(environment: Environment, place: Path) -> bool:
    # The link to the interpreter dangles when that Python was removed since.
    return (place / MARKER).exists() and environment.python.exists()


def _build_aside(lock: Lock, place: Path, held: int) -> None:
    aside = aside_path(place)
    remove_tree(aside)
    remove_tree(place)
    try:
        _make_venv(lock, aside)
        if lock.packages:
            _install(lock, aside, held)
        _make_read_only(aside)
        aside.rename(place)
    except BaseException:
        remove_tree(aside)
        raise


def _make_venv(lock: Lock, aside: Path) -> None:
    """Make an empty virtual environment (PEP 405), which takes a millisecond and no process."""
    binaries = aside / "bin"
    binaries.mkdir(parents=True)
    (aside / "lib" / f"python{lock.python}" / "site-packages").mkdir(parents=True)
    if lock.platform.startswith("linux") and lock.platform.endswith(("64", "64le", "s390x")):
        (aside / "lib64").symlink_to("lib")
    (binaries / "python").symlink_to(lock.python_path)
    for name in ("python3", f"python{lock.python}"):
        (binaries / name).symlink_to("python")
    # With "relocatable" uv writes scripts that still work after the rename.
    (aside / "pyvenv.cfg").write_text(
        f"home = {lock.python_path.parent}\n"
        "implementation = CPython\n"
        f"version_info = {lock.python}\n"
        "include-system-site-packages = false\n"
        "relocatable = true\n",
        encoding="utf-8",
    )
    (aside / MARKER).write_text(f'{{"digest": "{lock.digest}"}}\n', encoding="utf-8")


def _install(lock: Lock, aside: Path, held: int) -> None:
    secrets = credentials_by_host([*lock.request.packages, *lock.request.index_urls])
    environ = uv_environment(lock.request)
    with tempfile.TemporaryDirectory(prefix="headrace-build-") as work:
        pylock = Path(work) / "pylock.toml"
        pylock.touch(mode=0o600)
        pylock.write_text(with_credentials(lock.pylock, secrets), encoding="utf-8")
        # Copies, where the file system can they share blocks: of hard links, one file that a step
        # changes is changed in uv's cache and in every other environment.
        arguments = ["pip", "sync", "--quiet", "--link-mode", "copy", "--compile-bytecode"]
        arguments += ["--python", str(aside / "bin" / "python"), str(pylock)]
        outcome = _installed(lock, arguments, environ, Path(work), held)
    if outcome.succeeded:
        return
    if outcome.lacks_network:
        raise InfrastructureError(
            f"packages cannot be fetched from the index\n{outcome.reason}",
            retryable=True,
            hint="check the network, or run once where the index can be reached",
        )
    names = ", ".join(f"{p.name}=={p.version}" for p in lock.packages if not p.has_wheel)
    raise EnvironmentUnresolvable(
        f"cannot install {names or 'the packages'} for Python {lock.python}\n"
        + "".join(f"{notice}. " for notice in lock.notices[:1] if "is used instead" in notice)
        + outcome.reason,
        hint="choose releases with a wheel for this Python, or install what the build needs",
    )


def _installed(
    lock: Lock, arguments: Sequence[str], environ: dict[str, str], work: Path, held: int
) -> Outcome:
    def attempt(*more: str, **variables: str) -> Outcome:
        return run_uv(
            [*arguments, *more],
            environ={**variables, **environ},
            directory=work,
            held=[held],
        )

    limit = ["--exclude-newer", lock.cutoff] if lock.cutoff else []
    if all(package.has_wheel for package in lock.packages):
        limit = []  # nothing is resolved here; only builds look for further packages
    outcome = attempt(*limit, UV_HTTP_RETRIES="0")
    if outcome.lacks_build and limit:
        outcome = attempt(*limit, *exempt(BUILD_BACK_ENDS))
    if outcome.lacks_network:
        cached = attempt(*limit, "--offline")
        return cached if cached.succeeded else attempt(*limit)
    return outcome


def _make_read_only(aside: Path) -> None:
    for directory, _, files in os.walk(aside):
        for name in files:
            path = os.path.join(directory, name)  # noqa: PTH118 - thousands of them
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode):
                os.chmod(path, stat.S_IMODE(mode) & ~0o222)  # noqa: PTH101
        os.chmod(directory, 0o555)  # noqa: PTH101, S103 - others may look, as at any program
