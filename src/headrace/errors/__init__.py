"""The exception tree of Headrace, source locations and their rendering.

Every error says what happened, where in the user's files, and what to do. Public functions raise
only these; a foreign exception is wrapped where it enters (``raise … from``). This unit imports
nothing of Headrace.
"""

from __future__ import annotations

from headrace.errors.locations import Location, caller_location
from headrace.errors.tree import (
    AlreadyExists,
    AuthoringError,
    CompilationFailed,
    Conflict,
    CyclicPipeline,
    EnvironmentUnresolvable,
    HeadraceError,
    InfrastructureError,
    InvalidComponent,
    InvalidPipeline,
    InvalidRequest,
    InvariantViolation,
    NameConflict,
    NotFound,
    PermissionDenied,
    RequestError,
    RequestTooLarge,
    SpecError,
    TaskFailed,
    TooManyRequests,
    TypeMismatch,
    Unauthenticated,
    UnknownInput,
    UnknownOutput,
    exit_status,
    exit_status_of,
    render,
)

__all__ = [
    "AlreadyExists",
    "AuthoringError",
    "CompilationFailed",
    "Conflict",
    "CyclicPipeline",
    "EnvironmentUnresolvable",
    "HeadraceError",
    "InfrastructureError",
    "InvalidComponent",
    "InvalidPipeline",
    "InvalidRequest",
    "InvariantViolation",
    "Location",
    "NameConflict",
    "NotFound",
    "PermissionDenied",
    "RequestError",
    "RequestTooLarge",
    "SpecError",
    "TaskFailed",
    "TooManyRequests",
    "TypeMismatch",
    "Unauthenticated",
    "UnknownInput",
    "UnknownOutput",
    "caller_location",
    "exit_status",
    "exit_status_of",
    "render",
]
