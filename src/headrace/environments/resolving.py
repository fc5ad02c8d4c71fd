"""From a request to a lock: choose the Python, let uv resolve, remember the answer.

An answer is kept on disk by the request's digest: asking again costs reading one file, starts no
process and needs no network. Knows nothing of how a lock is installed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from headrace.environments.indexes import decisive_settings
from headrace.environments.lock import Lock, lock_of
from headrace.environments.locking import exclusive
from headrace.environments.pythons import PythonSearch, choose_python, python_search
from headrace.environments.redaction import without_credentials
from headrace.environments.request import EnvironmentRequest
from headrace.environments.resolution import resolved_by_uv
from headrace.errors import EnvironmentUnresolvable, InfrastructureError


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
        lock = resolved_by_uv(request, choice)
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
    except (OSError, ValueError, KeyError, TypeError):
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
