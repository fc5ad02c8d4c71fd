"""The plan of a run: an IR document indexed for execution, immutable and shared by all iterations.

Pure. Names become indexes, conditions and selectors are parsed, quantities are read, so that a step
never searches. Whatever cannot run at all is refused here. ``planning.py`` builds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headrace.engine.attempts import ResourceRequest
from headrace.engine.bindings import ArtifactBinding, ParameterBinding, Source
from headrace.engine.changes import TaskKind
from headrace.engine.platform_inputs import Reference
from headrace.ir.conditions import Condition
from headrace.ir.model import (
    Component,
    Container,
    Document,
    Importer,
    InputParameterSpec,
)


@dataclass(frozen=True, slots=True)
class ExecutorPlan:
    """An implementation: a container or an importer.

    Attributes:
        resources: What it asks of the machine; None when that depends on inputs.
        dynamic: Image or resources hold placeholders.
        kubernetes: Its part of the platform specification, with references not yet filled in.
        deadline_s: Longest time of an attempt.
        identity: What its cache key is made of, as far as the document alone tells.
        mentions_workspace: Its command names the run's workspace.
    """

    label: str
    container: Container | None
    importer: Importer | None
    resources: ResourceRequest | None
    dynamic: bool
    kubernetes: dict[str, Any]
    deadline_s: float | None
    identity: Mapping[str, str]
    mentions_workspace: bool


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """Retries of a task that failed by its own doing; durations in seconds."""

    limit: int = 0
    backoff_s: float = 0.0
    factor: float = 2.0
    backoff_max_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class LoopPlan:
    """What a loop goes over: a literal list, or the name of an input.

    Attributes:
        limit: The most iterations at once; 0 is no limit.
    """

    literal: list[Any] | None
    parameter: str | None
    artifact: str | None
    item: str
    limit: int


@dataclass(frozen=True, slots=True, eq=False)
class TaskPlan:
    """A task of a DAG.

    Attributes:
        index: Its place in the DAG's tasks.
        executor: Set for containers and importers; else ``dag`` is.
        loop: Set when the task is a loop over its DAG.
        dependencies: Indexes of the siblings that it waits for.
        followers: Indexes of the siblings that wait for it.
        after_all: It starts when all dependencies have ended, however they did (exit tasks).
        restartable: A retry of the run may start it again although it succeeded.
        exits: It is the exit task of an exit handler, which runs at each end of its group.
        defaults: Declared parameters with a default that the task does not bind.
        required: Declared inputs that nothing gives a value to.
        renders: Placeholders in constants, image, resources or display name need its inputs.
        config_input: Name of the input that receives the task's configuration.
        cache_key: The author's own key; empty when there is none.
    """

    index: int
    name: str
    display_name: str
    kind: TaskKind
    component_name: str
    component: Component
    executor: ExecutorPlan | None
    dag: DagPlan | None
    loop: LoopPlan | None
    dependencies: tuple[int, ...]
    followers: tuple[int, ...]
    after_all: bool
    restartable: bool
    exits: bool
    condition: Condition | None
    parameters: tuple[ParameterBinding, ...]
    artifacts: tuple[ArtifactBinding, ...]
    defaults: tuple[tuple[str, InputParameterSpec], ...]
    required: tuple[str, ...]
    platform: tuple[tuple[Reference, Source], ...]
    config_input: str | None
    renders: bool
    retry: RetryPlan
    cacheable: bool
    cache_key: str


@dataclass(frozen=True, slots=True)
class Selected:
    """An output of a DAG: pairs of task index and output key; the first with a value counts."""

    name: str
    choices: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class DagPlan:
    """A graph of tasks, shared by everything that uses its component.

    Attributes:
        waiting: Number of dependencies by task index.
        ready: Indexes of the tasks that wait for nothing.
        size: Number of tasks in it and below, each loop's body once.
    """

    component_name: str
    component: Component
    tasks: tuple[TaskPlan, ...]
    waiting: tuple[int, ...]
    ready: tuple[int, ...]
    parameter_outputs: tuple[Selected, ...]
    artifact_outputs: tuple[Selected, ...]
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A whole pipeline, ready to run.

    Attributes:
        root: The outermost DAG.
        deadline_s: Longest time of a run, from the platform's pipeline configuration.
    """

    document: Document
    root: DagPlan
    deadline_s: float | None

    @property
    def pipeline(self) -> str:
        """Name of the pipeline."""
        return self.document.spec.pipeline_info.name
