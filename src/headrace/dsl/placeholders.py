"""Placeholders: text that a backend replaces when a task starts.

The constants that authors pass as arguments, and the objects that stand for inputs and outputs
while the function of a container component is called. Knows the text forms of the IR and nothing
of components or pipelines.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from headrace.dsl.exceptions import refused
from headrace.errors import InvalidComponent, UnknownOutput

PIPELINE_JOB_NAME_PLACEHOLDER: Final = "{{$.pipeline_job_name}}"
PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER: Final = "{{$.pipeline_job_resource_name}}"
PIPELINE_JOB_ID_PLACEHOLDER: Final = "{{$.pipeline_job_uuid}}"
PIPELINE_TASK_NAME_PLACEHOLDER: Final = "{{$.pipeline_task_name}}"
PIPELINE_TASK_ID_PLACEHOLDER: Final = "{{$.pipeline_task_uuid}}"
PIPELINE_TASK_EXECUTOR_OUTPUT_PATH_PLACEHOLDER: Final = "{{$.outputs.output_file}}"
PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER: Final = "{{$}}"
PIPELINE_ROOT_PLACEHOLDER: Final = "{{$.pipeline_root}}"
PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER: Final = "{{$.pipeline_job_create_time_utc}}"
PIPELINE_JOB_SCHEDULE_TIME_UTC_PLACEHOLDER: Final = "{{$.pipeline_job_schedule_time_utc}}"
WORKSPACE_PATH_PLACEHOLDER: Final = "{{$.workspace_path}}"

#: Where a run's workspace is mounted in its tasks.
WORKSPACE_MOUNT_PATH: Final = "/kfp-workspace"


class Placeholder:
    """Text that is known when a task starts."""

    def plain(self) -> Any:
        """Return the JSON value that the IR holds for it, inside another placeholder."""
        return str(self)


class InputParameterPlaceholder(Placeholder):
    """The value of an input parameter."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return f"{{{{$.inputs.parameters['{self._name}']}}}}"


class OutputParameterPlaceholder(Placeholder):
    """The path of the file to write an output parameter to."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return f"{{{{$.outputs.parameters['{self._name}'].output_file}}}}"


class ArtifactMetadataPlaceholder(Placeholder):
    """All metadata of an artifact; an index gives one value."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __getitem__(self, key: str) -> str:
        return f"{{{{{self._text}['{key}']}}}}"

    def __str__(self) -> str:
        return f"{{{{{self._text}}}}}"


class ArtifactPlaceholder(Placeholder):
    """An artifact of which path, URI and metadata can be used.

    Args:
        direction: ``inputs`` or ``outputs``.
        name: Name of the input or output.
    """

    def __init__(self, direction: str, name: str) -> None:
        self._name = name
        self._text = f"$.{direction}.artifacts['{name}']"

    @property
    def path(self) -> str:
        """Local path of its bytes."""
        return f"{{{{{self._text}.path}}}}"

    @property
    def uri(self) -> str:
        """URI of its bytes."""
        return f"{{{{{self._text}.uri}}}}"

    @property
    def metadata(self) -> ArtifactMetadataPlaceholder:
        """Its metadata."""
        return ArtifactMetadataPlaceholder(f"{self._text}.metadata")

    def __getattr__(self, attribute: str) -> NoReturn:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        raise refused(
            UnknownOutput,
            f'Cannot access artifact attribute "{attribute}" of {self._name!r}',
            hint="use .path, .uri or .metadata",
        )

    def __str__(self) -> str:
        raise refused(
            InvalidComponent,
            f"the artifact {self._name!r} itself is no text for a command",
            hint=f"use {self._name}.path, {self._name}.uri or {self._name}.metadata",
        )


