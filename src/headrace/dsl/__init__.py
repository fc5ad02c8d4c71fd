"""The authoring surface: everything that ``kfp.dsl`` offers, under the same names.

Components, pipelines and tasks are traced into a graph of frozen values (``graph``), which the
compiler turns into IR. Importing this package is cheap: no server, database or YAML comes with it.
"""

from __future__ import annotations

from headrace.dsl.channels import (
    Collected,
    PipelineArtifactChannel,
    PipelineChannel,
    PipelineParameterChannel,
)
from headrace.dsl.component import (
    BaseComponent,
    ContainerComponent,
    GraphComponent,
    ImporterComponent,
    PythonComponent,
    YamlComponent,
)
from headrace.dsl.config import KubernetesWorkspaceConfig, PipelineConfig, WorkspaceConfig
from headrace.dsl.container_component import ContainerSpec, container_component
from headrace.dsl.groups import Condition, Elif, Else, ExitHandler, If, ParallelFor
from headrace.dsl.importers import importer
from headrace.dsl.notebook_component import notebook_component, run_notebook
from headrace.dsl.one_of import OneOf
from headrace.dsl.pipeline import pipeline
from headrace.dsl.placeholders import (
    PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER,
    PIPELINE_JOB_ID_PLACEHOLDER,
    PIPELINE_JOB_NAME_PLACEHOLDER,
    PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER,
    PIPELINE_JOB_SCHEDULE_TIME_UTC_PLACEHOLDER,
    PIPELINE_ROOT_PLACEHOLDER,
    PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER,
    PIPELINE_TASK_EXECUTOR_OUTPUT_PATH_PLACEHOLDER,
    PIPELINE_TASK_ID_PLACEHOLDER,
    PIPELINE_TASK_NAME_PLACEHOLDER,
    WORKSPACE_PATH_PLACEHOLDER,
    ConcatPlaceholder,
    IfPresentPlaceholder,
)
from headrace.dsl.ports import register_runner
from headrace.dsl.python_component import component
from headrace.dsl.task_config import TaskConfigField, TaskConfigPassthrough
from headrace.dsl.tasks import PipelineTask
from headrace.types.annotations import EmbeddedInput, Input, InputPath, Output, OutputPath
from headrace.types.artifacts import (
    HTML,
    Artifact,
    ClassificationMetrics,
    Dataset,
    Markdown,
    Metrics,
    Model,
    SlicedClassificationMetrics,
    get_uri,
)
from headrace.types.parameters import PipelineTaskFinalStatus, TaskConfig

__all__ = [
    "HTML",
    "PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER",
    "PIPELINE_JOB_ID_PLACEHOLDER",
    "PIPELINE_JOB_NAME_PLACEHOLDER",
    "PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER",
    "PIPELINE_JOB_SCHEDULE_TIME_UTC_PLACEHOLDER",
    "PIPELINE_ROOT_PLACEHOLDER",
    "PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER",
    "PIPELINE_TASK_EXECUTOR_OUTPUT_PATH_PLACEHOLDER",
    "PIPELINE_TASK_ID_PLACEHOLDER",
    "PIPELINE_TASK_NAME_PLACEHOLDER",
    "WORKSPACE_PATH_PLACEHOLDER",
    "Artifact",
    "BaseComponent",
    "ClassificationMetrics",
    "Collected",
    "ConcatPlaceholder",
    "Condition",
    "ContainerComponent",
    "ContainerSpec",
    "Dataset",
    "Elif",
    "Else",
    "EmbeddedInput",
    "ExitHandler",
    "GraphComponent",
    "If",
    "IfPresentPlaceholder",
    "ImporterComponent",
    "Input",
    "InputPath",
    "KubernetesWorkspaceConfig",
    "Markdown",
    "Metrics",
    "Model",
    "OneOf",
    "Output",
    "OutputPath",
    "ParallelFor",
    "PipelineArtifactChannel",
    "PipelineChannel",
    "PipelineConfig",
    "PipelineParameterChannel",
    "PipelineTask",
    "PipelineTaskFinalStatus",
    "PythonComponent",
    "SlicedClassificationMetrics",
    "TaskConfig",
    "TaskConfigField",
    "TaskConfigPassthrough",
    "WorkspaceConfig",
    "YamlComponent",
    "component",
    "container_component",
    "get_uri",
    "importer",
    "notebook_component",
    "pipeline",
    "register_runner",
    "run_notebook",
]
