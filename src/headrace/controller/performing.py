"""Carries out the engine's commands against launcher, store and artifact store."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

import msgspec

from headrace.artifacts import ArtifactStore
from headrace.controller.cache import Cache, stored
from headrace.controller.claims import claim_result
from headrace.controller.packing import Admitted
from headrace.engine.attempts import (
    AttemptResult,
    AttemptSpec,
    Failure,
    OutputArtifact,
)
from headrace.engine.commands import LookUpCache, StopAttempt
from headrace.engine.events import (
    AttemptFinished,
    CacheAnswered,
    EnvironmentPrepared,
    Event,
    PackagesLocked,
)
from headrace.errors import HeadraceError, InfrastructureError, RequestError, SpecError
from headrace.ir.model import EnvVar
from headrace.launchers.port import Launcher
from headrace.store import Run, Store

DEVICES = "CUDA_VISIBLE_DEVICES"
_WORTH_TELLING_S = 0.1

Post = Callable[[str, Event], None]
_Result = TypeVar("_Result")


class Offload(Protocol):
    """Runs a blocking function elsewhere than in the event loop."""

    def __call__(self, function: Callable[..., _Result], /, *args: Any) -> Awaitable[_Result]:
        """Return what the function returns."""
        ...


class Surroundings(Protocol):
    """What attempts need to be there before they start."""

    def is_ready(self, spec: AttemptSpec) -> bool:
        """Say whether everything is there; quick."""
        ...

    def make_ready(self, spec: AttemptSpec) -> dict[str, Any] | None:
        """Make what is missing; may take minutes, raises a ``HeadraceError`` when it cannot.

        Returns:
            The lock of the attempt's packages when it was found only now, to be kept with the run.
        """
        ...


class Performer:
    """Performs commands; failures come back as events, never as exceptions."""

    def __init__(
        self,
        *,
        store: Store,
        artifacts: ArtifactStore,
        launcher: Launcher,
        surroundings: Surroundings,
        offload: Offload,
        notice: Callable[[str], None],
    ) -> None:
        self._cache = Cache(store, artifacts)
        self._artifacts = artifacts
        self._launcher = launcher
        self._surroundings = surroundings
        self._offload = offload
        self._notice = notice
        self._store_was_out = False

    async def start(self, admitted: Admitted, post: Post, owns: Callable[[str], bool]) -> None:
        """Start an admitted attempt, or perform it here: importers, and claims of volumes.

        Args:
            admitted: The attempt with what it holds.
            post: Takes its end, when it ended here.
            owns: Says whether the run is still this controller's: making what the attempt needs
                may take so long that another one has taken it over.
        """
        spec = _with_devices(admitted)
        try:
            if (claimed := claim_result(spec)) is not None:
                result = claimed
            elif spec.importer is None:
                if not self._surroundings.is_ready(spec):
                    await self._make_ready(spec, post)
                if owns(spec.id.run_id):
                    await self._launch(spec)
                    return
                result = _canceled("the run is another controller's now")
            else:
                result = await self._offload(self._import, spec)
        except HeadraceError as error:
            result = AttemptResult(error=_failure_of(error))
        except OSError as error:  # of the machine, such as a full disk: not a fault of the code
            failure = Failure(kind="infrastructure", message=str(error), type=type(error).__name__)
            result = AttemptResult(error=failure)
        post(spec.id.run_id, AttemptFinished(attempt=spec.id, result=result))

    async def _make_ready(self, spec: AttemptSpec, post: Post) -> None:
        began = time.perf_counter()
        lock = await self._offload(self._surroundings.make_ready, spec)
        spent = time.perf_counter() - began
        if lock is not None:
            post(spec.id.run_id, PackagesLocked(attempt=spec.id, lock=lock))
        if spent >= _WORTH_TELLING_S:
            post(spec.id.run_id, EnvironmentPrepared(attempt=spec.id, seconds=spent))

    async def _launch(self, spec: AttemptSpec) -> None:
        try:
            await self._launcher.start(spec)
        except (HeadraceError, OSError):
            # It may have begun and only the answer was lost; another attempt will follow it.
            await self._launcher.stop(spec.id, 0.0)
            raise

    async def stop(self, command: StopAttempt, grace_s: float) -> None:
        """Stop an attempt; its end comes as a report."""
        await self._launcher.stop(command.attempt, grace_s)

    def never_started(self, command: StopAttempt) -> Event:
        """Return the end of an attempt that was taken out of the queue."""
        return AttemptFinished(attempt=command.attempt, result=_canceled(command.reason))

    async def look_up(self, run: Run, command: LookUpCache, post: Post) -> None:
        """Answer from the cache; artifacts are checked outside of the event loop."""
        try:
            entry = self._cache.entry(run.namespace, command)
            if entry is not None and stored(entry.outputs):
                answer = await self._offload(self._cache.checked, entry, command)
            else:
                answer = self._cache.answer(run.namespace, run.pipeline, command)
        except HeadraceError as error:
            reason = f"the cache cannot be read: {error.message}"
            answer = CacheAnswered(task=command.task, reason=reason)
        post(run.run_id, answer)

    def store_is_out(self, error: InfrastructureError) -> None:
        """Say once that nothing can be committed at the moment."""
        if not self._store_was_out:
            self._notice(f"{error.message}; waiting until it can be written again")
        self._store_was_out = True

    def tell(self, what: str) -> None:
        """Say something to whoever watches the controller."""
        self._notice(what)

    def _import(self, spec: AttemptSpec) -> AttemptResult:
        assert spec.importer is not None
        uri = spec.importer.artifact_uri.constant
        if not isinstance(uri, str) or not uri:
            message = f"importer {spec.id.task} has no URI: it got {uri!r}"
            raise SpecError(message)
        imported = self._artifacts.import_uri(uri, f"{spec.output_root}/artifact")
        output = OutputArtifact(
            uri=imported.uri,
            metadata=spec.importer.metadata,
            digest=imported.digest,
            size=imported.size,
        )
        return AttemptResult(artifacts={"artifact": (output,)})


def devices_in(variable: str | None) -> tuple[int, ...] | None:
    """Return the accelerators that ``CUDA_VISIBLE_DEVICES`` names; None where it is not ours."""
    if variable is None:
        return None
    parts = variable.split(",") if variable else []
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else None


def _with_devices(admitted: Admitted) -> AttemptSpec:
    """Tell the attempt which accelerators are its own, as CUDA reads it."""
    spec, share = admitted.spec, admitted.share
    if share.accelerator_type is None or spec.container is None:
        return spec
    devices = ",".join(str(device) for device in share.devices)
    env = (*spec.container.env, EnvVar(name=DEVICES, value=devices))
    container = msgspec.structs.replace(spec.container, env=env)
    return msgspec.structs.replace(spec, container=container)


def _canceled(reason: str) -> AttemptResult:
    return AttemptResult(error=Failure(kind="canceled", message=reason))


def _failure_of(error: HeadraceError) -> Failure:
    permanent = isinstance(error, RequestError | SpecError) or not getattr(error, "retryable", True)
    kind = "configuration" if permanent else "infrastructure"
    return Failure(kind=kind, message=str(error), type=type(error).__name__)
