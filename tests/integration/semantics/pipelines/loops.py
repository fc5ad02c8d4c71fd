"""ParallelFor over everything that it may go over, with Collected at every depth."""

from typing import Dict, List

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Output

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def say(text: str) -> str:
    return text


@dsl.component(base_image=IMAGE)
def double(n: int) -> int:
    return 2 * n


@dsl.component(base_image=IMAGE)
def half(x: float) -> float:
    return x / 2


@dsl.component(base_image=IMAGE)
def shout(flag: bool, label: str, count: int, rate: float, more: list, deep: dict) -> str:
    import json
    return json.dumps([flag, label, count, rate, more, deep])


@dsl.component(base_image=IMAGE)
def shown(value: list) -> str:
    import json
    return json.dumps(value)


@dsl.component(base_image=IMAGE)
def names(prefix: str) -> List[str]:
    return [prefix + letter for letter in 'abc']


@dsl.component(base_image=IMAGE)
def grid(n: int) -> List[List[int]]:
    return [list(range(row + 1)) for row in range(n)]


@dsl.component(base_image=IMAGE)
def rows() -> List[Dict[str, str]]:
    return [{'k': 'x', 'v': '1'}, {'k': 'y', 'v': '2'}]


@dsl.component(base_image=IMAGE)
def add(a: int, b: int) -> int:
    return a + b


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


@dsl.pipeline
def literals() -> List[int]:
    with dsl.ParallelFor(['a', "b'c", '{{$}}']) as item:
        say(text=f'<{item}>')
    with dsl.ParallelFor([3, 1, 2]) as item:
        doubled = double(n=item)
    with dsl.ParallelFor([0.5, 1.0]) as item:
        half(x=item)
    return dsl.Collected(doubled.output)


MIXED = [
    {'label': 'a', 'flag': True, 'count': 1, 'rate': 0.5, 'more': [1, 'x'], 'deep': {'k': [1]}},
    {'label': 'b', 'flag': False, 'count': 2, 'rate': 2.0, 'more': [], 'deep': {}},
]


@dsl.component(base_image=IMAGE)
def described(item: dict) -> str:
    import json
    return json.dumps(item, sort_keys=True)


@dsl.pipeline
def mixed_fields():
    with dsl.ParallelFor(MIXED) as item:
        say(text=f'{item.label} {item.flag} {item.count} {item.rate} {item.more} {item.deep}')
        described(item=item)
        with dsl.ParallelFor(['x']) as inner:
            say(text=f'{inner}{item.count}')


@dsl.pipeline
def fields_of_two_loops():
    with dsl.ParallelFor([{'a': 1, 'more': ['p', 'q']}, {'a': 2, 'more': []}]) as item:
        with dsl.ParallelFor(item.more) as inner:
            say(text=f'{item.a}{inner}')
    with dsl.ParallelFor([{'rows': [{'k': 'x', 'n': 1}, {'k': 'y', 'n': 2}], 'b': 'b'}]) as item:
        with dsl.ParallelFor(item.rows) as row:
            with dsl.If(row.k == 'y'):
                say(text=f'{row.k}{row.n}{item.b}')


@dsl.pipeline
def mixed_parameter(items: list = MIXED):
    with dsl.ParallelFor(items) as item:
        shout(
            flag=item.flag, label=item.label, count=item.count, rate=item.rate, more=item.more, deep=item.deep
        )


@dsl.pipeline
def numbers_first():
    with dsl.ParallelFor([{'a': 1, 'b': 'x', 'c': True}, {'a': 2, 'b': 'y', 'c': False}]) as item:
        with dsl.If(item.a == 2):
            say(text=f'{item.b}-{item.a}')


@dsl.pipeline
def parameter(texts: List[str] = ['x', 'y'], dicts: List[Dict[str, int]] = [{'n': 4}]) -> List[str]:
    with dsl.ParallelFor(texts) as item:
        said = say(text=item)
    with dsl.ParallelFor(dicts) as item:
        double(n=item.n)
    return dsl.Collected(said.output)


@dsl.pipeline
def outputs() -> str:
    made = names(prefix='p')
    with dsl.ParallelFor(made.output) as item:
        said = say(text=item)
    with dsl.ParallelFor(rows().output) as row:
        say(text=f'{row.k}={row.v}')
    return shown(value=dsl.Collected(said.output)).output


