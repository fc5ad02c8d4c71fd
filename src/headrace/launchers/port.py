"""The Launcher protocol: starts attempts somewhere and reports how they end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import Protocol

import msgspec

from headrace.engine.attempts import AttemptId, AttemptResult, AttemptSpec


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """What a launcher's place offers: cores, bytes, accelerators by resource name."""

    cpus: float
    memory_bytes: int
    accelerators: dict[str, int] = {}


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """The attempt runs; ``where`` says on what, such as ``pid 4711``."""

    attempt: AttemptId
    at: float
    where: str = ""


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """The attempt ended; ``result.error`` says whether well."""

    attempt: AttemptId
    at: float
    result: AttemptResult


Report = Started | Finished


class Launcher(Protocol):
    """Starts attempts, stops them, adopts those that outlived a controller."""

    async def start(self, spec: AttemptSpec) -> None:
        """Start the attempt; asked twice for the same id, start it once."""
        ...

    async def stop(self, attempt: AttemptId, grace_s: float) -> None:
        """End the attempt and all its processes; it is then reported as finished (canceled).

        One that has not begun never begins, also when another controller asks for it later.
        """
        ...

    def reports(self) -> AsyncIterator[Report]:
        """Yield what happens to the attempts, each end exactly once."""
        ...

    async def recover(self, attempts: Collection[AttemptSpec]) -> list[AttemptSpec]:
        """Adopt attempts of an earlier controller: report those that ended, watch those that run.

        An attempt that was lost half-way is reported as an ``infrastructure`` failure.

        Returns:
            The attempts of which there is no trace: they never began, and may be started.
        """
        ...

    def logs(self, attempt: AttemptId, *, follow: bool) -> AsyncIterator[bytes]:
        """Yield the attempt's output, to the last byte; with ``follow`` until it has ended."""
        ...

    def variable(self, attempt: AttemptId, name: str) -> str | None:
        """Return an environment variable that an attempt was started with, None without a trace."""
        ...

    def capacity(self) -> Capacity:
        """Say what there is, in all."""
        ...

    async def close(self) -> None:
        """Let go of everything that is held; attempts that run go on."""
        ...
