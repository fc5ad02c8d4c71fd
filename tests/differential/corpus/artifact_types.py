"""Artifacts in both styles, lists, optional ones, custom classes, paths."""
from typing import List, NamedTuple, Optional, Union

from kfp import dsl
from kfp.dsl import (HTML, Artifact, ClassificationMetrics, Dataset, Input, InputPath, Markdown, Metrics, Model, Output,
                     OutputPath, SlicedClassificationMetrics)

import custom_artifacts
from custom_artifacts import VertexEndpoint


@dsl.component(base_image='python:3.11')
def make_everything(
    a: Output[Artifact],
    d: Output[Dataset],
    m: Output[Model],
    me: Output[Metrics],
    cm: Output[ClassificationMetrics],
    sm: Output[SlicedClassificationMetrics],
    h: Output[HTML],
    md: Output[Markdown],
):
    me.log_metric('accuracy', 0.9)


@dsl.component(base_image='python:3.11')
def take_everything(
    a: Input[Artifact],
    d: Input[Dataset],
    m: Input[Model],
    me: Input[Metrics],
    cm: Input[ClassificationMetrics],
    sm: Input[SlicedClassificationMetrics],
    h: Input[HTML],
    md: Input[Markdown],
) -> float:
    return 1.0


@dsl.component(base_image='python:3.11')
def take_any(a: Input[Artifact], label: str = 'x'):
    print(a.uri, label)


@dsl.component(base_image='python:3.11')
def take_dataset(d: Input[Dataset]):
    print(d.uri)


@dsl.component(base_image='python:3.11')
def pythonic_dataset(rows: int) -> Dataset:
    return Dataset(uri=dsl.get_uri(), metadata={'rows': rows})


@dsl.component(base_image='python:3.11')
def pythonic_model(data: Dataset, rate: float = 0.1) -> Model:
    return Model(uri=dsl.get_uri('model'))


@dsl.component(base_image='python:3.11')
def pythonic_many(data: dsl.Dataset) -> NamedTuple('Outputs', [('model', Model), ('report', HTML), ('score', float)]):
    from collections import namedtuple
    return namedtuple('Outputs', ['model', 'report', 'score'])(Model(uri=''), HTML(uri=''), 1.0)


@dsl.component(base_image='python:3.11')
def mixed(data: Dataset, other: Input[Dataset], out: Output[Metrics], p: OutputPath(str), q: InputPath('Model')) -> int:
    return 1


@dsl.component(base_image='python:3.11')
def list_input(items: Input[List[Dataset]], name: str = 'n') -> int:
    return len(items)


@dsl.component(base_image='python:3.11')
def pythonic_list_input(items: List[Artifact]) -> int:
    return len(items)


@dsl.component(base_image='python:3.11')
def optional_inputs(
    a: Optional[Input[Dataset]] = None,
    b: Input[Model] = None,
    c: Union[Input[Artifact], None] = None,
    d: Input[Dataset] | None = None,
    e: Optional[Input[List[Dataset]]] = None,
    f: Dataset = None,
):
    print(a, b)


@dsl.component(base_image='python:3.11')
def artifact_paths(src: InputPath('Dataset'), src2: InputPath(Dataset), dst: OutputPath('Dataset'), dst2: OutputPath(Model), raw: OutputPath('system.Artifact')):
    pass


@dsl.component(base_image='python:3.11')
def custom_out(e: Output[VertexEndpoint], t: Output[custom_artifacts.Table]):
    pass


@dsl.component(base_image='python:3.11')
def custom_in(e: Input[VertexEndpoint], t: Input[custom_artifacts.Table], plain: Input[Artifact]):
    pass


@dsl.component(base_image='python:3.11')
def custom_pythonic(t: Input[custom_artifacts.Table]) -> VertexEndpoint:
    return VertexEndpoint(uri='')


@dsl.pipeline
def everything_pipeline():
    made = make_everything()
    take_everything(**{name: made.outputs[name] for name in ('a', 'd', 'm', 'me', 'cm', 'sm', 'h', 'md')})
    for name in ('a', 'd', 'm'):
        take_any(a=made.outputs[name], label=name)
    take_dataset(d=made.outputs['a'])


@dsl.pipeline
def pythonic_pipeline(rows: int = 10) -> Model:
    data = pythonic_dataset(rows=rows)
    model = pythonic_model(data=data.output)
    many = pythonic_many(data=data.outputs['Output'])
    take_any(a=many.outputs['report'])
    mixed(data=data.output, other=data.output, q=model.output)
    return model.output


@dsl.pipeline
def optional_pipeline(given: Input[Dataset], maybe: Optional[Input[Dataset]] = None, plain: Input[Model] = None):
    optional_inputs()
    optional_inputs(a=given, b=plain)
    optional_inputs(a=maybe, d=maybe, f=maybe)


@dsl.pipeline
def list_pipeline(datasets: Input[List[Dataset]], more: List[Artifact]):
    list_input(items=datasets)
    pythonic_list_input(items=more)
    pythonic_list_input(items=datasets)
    optional_inputs(e=datasets)


@dsl.pipeline
def custom_pipeline() -> VertexEndpoint:
    made = custom_out()
    custom_in(e=made.outputs['e'], t=made.outputs['t'], plain=made.outputs['e'])
    return custom_pythonic(t=made.outputs['t']).output


@dsl.pipeline
def paths_pipeline(data: Input[Dataset]):
    p = artifact_paths(src=data, src2=data)
    artifact_paths(src=p.outputs['dst'], src2=p.outputs['dst'])
    take_any(a=p.outputs['raw'])


@dsl.pipeline
def artifact_inputs_pipeline(data: Input[Dataset], model: Input[Model], anything: Input[Artifact]):
    take_dataset(d=data)
    take_any(a=model)
    take_any(a=anything)
    take_any(a=data)
    pythonic_model(data=data)


PIPELINES = {
    'everything': everything_pipeline,
    'pythonic': pythonic_pipeline,
    'optional artifacts': optional_pipeline,
    'lists of artifacts': list_pipeline,
    'custom artifact classes': custom_pipeline,
    'artifact paths': paths_pipeline,
    'artifact pipeline inputs': artifact_inputs_pipeline,
    'component with optional artifacts': optional_inputs,
    'component with all outputs': make_everything,
    'component with a list': list_input,
    'component with custom artifacts': custom_in,
    'component with mixed styles': mixed,
}
