"""What is kept and for how long: ``[retention]`` of ``config.toml``, and ``headrace gc``.

Nothing is removed that was not asked for, but for what nothing refers to: files of artifacts and
attempts without a run, and documents without a use. A run that has not ended, or that carries the
tag ``keep``, stays whatever its age.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headrace.app.home import Home
from headrace.artifacts import LocalArtifactStore
from headrace.artifacts.trees import size_of, unreferenced
from headrace.artifacts.uris import file_path, file_uri, scheme_of
from headrace.controller import Clock
from headrace.errors import HeadraceError, InvalidRequest
from headrace.store import ENDED, Predicate, Query, Run

_LOG = logging.getLogger("headrace.retention")

DAY_S = 86400.0
#: Files that nothing refers to are left alone for a day: what will refer to them may be running.
_SETTLED_S = DAY_S
_EVERY_S = 6 * 3600.0
_PAGE = 200
KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """After how many days what is removed; None keeps it.

    Attributes:
        runs_days: Runs, counted from their end, with their logs and artifacts.
        archived_days: Archived runs; counts beside ``runs_days``.
        logs_days: Logs and working directories of ended runs; the runs stay.
    """

    runs_days: float | None = None
    archived_days: float | None = None
    logs_days: float | None = None


@dataclass(slots=True)
class Collected:
    """What was removed, or would be.

    Attributes:
        runs: Ids of the runs.
        log_bytes: Of logs and working directories.
        artifact_bytes: Of artifacts that nothing refers to.
        documents: How many documents; None when it was only planned.
    """

    runs: list[str]
    log_bytes: int = 0
    artifacts: int = 0
    artifact_bytes: int = 0
    documents: int | None = None


def rules_of(values: Mapping[str, Any]) -> Rules:
    """Return the rules of a configuration.

    Raises:
        InvalidRequest: A setting is not known or no number of days.
    """
    known = ("runs_days", "archived_days", "logs_days")
    for name, value in values.items():
        if name not in known:
            message = f"setting retention.{name} is not known"
            raise InvalidRequest(message, hint=f"use one of {', '.join(known)}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            message = f"setting retention.{name} is no number of days above 0"
            raise InvalidRequest(message, hint="leave it out to keep everything")
    return Rules(**values)


def collect(home: Home, rules: Rules, *, now: float, plan: bool = False) -> Collected:
    """Remove what the rules say and what nothing refers to.

    Args:
        plan: Remove nothing, and say what would be.

    Raises:
        InfrastructureError: The store or the disk cannot be used.
    """
    found = Collected([])
    if not home.exists:
        return found
    for run in _old_runs(home, rules, now):
        found.runs.append(run.run_id)
        found.log_bytes += sum(_size(place / run.run_id) for place in _places(home))
        if plan:
            made = home.store.artifacts(run.run_id)
            found.artifacts += len(made)
            found.artifact_bytes += sum(one.artifact.size or 0 for one in made)
        else:
            _remove_run(home, run)
    for directory in _old_logs(home, rules, now, set(found.runs)):
        found.log_bytes += _size(directory)
        if not plan:
            _remove(directory)
    _sweep(home, found, now=now, plan=plan)
    if not plan:
        found.documents = home.store.sweep_documents()
    return found


async def keep_collecting(home: Home, rules: Rules, clock: Clock) -> None:
    """Collect every six hours until cancelled; a server does so when there are rules."""
    while True:
        try:
            found = await asyncio.to_thread(collect, home, rules, now=clock.now())
            _LOG.info(
                "removed %d runs, %d bytes of logs, %d bytes of artifacts",
                len(found.runs),
                found.log_bytes,
                found.artifact_bytes,
            )
        except HeadraceError as error:
            _LOG.warning("not everything could be removed: %s", error.message)
        await asyncio.sleep(_EVERY_S)


def _old_runs(home: Home, rules: Rules, now: float) -> Iterator[Run]:
    for days, archived in ((rules.runs_days, False), (rules.archived_days, True)):
        if days is None:
            continue
        where = [
            Predicate("state", "in", tuple(sorted(ENDED))),
            Predicate("finished_at", "le", now - days * DAY_S),
        ]
        if archived:
            where.append(Predicate("archived", "eq", value=True))
        yield from _runs(home, tuple(where))


def _runs(home: Home, where: tuple[Predicate, ...]) -> Iterator[Run]:
    token: str | None = None
    while True:
        query = Query(where=where, sort="finished_at", limit=_PAGE, page_token=token)
        page = home.store.find_runs(query)
        yield from (run for run in page.items if KEEP not in run.tags)
        token = page.next_token
        if token is None:
            return


def _remove_run(home: Home, run: Run) -> None:
    with suppress(HeadraceError):  # it goes on again, or somebody else has removed it
        home.store.remove_run(run.run_id)
        for place in _places(home):
            _remove(place / run.run_id)


def _old_logs(home: Home, rules: Rules, now: float, removed: set[str]) -> Iterator[Path]:
    """Yield directories of ended runs that are too old, and of runs that are not there any more."""
    directories = [one for place in _places(home) if place.is_dir() for one in place.iterdir()]
    for directory in sorted(directories):
        if directory.is_symlink() or not directory.is_dir() or directory.name in removed:
            continue
        run = _run_of(home, directory.name)
        if run is None:
            is_old = directory.stat().st_mtime < now - _SETTLED_S
        else:
            days, end = rules.logs_days, run.finished_at
            ended = run.state in ENDED and end is not None and KEEP not in run.tags
            is_old = ended and days is not None and end is not None and end < now - days * DAY_S
        if is_old:
            yield directory


def _places(home: Home) -> tuple[Path, Path]:
    """Return where runs have directories of their own: what attempts leave, and workspaces."""
    return home.runs, home.path / "workspaces"


def _run_of(home: Home, run_id: str) -> Run | None:
    try:
        found = home.store.run(run_id)
    except HeadraceError:
        return None
    return found if found.run_id == run_id else None


def _sweep(home: Home, found: Collected, *, now: float, plan: bool) -> None:
    keep = [*_in_use(home), *home.store.artifact_uris()]  # in this order: runs end meanwhile
    if plan:
        kept = [file_path(uri) for uri in keep if scheme_of(uri) in ("", "file")]
        paths = list(unreferenced(home.artifacts, kept, now - _SETTLED_S))
        paths = [path for path in paths if not path.name.startswith(".")]
        found.artifacts += len(paths)
        found.artifact_bytes += sum(map(size_of, paths))
        return
    swept = LocalArtifactStore(home.artifacts).sweep(keep, older_than=now - _SETTLED_S)
    found.artifacts += len(swept.uris)
    found.artifact_bytes += swept.size


def _in_use(home: Home) -> Iterator[str]:
    """Yield where runs that have not ended write, and what their tasks have taken over.

    What was reused may be of a run that was removed at the same moment.
    """
    for one in home.store.unfinished_runs():
        run = home.store.run(one.run_id)
        root = run.pipeline_root or file_uri(home.artifacts)
        yield f"{root}/{run.pipeline}/{run.run_id}"
        for task in home.store.tasks(run.run_id):
            if task.outputs is not None:
                yield from (a.uri for several in task.outputs.artifacts.values() for a in several)


def _size(path: Path) -> int:
    try:
        return size_of(path) if path.exists() else 0
    except OSError:
        return 0  # it is going away


def _remove(path: Path) -> None:
    def allow(function: Callable[..., Any], name: str, _: object) -> None:
        with suppress(OSError):  # what steps made read-only is removed all the same
            if Path(name) != path:
                Path(name).parent.chmod(stat.S_IRWXU)
            Path(name).chmod(stat.S_IRWXU)
            function(name)

    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, onerror=allow)
