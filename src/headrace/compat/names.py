"""Which ``kfp`` modules are served, and where their names live in Headrace.

A table and nothing else. A module here is a list of Headrace modules that are asked in turn, and
of names that are called otherwise there. Private names of the official SDK are not served.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: The release of the official SDK that the served surface is that of.
KFP_VERSION = "2.17.0"


@dataclass(frozen=True, slots=True)
class Served:
    """A module that is served.

    Attributes:
        sources: Modules of Headrace that have its names, asked in this order.
        renamed: Names that are found elsewhere, as ``module:name``.
        values: Names with a value of their own.
        submodules: Submodules that are attributes without an import of their own.
    """

    sources: tuple[str, ...] = ()
    renamed: dict[str, str] = field(default_factory=dict[str, str])
    values: dict[str, object] = field(default_factory=dict[str, object])
    submodules: tuple[str, ...] = ()


_DSL = ("headrace.dsl",)
_KUBERNETES = ("headrace.kubernetes",)
_COMPONENTS = ("headrace.components",)
_DSL_EXCEPTIONS = "headrace.dsl.exceptions"

_DSL_SUBMODULES = (
    "base_component",
    "component_decorator",
    "component_task_config",
    "container_component_class",
    "container_component_decorator",
    "graph_component",
    "importer_component",
    "importer_node",
    "notebook_component_decorator",
    "notebook_helpers",
    "pipeline_config",
    "pipeline_context",
    "pipeline_task",
    "placeholders",
    "python_component",
    "structures",
    "task_config",
    "task_final_status",
    "yaml_component",
)
_KUBERNETES_SUBMODULES = (
    "config_map",
    "empty_dir",
    "field",
    "image",
    "node_affinity",
    "node_selector",
    "pod_metadata",
    "secret",
    "security_context",
    "timeout",
    "toleration",
    "volume",
)

SERVED: dict[str, Served] = {
    "kfp": Served(
        values={"__version__": KFP_VERSION, "TYPE_CHECK": True},
        renamed={"Client": "headrace.compat.absent:Client"},
        submodules=("compiler", "components", "dsl", "kubernetes", "local", "version"),
    ),
    "kfp.version": Served(values={"__version__": KFP_VERSION}),
    "kfp.dsl": Served(_DSL, submodules=("types",)),
    "kfp.dsl.types": Served(submodules=("artifact_types", "type_annotations", "type_utils")),
    "kfp.dsl.types.artifact_types": Served(_DSL),
    "kfp.dsl.types.type_annotations": Served(_DSL),
    "kfp.dsl.types.type_utils": Served(
        renamed={"InconsistentTypeException": f"{_DSL_EXCEPTIONS}:InconsistentTypeException"}
    ),
    "kfp.dsl.pipeline_channel": Served(("headrace.dsl", "headrace.dsl.channels")),
    "kfp.dsl.for_loop": Served(_DSL),
    "kfp.dsl.tasks_group": Served(
        _DSL,
        renamed={"InvalidControlFlowException": f"{_DSL_EXCEPTIONS}:InvalidControlFlowException"},
    ),
    "kfp.compiler": Served(("headrace.compiler",), submodules=("compiler", "compiler_utils")),
    "kfp.compiler.compiler": Served(("headrace.compiler",)),
    "kfp.compiler.compiler_utils": Served(
        ("headrace.compiler",),
        renamed={"InvalidTopologyException": f"{_DSL_EXCEPTIONS}:InvalidTopologyException"},
    ),
    "kfp.components": Served(_COMPONENTS, submodules=("load_yaml_utilities",)),
    "kfp.components.load_yaml_utilities": Served(_COMPONENTS),
    "kfp.kubernetes": Served(_KUBERNETES, values={"__version__": KFP_VERSION}),
    "kfp.local": Served(("headrace.local",), submodules=("config",)),
    "kfp.local.config": Served(("headrace.local",)),
    "kfp.v2": Served(submodules=("compiler", "components", "dsl")),
    "kfp.v2.compiler": Served(("headrace.compiler",)),
    "kfp.v2.components": Served(_COMPONENTS),
    "kfp.v2.dsl": Served(_DSL),
    **{f"kfp.dsl.{name}": Served(_DSL) for name in _DSL_SUBMODULES},
    **{f"kfp.kubernetes.{name}": Served(_KUBERNETES) for name in _KUBERNETES_SUBMODULES},
}

#: What Headrace has instead of modules that it does not serve.
INSTEAD: dict[str, str] = {
    "kfp.client": "to run a pipeline here, use `headrace run` or call it after local.init(...)",
    "kfp.registry": "files of pipelines are used by path; there is no registry client",
    "kfp.cli": "use the command `headrace`",
    "kfp.kubeflow_client": "to run a pipeline here, use `headrace run`",
    "kfp.pipeline_spec": "headrace.ir reads and writes pipeline documents without protobuf",
}