class ArtifactListPlaceholder(Placeholder):
    """A list of artifacts, which can only be handed over whole.

    Args:
        name: Name of the input.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> NoReturn:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        raise refused(
            UnknownOutput,
            f"Cannot access {attribute!r} on {self._name!r}, which is a list of artifacts",
            hint="pass the list whole; the container receives it as JSON",
        )

    def __getitem__(self, index: object) -> NoReturn:
        raise refused(
            UnknownOutput,
            f"Cannot access element {index} of {self._name!r}, a list of artifacts",
            hint="pass the list whole; the container receives it as JSON",
        )

    def __str__(self) -> str:
        return f"{{{{$.inputs.artifacts['{self._name}']}}}}"


CommandElement = str | Placeholder


class ConcatPlaceholder(Placeholder):
    """Pieces that make one argument when put together.

    Args:
        items: Texts and placeholders.

    Example:
        ``dsl.ConcatPlaceholder(["--rows=", rows])``
    """

    def __init__(self, items: Sequence[CommandElement]) -> None:
        for item in items:
            if isinstance(item, IfPresentPlaceholder) and item.has_lists:
                raise refused(
                    InvalidComponent,
                    "An IfPresentPlaceholder with lists cannot stand within a ConcatPlaceholder.",
                    hint="give it a single element for `then` and for `else_`",
                )
        self.items = list(items)

    def plain(self) -> dict[str, Any]:
        """Return the structure that the IR holds."""
        return {"Concat": [plain_element(item) for item in self.items]}

    def __str__(self) -> str:
        raise _not_in_text(self)


class IfPresentPlaceholder(Placeholder):
    """Arguments that are there only when an optional input was given.

    Args:
        input_name: Name of the input.
        then: What stands there when the input was given: one element or a list.
        else_: What stands there otherwise; None for nothing.

    Example:
        ``dsl.IfPresentPlaceholder("seed", then=["--seed", seed])``
    """

    def __init__(
        self,
        input_name: str,
        then: CommandElement | list[CommandElement],
        else_: CommandElement | list[CommandElement] | None = None,
    ) -> None:
        self.input_name = input_name
        self.then = then
        self.else_ = else_

    @property
    def has_lists(self) -> bool:
        """Whether it stands for several arguments."""
        return isinstance(self.then, list) or isinstance(self.else_, list)

    def plain(self) -> dict[str, Any]:
        """Return the structure that the IR holds."""
        content: dict[str, Any] = {"InputName": self.input_name, "Then": _branch(self.then)}
        if self.else_:
            content["Else"] = _branch(self.else_)
        return {"IfPresent": content}

    def __str__(self) -> str:
        raise _not_in_text(self)


def plain_element(element: object) -> Any:
    """Return an element of a command line as a JSON value.

    Raises:
        InvalidComponent: It is neither text nor a placeholder.
    """
    if isinstance(element, str):
        return element
    if isinstance(element, Placeholder):
        return element.plain()
    raise refused(
        _UnexpectedElementError,
        f'Unexpected argument "{element}" of type {type(element)}.',
        hint="use text or placeholders in command and args, such as str(3)",
    )


def element_text(element: object) -> str:
    """Return an element of a command line as the text that the IR holds."""
    plain = plain_element(element)
    return plain if isinstance(plain, str) else json.dumps(plain)


def inputs_named(element: object) -> list[str]:
    """Return the inputs that the conditions in an element name."""
    if isinstance(element, ConcatPlaceholder):
        return [name for item in element.items for name in inputs_named(item)]
    if isinstance(element, IfPresentPlaceholder):
        branches = [*_as_list(element.then), *_as_list(element.else_ or [])]
        return [element.input_name, *(name for item in branches for name in inputs_named(item))]
    return []


class _UnexpectedElementError(InvalidComponent, TypeError):
    """An element of a command line that is neither text nor a placeholder."""


def _branch(branch: CommandElement | list[CommandElement]) -> Any:
    if isinstance(branch, list):
        return [plain_element(item) for item in branch]
    return plain_element(branch)


def _as_list(branch: CommandElement | list[CommandElement]) -> list[CommandElement]:
    return branch if isinstance(branch, list) else [branch]


def _not_in_text(placeholder: Placeholder) -> InvalidComponent:
    return refused(
        InvalidComponent,
        f"Cannot use {type(placeholder).__name__} in an f-string.",
        hint="make it an element of its own in command or args",
    )
