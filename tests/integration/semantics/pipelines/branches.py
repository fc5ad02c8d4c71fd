"""If/Elif/Else and OneOf: parameters, artifacts, outputs of pipelines, nesting."""

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Output

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def say(text: str) -> str:
    return text


@dsl.component(base_image=IMAGE)
def write(text: str, data: Output[Dataset]):
    data.metadata['text'] = text
    with open(data.path, 'w') as file:
        file.write(text)


@dsl.component(base_image=IMAGE)
def read(data: Input[Artifact]) -> str:
    with open(data.path) as file:
        return file.read() + '/' + data.metadata['text']


@dsl.pipeline
def parameters(x: int) -> str:
    with dsl.If(x < 0):
        low = say(text='low')
    with dsl.Elif(x == 0):
        zero = say(text='zero')
    with dsl.Elif(x == 1):
        one = say(text='one')
    with dsl.Else():
        high = say(text='high')
    chosen = dsl.OneOf(low.output, zero.output, one.output, high.output)
    say(text=chosen)
    return chosen


@dsl.pipeline
def artifacts(flag: bool) -> Dataset:
    with dsl.If(flag == True):
        yes = write(text='yes')
    with dsl.Else():
        no = write(text='no')
    chosen = dsl.OneOf(yes.outputs['data'], no.outputs['data'])
    read(data=chosen)
    return chosen


@dsl.pipeline
def nested(a: int, b: int) -> str:
    with dsl.If(a == 1):
        with dsl.If(b == 1):
            both = say(text='both')
        with dsl.Else():
            only_a = say(text='only a')
        say(text=dsl.OneOf(both.output, only_a.output))
    with dsl.Else():
        none = say(text='not a')
    return say(text='end').output


@dsl.pipeline
def without_else(x: int = 5):
    with dsl.If(x == 1):
        say(text='one')
    with dsl.Elif(x == 2):
        say(text='two')
    say(text='always')


@dsl.pipeline
def outer(x: int = 0) -> str:
    inner = parameters(x=x)
    return say(text=inner.output).output


PIPELINES = {
    'parameters': parameters,
    'artifacts': artifacts,
    'nested': nested,
    'without else': without_else,
    'outer': outer,
}

RUNS = [
    *(
        {'pipeline': 'parameters', 'parameters': {'x': x}, 'values': [word, word], 'outputs': {'Output': word}}
        for x, word in [(-1, 'low'), (0, 'zero'), (1, 'one'), (2, 'high')]
    ),
    *(
        {'pipeline': 'artifacts', 'parameters': {'flag': flag}, 'values': [f'{word}/{word}'], 'content': {'Output': word}}
        for flag, word in [(True, 'yes'), (False, 'no')]
    ),
    {'pipeline': 'nested', 'parameters': {'a': 1, 'b': 1}, 'values': ['both', 'both', 'end']},
    {'pipeline': 'nested', 'parameters': {'a': 1, 'b': 2}, 'values': ['end', 'only a', 'only a']},
    {'pipeline': 'nested', 'parameters': {'a': 2, 'b': 2}, 'values': ['end', 'not a']},
    {'pipeline': 'without else', 'values': ['always']},
    {'pipeline': 'without else', 'parameters': {'x': 2}, 'values': ['always', 'two']},
    {'pipeline': 'outer', 'values': ['zero', 'zero', 'zero'], 'outputs': {'Output': 'zero'}},
]
