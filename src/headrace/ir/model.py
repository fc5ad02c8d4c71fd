"""Frozen values of KFP's PipelineSpec and PlatformSpec (schema 2.1.0).

Field names are the protobuf names; JSON is their camelCase form. The typed view leaves out fields
that nothing here reads: ``Document`` keeps the raw document beside it, and that is what is written
back. Source of every field: KFP's pipeline_spec.proto and kubernetes_executor_config.proto.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec


class _Spec(
    msgspec.Struct,
    frozen=True,
    rename="camel",
    omit_defaults=True,
    kw_only=True,
    forbid_unknown_fields=True,
):
    """Base of the IR's messages."""


# ---------------------------------------------------------------------------- interfaces

ParameterType = Literal[
    "NUMBER_DOUBLE",
    "NUMBER_INTEGER",
    "STRING",
    "BOOLEAN",
    "LIST",
    "STRUCT",
    "TASK_FINAL_STATUS",
    "TASK_CONFIG",
]


class ArtifactTypeSchema(_Spec, frozen=True):
    """Type of an artifact: a title such as ``system.Dataset`` with a version."""

    schema_title: str | None = None
    instance_schema: str | None = None
    schema_uri: str | None = None
    schema_version: str | None = None


class InputParameterSpec(_Spec, frozen=True):
    """A declared input parameter; ``default_value`` UNSET means that there is none."""

    parameter_type: ParameterType
    default_value: Any = msgspec.UNSET
    is_optional: bool = False
    description: str = ""
    literals: tuple[Any, ...] = ()


class InputArtifactSpec(_Spec, frozen=True):
    """A declared input artifact, or list of artifacts."""

    artifact_type: ArtifactTypeSchema
    is_artifact_list: bool = False
    is_optional: bool = False
    description: str = ""


class OutputParameterSpec(_Spec, frozen=True):
    """A declared output parameter."""

    parameter_type: ParameterType
    description: str = ""


class OutputArtifactSpec(_Spec, frozen=True):
    """A declared output artifact, or (on DAGs) list of artifacts."""

    artifact_type: ArtifactTypeSchema
    is_artifact_list: bool = False
    metadata: dict[str, Any] = {}
    description: str = ""


class InputDefinitions(_Spec, frozen=True):
    """Declared inputs of a component."""

    parameters: dict[str, InputParameterSpec] = {}
    artifacts: dict[str, InputArtifactSpec] = {}


class OutputDefinitions(_Spec, frozen=True):
    """Declared outputs of a component."""

    parameters: dict[str, OutputParameterSpec] = {}
    artifacts: dict[str, OutputArtifactSpec] = {}


# ---------------------------------------------------------------------------- tasks of a DAG


class TaskOutputParameter(_Spec, frozen=True):
    """An output parameter of a sibling task."""

    producer_task: str
    output_parameter_key: str


class RuntimeValue(_Spec, frozen=True):
    """A constant (may hold placeholders) or the deprecated ``runtimeParameter`` of the root."""

    constant: Any = msgspec.UNSET
    runtime_parameter: str | None = None
    constant_value: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        """Read the deprecated ``constantValue``, which names its type, as a constant."""
        if self.constant is msgspec.UNSET and self.constant_value:
            kind, value = next(iter(self.constant_value.items()))
            constant = int(value) if kind == "intValue" else value
            msgspec.structs.force_setattr(self, "constant", constant)
            msgspec.structs.force_setattr(self, "constant_value", None)


class TaskFinalStatus(_Spec, frozen=True):
    """The final status of a sibling task."""

    producer_task: str


class InputParameter(_Spec, frozen=True):
    """Where a task's input parameter comes from: exactly one source, maybe a selector."""

    task_output_parameter: TaskOutputParameter | None = None
    runtime_value: RuntimeValue | None = None
    component_input_parameter: str | None = None
    task_final_status: TaskFinalStatus | None = None
    parameter_expression_selector: str | None = None


