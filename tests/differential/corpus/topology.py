"""Order and data edges between tasks, across groups and levels."""
from typing import List

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Output


@dsl.component(base_image='python:3.11')
def step(x: str = 'x') -> str:
    return x


@dsl.component(base_image='python:3.11')
def make(out: Output[Dataset], x: str = 'x'):
    pass


@dsl.component(base_image='python:3.11')
def take(data: Input[Dataset], other: Input[Artifact] = None, x: str = 'y') -> str:
    return x


@dsl.pipeline
def inner(x: str = 'i') -> str:
    return step(x=x).output


@dsl.pipeline
def chain():
    task = step()
    for _ in range(10):
        task = step(x=task.output)


@dsl.pipeline
def diamond():
    a = step()
    b = step(x=a.output)
    c = step(x=a.output)
    step(x=f'{b.output}{c.output}')


@dsl.pipeline
def after():
    a = step()
    b = step().after(a)
    c = step().after(a, b)
    step(x=a.output).after(c).after(a)
    step().after(c, c, a)
    inner().after(a)
    step().after(inner())


@dsl.pipeline
def data_into_groups(text: str, texts: List[str]):
    a = step()
    m = make()
    with dsl.If(text == 'a'):
        with dsl.ParallelFor(texts) as t:
            with dsl.If(t == 'b'):
                take(data=m.outputs['out'], x=a.output)
                b = step(x=a.output)
                with dsl.If(b.output == 'c'):
                    take(data=m.outputs['out'], other=m.outputs['out'], x=f'{t}{a.output}{text}')


@dsl.pipeline
def order_across_groups(text: str, texts: List[str]):
    a = step()
    with dsl.If(text == 'a'):
        b = step().after(a)
        c = step().after(b)
        with dsl.ParallelFor(texts) as t:
            d = step(x=t).after(c)
            step().after(a)
    with dsl.ParallelFor(texts) as t:
        e = step(x=t).after(a)
    step().after(e)


@dsl.pipeline
def artifacts_across(texts: List[str]):
    m = make()
    with dsl.ParallelFor(texts) as t:
        n = make(x=t)
        take(data=m.outputs['out'], other=n.outputs['out'])
        with dsl.ParallelFor([1, 2]) as i:
            take(data=n.outputs['out'], other=m.outputs['out'])


@dsl.pipeline
def sibling_groups(text: str):
    a = step()
    with dsl.If(a.output == 'x'):
        step()
    b = step(x=a.output)
    with dsl.If(b.output == 'y'):
        step(x=a.output)
    with dsl.If(text == 'z'):
        step(x=b.output)
    with dsl.ParallelFor(['p']) as p:
        step(x=b.output)
        step(x=p).after(a)


@dsl.pipeline
def many_inputs(a: str = '1', b: str = '2', c: str = '3', unused: int = 4, d: str = None):
    step(x=a)
    with dsl.If(b == '2'):
        step(x=c)
        with dsl.If(a == '1'):
            step(x=b)


@dsl.pipeline
def deep(text: str):
    with dsl.If(text == '1'):
        with dsl.If(text == '2'):
            with dsl.If(text == '3'):
                with dsl.If(text == '4'):
                    with dsl.ParallelFor(['a']) as a:
                        with dsl.ParallelFor(['b']) as b:
                            with dsl.ParallelFor(['c']) as c:
                                step(x=f'{a}{b}{c}{text}')


PIPELINES = {
    'chain': chain,
    'diamond': diamond,
    'after': after,
    'data into groups': data_into_groups,
    'order across groups': order_across_groups,
    'artifacts across groups': artifacts_across,
    'sibling groups': sibling_groups,
    'many inputs': many_inputs,
    'deep': deep,
}
