"""The graph: what a traced pipeline or a component is, as frozen values.

Authoring builds it, the compiler's passes read it. It holds references instead of channels, names
instead of live tasks, and no trace of how the author wrote it down, except for the locations that
error messages show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from headrace.dsl.config import PipelineConfig
from headrace.dsl.interface import Interface
from headrace.dsl.placeholders import CommandElement
from headrace.dsl.refs import ItemRef, Ref, RefKey
from headrace.dsl.settings import TaskSettings
from headrace.dsl.task_config import TaskConfigPassthrough
from headrace.errors import Location

# ------------------------------------------------------------------ components


@dataclass(frozen=True, slots=True)
class ContainerImplementation:
    """A container to run.

    Attributes:
        image: Image, maybe with a placeholder.
        command: Command line before the arguments.
        args: Arguments.
        env: Environment variables.
        extra: Further fields of the IR's container, for components loaded from a file.
    """

    image: str
    command: tuple[CommandElement, ...] = ()
    args: tuple[CommandElement, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class ImporterImplementation:
    """Makes an artifact of what lies at a URI.

    Attributes:
        uri: The URI when it is known now; None when it comes through the input ``uri``.
        schema_title: Title of the artifact's type.
        schema_version: Version of the artifact's type.
        reimport: Whether a new artifact is made although one with the URI exists.
        metadata: Metadata of the artifact, maybe with placeholders.
        download_to_workspace: Whether the bytes are copied to the run's workspace.
    """

    uri: str | None
    schema_title: str
    schema_version: str
    reimport: bool
    metadata: Mapping[str, Any] | None
    download_to_workspace: bool


@dataclass(frozen=True, slots=True)
class LoadedImplementation:
    """A pipeline that was read from an IR document and is used as it stands.

    Attributes:
        spec: The PipelineSpec.
        platform: The platform document, or None.
    """

    spec: Mapping[str, Any]
    platform: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """A reusable step: an interface and how it is carried out.

    Attributes:
        interface: Inputs and outputs.
        implementation: A container, an importer, a graph of tasks or a loaded document.
        passthroughs: Task configuration that the component receives as a parameter.
        where: Where the author defined it.
    """

    interface: Interface
    implementation: (
        ContainerImplementation | ImporterImplementation | LoadedImplementation | Pipeline
    )
    passthroughs: tuple[TaskConfigPassthrough, ...] = ()
    where: Location | None = None


# ------------------------------------------------------------------ tasks and groups


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A use of a component in a pipeline.

    Attributes:
        name: Unique in the pipeline.
        component: What it uses.
        arguments: A reference or a constant for each input that is passed.
        inner_refs: References inside constants.
        alone: Keys of those that stand there alone, not inside a text.
        platform_refs: References inside the platform configuration.
        image_refs: References inside the image that was set.
        setting_refs: References inside other settings; they do not order tasks.
        settings: What the author set on the task.
        after: Names of the tasks and groups that must come first beside those it reads from.
        platform_config: Configuration for each platform.
        where: Where the author made it.
    """

    name: str
    component: Component
    arguments: Mapping[str, Any]
    inner_refs: tuple[Ref, ...]
    alone: frozenset[RefKey]
    platform_refs: tuple[Ref, ...]
    image_refs: tuple[Ref, ...]
    setting_refs: tuple[Ref, ...]
    settings: TaskSettings
    after: tuple[str, ...] = ()
    platform_config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    where: Location | None = None

    def refs(self) -> Iterator[Ref]:
        """Yield every reference that the task waits for, with repetitions."""
        for argument in self.arguments.values():
            if isinstance(argument, Ref):
                yield argument
        yield from self.inner_refs
        yield from self.platform_refs
        yield from self.image_refs


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison that is made when the pipeline runs.

    Attributes:
        operator: One of ``== != < <= > >=``.
        left: Left operand, a reference or a constant.
        right: Right operand, a reference or a constant.
        negate: Whether the condition holds when the comparison does not.
    """

    operator: str
    left: Any
    right: Any
    negate: bool = False

    def refs(self) -> Iterator[Ref]:
        """Yield the operands that are references."""
        for operand in (self.left, self.right):
            if isinstance(operand, Ref):
                yield operand


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Tasks and groups under one control flow.

    Attributes:
        name: Unique in the pipeline.
        label: What it is called on screen.
        children: What is in it, in the order of the source.
        where: Where the author opened it.
    """

    name: str
    label: str
    children: tuple[Task | Group, ...]
    where: Location | None


@dataclass(frozen=True, slots=True, eq=False)
class Branch(Group):
    """Runs when all of its conditions hold; each comes with those of the branches before it."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Branches(Group):
    """The branches of an If with Elif or Else, of which one runs."""


@dataclass(frozen=True, slots=True, eq=False)
class Loop(Group):
    """Runs for each item.

    Attributes:
        item: The element.
        values: The list when it is written in the pipeline, else None.
        parallelism: How many iterations may run at once; 0 is no limit.
    """

    item: ItemRef
    values: list[Any] | None
    parallelism: int


@dataclass(frozen=True, slots=True, eq=False)
class ExitScope(Group):
    """Runs a task when everything in it has ended, in whatever way.

    Attributes:
        exit_task: That task.
    """

    exit_task: Task


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """A graph of tasks.

    Attributes:
        children: Tasks and groups, in the order of the source.
        outputs: What the pipeline gives, by name.
        config: Settings of the whole run.
        root: Where its runs keep their artifacts, or None.
        display_name: What it is called on screen, or None.
    """

    children: tuple[Task | Group, ...]
    outputs: Mapping[str, Ref]
    config: PipelineConfig | None = None
    root: str | None = None
    display_name: str | None = None
