"""ParallelFor over everything, nested, with parallelism, names, conditions."""
from typing import Any, Dict, List, NamedTuple, Optional

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Model, Output


@dsl.component(base_image='python:3.11')
def say(text: str) -> str:
    return text


@dsl.component(base_image='python:3.11')
def add(a: int, b: int = 1) -> int:
    return a + b


@dsl.component(base_image='python:3.11')
def scale(x: float) -> float:
    return x


@dsl.component(base_image='python:3.11')
def take_dict(d: dict) -> str:
    return str(d)


@dsl.component(base_image='python:3.11')
def take_list(l: list) -> str:
    return str(l)


@dsl.component(base_image='python:3.11')
def names() -> List[str]:
    return ['a', 'b']


@dsl.component(base_image='python:3.11')
def numbers() -> List[int]:
    return [1, 2]


@dsl.component(base_image='python:3.11')
def untyped_list() -> list:
    return [1, 2]


@dsl.component(base_image='python:3.11')
def configs() -> List[Dict[str, str]]:
    return [{'name': 'a'}]


@dsl.component(base_image='python:3.11')
def nested_lists() -> List[List[int]]:
    return [[1], [2]]


@dsl.component(base_image='python:3.11')
def split() -> NamedTuple('Outputs', [('left', List[str]), ('right', List[float])]):
    return [], []


@dsl.component(base_image='python:3.11')
def json_text() -> str:
    return '["a", "b"]'


@dsl.component(base_image='python:3.11')
def take_dataset(data: Input[Dataset]) -> str:
    return data.uri


@dsl.component(base_image='python:3.11')
def make_dataset(name: str, out: Output[Dataset]):
    pass


@dsl.pipeline
def literals():
    with dsl.ParallelFor(['a', 'b', 'c']) as item:
        say(text=item)
    with dsl.ParallelFor([1, 2, 3]) as item:
        add(a=item)
    with dsl.ParallelFor([0.1, 0.2]) as item:
        scale(x=item)
    with dsl.ParallelFor([{'b': 'one', 'a': 'x', 'n': 1}, {'b': 'two', 'a': 'y', 'n': 2}]) as item:
        say(text=item.a)
        say(text=f'{item.b}{item.n}')
        take_dict(d=item)
    with dsl.ParallelFor(['only']) as item:
        say(text=f'{item}!')
    with dsl.ParallelFor(('tuple', 'items')) as item:
        say(text=item)
    with dsl.ParallelFor([1.0, 2.5]) as item:
        scale(x=item)
    with dsl.ParallelFor([{'nested': {'x': 1}, 'list': [1, 2], 'flag': True, 'f': 0.5, 'n': 'ü'}]) as item:
        take_dict(d=item.nested)
        say(text=f'{item.n}, {item.f}, {item.list}, {item.flag}')
    with dsl.ParallelFor([{'a': 1, 'b': 2}]) as item:
        add(a=item.a, b=item.b)
    with dsl.ParallelFor([{'l': [1], 'm': [2]}]) as item:
        take_list(l=item.l)
        take_list(l=item.m)


@dsl.pipeline
def unused_items():
    with dsl.ParallelFor(['a', 'b']):
        say(text='constant')


@dsl.pipeline
def inputs(texts: List[str], counts: List[int] = [1, 2], plain: list = ['x'], dicts: List[Dict[str, str]] = [{'a': 'b'}], deep: List[List[str]] = [['a']]):
    with dsl.ParallelFor(texts) as item:
        say(text=item)
    with dsl.ParallelFor(counts) as item:
        add(a=item)
    with dsl.ParallelFor(plain) as item:
        say(text=item)
    with dsl.ParallelFor(dicts) as item:
        say(text=item.a)
        take_dict(d=item)
    with dsl.ParallelFor(deep) as inner:
        with dsl.ParallelFor(inner) as item:
            say(text=item)


@dsl.pipeline
def outputs():
    with dsl.ParallelFor(names().output) as item:
        say(text=item)
    with dsl.ParallelFor(numbers().output) as item:
        add(a=item, b=item)
    with dsl.ParallelFor(untyped_list().output) as item:
        say(text=item)
    with dsl.ParallelFor(configs().output) as item:
        say(text=item.name)
        say(text=f'{item.name} and {item.other}')
    s = split()
    with dsl.ParallelFor(s.outputs['left']) as item:
        say(text=item)
    with dsl.ParallelFor(s.outputs['right']) as item:
        scale(x=item)
    with dsl.ParallelFor(nested_lists().output) as inner:
        take_list(l=inner)
        with dsl.ParallelFor(inner) as item:
            add(a=item)


