"""What functions may take and return."""

import os
from typing import Dict, List, NamedTuple, Optional

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, InputPath, Model, Output, OutputPath

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def several(n: int) -> NamedTuple('Outputs', [('text', str), ('number', int), ('many', List[int]), ('deep', dict)]):
    Outputs = NamedTuple('Outputs', [('text', str), ('number', int), ('many', List[int]), ('deep', dict)])
    return Outputs('t', n, [n, n + 1], {'n': {'m': n}})


@dsl.component(base_image=IMAGE)
def types(i: int, x: float, s: str, b: bool, l: list, d: dict, o: Optional[str] = None, p: Optional[int] = 5) -> str:
    return ' '.join(type(value).__name__ for value in (i, x, s, b, l, d, o, p))


@dsl.component(base_image=IMAGE)
def to_text(value: str) -> str:
    return value


@dsl.component(base_image=IMAGE)
def as_float(x: float) -> float:
    return x


@dsl.component(base_image=IMAGE)
def returns_int_as_float() -> float:
    return 1


@dsl.component(base_image=IMAGE)
def takes_maybe(text: Optional[str] = 'default') -> str:
    return repr(text)


@dsl.component(base_image=IMAGE)
def writes_paths(
    text: str, out: OutputPath(str), number: OutputPath(int), flag: OutputPath(bool), items: OutputPath(List[int]),
    data: OutputPath('Dataset'),
):
    import json
    for path, value in [(out, text), (number, '7'), (flag, 'true'), (items, json.dumps([1, 2])), (data, 'data:' + text)]:
        with open(path, 'w') as file:
            file.write(value)


@dsl.component(base_image=IMAGE)
def reads_paths(data: InputPath('Dataset'), again: Input[Artifact]) -> str:
    with open(data) as one, open(again.path) as two:
        return one.read() + '|' + two.read()


def helper(text):
    return f'<{text}>'


@dsl.component(base_image=IMAGE, additional_funcs=[helper])
def with_helper(text: str) -> str:
    return helper(text)


@dsl.component(base_image=IMAGE, embedded_artifact_path=os.path.join(os.path.dirname(__file__), 'assets/settings.json'))
def embedded_file(settings: dsl.EmbeddedInput[Dataset]) -> int:
    import json
    with open(settings.path) as file:
        return json.load(file)['depth']


@dsl.component(base_image=IMAGE, embedded_artifact_path=os.path.join(os.path.dirname(__file__), 'assets/package'))
def embedded_folder(assets: dsl.EmbeddedInput[Artifact]) -> str:
    import embedded_module
    with open(assets.path + '/note.txt') as file:
        return f'{embedded_module.VALUE} {file.read()}'


@dsl.pipeline
def values(
    i: int = 1, x: float = 2.5, s: str = 'ü "quoted" {{x}}', b: bool = True, l: List[int] = [1], d: Dict[str, float] = {'k': 1.5}
):
    types(i=i, x=x, s=s, b=b, l=l, d=d)
    types(i=3, x=1.0, s='', b=False, l=[], d={}, o='given')
    to_text(value=s)
    to_text(value=f'{i} {x} {b}')
    as_float(x=x)


@dsl.pipeline
def outputs():
    made = several(n=4)
    to_text(value=made.outputs['text'])
    as_float(x=returns_int_as_float().output)
    takes_maybe()


@dsl.pipeline
def lists_in_texts():
    made = several(n=4)
    to_text(value=f"{made.outputs['many']} {made.outputs['deep']}")


@dsl.pipeline
def paths():
    made = writes_paths(text='péché\n')
    to_text(value=made.outputs['out'])
    to_text(value=f"{made.outputs['number']} {made.outputs['flag']}")
    reads_paths(data=made.outputs['data'], again=made.outputs['data'])


@dsl.pipeline
def shipped():
    with_helper(text='x')
    embedded_file()
    embedded_folder()


PIPELINES = {'values': values, 'outputs': outputs, 'lists in texts': lists_in_texts, 'paths': paths, 'shipped': shipped}

RUNS = [
    {
        'pipeline': 'values',
        'values': sorted([
            'int float str bool list dict NoneType int',
            'int float str bool list dict str int',
            'ü "quoted" {{x}}',
            '1 2.5 true',
            2.5,
        ], key=str),
    },
    {
        'pipeline': 'values',
        'parameters': {'i': 7, 'x': 3, 's': "'; echo '\n\n", 'b': False, 'l': [], 'd': {}},
        'contains': ['int float str bool list dict NoneType int', "'; echo '\n\n", '7 3 false', 3.0],
    },
    {
        'pipeline': 'outputs',
        'contains': ['t', 4, [4, 5], {'n': {'m': 4}}, 1.0, "'default'"],
    },
    {'pipeline': 'lists in texts', 'only': 'source', 'contains': ['[4,5] {"n":{"m":4}}']},
    {
        'pipeline': 'paths',
        'values': sorted(
            ['péché\n', 7, True, [1, 2], 'péché\n', '7 true', 'data:péché\n|data:péché\n'], key=str
        ),
    },
    {'pipeline': 'shipped', 'values': sorted(['<x>', 3, '42 text of a file'], key=str)},
]
