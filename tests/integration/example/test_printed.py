"""The example holds the course's code as printed, and data that needs the cleaning it does."""

from __future__ import annotations

import csv

from .conftest import TRAINING

COMPONENT = '''\
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
'''

PIPELINE = """\
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
"""


def test_the_component_stands_as_printed():
    assert COMPONENT in (TRAINING / "course.py").read_text("utf-8")


def test_the_pipeline_stands_as_printed():
    assert PIPELINE in (TRAINING / "course.py").read_text("utf-8")


def test_the_data_has_empty_cells_and_values_to_drop():
    with (TRAINING / "flights.csv").open(newline="", encoding="utf-8") as file:
        values = [row["value"] for row in csv.DictReader(file)]
    empty = values.count("")
    dropped = sum(1 for value in values if value and int(value) <= 0)
    assert (len(values), empty, dropped) == (6985, 150, 4359)
