"""Language models: fine-tuning, evaluation, retrieval, distributed training."""
from typing import Any, Dict, List, NamedTuple, Optional

from kfp import compiler, components, dsl, kubernetes
from kfp.dsl import Artifact, Dataset, Input, Metrics, Model, Output, PipelineTaskFinalStatus, component, container_component, pipeline

TRAINER = "registry.example.com/llm/trainer@sha256:" + "0" * 64


@component(base_image="python:3.11", packages_to_install=["datasets>=2.14", "transformers[torch]~=4.40", "huggingface_hub"])
def download_dataset(name: str, split: str, output_dataset: Output[Dataset], revision: Optional[str] = None, streaming: bool = False) -> int:
    """Downloads a data set.

    Args:
        name: Name on the hub.
        split: Split.
        output_dataset: Where it goes.
        revision: Commit; the newest if None.
        streaming: Whether to stream.

    Returns:
        Number of rows.
    """
    from datasets import load_dataset
    ds = load_dataset(name, split=split, revision=revision, streaming=streaming)
    ds.save_to_disk(output_dataset.path)
    output_dataset.metadata["name"] = name
    return len(ds)


@component(base_image="python:3.11", packages_to_install=["transformers"])
def tokenize(dataset: Input[Dataset], tokenizer: str, max_length: int, tokenized: Output[Dataset]):
    pass


@container_component
def finetune(
    base_model: Input[Model],
    data: Input[Dataset],
    adapter: Output[Model],
    metrics: Output[Metrics],
    lora_rank: int = 8,
    lora_alpha: float = 16.0,
    learning_rate: float = 2e-5,
    target_modules: List[str] = ["q_proj", "v_proj"],
    deepspeed: Optional[str] = None,
    gradient_checkpointing: bool = True,
):
    return dsl.ContainerSpec(
        image=TRAINER,
        command=["torchrun", "--nproc_per_node", "8", "train.py"],
        args=[
            "--model", base_model.path, "--data", data.path, "--output", adapter.path, "--metrics", metrics.path,
            "--rank", lora_rank, "--alpha", lora_alpha, "--lr", learning_rate, "--modules", target_modules,
            dsl.IfPresentPlaceholder(input_name="deepspeed", then=["--deepspeed", deepspeed], else_=["--no-deepspeed"]),
            "--gc", gradient_checkpointing,
        ],
    )


@component(base_image="python:3.11")
def evaluate(model: Input[Model], benchmark: str, shots: int = 0) -> float:
    return 0.0


@component(base_image="python:3.11")
def compare(scores: List[float], baseline: Dict[str, float] = {"mmlu": 0.6}) -> NamedTuple("Verdict", [("better", bool), ("summary", str)]):
    return True, ""


@component(base_image="python:3.11")
def push(model: Input[Model], repository: str, message: str = "update"):
    pass


@component(base_image="python:3.11")
def report_status(status: PipelineTaskFinalStatus, webhook: str, extra: Optional[Dict[str, Any]] = None):
    print(status.state, status.error_code, status.error_message)


@pipeline(
    name="llm-finetuning",
    display_name="LLM fine-tuning",
    description="Fine-tunes with LoRA, evaluates, pushes when better.",
    pipeline_config=dsl.PipelineConfig(ttl_seconds_after_finished=86400),
)
def finetuning(
    dataset_name: str = "org/instructions",
    base_model_uri: str = "oci://registry.example.com/models/base:7b",
    rank: int = 16,
    learning_rate: float = 1e-4,
    benchmarks: List[str] = ["mmlu", "gsm8k"],
    repository: str = "org/finetuned",
    webhook: str = "https://hooks.example.com/x",
    hf_secret: str = "hf-token",
):
    status_task = report_status(webhook=webhook, extra={"repository": repository, "rank": rank})
    with dsl.ExitHandler(status_task, name="report"):
        data = download_dataset(name=dataset_name, split="train")
        kubernetes.use_secret_as_env(data, secret_name=hf_secret, secret_key_to_env={"token": "HF_TOKEN"})
        tokens = tokenize(dataset=data.outputs["output_dataset"], tokenizer="base", max_length=2048)
        base = dsl.importer(artifact_uri=base_model_uri, artifact_class=dsl.Model, reimport=False)
        tuned = finetune(base_model=base.output, data=tokens.outputs["tokenized"], lora_rank=rank, learning_rate=learning_rate, deepspeed="zero3")
        tuned.set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(8).set_cpu_limit("96").set_memory_limit("1Ti").set_retry(2, "1m", 2, "1h")
        tuned.set_env_variable("NCCL_DEBUG", "INFO").set_env_variable("TOKENIZERS_PARALLELISM", "false")
        kubernetes.add_node_selector(tuned, label_key="pool", label_value="h100")
        kubernetes.add_toleration(tuned, key="gpu", operator="Equal", value="h100", effect="NoSchedule")
        kubernetes.empty_dir_mount(tuned, volume_name="shm", mount_path="/dev/shm", medium="Memory", size_limit="64Gi")
        with dsl.ParallelFor(benchmarks, name="benchmarks", parallelism=2) as benchmark:
            score = evaluate(model=tuned.outputs["adapter"], benchmark=benchmark, shots=5)
        verdict = compare(scores=dsl.Collected(score.output))
        with dsl.If(verdict.outputs["better"] == True, name="is-better"):
            push(model=tuned.outputs["adapter"], repository=repository, message=f"{dsl.PIPELINE_JOB_NAME_PLACEHOLDER}: {verdict.outputs['summary']}")


