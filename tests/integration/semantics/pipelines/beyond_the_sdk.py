"""Loops over artifacts that are plainly meant and that the official SDK cannot compile."""

from typing import List

from kfp import dsl
from kfp.dsl import Dataset, Input, Output

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def double(n: int) -> int:
    return 2 * n


@dsl.component(base_image=IMAGE)
def write(text: str, data: Output[Dataset]):
    with open(data.path, 'w') as file:
        file.write(text)


@dsl.component(base_image=IMAGE)
def read_all(data: Input[List[Dataset]]) -> str:
    return '+'.join(open(one.path).read() for one in data)


@dsl.component(base_image=IMAGE)
def read_one(data: Input[Dataset]) -> str:
    return open(data.path).read()


@dsl.component(base_image=IMAGE)
def both(data: Input[Dataset], other: Input[Dataset], text: str) -> str:
    return text + open(data.path).read() + open(other.path).read()


@dsl.pipeline
def lists_read_deeper():
    with dsl.ParallelFor(['1', '2']) as a:
        with dsl.ParallelFor(['x', 'y']) as b:
            written = write(text=f'{a}{b}')
        with dsl.ParallelFor(['<', '>']) as c:
            with dsl.If(c == '<'):
                read_all(data=dsl.Collected(written.outputs['data']))


@dsl.pipeline
def over_what_was_collected() -> List[int]:
    with dsl.ParallelFor([1, 2]) as a:
        with dsl.ParallelFor(['x', 'y']) as b:
            written = write(text=f'{a}{b}')
        doubled = double(n=a)
        with dsl.ParallelFor(dsl.Collected(written.outputs['data'])) as one:
            read_one(data=one)
    with dsl.ParallelFor(dsl.Collected(written.outputs['data'])) as one:
        with dsl.ParallelFor(['!']) as text:
            both(data=one, other=one, text=text)
    with dsl.ParallelFor(dsl.Collected(doubled.output)) as n:
        again = double(n=n)
    return dsl.Collected(again.output)


PIPELINES = {
    'lists read deeper': lists_read_deeper,
    'over what was collected': over_what_was_collected,
}

RUNS = [
    {'pipeline': 'lists read deeper', 'only': 'source', 'values': ['1x+1y', '2x+2y']},
    {
        'pipeline': 'over what was collected',
        'only': 'source',
        'values': sorted([2, 4, 4, 8, '1x', '1y', '2x', '2y', '!1x1x', '!1y1y', '!2x2x', '!2y2y'], key=str),
        'outputs': {'Output': [4, 8]},
    },
]
