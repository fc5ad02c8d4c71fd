"""The exception classes, their codes, exit statuses and text form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from headrace.errors.locations import Location


class HeadraceError(Exception):
    """Root of everything that Headrace raises on purpose.

    Attributes:
        message: What happened, with the names and values; the first line stands alone.
        where: Places in the user's files, the most useful first.
        hint: What to do about it, or None.
        code: Stable identifier, such as ``HR1203``.
    """

    default_code: ClassVar[str] = "HR0000"

    def __init__(
        self,
        message: str,
        *,
        where: Location | Sequence[Location | None] | None = None,
        hint: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        places = [where] if isinstance(where, Location) else list(where or ())
        self.where: tuple[Location, ...] = tuple(place for place in places if place is not None)
        self.hint = hint
        self.code = code or self.default_code

    def __str__(self) -> str:
        return "\n".join([self.message, *_details(self)])


class AuthoringError(HeadraceError, ValueError):
    """The user's pipeline or component is wrong."""

    default_code = "HR1000"


class InvalidComponent(AuthoringError):
    """A component's signature, decorator arguments or body cannot be used."""

    default_code = "HR1100"


class InvalidPipeline(AuthoringError):
    """A pipeline's structure cannot be used."""

    default_code = "HR1200"


class TypeMismatch(AuthoringError, TypeError):
    """A value or channel does not fit the input that it is passed to."""

    default_code = "HR1203"


class UnknownInput(AuthoringError, TypeError):
    """An argument that the component or pipeline does not declare, or one that is missing."""

    default_code = "HR1204"


class UnknownOutput(AuthoringError, AttributeError, KeyError):
    """An output that the task does not have."""

    default_code = "HR1205"
    __str__ = HeadraceError.__str__  # KeyError would print the repr


class NameConflict(AuthoringError):
    """Two things in one scope have the same name."""

    default_code = "HR1206"


class CyclicPipeline(AuthoringError):
    """Tasks wait for one another in a circle."""

    default_code = "HR1207"


class CompilationFailed(AuthoringError):
    """Every problem that one pass found, together.

    Attributes:
        problems: The single errors, in source order.
    """

    default_code = "HR1001"

    def __init__(self, problems: Sequence[HeadraceError]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problems found")

    def __str__(self) -> str:
        return "\n\n".join([self.message, *(str(problem) for problem in self.problems)])


class SpecError(HeadraceError, ValueError):
    """An IR document is malformed or asks for what does not exist.

    Attributes:
        path: Where in the document, such as ``root.dag.tasks.fit``; may be empty.
    """

    default_code = "HR2000"

    def __init__(
        self,
        message: str,
        *,
        path: str = "",
        where: Location | Sequence[Location | None] | None = None,
        hint: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message, where=where, hint=hint, code=code)
        self.path = path


class RequestError(HeadraceError):
    """What was asked for cannot be done as asked."""

    default_code = "HR3000"


class InvalidRequest(RequestError, ValueError):
    """An argument, option or value of a request is wrong."""

    default_code = "HR3001"


class NotFound(RequestError, LookupError):
    """The named thing does not exist, or not for this user."""

    default_code = "HR3002"


class AlreadyExists(RequestError):
    """The name is taken."""

    default_code = "HR3003"


class Conflict(RequestError):
    """The thing is in a state that does not allow this."""

    default_code = "HR3004"


class EnvironmentUnresolvable(RequestError):
    """The packages that a step asks for do not exist or do not fit together."""

    default_code = "HR3005"


class Unauthenticated(RequestError):
    """Credentials are missing, wrong or no longer valid."""

    default_code = "HR3006"


class PermissionDenied(RequestError):
    """Whoever asks may not do this."""

    default_code = "HR3007"


class RequestTooLarge(RequestError):
    """A request or a file is longer than is accepted."""

    default_code = "HR3008"


class TooManyRequests(RequestError):
    """A quota or a rate is used up.

    Attributes:
        retry_after_s: When it is worth asking again, in seconds from now.
    """

    default_code = "HR3009"

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float = 1.0,
        hint: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.retry_after_s = retry_after_s


class TaskFailed(HeadraceError):
    """The user's code failed while a task ran."""

    default_code = "HR4000"


class InfrastructureError(HeadraceError):
    """A store, an artifact store or a launcher cannot be used.

    Attributes:
        retryable: Whether the same call may succeed later.
    """

    default_code = "HR5000"

    def __init__(
        self,
        message: str,
        *,
        retryable: bool = False,
        where: Location | Sequence[Location | None] | None = None,
        hint: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message, where=where, hint=hint, code=code)
        self.retryable = retryable


class InvariantViolation(HeadraceError):
    """A bug of Headrace's own; the message carries the story of the run."""

    default_code = "HR9000"


_EXIT_STATUS: tuple[tuple[type[HeadraceError], int], ...] = (
    (TaskFailed, 1),
    (InvariantViolation, 70),
    (InfrastructureError, 2),
    (HeadraceError, 2),
)


def exit_status(error: HeadraceError) -> int:
    """Return the exit status of a command that ends with this error."""
    return exit_status_of(type(error))


def exit_status_of(kind: type[HeadraceError]) -> int:
    """Return the exit status of a command that ends with an error of this kind."""
    return next(status for root, status in _EXIT_STATUS if issubclass(kind, root))


def render(error: HeadraceError) -> str:
    """Return the error as the command line shows it: code, message, places, fix."""
    if isinstance(error, CompilationFailed):
        return "\n\n".join(render(problem) for problem in error.problems)
    return "\n".join([f"{error.code} {error.message}", *_details(error)])


def _details(error: HeadraceError) -> list[str]:
    lines = [f"  {place}" for place in error.where]
    path = getattr(error, "path", "")
    if path:
        lines.append(f"  at {path}")
    if error.hint:
        lines.append(f"  fix: {error.hint}")
    return lines