@dsl.pipeline
def write_all(texts: List[str]) -> List[Dataset]:
    with dsl.ParallelFor(texts) as text:
        written = write(text=text)
    return dsl.Collected(written.outputs['data'])


@dsl.pipeline
def artifacts(texts: List[str] = ['1', '2', '3']) -> List[Dataset]:
    everything = write_all(texts=texts).output
    read_all(data=everything)
    with dsl.ParallelFor(everything) as one:
        read_one(data=one)
    return everything


@dsl.pipeline
def two_deep() -> str:
    with dsl.ParallelFor([1, 2]) as a:
        with dsl.ParallelFor([10, 20, 30]) as b:
            summed = add(a=a, b=b)
    return shown(value=dsl.Collected(summed.output)).output


@dsl.pipeline
def three_deep() -> str:
    with dsl.ParallelFor([1, 2]) as a:
        with dsl.ParallelFor([10, 20]) as b:
            ab = add(a=a, b=b)
            with dsl.ParallelFor([100, 200]) as c:
                summed = add(a=ab.output, b=c)
    return shown(value=dsl.Collected(summed.output)).output


@dsl.pipeline
def dependent_depth(n: int = 3) -> str:
    with dsl.ParallelFor(grid(n=n).output) as row:
        with dsl.ParallelFor(row) as cell:
            doubled = double(n=cell)
        shown(value=dsl.Collected(doubled.output))
    return shown(value=dsl.Collected(doubled.output)).output


@dsl.pipeline
def empty(texts: List[str] = []) -> List[str]:
    with dsl.ParallelFor(texts) as item:
        said = say(text=item)
    shown(value=dsl.Collected(said.output))
    return dsl.Collected(said.output)


@dsl.pipeline
def inside_a_condition(texts: List[str] = ['a', 'b'], wanted: str = 'b'):
    with dsl.ParallelFor(texts) as item:
        with dsl.If(item == wanted):
            say(text=item)
        with dsl.Else():
            say(text='no')


@dsl.component(base_image=IMAGE)
def busy(directory: str, name: str, expected: int) -> int:
    """Return how many ran at the same time, this one included; wait a while for as many as expected."""
    import os
    import time
    mark = os.path.join(directory, name)
    with open(mark, 'w'):
        pass
    count, end = 1, time.monotonic() + 1
    while count < expected and time.monotonic() < end:
        count = max(count, len(os.listdir(directory)))
        time.sleep(0.01)
    time.sleep(0.05)
    count = max(count, len(os.listdir(directory)))
    os.remove(mark)
    return count


@dsl.component(base_image=IMAGE)
def greatest(counts: List[int]) -> int:
    return max(counts)


@dsl.pipeline
def one_at_a_time(directory: str) -> int:
    with dsl.ParallelFor(['a', 'b', 'c'], parallelism=1) as item:
        ran = busy(directory=directory, name=item, expected=1)
    return greatest(counts=dsl.Collected(ran.output)).output


@dsl.pipeline
def two_at_a_time(directory: str) -> int:
    with dsl.ParallelFor(['a', 'b', 'c', 'd'], parallelism=2) as item:
        ran = busy(directory=directory, name=item, expected=2)
    return greatest(counts=dsl.Collected(ran.output)).output


@dsl.pipeline
def artifacts_of_every_depth() -> List[Dataset]:
    with dsl.ParallelFor(['1', '2']) as a:
        with dsl.ParallelFor(['x', 'y']) as b:
            with dsl.ParallelFor(['p', 'q']) as c:
                written = write(text=f'{a}{b}{c}')
            read_all(data=dsl.Collected(written.outputs['data']))
        read_all(data=dsl.Collected(written.outputs['data']))
    read_all(data=dsl.Collected(written.outputs['data']))
    return dsl.Collected(written.outputs['data'])


@dsl.component(base_image=IMAGE)
def both(data: Input[Dataset], other: Input[Dataset], text: str) -> str:
    return text + open(data.path).read() + open(other.path).read()


@dsl.pipeline
def artifacts_from_around(data: Input[Dataset], datas: Input[List[Dataset]], text: str):
    with dsl.ParallelFor(datas) as one:
        with dsl.ParallelFor(['-', '+']) as sign:
            with dsl.If(sign == '+'):
                both(data=data, other=one, text=text)


