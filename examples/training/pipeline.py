"""The course's training pipeline taken to production: evaluated, and deployed if good enough.

    headrace run examples/training/pipeline.py \
        -p data_path=$PWD/examples/training/flights.csv -p threshold=0.8

The first three steps are those of ``course.py``, beside this file.
"""

from typing import NamedTuple

from course import import_data_op, preprocess_data, train_model_op
from kfp import dsl
from kfp.dsl import HTML, Dataset, Input, Metrics, Model, Output


@dsl.component(
    base_image="python:3.9-slim",
    packages_to_install=["pandas==1.5.3", "scikit-learn==1.2.2"],
)
def evaluate(
    model: Input[Model],
    holdout: Input[Dataset],
    metrics: Output[Metrics],
    residuals: Output[HTML],
) -> NamedTuple("Scores", [("r2", float)]):
    """Scores the model on rows that it has not seen, and draws its residuals.

    Args:
        model: What `train_model_op` fitted.
        holdout: The rows that it kept back.
        metrics: r2, mean absolute error and root mean squared error, in the unit of `value`.
        residuals: A page with one point per row: predicted value against error.

    Returns:
        r2: Coefficient of determination; 1 is perfect, 0 is no better than the mean.
    """
    from pathlib import Path

    import joblib
    import pandas as pd
    from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

    table = pd.read_csv(holdout.path)
    predicted = joblib.load(model.path).predict(table[model.metadata["features"]])
    errors = table["value"].to_numpy() - predicted
    r2 = float(r2_score(table["value"], predicted))
    metrics.log_metric("r2", r2)
    metrics.log_metric("mean_absolute_error", mean_absolute_error(table["value"], predicted))
    metrics.log_metric("rmse", mean_squared_error(table["value"], predicted, squared=False))
    metrics.log_metric("rows", len(table))

    width, height = 640, 400
    left, right = float(predicted.min()), float(predicted.max())
    reach = float(abs(errors).max()) or 1.0
    points = []
    for at, error in zip(predicted, errors):
        x = 40 + (at - left) / ((right - left) or 1.0) * (width - 60)
        y = height / 2 - error / reach * (height / 2 - 20)
        points.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>')
    page = (
        "<!doctype html><meta charset=utf-8><title>Residuals</title>"
        f"<h1>Residuals: r2 {r2:.3f} on {len(table)} rows</h1>"
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<line x1="40" x2="{width - 20}" y1="{height / 2}" y2="{height / 2}" stroke="grey"/>'
        f'<g fill="steelblue" fill-opacity="0.5">{"".join(points)}</g>'
        f'<text x="4" y="20">+{reach:.0f}</text>'
        f'<text x="4" y="{height - 8}">-{reach:.0f}</text>'
        f'<text x="{width - 160}" y="{height - 8}">predicted, to {right:.0f}</text></svg>'
    )
    Path(residuals.path).write_text(page, encoding="utf-8")

    return NamedTuple("Scores", [("r2", float)])(r2)


@dsl.component(base_image="python:3.9-slim")
def deploy(model: Input[Model], r2: float, threshold: float, registry: str, run: str) -> str:
    """Puts the model into a registry: one directory per version, complete or absent.

    The version is the digest of the model, so that deploying the same model again changes
    nothing, and a step that is retried or resumed does no harm.

    Args:
        model: The model to serve.
        r2: Its score, for the card.
        threshold: The score that it had to reach, for the card.
        registry: Directory of the registry; made when missing (~ is the home directory).
        run: The run that made the model, for the card.

    Returns:
        The directory of the version, with `model.joblib` and `card.json`.
    """
    import hashlib
    import json
    import shutil
    import tempfile
    from pathlib import Path

    digest = hashlib.sha256(Path(model.path).read_bytes()).hexdigest()
    shelf = Path(registry).expanduser().absolute() / "arrival-delay"
    shelf.mkdir(parents=True, exist_ok=True)
    version = shelf / digest[:12]
    card = {
        "model": shelf.name,
        "version": version.name,
        "sha256": digest,
        "framework": model.metadata.get("framework"),
        "features": model.metadata.get("features"),
        "r2": r2,
        "threshold": threshold,
        "run": run,
    }

    # Complete or absent: written aside, then renamed.
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=shelf) as aside:
        draft = Path(aside) / "version"
        draft.mkdir()
        shutil.copyfile(model.path, draft / "model.joblib")
        (draft / "card.json").write_text(json.dumps(card, indent=2) + "\n")
        if not version.exists():
            try:
                draft.rename(version)
            except OSError:
                # Another run may have deployed the same model at the same moment.
                if not version.exists():
                    raise
        latest = Path(aside) / "LATEST"
        latest.write_text(version.name + "\n")
        latest.replace(shelf / "LATEST")
    return str(version)


@dsl.pipeline(
    name="train-evaluate-deploy",
    description="Trains a model and deploys it when its score passes a threshold.",
)
def train_evaluate_deploy(
    data_path: str,
    threshold: float = 0.8,
    registry: str = "~/model-registry",
) -> NamedTuple("Outputs", [("r2", float)]):
    """Trains a model and deploys it when its score passes a threshold.

    Args:
        data_path: URL or absolute path of a CSV file with a column `value`.
        threshold: The least r2 with which a model is deployed.
        registry: Directory of the model registry.

    Returns:
        r2: The score on rows that the model has not seen.
    """
    import_task = import_data_op(source_url=data_path)
    # What is behind a path changes while the path stays. When it has not changed, the steps
    # that follow are reused all the same, because they are known by the bytes they read.
    import_task.set_caching_options(False)
    preprocess_task = preprocess_data(raw_data=import_task.outputs["dataset"])
    train_task = train_model_op(training_data=preprocess_task.outputs["processed_data"])
    train_task.set_gpu_limit(1).set_cpu_limit("8").set_memory_limit("32G")
    evaluate_task = evaluate(
        model=train_task.outputs["model"],
        holdout=train_task.outputs["holdout"],
    )
    with dsl.If(evaluate_task.outputs["r2"] >= threshold, name="good enough"):
        deploy_task = deploy(
            model=train_task.outputs["model"],
            r2=evaluate_task.outputs["r2"],
            threshold=threshold,
            registry=registry,
            run=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
        )
        # It changes a directory outside the run, which a reused result would not.
        deploy_task.set_caching_options(False)
    return NamedTuple("Outputs", [("r2", float)])(r2=evaluate_task.outputs["r2"])
