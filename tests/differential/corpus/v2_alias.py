"""The older spelling of the imports."""
from kfp.v2 import compiler, components, dsl
from kfp.v2.dsl import Dataset, Input, Output, component


@component(base_image='python:3.11')
def make(text: str, out: Output[Dataset]):
    pass


@component(base_image='python:3.11')
def take(data: Input[Dataset]) -> str:
    return data.uri


@dsl.pipeline(name='older-imports')
def older(text: str = 'x') -> str:
    return take(data=make(text=text).outputs['out']).output


PIPELINES = {
    'older imports': older,
}
