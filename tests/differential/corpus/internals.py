"""Modules below kfp.dsl that people import from, and further spellings of annotations."""
from typing import List, NamedTuple, Optional, Union

import kfp
from kfp import dsl
from kfp.compiler.compiler import Compiler
from kfp.components import BaseComponent, ContainerComponent, PythonComponent, YamlComponent
from kfp.dsl import PipelineTask, pipeline_channel
from kfp.dsl.base_component import BaseComponent as Base
from kfp.dsl.component_decorator import component
from kfp.dsl.graph_component import GraphComponent
from kfp.dsl.pipeline_channel import PipelineArtifactChannel, PipelineChannel, PipelineParameterChannel
from kfp.dsl.pipeline_task import PipelineTask as Task
from kfp.dsl.types.artifact_types import Dataset, Model
from kfp.dsl.types.type_annotations import InputPath, OutputPath
from kfp.dsl import Input, Output


@component(base_image='python:3.11')
def make(out: Output[Dataset], text: Optional[str] = None) -> None:
    print(text)


@component(base_image='python:3.11')
def marked_return(data: dsl.Input[dsl.Dataset]) -> dsl.Model:
    return dsl.Model(uri=dsl.get_uri())


@component(base_image='python:3.11')
def plain_list(values: list, names: List) -> list:
    return values


@dsl.container_component
def annotated_container(text: str = 'a') -> dsl.ContainerSpec:
    return dsl.ContainerSpec(image='alpine', command=['echo', text], args=[])


def configured(task: PipelineTask, name: str) -> PipelineTask:
    task.set_caching_options(False)
    return task.set_display_name(name)


def data_of(task: Task) -> Union[PipelineArtifactChannel, PipelineParameterChannel]:
    return task.outputs['out']


assert isinstance(make, PythonComponent) and isinstance(make, BaseComponent) and isinstance(make, Base)
assert isinstance(annotated_container, ContainerComponent) and not isinstance(make, YamlComponent)
assert make.name == 'make'
assert plain_list.python_func([1], []) == [1]


@dsl.pipeline(name='internals')
def internals(text: str = 'x') -> Model:
    assert isinstance(text, PipelineParameterChannel) and isinstance(text, PipelineChannel)
    assert isinstance(text, pipeline_channel.PipelineChannel)
    task = configured(make(text=text), 'Made')
    assert isinstance(task, Task)
    annotated_container(text=text)
    plain_list(values=[1, text], names=['a'])
    return marked_return(data=data_of(task)).output


assert isinstance(internals, GraphComponent) and internals.pipeline_func.__name__ == 'internals'

PIPELINES = {
    'internals': internals,
}
