"""ETL, batch inference, monitoring, features: pipelines around data."""
import datetime
import json
import os
from typing import Dict, List, NamedTuple, Optional

import kfp
import kfp.dsl as dsl
from kfp import kubernetes
from kfp.dsl import ClassificationMetrics, Dataset, HTML, Input, InputPath, Markdown, Metrics, Model, Output, OutputPath

IMAGE = os.environ.get("CORPUS_IMAGE", "python:3.10-slim")
COMMON = dict(base_image=IMAGE, packages_to_install=["pandas", "pyarrow"])
TABLES = ["users", "orders", "items"]


@kfp.dsl.component(**COMMON)
def list_partitions(table: str, start: str, end: str) -> List[str]:
    return [start, end]


@kfp.dsl.component(**COMMON)
def extract(table: str, partition: str, query: str, out: OutputPath("Dataset")) -> int:
    with open(out, "w") as f:
        f.write(query)
    return 1


@kfp.dsl.component(**COMMON)
def validate(data: InputPath("Dataset"), rules: Dict[str, List[str]], strict: bool = False) -> NamedTuple("Result", [("ok", bool), ("errors", list), ("rows", int)]):
    return True, [], 1


@kfp.dsl.component(**COMMON)
def transform(data: Input[Dataset], out: Output[Dataset], columns: Optional[List[str]] = None):
    """Transforms.

    Args:
        data: Input table.
        out: Output table.
        columns: Columns to keep; all if None.
    """


@kfp.dsl.component(**COMMON)
def merge(parts: Input[List[Dataset]], merged: Output[Dataset]):
    pass


@kfp.dsl.component(**COMMON)
def quarantine(data: Input[Dataset], errors: list):
    pass


@dsl.container_component
def load(data: Input[Dataset], table: str, credentials: str, mode: str = "append", rows: OutputPath(int) = None):
    return dsl.ContainerSpec(
        image="registry.example.com/loader:2",
        command=["/bin/sh", "-c"],
        args=[dsl.ConcatPlaceholder(["load --table=", table, " --mode=", mode, " --file=", data.path])],
    )


@dsl.container_component
def bq_query(query: str, project: str, destination: Output[Dataset], job_id: OutputPath(str), labels: Dict[str, str] = {}, dry_run: bool = False):
    return dsl.ContainerSpec(
        image="gcr.io/google.com/cloudsdktool/cloud-sdk:slim",
        command=["bq", "query"],
        args=["--project_id", project, "--dry_run", dry_run, "--labels", labels,
              dsl.IfPresentPlaceholder(input_name="query", then=["--query", query]), "--out", destination.uri, "--job", job_id],
    )


@dsl.pipeline(name="etl")
def etl(start: str = "2024-01-01", end: str = "2024-01-31", rules: Dict[str, List[str]] = {"not_null": ["id"]}):
    with dsl.ParallelFor(TABLES, name="tables") as table:
        partitions = list_partitions(table=table, start=start, end=end)
        with dsl.ParallelFor(partitions.output, name="partitions", parallelism=4) as partition:
            extracted = extract(table=table, partition=partition, query=f"SELECT * FROM {table} WHERE day = '{partition}'")
            extracted.set_retry(num_retries=2).set_memory_limit("4Gi")
            kubernetes.use_secret_as_env(extracted, secret_name="warehouse", secret_key_to_env={"user": "DB_USER", "password": "DB_PASSWORD"})
            checked = validate(data=extracted.outputs["out"], rules=rules, strict=True)
            with dsl.If(checked.outputs["ok"] == True):
                transform(data=extracted.outputs["out"], columns=["id"])
            with dsl.Else():
                quarantine(data=extracted.outputs["out"], errors=checked.outputs["errors"])
        merged = merge(parts=dsl.Collected(extracted.outputs["out"]))
        load(data=merged.outputs["merged"], table=table, credentials="c")


@dsl.pipeline(name="etl-linear", pipeline_root="s3://bucket/etl")
def etl_linear(project: str, credentials: str, query: str = "SELECT 1"):
    asked = bq_query(query=query, project=project, labels={"team": "data", "project": project})
    cleaned = transform(data=asked.outputs["destination"])
    loaded = load(data=cleaned.outputs["out"], table=f"{project}.table", credentials=credentials, mode="overwrite")
    bq_query(query=f"SELECT COUNT(*) -- {asked.outputs['job_id']}", project=project, dry_run=True).after(loaded)


