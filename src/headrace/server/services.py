"""What the server is given: the store, the clock, and protocols for all that the app provides.

Tests build it over a memory store with fakes; ``app/serving.py`` builds the real one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from headrace.controller import Clock, SystemClock
from headrace.launchers.port import Capacity
from headrace.server.sending import Sender
from headrace.store import Run, Store
from headrace.store.port import NewRun

Mode = Literal["single", "multi"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A run to create, as any of the APIs asks for it.

    Attributes:
        document: The pipeline (IR) as plain values; checked before anything is written.
        platform: The platform document that belongs to it.
        parameters: Values of the root's inputs, as given.
        name: What the run is called; None names it after the pipeline and the time.
        namespace: Whose it is; empty in single-user mode.
        experiment: Id of its experiment; None is the default one of the namespace.
        cache: False: reuse nothing; None: as the steps say.
        pipeline_root: URI below which artifacts go; None is the server's own.
        run_id: Its id, when it must be the same if it is asked for twice.
        index: Count of the runs of its schedule.
        reuse_of: The run whose outputs may be taken over.
        rerun: Paths of the steps that run again in any case.
        source: What it was submitted from, such as the name of a file.
        extra: What the caller wants to find with the run again (JSON).
    """

    document: dict[str, Any]
    platform: dict[str, Any] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    name: str | None = None
    namespace: str = ""
    experiment: str | None = None
    description: str = ""
    service_account: str = ""
    pipeline_id: str | None = None
    version_id: str | None = None
    cache: bool | None = None
    pipeline_root: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    submitted_by: str = ""
    run_id: str | None = None
    recurring_run_id: str | None = None
    scheduled_at: float | None = None
    index: int | None = None
    fail_fast: bool = False
    deadline_s: float | None = None
    reuse_of: str | None = None
    rerun: tuple[str, ...] = ()
    source: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Step:
    """What a rerun would do with one step: ``run``, ``reuse``, ``skip`` or ``depends``."""

    path: str
    action: str
    reason: str


class Runs(Protocol):
    """Creates runs. All methods block and are called in threads."""

    def check(
        self,
        document: Mapping[str, Any],
        platform: Mapping[str, Any] | None,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        """Make sure that a pipeline can be planned, and run with these parameters if any are given.

        No package is resolved.

        Raises:
            SpecError: It cannot be planned.
            InvalidRequest: A parameter is missing, unknown or of another type.
        """
        ...

    def prepare(self, submission: Submission) -> NewRun:
        """Check everything and resolve the packages; nothing is written but documents of locks.

        Raises:
            HeadraceError: The document, a parameter or the packages are wrong.
        """
        ...

    def submit(self, submission: Submission) -> Run:
        """Prepare and create the run; a controller begins it.

        Raises:
            HeadraceError: As ``prepare``; nothing was created.
            AlreadyExists: There is a run with its id.
        """
        ...

    def plan(self, submission: Submission) -> list[Step]:
        """Say what the run would do, without creating it."""
        ...

    def remembered(self, run: Run) -> dict[str, Any]:
        """Return what the caller wanted to find with the run again."""
        ...

    def wake(self) -> None:
        """Let a controller look at once for what was asked of runs."""
        ...


class Logs(Protocol):
    """What attempts wrote. Blocking."""

    def size(self, run_id: str, path: str, attempt: int) -> int:
        """Return the bytes that there are so far; 0 when there are none.

        Raises:
            NotFound: The attempt's path is none.
        """
        ...

    def read(self, run_id: str, path: str, attempt: int, offset: int, limit: int) -> bytes:
        """Return at most ``limit`` bytes from the offset."""
        ...


@dataclass(frozen=True, slots=True)
class ArtifactStat:
    """What is at a URI.

    Attributes:
        size: Bytes; of a directory, of all its files.
        entries: Path below the directory and bytes of each file; None for a file.
    """

    size: int
    entries: tuple[tuple[str, int], ...] | None = None


class Artifacts(Protocol):
    """Bytes of artifacts. Blocking."""

    def stat(self, uri: str) -> ArtifactStat:
        """Say what is there.

        Raises:
            NotFound: Nothing.
        """
        ...

    def open(self, uri: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from ``start`` up to, not including, ``end``.

        Raises:
            NotFound: There is no file.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the server answers; all of it may be shown to who administers it.

    Attributes:
        mode: ``single``: one user, loopback only; ``multi``: namespaces and credentials.
        version: Of Headrace.
        body_bytes: The longest JSON body.
        upload_bytes: The longest file.
        private_urls: Whether pipelines may be fetched from this machine and private networks.
        database: ``sqlite`` or ``postgresql``.
        effective: The configuration as it holds, without secrets.
    """

    mode: Mode = "single"
    version: str = ""
    body_bytes: int = 32 << 20
    upload_bytes: int = 32 << 20
    private_urls: bool = False
    database: str = "sqlite"
    effective: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Renders(Protocol):
    """What can be shown as a text, such as metrics. Blocking."""

    def render(self) -> bytes:
        """Return the text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that handlers use.

    Attributes:
        sender: Sends messages to webhooks; None is one without e-mail.
        metrics: Renders the metrics; None when there are none.
    """

    store: Store
    runs: Runs
    logs: Logs
    artifacts: Artifacts
    capacity: Capacity
    sender: Sender | None = None
    metrics: Renders | None = None
    clock: Clock = field(default_factory=SystemClock)
    settings: Settings = field(default_factory=Settings)
