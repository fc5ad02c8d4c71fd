"""Collected parameters and artifacts, from nested loops, as outputs, into sub-pipelines."""
from typing import List, NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Model, Output


@dsl.component(base_image='python:3.11')
def double(n: int) -> int:
    return 2 * n


@dsl.component(base_image='python:3.11')
def say(text: str) -> str:
    return text


@dsl.component(base_image='python:3.11')
def total(numbers: List[int]) -> int:
    return sum(numbers)


@dsl.component(base_image='python:3.11')
def join(texts: List[str]) -> str:
    return ','.join(texts)


@dsl.component(base_image='python:3.11')
def nested_total(numbers: List[List[int]]) -> int:
    return 0


@dsl.component(base_image='python:3.11')
def make(text: str, out: Output[Dataset]):
    pass


@dsl.component(base_image='python:3.11')
def make_two(text: str, data: Output[Dataset], model: Output[Model]) -> float:
    return 0.5


@dsl.component(base_image='python:3.11')
def merge(parts: Input[List[Dataset]]) -> Dataset:
    return Dataset(uri='')


@dsl.component(base_image='python:3.11')
def merge_models(models: List[Model], scores: List[float]) -> str:
    return ''


@dsl.component(base_image='python:3.11')
def names() -> List[str]:
    return ['a']


@dsl.pipeline
def parameters():
    with dsl.ParallelFor([1, 2, 3]) as n:
        d = double(n=n)
    total(numbers=dsl.Collected(d.output))


@dsl.pipeline
def artifacts(texts: List[str] = ['a']):
    with dsl.ParallelFor(texts) as text:
        m = make(text=text)
    merge(parts=dsl.Collected(m.outputs['out']))


@dsl.pipeline
def several_outputs(texts: List[str]) -> str:
    with dsl.ParallelFor(texts, parallelism=2) as text:
        m = make_two(text=text)
    merge(parts=dsl.Collected(m.outputs['data']))
    return merge_models(models=dsl.Collected(m.outputs['model']), scores=dsl.Collected(m.outputs['Output'])).output


@dsl.pipeline
def nested_parameters():
    with dsl.ParallelFor([1, 2]) as a:
        with dsl.ParallelFor([3, 4]) as b:
            d = double(n=b)
        total(numbers=dsl.Collected(d.output))
    nested_total(numbers=dsl.Collected(d.output))


@dsl.pipeline
def three_levels():
    with dsl.ParallelFor([1, 2]) as a:
        with dsl.ParallelFor([3, 4]) as b:
            with dsl.ParallelFor([5, 6]) as c:
                d = double(n=c)
                m = make(text='x')
            total(numbers=dsl.Collected(d.output))
        merge(parts=dsl.Collected(m.outputs['out']))
    merge(parts=dsl.Collected(m.outputs['out']))
    total(numbers=dsl.Collected(d.output))


@dsl.pipeline
def as_outputs(texts: List[str]) -> NamedTuple('Outputs', [('numbers', List[int]), ('parts', List[Dataset])]):
    with dsl.ParallelFor([1, 2]) as n:
        d = double(n=n)
    with dsl.ParallelFor(texts) as text:
        m = make(text=text)
    Outputs = NamedTuple('Outputs', [('numbers', List[int]), ('parts', List[Dataset])])
    return Outputs(numbers=dsl.Collected(d.output), parts=dsl.Collected(m.outputs['out']))


@dsl.pipeline
def single_collected_output() -> List[Dataset]:
    with dsl.ParallelFor(['a', 'b']) as text:
        m = make(text=text)
    return dsl.Collected(m.outputs['out'])


@dsl.pipeline
def collected_then_loop():
    with dsl.ParallelFor([1, 2]) as n:
        d = double(n=n)
        m = make(text='a')
    t = total(numbers=dsl.Collected(d.output))
    merged = merge(parts=dsl.Collected(m.outputs['out']))
    with dsl.ParallelFor(['x']) as text:
        double(n=t.output)
        say(text=text).after(merged)


@dsl.pipeline
def collected_into_condition(go: str):
    with dsl.ParallelFor([1, 2]) as n:
        d = double(n=n)
    t = total(numbers=dsl.Collected(d.output))
    with dsl.If(go == 'yes'):
        total(numbers=dsl.Collected(d.output))
        with dsl.If(t.output > 3):
            total(numbers=dsl.Collected(d.output))


@dsl.pipeline
def everything_in_condition(go: str):
    with dsl.If(go == 'yes'):
        with dsl.ParallelFor(names().output) as text:
            s = say(text=text)
            m = make(text=s.output)
        join(texts=dsl.Collected(s.output))
        merge(parts=dsl.Collected(m.outputs['out']))


@dsl.pipeline
def sub(texts: List[str]) -> List[str]:
    with dsl.ParallelFor(texts) as text:
        s = say(text=text)
    return dsl.Collected(s.output)


@dsl.pipeline
def consumer(parts: Input[List[Dataset]], numbers: List[int]) -> int:
    merge(parts=parts)
    return total(numbers=numbers).output


@dsl.pipeline
def through_sub_pipelines():
    with dsl.ParallelFor([1, 2]) as n:
        d = double(n=n)
        m = make(text='a')
    consumer(parts=dsl.Collected(m.outputs['out']), numbers=dsl.Collected(d.output))
    join(texts=sub(texts=names().output).output)


@dsl.pipeline
def sub_pipeline_in_loop():
    with dsl.ParallelFor([1, 2]) as n:
        c = sub(texts=['a', 'b'])
        d = double(n=n)
    total(numbers=dsl.Collected(d.output))
    join(texts=dsl.Collected(c.output))


@dsl.pipeline
def twice():
    with dsl.ParallelFor([1, 2]) as n:
        d = double(n=n)
        e = double(n=d.output)
    total(numbers=dsl.Collected(d.output))
    total(numbers=dsl.Collected(d.output))
    total(numbers=dsl.Collected(e.output))


PIPELINES = {
    'parameters': parameters,
    'artifacts': artifacts,
    'several outputs': several_outputs,
    'nested parameters': nested_parameters,
    'three levels': three_levels,
    'as outputs': as_outputs,
    'single collected output': single_collected_output,
    'collected into a loop': collected_then_loop,
    'collected into a condition': collected_into_condition,
    'everything in a condition': everything_in_condition,
    'through sub-pipelines': through_sub_pipelines,
    'sub-pipeline in a loop': sub_pipeline_in_loop,
    'twice': twice,
}
