"""Right programs: components, pipelines, importers, compiling, loading."""
from typing import Dict, List, NamedTuple, Optional

from headrace import compiler, components, dsl
from headrace.dsl import (HTML, Artifact, ClassificationMetrics, Dataset, Input, Markdown, Metrics, Model, Output,
                          SlicedClassificationMetrics)


class Split(NamedTuple):
    train: Dataset
    rows: int


@dsl.component
def plain(text: str, count: int = 1) -> str:
    return text * count


@dsl.component(
    base_image="python:3.11",
    packages_to_install=["pandas"],
    pip_index_urls=["https://mirror.example.com/simple"],
    pip_trusted_hosts=["mirror.example.com"],
    install_kfp_package=False,
    use_venv=True,
    task_config_passthroughs=[dsl.TaskConfigField.ENV, dsl.TaskConfigPassthrough(field=dsl.TaskConfigField.RESOURCES, apply_to_task=True)],
)
def fit(data: Input[Dataset], model: Output[Model], metrics: Output[Metrics], rate: float = 0.1, tags: Optional[List[str]] = None) -> float:
    with open(data.path) as source, open(model.path, "w") as target:
        target.write(source.read())
    model.framework = "none"
    model.metadata["rate"] = rate
    metrics.log_metric("loss", 0.5)
    print(data.uri, data.name, tags)
    return rate


@dsl.component
def pythonic(data: Dataset) -> Model:
    return Model(uri=dsl.get_uri(), metadata={"from": data.uri})


@dsl.component
def split(data: Dataset) -> Split:
    return Split(train=Dataset(uri=dsl.get_uri("train")), rows=3)


@dsl.component
def shown(roc: Output[ClassificationMetrics], sliced: Output[SlicedClassificationMetrics], page: Output[HTML], notes: Output[Markdown]):
    roc.log_roc_curve([0.0, 1.0], [0.0, 1.0], [1.0, 0.0])
    roc.log_confusion_matrix(["a", "b"], [[1, 2], [3, 4]])
    roc.set_confusion_matrix_categories(["a"])
    roc.log_confusion_matrix_row("a", [1])
    roc.log_confusion_matrix_cell("a", "a", 1)
    roc.log_roc_data_point(0.1, 0.2, 0.3)
    sliced.set_confusion_matrix_categories("slice", ["a"])
    print(page.path, notes.path)


@dsl.component
def finished(status: dsl.PipelineTaskFinalStatus, config: dsl.TaskConfig):
    print(status.state, status.pipeline_job_resource_name, status.error_code, status.error_message, config.env)


@dsl.container_component
def tool(text: str, data: Input[Dataset], out: Output[Dataset], number: Optional[int] = None):
    return dsl.ContainerSpec(
        image="alpine",
        command=["tool", data.path],
        args=[dsl.ConcatPlaceholder(["--text=", text]), dsl.IfPresentPlaceholder(input_name="number", then=["--number", text], else_=["none"]), out.uri],
    )


@dsl.notebook_component(notebook_path="train.ipynb", packages_to_install=[])
def notebook(rate: float):
    dsl.run_notebook(rate=rate)


@dsl.pipeline
def inner(text: str = "x") -> str:
    return plain(text=text).output


@dsl.pipeline(
    name="training",
    description="Trains.",
    display_name="Training",
    pipeline_root="gs://bucket",
    pipeline_config=dsl.PipelineConfig(
        workspace=dsl.WorkspaceConfig(size="1Gi", kubernetes=dsl.KubernetesWorkspaceConfig(pvcSpecPatch={"a": 1})),
        ttl_seconds_after_finished=60,
        active_deadline_seconds=60,
    ),
)
def training(uri: str, rate: float = 0.1, options: Dict[str, str] = {}) -> Model:
    data = dsl.importer(artifact_uri=uri, artifact_class=Dataset, reimport=False, metadata={"uri": uri, "rate": rate})
    task = fit(data=data.output, rate=rate)
    called = inner(text=f"{uri}-{task.outputs['Output']}")
    tool(text=called.output, data=data.output)
    return task.outputs["model"]


compiler.Compiler().compile(training, "training.yaml")
compiler.Compiler().compile(
    pipeline_func=training,
    package_path="training.yaml",
    pipeline_name="other",
    pipeline_display_name="Other",
    pipeline_parameters={"rate": 0.5},
    type_check=True,
    kubernetes_manifest_format=True,
    kubernetes_manifest_options=compiler.KubernetesManifestOptions(pipeline_name="x", namespace="y", include_pipeline_manifest=True),
)
loaded: dsl.BaseComponent = components.load_component_from_file("training.yaml")
components.load_component_from_text("name: x")
components.load_component_from_url("https://example.com/x.yaml", auth=("user", "password"))
print(loaded.name, training.description, training.pipeline_spec, Artifact(name="a", uri="b", metadata={"c": 1}).metadata)
