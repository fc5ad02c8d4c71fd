"""Training pipelines as teams write them."""
import kfp
from kfp import compiler, dsl, kubernetes
from kfp.dsl import *
from typing import *

BASE_IMAGE = "registry.example.com/ml/base:1.4"
EPOCHS = [5, 10, 20]


@component(base_image="python:3.9-slim", packages_to_install=["pandas==1.5.3", "scikit-learn==1.2.2"])
def preprocess_data(raw_data: Input[Dataset], processed_data: Output[Dataset]):
    """Loads raw data, performs cleaning, and saves the result."""
    import pandas as pd
    df = pd.read_csv(raw_data.path)
    # Perform cleaning operations
    df.dropna(inplace=True)
    df = df[df['value'] > 0]
    df.to_csv(processed_data.path, index=False)


@component(base_image="python:3.9-slim", packages_to_install=["requests"])
def import_data_op(source_url: str, dataset: Output[Dataset]):
    import requests
    with open(dataset.path, "wb") as f:
        f.write(requests.get(source_url, timeout=60).content)


@component(base_image="python:3.9-slim", packages_to_install=["pandas==1.5.3", "scikit-learn==1.2.2", "joblib"])
def train_model_op(training_data: Input[Dataset], model: Output[Model], metrics: Output[Metrics], test_size: float = 0.2, seed: int = 42) -> float:
    import joblib
    import pandas as pd
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import train_test_split
    df = pd.read_csv(training_data.path)
    train, test = train_test_split(df, test_size=test_size, random_state=seed)
    fitted = LinearRegression().fit(train.drop(columns="value"), train["value"])
    score = fitted.score(test.drop(columns="value"), test["value"])
    metrics.log_metric("r2", score)
    joblib.dump(fitted, model.path)
    model.metadata["framework"] = "scikit-learn"
    return score


@component(base_image="python:3.9-slim")
def deploy_op(model: Input[Model], registry: str) -> NamedTuple("Deployment", [("uri", str), ("version", int)]):
    from collections import namedtuple
    return namedtuple("Deployment", ["uri", "version"])(f"{registry}/{model.name}", 1)


@component
def notify(message: str, channel: Optional[str] = None):
    print(message, channel)


@dsl.pipeline(name="simple-training-pipeline", description="A pipeline that preprocesses data and trains a model.")
def my_training_pipeline(data_path: str):
    import_task = import_data_op(source_url=data_path)
    preprocess_task = preprocess_data(raw_data=import_task.outputs["dataset"])
    train_task = train_model_op(training_data=preprocess_task.outputs["processed_data"])
    # You can also specify resource requests for a specific task
    train_task.set_gpu_limit(1).set_cpu_limit("8").set_memory_limit("32G")


@dsl.pipeline(name="train-evaluate-deploy")
def train_evaluate_deploy(data_path: str = "https://example.com/data.csv", threshold: float = 0.8, registry: str = "models", channel: str = "#ml"):
    import_task = import_data_op(source_url=data_path).set_caching_options(True).set_retry(num_retries=3, backoff_duration="30s", backoff_factor=2.0, backoff_max_duration="10m")
    preprocess_task = preprocess_data(raw_data=import_task.outputs["dataset"]).set_display_name("Preprocess")
    train_task = train_model_op(training_data=preprocess_task.outputs["processed_data"], seed=7)
    train_task.set_cpu_request("2").set_cpu_limit("8").set_memory_request("4Gi").set_memory_limit("32G")
    with dsl.If(train_task.outputs["Output"] >= threshold, name="good-enough"):
        deploy_task = deploy_op(model=train_task.outputs["model"], registry=registry)
        notify(message=f"deployed {deploy_task.outputs['uri']} v{deploy_task.outputs['version']} at {train_task.outputs['Output']}", channel=channel)
    with dsl.Else(name="not-good-enough"):
        notify(message=f"{train_task.outputs['Output']} is below {threshold}")


@component(base_image=BASE_IMAGE)
def make_folds(data: Input[Dataset], folds: int = 5) -> List[int]:
    return list(range(folds))


@component(base_image=BASE_IMAGE)
def train_fold(data: Input[Dataset], fold: int, learning_rate: float, epochs: int, model: Output[Model]) -> float:
    return 0.5


@component(base_image=BASE_IMAGE)
def mean(scores: List[float]) -> float:
    return sum(scores) / len(scores)


@component(base_image=BASE_IMAGE)
def pick_best(models: Input[List[Model]], scores: List[float], best: Output[Model]) -> int:
    return max(range(len(scores)), key=scores.__getitem__)


