"""Container components whose image runs on this machine."""

from typing import List, Optional

from kfp import dsl
from kfp.dsl import ConcatPlaceholder, ContainerSpec, Dataset, IfPresentPlaceholder, Input, Output, OutputPath

IMAGE = 'example.com/tool:1'
WRITE = 'mkdir -p "$(dirname "$0")"; for each in "$@"; do printf "[%s]" "$each"; done > "$0"'


@dsl.container_component
def arguments(result: OutputPath(str), text: str, n: int, x: float, b: bool, items: List[int], maybe: Optional[str] = None):
    return ContainerSpec(
        image=IMAGE,
        command=['sh', '-c', WRITE, result],
        args=[
            text,
            n,
            x,
            b,
            items,
            IfPresentPlaceholder(input_name='maybe', then=['--maybe', maybe], else_=['--none']),
            ConcatPlaceholder(['a=', text, ',n=', n]),
            f'pre-{text}-post',
        ],
    )


@dsl.container_component
def copy(data: Input[Dataset], out: Output[Dataset], count: OutputPath(int)):
    return ContainerSpec(
        image=IMAGE,
        command=['sh', '-c', 'mkdir -p "$(dirname "$1")" "$(dirname "$2")"; cp "$0" "$1"; wc -c < "$0" > "$2"'],
        args=[data.path, out.path, count],
    )


@dsl.container_component
def breaks():
    return ContainerSpec(image=IMAGE, command=['sh', '-c', 'echo broken >&2; exit 7'])


@dsl.component(base_image='python:3.11')
def write(text: str, data: Output[Dataset]):
    with open(data.path, 'w') as file:
        file.write(text)


@dsl.component(base_image='python:3.11')
def read(data: Input[Dataset]) -> str:
    with open(data.path) as file:
        return file.read()


@dsl.pipeline
def commands(text: str = "a 'b' $HOME"):
    arguments(text=text, n=3, x=0.5, b=True, items=[1, 2])
    arguments(text='t', n=1, x=2.0, b=False, items=[], maybe='m')


@dsl.pipeline
def files() -> int:
    copied = copy(data=write(text='four').output)
    read(data=copied.outputs['out'])
    return copied.outputs['count']


@dsl.pipeline
def broken():
    breaks()


PIPELINES = {'commands': commands, 'files': files, 'broken': broken}

RUNS = [
    {
        'pipeline': 'commands',
        'values': [
            "[a 'b' $HOME][3][0.5][true][[1,2]][--none][a=a 'b' $HOME,n=3][pre-a 'b' $HOME-post]",
            '[t][1][2][false][[]][--maybe][m][a=t,n=1][pre-t-post]',
        ],
    },
    {'pipeline': 'files', 'outputs': {'Output': 4}, 'contains': ['four']},
    {'pipeline': 'broken', 'state': 'FAILED', 'error': 'breaks failed: the command ended with exit status 7'},
]
