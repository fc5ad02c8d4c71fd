"""Conditions: every operator on every type, texts with quotes, nesting, values of steps."""

from kfp import dsl

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def hit(name: str) -> str:
    return name


@dsl.component(base_image=IMAGE)
def text_of(value: str) -> str:
    return value


@dsl.component(base_image=IMAGE)
def number_of(value: int) -> int:
    return value


@dsl.component(base_image=IMAGE)
def ratio_of(value: float) -> float:
    return value


@dsl.component(base_image=IMAGE)
def flag_of(value: bool) -> bool:
    return value


@dsl.pipeline
def numbers(n: int = 3, x: float = 0.5, big: int = 9007199254740991):
    with dsl.If(n == 3, name='eq'):
        hit(name='eq').set_caching_options(False)
    with dsl.If(n != 3, name='ne'):
        hit(name='ne')
    with dsl.If(n < 4, name='lt'):
        hit(name='lt')
    with dsl.If(n <= 3, name='le'):
        hit(name='le')
    with dsl.If(n > 3, name='gt'):
        hit(name='gt')
    with dsl.If(n >= 3, name='ge'):
        hit(name='ge')
    with dsl.If(x == 0.5, name='float-eq'):
        hit(name='float-eq')
    with dsl.If(x > 0.4999, name='float-gt'):
        hit(name='float-gt')
    with dsl.If(x < 0.5, name='float-lt'):
        hit(name='float-lt')
    with dsl.If(big == 9007199254740991, name='big'):
        hit(name='big')
    with dsl.If(n > -1, name='negative'):
        hit(name='negative')


@dsl.pipeline
def from_steps(flag: bool = True, text: str = 'a b', other: str = 'a b'):
    n = number_of(value=2)
    x = ratio_of(value=1.0)
    b = flag_of(value=False)
    t = text_of(value=text)
    with dsl.If(n.output == 2, name='int'):
        hit(name='int')
    with dsl.If(x.output >= 1.0, name='float'):
        hit(name='float')
    with dsl.If(b.output == True, name='true'):
        hit(name='true')
    with dsl.If(b.output == False, name='false'):
        hit(name='false')
    with dsl.If(flag == True, name='flag'):
        with dsl.If(t.output == 'a b', name='inner'):
            hit(name='inner')
        with dsl.If(t.output != 'a b', name='inner-not'):
            hit(name='inner-not')
    with dsl.If(t.output == other, name='two-channels'):
        hit(name='two-channels')
    with dsl.If(n.output == x.output, name='int-and-float'):
        hit(name='int-and-float')


@dsl.pipeline
def texts(text: str):
    with dsl.If(text == 'yes', name='plain'):
        hit(name='plain')
    with dsl.If(text == '', name='empty'):
        hit(name='empty')
    with dsl.If(text > 'b', name='after-b'):
        hit(name='after-b')
    with dsl.If(text != "say \"no\"", name='not-quoted'):
        hit(name='not-quoted')


@dsl.pipeline
def quotes(text: str = "it's"):
    t = text_of(value=text)
    with dsl.If(t.output == "it's", name='quoted'):
        hit(name='quoted')
    with dsl.If(t.output == 'back\\slash', name='slash'):
        hit(name='slash')
    with dsl.If(t.output == "true' || '1' == '1", name='injected'):
        hit(name='injected')


@dsl.pipeline
def number_against_text(n: int = 3):
    with dsl.If(n == '3', name='as-text'):
        hit(name='as-text')


@dsl.pipeline
def always_false(n: int = 1):
    with dsl.If(n == 2, name='never'):
        first = hit(name='first')
        hit(name='second').after(first)
    hit(name='outside')


PIPELINES = {
    'numbers': numbers,
    'from steps': from_steps,
    'texts': texts,
    'quotes': quotes,
    'number against text': number_against_text,
    'always false': always_false,
}

ALL_BUT = ('eq', 'lt', 'le', 'ge', 'float-eq', 'float-gt', 'big', 'negative')
RUNS = [
    {'pipeline': 'numbers', 'values': sorted(ALL_BUT)},
    {
        'pipeline': 'numbers',
        'parameters': {'n': 4, 'x': 0.25, 'big': 1},
        'values': ['float-lt', 'ge', 'gt', 'ne', 'negative'],
    },
    {
        'pipeline': 'from steps',
        'values': sorted([2, 1.0, False, 'a b', 'int', 'float', 'false', 'inner', 'two-channels'], key=str),
    },
    {
        'pipeline': 'from steps',
        'parameters': {'flag': False, 'text': 'x'},
        'values': sorted([2, 1.0, False, 'x', 'int', 'float', 'false'], key=str),
    },
    {'pipeline': 'texts', 'parameters': {'text': 'yes'}, 'values': ['after-b', 'not-quoted', 'plain']},
    {'pipeline': 'texts', 'parameters': {'text': ''}, 'values': ['empty', 'not-quoted']},
    {'pipeline': 'texts', 'parameters': {'text': 'say "no"'}, 'values': ['after-b']},
    {'pipeline': 'quotes', 'values': ["it's", 'quoted'], 'only': 'source'},
    {
        'pipeline': 'quotes',
        'parameters': {'text': 'back\\slash'},
        'values': ['back\\slash', 'slash'],
        'only': 'source',
    },
    {
        'pipeline': 'quotes',
        'parameters': {'text': "true' || '1' == '1"},
        'values': ['injected', "true' || '1' == '1"],
        'only': 'source',
    },
    {'pipeline': 'number against text', 'values': ['as-text'], 'only': 'source'},
    {
        'pipeline': 'always false',
        'values': ['outside'],
        'states': {'condition-1/hit': 'SKIPPED', 'condition-1/hit-2': 'SKIPPED', 'hit-3': 'SUCCEEDED'},
    },
]