@dsl.pipeline(name="cross-validation")
def cross_validation(data_path: str, folds: int = 5, learning_rate: float = 0.01) -> NamedTuple("Outputs", [("best", Model), ("score", float)]):
    data = import_data_op(source_url=data_path)
    fold_list = make_folds(data=data.output, folds=folds)
    with dsl.ParallelFor(items=fold_list.output, name="folds", parallelism=3) as fold:
        fold_task = train_fold(data=data.outputs["dataset"], fold=fold, learning_rate=learning_rate, epochs=10)
        fold_task.set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(1)
        kubernetes.add_toleration(fold_task, key="nvidia.com/gpu", operator="Exists", effect="NoSchedule")
    score = mean(scores=dsl.Collected(fold_task.outputs["Output"]))
    best = pick_best(models=dsl.Collected(fold_task.outputs["model"]), scores=dsl.Collected(fold_task.outputs["Output"]))
    Outputs = NamedTuple("Outputs", [("best", Model), ("score", float)])
    return Outputs(best=best.outputs["best"], score=score.output)


@dsl.pipeline(name="hyper-parameter-sweep")
def sweep(data_path: str, rates: List[float] = [0.1, 0.01, 0.001]):
    data = dsl.importer(artifact_uri=data_path, artifact_class=Dataset, reimport=False, metadata={"source": data_path})
    with dsl.ParallelFor(rates) as rate:
        with dsl.ParallelFor(EPOCHS) as epochs:
            trial = train_fold(data=data.output, fold=0, learning_rate=rate, epochs=epochs)
        mean(scores=dsl.Collected(trial.outputs["Output"]))
    pick_best(models=dsl.Collected(trial.outputs["model"]), scores=[1.0, 2.0])


@dsl.pipeline(name="sweep-over-configurations")
def sweep_configurations(data_path: str):
    data = import_data_op(source_url=data_path)
    configurations = [{"rate": 0.1, "momentum": 0.9}, {"rate": 0.01, "momentum": 0.99}]
    with dsl.ParallelFor(configurations) as configuration:
        t = train_fold(data=data.outputs["dataset"], fold=1, learning_rate=configuration.rate, epochs=5)
        notify(message=f"{configuration.rate}/{configuration.momentum}: {t.outputs['Output']}")


@dsl.pipeline(name="nested-training")
def nested_training(data_paths: List[str], threshold: float = 0.7):
    exit_task = notify(message=f"finished {dsl.PIPELINE_JOB_NAME_PLACEHOLDER}")
    with dsl.ExitHandler(exit_task, name="always-notify"):
        with dsl.ParallelFor(data_paths, parallelism=2) as path:
            cv = cross_validation(data_path=path, folds=3)
            with dsl.If(cv.outputs["score"] > threshold):
                deploy_op(model=cv.outputs["best"], registry="prod")


@dsl.pipeline(name="champion-challenger")
def champion_challenger(data_path: str, champion_uri: str = "gs://models/champion") -> Model:
    data = import_data_op(source_url=data_path)
    clean = preprocess_data(raw_data=data.outputs["dataset"])
    champion = dsl.importer(artifact_uri=champion_uri, artifact_class=Model)
    challenger = train_model_op(training_data=clean.outputs["processed_data"])
    with dsl.If(challenger.outputs["Output"] > 0.9):
        deployed = pick_best(models=[], scores=[]) if False else train_fold(data=clean.outputs["processed_data"], fold=0, learning_rate=0.1, epochs=1)
    with dsl.Elif(challenger.outputs["Output"] > 0.8):
        retrained = train_fold(data=clean.outputs["processed_data"], fold=0, learning_rate=0.01, epochs=2)
    with dsl.Else():
        fallback = train_fold(data=data.outputs["dataset"], fold=0, learning_rate=0.001, epochs=3)
    chosen = dsl.OneOf(deployed.outputs["model"], retrained.outputs["model"], fallback.outputs["model"])
    deploy_op(model=chosen, registry="prod")
    deploy_op(model=champion.output, registry="archive")
    return chosen


if __name__ == "__main__":
    compiler.Compiler().compile(my_training_pipeline, "pipeline.yaml")

PIPELINES = {
    "simple training": my_training_pipeline,
    "train, evaluate, deploy": train_evaluate_deploy,
    "cross validation": cross_validation,
    "sweep": sweep,
    "sweep over configurations": sweep_configurations,
    "nested training": nested_training,
    "champion and challenger": champion_challenger,
}
