"""How a simulated attempt ends: with which outputs, or why not, and after what time.

Outputs that an outcome does not name get plain values of their declared types, and artifacts a
digest that follows from the step and its inputs, so that the same step makes the same content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from headrace.engine.attempts import (
    AttemptResult,
    AttemptSpec,
    Failure,
    FailureKind,
    OutputArtifact,
)

_PLAIN: dict[str, Any] = {
    "NUMBER_DOUBLE": 0.5,
    "NUMBER_INTEGER": 1,
    "STRING": "text",
    "BOOLEAN": True,
    "LIST": [1, 2],
    "STRUCT": {"key": "value"},
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ends.

    Attributes:
        outputs: Output parameters by name.
        metadata: Metadata of output artifacts by name.
        contents: What output artifacts hold, by name; decides their digests.
        absent: Outputs that are not made.
        failure: Why it fails; None is success.
        duration_s: How long it takes, on the simulated clock.
    """

    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    contents: Mapping[str, str] = field(default_factory=dict[str, str])
    absent: frozenset[str] = frozenset()
    failure: Failure | None = None
    duration_s: float = 1.0

    def result(self, spec: AttemptSpec) -> AttemptResult:
        """Return what the launcher reports of this attempt."""
        if self.failure is not None:
            return AttemptResult(error=self.failure)
        declared = spec.interface.output_definitions
        parameters = {
            name: self.outputs.get(name, _PLAIN.get(parameter.parameter_type))
            for name, parameter in declared.parameters.items()
            if name not in self.absent
        }
        artifacts = {
            name: (self._artifact(spec, name),)
            for name in declared.artifacts
            if name not in self.absent
        }
        return AttemptResult(parameters=parameters, artifacts=artifacts)

    def _artifact(self, spec: AttemptSpec, name: str) -> OutputArtifact:
        content = self.contents.get(name)
        if content is None:
            content = f"{name} {spec.executor_label} {_content(spec)}"
        uri = f"{spec.output_root}/{name}"
        if spec.importer is not None:
            uri = str(spec.importer.artifact_uri.constant)
        return OutputArtifact(
            uri=uri,
            metadata=dict(self.metadata.get(name, {})),
            digest=f"sha256:{hashlib.sha256(content.encode()).hexdigest()}",
            size=len(content),
        )


Script = Outcome | Sequence[Outcome] | Callable[[AttemptSpec], Outcome]
"""An outcome for all attempts, one for each in turn (the last for the rest), or a function."""


def succeed(
    outputs: Mapping[str, Any] | None = None,
    *,
    metadata: Mapping[str, Mapping[str, Any]] | None = None,
    contents: Mapping[str, str] | None = None,
    absent: Sequence[str] = (),
    duration_s: float = 1.0,
) -> Outcome:
    """Return the outcome of an attempt that succeeds.

    Args:
        outputs: Output parameters by name; the others get plain values of their types.
        metadata: Metadata of output artifacts, by name of the output.
        contents: Contents of output artifacts, by name; the same content has the same digest.
        absent: Outputs that are not made.
        duration_s: How long it takes.
    """
    return Outcome(
        outputs=outputs or {},
        metadata=metadata or {},
        contents=contents or {},
        absent=frozenset(absent),
        duration_s=duration_s,
    )


def fail(
    message: str = "it failed",
    *,
    kind: FailureKind = "user",
    error_type: str | None = None,
    duration_s: float = 1.0,
) -> Outcome:
    """Return the outcome of an attempt that fails.

    Args:
        message: What went wrong.
        kind: Whose fault it is, which decides about retries.
        error_type: Class of the exception, if there was one.
        duration_s: How long it takes.
    """
    return Outcome(
        failure=Failure(kind=kind, message=message, type=error_type), duration_s=duration_s
    )


def each(*outcomes: Outcome) -> tuple[Outcome, ...]:
    """Return outcomes for the attempts of a task in turn; the last one counts for the rest.

    Example:
        >>> each(fail("lost", kind="infrastructure"), succeed())[1].failure
    """
    return outcomes


def outcome_of(script: Script | None, spec: AttemptSpec) -> Outcome:
    """Return how this attempt ends."""
    if script is None:
        return Outcome()
    if isinstance(script, Outcome):
        return script
    if callable(script):
        return script(spec)
    return script[min(spec.id.number, len(script)) - 1]


def _content(spec: AttemptSpec) -> str:
    artifacts = {
        name: [artifact.digest or artifact.uri for artifact in several]
        for name, several in spec.inputs.artifacts.items()
    }
    return msgspec.json.encode([spec.inputs.parameters, artifacts], order="deterministic").decode()