@dsl.pipeline
def names_that_begin_others():
    with dsl.ParallelFor(['<', '>']) as text:
        other = write(text='o')
        artifacts_from_around(data=other.outputs['data'], datas=write_all(texts=['1', '2']).output, text=text)


PIPELINES = {
    'literals': literals,
    'mixed fields': mixed_fields,
    'mixed parameter': mixed_parameter,
    'fields of two loops': fields_of_two_loops,
    'numbers first': numbers_first,
    'parameter': parameter,
    'outputs': outputs,
    'artifacts': artifacts,
    'two deep': two_deep,
    'three deep': three_deep,
    'dependent depth': dependent_depth,
    'empty': empty,
    'inside a condition': inside_a_condition,
    'artifacts of every depth': artifacts_of_every_depth,
    'names that begin others': names_that_begin_others,
    'one at a time': one_at_a_time,
    'two at a time': two_at_a_time,
}

RUNS = [
    {
        'pipeline': 'literals',
        'values': sorted(['<a>', "<b'c>", '<{{$}}>', 6, 2, 4, 0.25, 0.5], key=str),
        'outputs': {'Output': [6, 2, 4]},
    },
    {
        'pipeline': 'mixed fields',
        'values': sorted([
            'a true 1 0.5 [1,"x"] {"k":[1]}',
            'b false 2 2 [] {}',
            'x1',
            'x2',
            '{"count": 1, "deep": {"k": [1]}, "flag": true, "label": "a", "more": [1, "x"], "rate": 0.5}',
            '{"count": 2, "deep": {}, "flag": false, "label": "b", "more": [], "rate": 2.0}',
        ]),
    },
    {
        'pipeline': 'mixed parameter',
        'values': [
            '[false, "b", 2, 2.0, [], {}]',
            '[true, "a", 1, 0.5, [1, "x"], {"k": [1]}]',
        ],
    },
    {'pipeline': 'fields of two loops', 'values': ['1p', '1q', 'y2b']},
    {'pipeline': 'numbers first', 'values': ['y-2']},
    {'pipeline': 'parameter', 'values': [8, 'x', 'y'], 'outputs': {'Output': ['x', 'y']}},
    {
        'pipeline': 'parameter',
        'parameters': {'texts': ['q'], 'dicts': []},
        'values': ['q'],
        'outputs': {'Output': ['q']},
    },
    {
        'pipeline': 'outputs',
        'outputs': {'Output': '["pa", "pb", "pc"]'},
        'contains': ['x=1', 'y=2', 'pa', 'pb', 'pc'],
    },
    {'pipeline': 'artifacts', 'values': ['1', '1+2+3', '2', '3'], 'content': {'Output': ['1', '2', '3']}},
    {'pipeline': 'two deep', 'outputs': {'Output': '[[11, 21, 31], [12, 22, 32]]'}},
    {'pipeline': 'three deep', 'outputs': {'Output': '[[[111, 211], [121, 221]], [[112, 212], [122, 222]]]'}},
    {
        'pipeline': 'dependent depth',
        'outputs': {'Output': '[[0], [0, 2], [0, 2, 4]]'},
        'contains': ['[0]', '[0, 2]', '[0, 2, 4]'],
    },
    {'pipeline': 'empty', 'outputs': {'Output': []}, 'values': ['[]']},
    {'pipeline': 'inside a condition', 'values': ['b', 'no']},
    {
        'pipeline': 'artifacts of every depth',
        'values': sorted(
            [
                '1xp+1xq',
                '1yp+1yq',
                '2xp+2xq',
                '2yp+2yq',
                '1xp+1xq+1yp+1yq',
                '2xp+2xq+2yp+2yq',
                '1xp+1xq+1yp+1yq+2xp+2xq+2yp+2yq',
            ]
        ),
        'content': {'Output': ['1xp', '1xq', '1yp', '1yq', '2xp', '2xq', '2yp', '2yq']},
    },
    {'pipeline': 'names that begin others', 'values': ['<o1', '<o2', '>o1', '>o2']},
    {'pipeline': 'one at a time', 'parameters': {'directory': 'FOLDER'}, 'outputs': {'Output': 1}},
    {'pipeline': 'two at a time', 'parameters': {'directory': 'FOLDER'}, 'outputs': {'Output': 2}},
]