class TaskOutputArtifact(_Spec, frozen=True):
    """An output artifact of a sibling task."""

    producer_task: str
    output_artifact_key: str


class InputArtifact(_Spec, frozen=True):
    """Where a task's input artifact comes from: exactly one source."""

    task_output_artifact: TaskOutputArtifact | None = None
    component_input_artifact: str | None = None


class TaskInputs(_Spec, frozen=True):
    """Bindings of a task's inputs."""

    parameters: dict[str, InputParameter] = {}
    artifacts: dict[str, InputArtifact] = {}


class CachingOptions(_Spec, frozen=True):
    """Whether a task may be reused; absent means no."""

    enable_cache: bool = False
    cache_key: str = ""


TriggerStrategy = Literal[
    "TRIGGER_STRATEGY_UNSPECIFIED", "ALL_UPSTREAM_TASKS_SUCCEEDED", "ALL_UPSTREAM_TASKS_COMPLETED"
]


class TriggerPolicy(_Spec, frozen=True):
    """When a task starts: a condition, and which ends of its upstream tasks count."""

    condition: str = ""
    strategy: TriggerStrategy = "TRIGGER_STRATEGY_UNSPECIFIED"


class ParameterItems(_Spec, frozen=True):
    """Items of a parameter loop: JSON text, or the name of an input parameter."""

    raw: str | None = None
    input_parameter: str | None = None


class ParameterIterator(_Spec, frozen=True):
    """A loop over values."""

    items: ParameterItems
    item_input: str


class ArtifactItems(_Spec, frozen=True):
    """Items of an artifact loop: the name of an input artifact list."""

    input_artifact: str


class ArtifactIterator(_Spec, frozen=True):
    """A loop over an artifact list."""

    items: ArtifactItems
    item_input: str


class IteratorPolicy(_Spec, frozen=True):
    """How many iterations may run at once; 0 is no limit."""

    parallelism_limit: int = 0


class RetryPolicy(_Spec, frozen=True):
    """Retries of a task; durations are protobuf JSON, such as ``"3600s"``."""

    max_retry_count: int = 0
    backoff_duration: str = ""
    backoff_factor: float = 0.0
    backoff_max_duration: str = ""


class TaskInfo(_Spec, frozen=True):
    """What a task is called on screen."""

    name: str = ""


class ComponentRef(_Spec, frozen=True):
    """Key of a component in the document."""

    name: str


class TaskSpec(_Spec, frozen=True):
    """A use of a component in a DAG."""

    component_ref: ComponentRef
    task_info: TaskInfo = TaskInfo()
    inputs: TaskInputs = TaskInputs()
    dependent_tasks: tuple[str, ...] = ()
    caching_options: CachingOptions = CachingOptions()
    trigger_policy: TriggerPolicy = TriggerPolicy()
    parameter_iterator: ParameterIterator | None = None
    artifact_iterator: ArtifactIterator | None = None
    iterator_policy: IteratorPolicy = IteratorPolicy()
    retry_policy: RetryPolicy | None = None


class ArtifactSelector(_Spec, frozen=True):
    """An output artifact of a task in the DAG."""

    producer_subtask: str
    output_artifact_key: str


class DagOutputArtifact(_Spec, frozen=True):
    """An output artifact of a DAG; of several selectors the first that has a value counts."""

    artifact_selectors: tuple[ArtifactSelector, ...] = ()


class ParameterSelector(_Spec, frozen=True):
    """An output parameter of a task in the DAG."""

    producer_subtask: str
    output_parameter_key: str


class ParameterSelectors(_Spec, frozen=True):
    """Alternatives: the first that has a value counts."""

    parameter_selectors: tuple[ParameterSelector, ...] = ()


class DagOutputParameter(_Spec, frozen=True):
    """An output parameter of a DAG."""

    value_from_parameter: ParameterSelector | None = None
    value_from_oneof: ParameterSelectors | None = None


