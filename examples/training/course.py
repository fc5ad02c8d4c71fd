"""The pipeline of the course, as printed, with the two components that it leaves to the reader.

    headrace run examples/training/course.py -p data_path=https://example.org/flights.csv

``pipeline.py`` goes on from here: it evaluates the model and deploys it when it is good enough.
"""

from kfp.dsl import component, Input, Output, Dataset

@component(
    base_image="python:3.9-slim",
    packages_to_install=["pandas==1.5.3", "scikit-learn==1.2.2"]
)
def preprocess_data(
    raw_data: Input[Dataset],
    processed_data: Output[Dataset]
):
    """Loads raw data, performs cleaning, and saves the result."""
    import pandas as pd
    df = pd.read_csv(raw_data.path)
    # Perform cleaning operations
    df.dropna(inplace=True)
    df = df[df['value'] > 0]
    df.to_csv(processed_data.path, index=False)


# Ours: the printed pipeline calls import_data_op and train_model_op and leaves them to the reader.

from kfp.dsl import Metrics, Model


@component(base_image="python:3.9-slim")
def import_data_op(source_url: str, dataset: Output[Dataset]):
    """Downloads a URL, or copies a file of this machine, into a dataset.

    Args:
        source_url: http(s):// or file:// URL, or an absolute path (~ is the home directory).
        dataset: The bytes as they are; metadata "source" says where they came from.
    """
    import os
    import shutil
    import urllib.parse
    import urllib.request

    parts = urllib.parse.urlsplit(source_url)
    if parts.scheme in ("http", "https"):
        with urllib.request.urlopen(source_url, timeout=60) as response:
            with open(dataset.path, "wb") as target:
                shutil.copyfileobj(response, target)
    else:
        named = urllib.request.url2pathname(parts.path) if parts.scheme == "file" else source_url
        path = os.path.expanduser(named)
        if not os.path.isabs(path):
            raise ValueError(
                f"data_path {source_url!r} is relative, and each step runs in a directory of its "
                "own: give an absolute path or a URL"
            )
        shutil.copyfile(path, dataset.path)
    dataset.metadata["source"] = source_url


@component(
    base_image="python:3.9-slim",
    packages_to_install=["pandas==1.5.3", "scikit-learn==1.2.2"],
)
def train_model_op(
    training_data: Input[Dataset],
    model: Output[Model],
    metrics: Output[Metrics],
    holdout: Output[Dataset],
):
    """Fits a regression of the column `value` on all columns of numbers.

    Args:
        training_data: A clean table with a column `value`.
        model: The fitted estimator, written by joblib; metadata "features" names its columns.
        metrics: Rows used, and the coefficient of determination (r2) on the rows fitted.
        holdout: Every fifth row, which the model has not seen.
    """
    import joblib
    import pandas as pd
    from sklearn.ensemble import GradientBoostingRegressor

    table = pd.read_csv(training_data.path)
    unseen = table.iloc[::5]
    seen = table.drop(unseen.index)
    features = [name for name in table.select_dtypes("number").columns if name != "value"]
    regressor = GradientBoostingRegressor(random_state=0)
    regressor.fit(seen[features], seen["value"])

    joblib.dump(regressor, model.path)
    model.framework = "scikit-learn"
    model.metadata["features"] = features
    metrics.log_metric("rows_fitted", len(seen))
    metrics.log_metric("r2_fitted", regressor.score(seen[features], seen["value"]))
    unseen.to_csv(holdout.path, index=False)


# As printed, from here to the end.

from kfp.dsl import pipeline

@pipeline(
    name="simple-training-pipeline",
    description="A pipeline that preprocesses data and trains a model."
)
def my_training_pipeline(data_path: str):
    import_task = import_data_op(source_url=data_path)
    preprocess_task = preprocess_data(raw_data=import_task.outputs["dataset"])
    train_task = train_model_op(training_data=preprocess_task.outputs["processed_data"])
    # You can also specify resource requests for a specific task
    train_task.set_gpu_limit(1).set_cpu_limit("8").set_memory_limit("32G")
