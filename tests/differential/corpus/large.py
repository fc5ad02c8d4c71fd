"""Larger pipelines: many tasks, wide groups, long chains of conditions."""
from typing import List

from kfp import dsl


@dsl.component(base_image='python:3.11')
def step(x: int = 1) -> int:
    return x


@dsl.component(base_image='python:3.11')
def gather(values: List[int]) -> int:
    return sum(values)


@dsl.pipeline
def fan(start: int = 0) -> int:
    return gather(values=[step(x=start).output for _ in range(60)]).output


@dsl.pipeline
def chain(start: int = 0) -> int:
    last = step(x=start)
    for _ in range(60):
        last = step(x=last.output)
    return last.output


@dsl.pipeline
def layers(start: int = 0):
    layer = [step(x=start) for _ in range(6)]
    for _ in range(5):
        gathered = gather(values=[task.output for task in layer])
        layer = [step(x=gathered.output).after(*layer) for _ in range(6)]


@dsl.pipeline
def long_chain_of_conditions(n: int):
    with dsl.If(n == 0):
        first = step(x=0)
    others = []
    for i in range(1, 9):
        with dsl.Elif(n == i):
            others.append(step(x=i))
    with dsl.Else():
        last = step(x=99)
    gather(values=[dsl.OneOf(first.output, *[task.output for task in others], last.output)] if False else [1])
    step(x=dsl.OneOf(first.output, *[task.output for task in others], last.output))


@dsl.pipeline
def many_loops(ns: List[int]):
    for i in range(8):
        with dsl.ParallelFor(ns) as n:
            a = step(x=n)
            with dsl.ParallelFor(list(range(3))) as m:
                step(x=m)
        gather(values=dsl.Collected(a.output))


PIPELINES = {
    'fan': fan,
    'chain': chain,
    'layers': layers,
    'long chain of conditions': long_chain_of_conditions,
    'many loops': many_loops,
}
