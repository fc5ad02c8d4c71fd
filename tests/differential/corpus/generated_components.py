"""The components that random pipelines are made of; copied beside them."""

import os
import tempfile
from typing import Dict, List, NamedTuple, Optional

from kfp import compiler, components, dsl
from kfp.dsl import Dataset, Input, Metrics, Model, Output, PipelineTaskFinalStatus


@dsl.component(base_image="python:3.11")
def say(text: str = "x") -> str:
    return text


@dsl.component(base_image="python:3.11")
def pair(text: str, number: int = 1) -> NamedTuple("Pair", [("text", str), ("number", int)]):
    return text, number


@dsl.component(base_image="python:3.11")
def add(a: int, b: int = 1) -> int:
    return a + b


@dsl.component(base_image="python:3.11")
def scale(x: float, by: float = 0.5) -> float:
    return x * by


@dsl.component(base_image="python:3.11")
def check(number: int) -> bool:
    return number > 0


@dsl.component(base_image="python:3.11")
def split(text: str) -> List[str]:
    return text.split()


@dsl.component(base_image="python:3.11")
def count(number: int, step: int = 1) -> List[int]:
    return list(range(0, number, step))


@dsl.component(base_image="python:3.11")
def join(texts: List[str]) -> str:
    return "".join(texts)


@dsl.component(base_image="python:3.11")
def total(numbers: List[int]) -> int:
    return sum(numbers)


@dsl.component(base_image="python:3.11")
def options(text: str) -> Dict[str, str]:
    return {"a": text}


@dsl.component(base_image="python:3.11")
def use_options(values: Dict[str, str], text: str = "") -> str:
    return text


@dsl.component(base_image="python:3.11")
def make(text: str, data: Output[Dataset]) -> int:
    return 1


@dsl.component(base_image="python:3.11")
def fit(data: Input[Dataset], rate: float = 0.1) -> Model:
    return Model(uri=dsl.get_uri())


@dsl.component(base_image="python:3.11")
def measure(
    model: Input[Model], metrics: Output[Metrics], data: Optional[Input[Dataset]] = None
) -> float:
    return 0.5


@dsl.component(base_image="python:3.11")
def merge(parts: Input[List[Dataset]]) -> Dataset:
    return Dataset(uri=dsl.get_uri())


@dsl.component(base_image="python:3.11")
def best(models: List[Model], note: str = "") -> Model:
    return models[0]


@dsl.component(base_image="python:3.11")
def maybe(
    text: Optional[str] = None, numbers: Optional[List[int]] = None, model: Optional[Input[Model]] = None
):
    pass


@dsl.component(base_image="python:3.11")
def report(status: PipelineTaskFinalStatus, text: str = "done"):
    print(status.state)


@dsl.container_component
def tool(text: str, number: int, data: Input[Dataset], out: Output[Dataset]):
    return dsl.ContainerSpec(
        image="alpine", command=["tool", text], args=[number, data.path, out.path]
    )


def reloaded(component):
    """Return what is read back from the component's compiled file."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "component.yaml")
        compiler.Compiler().compile(component, path)
        return components.load_component_from_file(path)