class DagOutputs(_Spec, frozen=True):
    """Outputs that a DAG surfaces."""

    parameters: dict[str, DagOutputParameter] = {}
    artifacts: dict[str, DagOutputArtifact] = {}


class Dag(_Spec, frozen=True):
    """A graph of tasks."""

    tasks: dict[str, TaskSpec] = {}
    outputs: DagOutputs = DagOutputs()


class TaskConfigPassthrough(_Spec, frozen=True):
    """A kind of task configuration that a component receives as a parameter."""

    field: str | int
    apply_to_task: bool = False


class Component(_Spec, frozen=True):
    """An interface with an implementation: a DAG or the label of an executor."""

    input_definitions: InputDefinitions = InputDefinitions()
    output_definitions: OutputDefinitions = OutputDefinitions()
    dag: Dag | None = None
    executor_label: str | None = None
    task_config_passthroughs: tuple[TaskConfigPassthrough, ...] = ()


# ---------------------------------------------------------------------------- executors


class EnvVar(_Spec, frozen=True):
    """An environment variable of a container."""

    name: str
    value: str = ""


class Accelerator(_Spec, frozen=True):
    """Accelerators of a container; the two deprecated fields are written beside the others."""

    type: str = ""
    count: str | int = 0
    resource_type: str = ""
    resource_count: str = ""


class Resources(_Spec, frozen=True):
    """Resources of a container; the doubles are the deprecated form, memory in 10^9 bytes."""

    cpu_limit: float = 0.0
    memory_limit: float = 0.0
    cpu_request: float = 0.0
    memory_request: float = 0.0
    accelerator: Accelerator | None = None
    resource_cpu_limit: str = ""
    resource_memory_limit: str = ""
    resource_cpu_request: str = ""
    resource_memory_request: str = ""


class Container(_Spec, frozen=True):
    """A container to run: an image with a command."""

    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    resources: Resources | None = None


class ImporterUri(_Spec, frozen=True):
    """URI of an importer: a constant or the name of its input parameter."""

    constant: Any = None
    runtime_parameter: str | None = None


class Importer(_Spec, frozen=True):
    """Makes an artifact of what lies at a URI."""

    artifact_uri: ImporterUri
    type_schema: ArtifactTypeSchema
    reimport: bool = False
    metadata: dict[str, Any] = {}
    download_to_workspace: bool = False


class Executor(_Spec, frozen=True):
    """An implementation: exactly one of the two is set."""

    container: Container | None = None
    importer: Importer | None = None


class DeploymentSpec(_Spec, frozen=True):
    """Executors by label."""

    executors: dict[str, Executor] = {}


class PipelineInfo(_Spec, frozen=True):
    """Name and description of a pipeline."""

    name: str
    display_name: str = ""
    description: str = ""


class PipelineSpec(_Spec, frozen=True):
    """A whole pipeline."""

    pipeline_info: PipelineInfo
    root: Component
    schema_version: str
    components: dict[str, Component] = {}
    deployment_spec: DeploymentSpec = DeploymentSpec()
    sdk_version: str = ""
    default_pipeline_root: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A validated IR document: typed view, and the raw values that are written back.

    Attributes:
        spec: Typed PipelineSpec.
        raw: The PipelineSpec as it was read.
        raw_platform: The whole platform document (``{"platforms": …}``), or None.
    """

    spec: PipelineSpec
    raw: dict[str, Any]
    raw_platform: dict[str, Any] | None = None

    @property
    def kubernetes(self) -> dict[str, Any]:
        """The ``platforms.kubernetes`` part of the platform document, maybe empty."""
        platforms: dict[str, Any] = (self.raw_platform or {}).get("platforms") or {}
        return platforms.get("kubernetes") or {}

    def kubernetes_config(self, executor_label: str) -> dict[str, Any]:
        """Return the Kubernetes configuration of one executor, maybe empty."""
        deployment: dict[str, Any] = self.kubernetes.get("deploymentSpec") or {}
        executors: dict[str, Any] = deployment.get("executors") or {}
        return executors.get(executor_label) or {}
