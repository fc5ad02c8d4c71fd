"""OneOf for parameters and artifacts, consumed everywhere."""
from typing import List, NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Model, Output


@dsl.component(base_image='python:3.11')
def flip() -> str:
    return 'heads'


@dsl.component(base_image='python:3.11')
def say(text: str) -> str:
    return text


@dsl.component(base_image='python:3.11')
def number(text: str = 'x') -> int:
    return 3


@dsl.component(base_image='python:3.11')
def add(a: int, b: int = 1) -> int:
    return a + b


@dsl.component(base_image='python:3.11')
def make(text: str, out: Output[Dataset]) -> int:
    return 1


@dsl.component(base_image='python:3.11')
def take(data: Input[Dataset]) -> str:
    return data.uri


@dsl.component(base_image='python:3.11')
def many() -> NamedTuple('Outputs', [('a', str), ('b', int), ('items', List[str])]):
    return 'a', 1, []


@dsl.pipeline
def parameter() -> str:
    f = flip()
    with dsl.If(f.output == 'heads'):
        a = say(text='heads')
    with dsl.Else():
        b = say(text='tails')
    chosen = dsl.OneOf(a.output, b.output)
    say(text=chosen)
    return chosen


@dsl.pipeline
def artifact() -> Dataset:
    f = flip()
    with dsl.If(f.output == 'heads'):
        a = make(text='heads')
    with dsl.Elif(f.output == 'tails'):
        b = make(text='tails')
    with dsl.Else():
        c = make(text='edge')
    chosen = dsl.OneOf(a.outputs['out'], b.outputs['out'], c.outputs['out'])
    take(data=chosen)
    return chosen


@dsl.pipeline
def several_from_one_chain() -> NamedTuple('Outputs', [('data', Dataset), ('n', int)]):
    f = flip()
    with dsl.If(f.output == 'heads'):
        a = make(text='heads')
        a2 = add(a=a.outputs['Output'])
    with dsl.Else():
        b = make(text='tails')
        b2 = number()
    data = dsl.OneOf(a.outputs['out'], b.outputs['out'])
    n = dsl.OneOf(a2.output, b2.output)
    again = dsl.OneOf(a.outputs['Output'], b.outputs['Output'])
    take(data=data)
    add(a=n, b=again)
    Outputs = NamedTuple('Outputs', [('data', Dataset), ('n', int)])
    return Outputs(data=data, n=n)


@dsl.pipeline
def consumed_in_groups(texts: List[str]):
    f = flip()
    with dsl.If(f.output == 'heads'):
        a = say(text='heads')
        d = make(text='heads')
    with dsl.Else():
        b = say(text='tails')
        e = make(text='tails')
    chosen = dsl.OneOf(a.output, b.output)
    data = dsl.OneOf(d.outputs['out'], e.outputs['out'])
    with dsl.ParallelFor(texts) as text:
        say(text=chosen)
        take(data=data)
    with dsl.If(chosen == 'x'):
        say(text='x')
        take(data=data)
    with dsl.Elif(chosen == 'y'):
        say(text=chosen)


@dsl.pipeline
def inside_a_loop(texts: List[str]):
    with dsl.ParallelFor(texts) as text:
        with dsl.If(text == 'a'):
            a = say(text=text)
        with dsl.Else():
            b = say(text='b')
        say(text=dsl.OneOf(a.output, b.output))


@dsl.pipeline
def inside_a_condition(go: bool = True):
    with dsl.If(go == True):
        f = flip()
        with dsl.If(f.output == 'heads'):
            a = say(text='a')
        with dsl.Else():
            b = say(text='b')
        say(text=dsl.OneOf(a.output, b.output))


@dsl.pipeline
def second_chain_uses_first():
    f = flip()
    with dsl.If(f.output == 'heads'):
        a = number(text='1')
    with dsl.Else():
        b = number(text='2')
    first = dsl.OneOf(a.output, b.output)
    with dsl.If(first == 3):
        c = say(text='three')
    with dsl.Elif(first > 10):
        d = say(text='many')
    with dsl.Else():
        e = say(text='few')
    say(text=dsl.OneOf(c.output, d.output, e.output))
    add(a=first)


@dsl.pipeline
def loop_over_one_of():
    f = flip()
    with dsl.If(f.output == 'heads'):
        a = many()
    with dsl.Else():
        b = many()
    say(text=dsl.OneOf(a.outputs['a'], b.outputs['a']))
    add(a=dsl.OneOf(a.outputs['b'], b.outputs['b']))


@dsl.pipeline
def sub(text: str) -> str:
    with dsl.If(text == 'a'):
        a = say(text='a')
    with dsl.Else():
        b = say(text='b')
    return dsl.OneOf(a.output, b.output)


@dsl.pipeline
def of_sub_pipelines(text: str) -> str:
    s = sub(text=text)
    with dsl.If(s.output == 'a'):
        one = sub(text='b')
    with dsl.Else():
        two = say(text='c')
    return dsl.OneOf(one.output, two.output)


@dsl.pipeline
def two_chains() -> str:
    f = flip()
    with dsl.If(f.output == 'heads'):
        a = say(text='a')
    with dsl.Else():
        b = say(text='b')
    with dsl.If(f.output == 'tails'):
        c = say(text='c')
    with dsl.Else():
        d = say(text='d')
    say(text=dsl.OneOf(c.output, d.output))
    return dsl.OneOf(a.output, b.output)


PIPELINES = {
    'parameter': parameter,
    'artifact': artifact,
    'several from one chain': several_from_one_chain,
    'consumed in groups': consumed_in_groups,
    'inside a loop': inside_a_loop,
    'inside a condition': inside_a_condition,
    'second chain uses the first': second_chain_uses_first,
    'named tuple outputs': loop_over_one_of,
    'of sub-pipelines': of_sub_pipelines,
    'two chains': two_chains,
}