@component(base_image="python:3.11")
def chunk(documents: Input[Dataset], size: int = 512, overlap: int = 64) -> NamedTuple("Chunks", [("chunks", Dataset), ("batches", List[int])]):
    pass


@component(base_image="python:3.11", packages_to_install=["sentence-transformers==2.7.0"])
def embed(chunks: Input[Dataset], batch: int, model_name: str) -> Dataset:
    return Dataset(uri=dsl.get_uri())


@component(base_image="python:3.11")
def index(vectors: List[Dataset], url: str, collection: str) -> str:
    return collection


@component(base_image="python:3.11")
def smoke_test(collection: str, question: str) -> str:
    return ""


@pipeline(name="rag-index")
def rag_index(documents: Input[Dataset], url: str, model_name: str = "small", questions: List[str] = ["What?", "Who?"]) -> str:
    chunks = chunk(documents=documents, size=256)
    with dsl.ParallelFor(chunks.outputs["batches"], parallelism=4) as batch:
        vectors = embed(chunks=chunks.outputs["chunks"], batch=batch, model_name=model_name).set_cpu_limit("4")
    indexed = index(vectors=dsl.Collected(vectors.output), url=url, collection=f"docs-{dsl.PIPELINE_JOB_ID_PLACEHOLDER}")
    with dsl.ParallelFor(questions) as question:
        smoke_test(collection=indexed.output, question=question)
    return indexed.output


@pipeline(name="rag-refresh")
def rag_refresh(uris: List[str], url: str):
    with dsl.ParallelFor(uris) as uri:
        imported = dsl.importer(artifact_uri=uri, artifact_class=Dataset)
        refreshed = rag_index(documents=imported.output, url=url, questions=["Where?"])
        smoke_test(collection=refreshed.output, question="ok?")


@pipeline(name="distributed-training", pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size="100Gi", kubernetes=dsl.KubernetesWorkspaceConfig(pvcSpecPatch={"accessModes": ["ReadWriteMany"]}))))
def distributed(nodes: int = 4, gpus: str = "8", image: str = TRAINER):

    @dsl.component(base_image="python:3.11", packages_to_install=["kubernetes"], task_config_passthroughs=[
        dsl.TaskConfigField.RESOURCES, dsl.TaskConfigField.KUBERNETES_TOLERATIONS, dsl.TaskConfigField.KUBERNETES_NODE_SELECTOR,
        dsl.TaskConfigPassthrough(field=dsl.TaskConfigField.ENV, apply_to_task=True),
        dsl.TaskConfigPassthrough(field=dsl.TaskConfigField.KUBERNETES_VOLUMES, apply_to_task=True)])
    def launch(nodes: int, workspace: str, model: Output[Model], config: dsl.TaskConfig) -> str:
        return str(config.resources)

    launched = launch(nodes=nodes, workspace=dsl.WORKSPACE_PATH_PLACEHOLDER)
    launched.set_cpu_limit("8").set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(gpus).set_env_variable("A", "b")
    launched.set_container_image(image)
    evaluate(model=launched.outputs["model"], benchmark="all").after(launched)


PIPELINES = {
    "fine-tuning": finetuning,
    "retrieval index": rag_index,
    "retrieval refresh": rag_refresh,
    "distributed training": distributed,
    "fine-tuning step alone": finetune,
    "download alone": download_dataset,
}