@dsl.pipeline
def nested(texts: List[str], n: int = 2):
    outer_task = say(text='before')
    with dsl.ParallelFor(texts) as outer:
        a = say(text=outer)
        with dsl.ParallelFor(['x', 'y']) as middle:
            b = say(text=f'{outer}/{middle}')
            with dsl.ParallelFor([1, 2]) as inner:
                add(a=inner, b=n)
                say(text=a.output)
                say(text=b.output)
                say(text=outer_task.output)
                say(text=f'{outer}{middle}{inner}{n}')


@dsl.pipeline
def parallelism(texts: List[str]):
    with dsl.ParallelFor(texts, parallelism=2) as item:
        say(text=item)
    with dsl.ParallelFor(['a'], parallelism=1) as item:
        with dsl.ParallelFor(['b'], parallelism=10) as inner:
            say(text=f'{item}{inner}')
    with dsl.ParallelFor(['c'], parallelism=0) as item:
        say(text=item)
    with dsl.ParallelFor(['d'], parallelism=None) as item:
        say(text=item)


@dsl.pipeline
def named(texts: List[str]):
    with dsl.ParallelFor(items=texts, name='Over all texts', parallelism=3) as item:
        say(text=item)
    with dsl.ParallelFor([1], name='numbers') as item:
        add(a=item)


@dsl.pipeline
def with_conditions(texts: List[str], limit: int = 1):
    with dsl.ParallelFor([1, 2, 3]) as item:
        t = add(a=item)
        with dsl.If(t.output > limit):
            add(a=t.output, b=item)
        with dsl.Else():
            say(text='small')
    with dsl.ParallelFor(texts) as item:
        with dsl.If(item == 'a'):
            say(text=item)
    with dsl.ParallelFor([{'kind': 'x', 'n': '1'}]) as item:
        said = say(text=item.n)
        with dsl.If(item.kind == 'x'):
            say(text=said.output)
        with dsl.Elif(item.kind == said.output):
            say(text='y')


@dsl.pipeline
def in_condition(texts: List[str], go: bool = True):
    with dsl.If(go == True):
        t = say(text='x')
        with dsl.ParallelFor(texts) as item:
            say(text=item)
            say(text=t.output)
        with dsl.ParallelFor(names().output) as item:
            say(text=item)


@dsl.pipeline
def same_source_twice(texts: List[str]):
    n = names()
    with dsl.ParallelFor(n.output) as item:
        say(text=item)
    with dsl.ParallelFor(n.output) as item:
        say(text=item)
    with dsl.ParallelFor(texts) as other:
        say(text=f'{other}{other}')
    with dsl.ParallelFor(texts) as other:
        say(text=other)


@dsl.pipeline
def subvariables_deep(dicts: List[Dict[str, list]]):
    with dsl.ParallelFor(dicts) as item:
        with dsl.ParallelFor(item.children) as child:
            say(text=child)
            say(text=f'{item.name}: {child}')
    with dsl.ParallelFor([{'a': 1, 'b': [1, 2]}]) as item:
        with dsl.ParallelFor(item.b) as inner:
            say(text=inner)


@dsl.pipeline
def ordering(texts: List[str]):
    first = say(text='first')
    with dsl.ParallelFor(texts) as item:
        a = say(text=item).after(first)
        b = say(text='b').after(a)
    say(text='last').after(b)
    with dsl.ParallelFor(['x']) as item:
        say(text=item).after(b)


@dsl.pipeline
def artifact_list(datasets: Input[List[Dataset]]):
    with dsl.ParallelFor(datasets) as data:
        take_dataset(data=data)
    with dsl.ParallelFor(items=datasets, parallelism=2, name='by twos') as data:
        with dsl.ParallelFor(['a']) as text:
            take_dataset(data=data)
            say(text=text)


@dsl.pipeline
def tasks_in_loop_feed_each_other(texts: List[str]):
    with dsl.ParallelFor(texts) as item:
        made = make_dataset(name=item)
        uri = take_dataset(data=made.outputs['out'])
        say(text=uri.output)
        with dsl.ParallelFor(names().output) as inner:
            take_dataset(data=made.outputs['out'])
            say(text=inner)


PIPELINES = {
    'literals': literals,
    'unused items': unused_items,
    'pipeline inputs': inputs,
    'task outputs': outputs,
    'nested': nested,
    'parallelism': parallelism,
    'named': named,
    'with conditions': with_conditions,
    'in a condition': in_condition,
    'the same source twice': same_source_twice,
    'deep sub-variables': subvariables_deep,
    'ordering': ordering,
    'artifact list': artifact_list,
    'tasks feed each other': tasks_in_loop_feed_each_other,
}