@kfp.dsl.component(**COMMON)
def shard(data: Input[Dataset], shards: int) -> List[Dict[str, str]]:
    return []


@kfp.dsl.component(**COMMON)
def predict(model: Input[Model], uri: str, name: str, predictions: Output[Dataset]):
    pass


@kfp.dsl.component(**COMMON)
def report(predictions: Input[List[Dataset]], metrics: Output[ClassificationMetrics], scalars: Output[Metrics], page: Output[HTML], notes: Output[Markdown]):
    metrics.log_confusion_matrix(["a", "b"], [[1, 2], [3, 4]])


@dsl.pipeline(name="batch-inference")
def batch_inference(data_uri: str, model_uri: str, shards: int = 8, accelerator: str = "nvidia.com/gpu", memory: str = "16Gi"):
    data = dsl.importer(artifact_uri=data_uri, artifact_class=dsl.Dataset)
    model = dsl.importer(artifact_uri=model_uri, artifact_class=dsl.Model, metadata={"stage": "production"})
    parts = shard(data=data.output, shards=shards)
    with dsl.ParallelFor(parts.output) as part:
        predicted = predict(model=model.output, uri=part.uri, name=part.name)
        predicted.set_accelerator_type(accelerator).set_accelerator_limit(1).set_memory_limit(memory)
    report(predictions=dsl.Collected(predicted.outputs["predictions"]))


@kfp.dsl.component(**COMMON)
def drift(reference: Input[Dataset], current: Input[Dataset], method: str = "psi") -> NamedTuple("Drift", score=float, columns=List[str], detail=Dict[str, float]):
    pass


@kfp.dsl.component(**COMMON)
def alert(text: str, severity: int = 1):
    pass


@kfp.dsl.component(**COMMON)
def retrain(columns: List[str], reason: str) -> str:
    return ""


@dsl.pipeline(name="monitoring")
def monitoring(reference: Input[Dataset], current: Input[Dataset], warn: float = 0.1, fail: float = 0.25) -> str:
    measured = drift(reference=reference, current=current)
    with dsl.If(measured.outputs["score"] > fail):
        alert(text="failing", severity=3)
        a = retrain(columns=measured.outputs["columns"], reason=f"drift {measured.outputs['score']}")
    with dsl.Elif(measured.outputs["score"] > warn):
        alert(text=f"warning: {measured.outputs['score']}", severity=2)
        b = retrain(columns=[], reason="warning")
    with dsl.Else():
        c = retrain(columns=[], reason="none")
    return dsl.OneOf(a.output, b.output, c.output)


@dsl.pipeline(name="claims-and-steps")
def claims_and_steps(size: str = "50Gi", storage_class: str = "fast"):
    claim = kubernetes.CreatePVC(pvc_name_suffix="-scratch", access_modes=["ReadWriteMany"], size=size, storage_class_name=storage_class)
    last = None
    for name in ("download", "unpack", "index"):
        step = alert(text=name).set_display_name(name.title())
        kubernetes.mount_pvc(step, pvc_name=claim.outputs["name"], mount_path="/scratch")
        kubernetes.set_timeout(step, 3600)
        if last is not None:
            step.after(last)
        last = step
    kubernetes.DeletePVC(pvc_name=claim.outputs["name"]).after(last)


def build(stages: int, name: str):
    """A pipeline made by a function, as platform teams do."""

    @dsl.pipeline(name=name, description=f"{stages} stages made by a function.")
    def generated(data: Input[Dataset], tag: str = name):
        current = data
        for index in range(stages):
            task = transform(data=current, columns=[tag, str(index)])
            task.set_display_name(f"stage {index}")
            current = task.outputs["out"]

    return generated


PIPELINES = {
    "etl": etl,
    "etl linear": etl_linear,
    "batch inference": batch_inference,
    "monitoring": monitoring,
    "claims and steps": claims_and_steps,
    "generated, 2 stages": build(2, "two-stages"),
    "generated, 7 stages": build(7, "seven-stages"),
    "query alone": bq_query,
}
