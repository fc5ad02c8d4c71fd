"""Pipelines in pipelines, three deep: optional inputs, artifacts, outputs, loops and exits inside."""

from typing import Dict, List, NamedTuple, Optional

from kfp import dsl
from kfp.dsl import Dataset, Input, Output

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def join(a: str = 'A', b: Optional[str] = None, n: int = 1) -> str:
    return f'{a}/{b}/{n}'


@dsl.component(base_image=IMAGE)
def write(text: str, data: Output[Dataset]):
    with open(data.path, 'w') as file:
        file.write(text)


@dsl.component(base_image=IMAGE)
def read(data: Optional[Input[Dataset]] = None) -> str:
    return 'nothing' if data is None else open(data.path).read()


@dsl.component(base_image=IMAGE)
def say(text: str) -> str:
    return text


@dsl.pipeline
def innermost(a: str = 'inner', b: Optional[str] = None) -> NamedTuple('Out', [('text', str), ('data', Dataset)]):
    text = join(a=a, b=b)
    data = write(text=text.output)
    Out = NamedTuple('Out', [('text', str), ('data', Dataset)])
    return Out(text=text.output, data=data.outputs['data'])


@dsl.pipeline
def middle(a: str = 'middle', data: Optional[Input[Dataset]] = None) -> Dataset:
    read(data=data)
    inner = innermost(a=a)
    inner_default = innermost(b='given')
    read(data=inner_default.outputs['data'])
    return inner.outputs['data']


@dsl.pipeline
def outer(a: str = 'outer') -> str:
    first = middle()
    second = middle(a=a, data=first.output)
    return read(data=second.output).output


@dsl.pipeline
def optional_outer(b: Optional[str] = None, n: Optional[int] = None, flag: bool = True) -> str:
    with dsl.If(flag == True):
        inner = innermost(b=b)
        say(text=inner.outputs['text'])
    return join(b=b, n=n).output


@dsl.pipeline
def looping(items: List[str] = ['x', 'y']) -> List[str]:
    with dsl.ParallelFor(items) as item:
        inner = innermost(a=item)
    return dsl.Collected(inner.outputs['text'])


@dsl.pipeline
def loop_of_loops(items: List[str] = ['x', 'y']):
    with dsl.ParallelFor([1, 2]):
        looping(items=items)


@dsl.component(base_image=IMAGE)
def both(a: Dict[str, int] = {'k': 1}, b: List[int] = [1, 2], c: bool = False, d: float = 1) -> str:
    import json
    return json.dumps([a, b, c, d])


@dsl.pipeline
def defaults_of_every_type(a: Dict[str, int] = {'z': 26}, b: List[int] = [3], c: bool = True, d: float = 2) -> str:
    both()
    return both(a=a, b=b, c=c, d=d).output


@dsl.pipeline
def defaults_outer() -> str:
    defaults_of_every_type(b=[], c=False, d=0.5)
    return defaults_of_every_type().output


PIPELINES = {
    'outer': outer,
    'optional outer': optional_outer,
    'looping': looping,
    'loop of loops': loop_of_loops,
    'defaults outer': defaults_outer,
}

RUNS = [
    {
        'pipeline': 'outer',
        'outputs': {'Output': 'outer/None/1'},
        'contains': ['nothing', 'middle/None/1', 'inner/given/1'],
    },
    {
        'pipeline': 'optional outer',
        'outputs': {'Output': 'A/None/1'},
        'values': ['A/None/1', 'inner/None/1', 'inner/None/1'],
    },
    {
        'pipeline': 'optional outer',
        'parameters': {'b': 'B', 'n': 7},
        'values': ['A/B/7', 'inner/B/1', 'inner/B/1'],
    },
    {'pipeline': 'looping', 'outputs': {'Output': ['x/None/1', 'y/None/1']}},
    {'pipeline': 'loop of loops', 'values': ['x/None/1', 'x/None/1', 'y/None/1', 'y/None/1']},
    {
        'pipeline': 'defaults outer',
        'outputs': {'Output': '[{"z": 26}, [3], true, 2.0]'},
        'values': sorted([
            '[{"k": 1}, [1, 2], false, 1.0]',
            '[{"k": 1}, [1, 2], false, 1.0]',
            '[{"z": 26}, [3], true, 2.0]',
            '[{"z": 26}, [], false, 0.5]',
        ]),
    },
]
