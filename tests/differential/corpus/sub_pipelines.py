"""Pipelines as components, to several levels, with outputs, in groups."""
from typing import Dict, List, NamedTuple, Optional

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Metrics, Model, Output


@dsl.component(base_image='python:3.11')
def say(text: str) -> str:
    return text


@dsl.component(base_image='python:3.11')
def add(a: int, b: int = 2) -> int:
    return a + b


@dsl.component(base_image='python:3.11')
def make(text: str, out: Output[Dataset]):
    pass


@dsl.component(base_image='python:3.11')
def fit(data: Input[Dataset], rate: float = 0.1) -> NamedTuple('Outputs', [('model', Model), ('score', float)]):
    return None


@dsl.component(base_image='python:3.11')
def use(model: Input[Model], score: float):
    pass


@dsl.component(base_image='python:3.11')
def optional_use(text: Optional[str] = None, data: Optional[Input[Dataset]] = None):
    pass


@dsl.pipeline
def greet(name: str = 'you', punctuation: str = '!') -> str:
    """Greets somebody.

    Args:
        name: Who.
        punctuation: How.
    """
    a = say(text=f'hello {name}')
    return say(text=f'{a.output}{punctuation}').output


@dsl.pipeline(name='train-it', description='Trains.', display_name='Train it')
def train(text: str, rate: float = 0.1) -> NamedTuple('Outputs', [('model', Model), ('score', float), ('data', Dataset)]):
    data = make(text=text)
    fitted = fit(data=data.outputs['out'], rate=rate)
    Outputs = NamedTuple('Outputs', [('model', Model), ('score', float), ('data', Dataset)])
    return Outputs(model=fitted.outputs['model'], score=fitted.outputs['score'], data=data.outputs['out'])


@dsl.pipeline
def no_outputs(n: int):
    add(a=n)
    add(a=n)


@dsl.pipeline
def no_inputs() -> int:
    return add(a=1).output


@dsl.pipeline
def level_two(name: str) -> str:
    first = greet(name=name)
    second = greet(name=first.output)
    greet()
    return second.output


@dsl.pipeline
def level_three(name: str = 'deep') -> str:
    two = level_two(name=name)
    say(text=two.output)
    return greet(name=two.output, punctuation='?').output


@dsl.pipeline
def takes_artifacts(data: Input[Dataset], model: Input[Model], score: float = 0.5) -> Model:
    again = fit(data=data)
    use(model=model, score=score)
    return again.outputs['model']


@dsl.pipeline
def optional_inputs(text: Optional[str] = None, data: Optional[Input[Dataset]] = None, options: Dict[str, str] = {}, n: int = None):
    optional_use(text=text, data=data)
    optional_use(data=data)


@dsl.pipeline
def one_level(name: str):
    g = greet(name=name)
    say(text=g.output)


@dsl.pipeline
def same_twice():
    a = greet(name='a')
    b = greet(name='b', punctuation=a.output)
    say(text=b.output)
    no_outputs(n=no_inputs().output)
    no_outputs(n=3)


@dsl.pipeline
def multiple_outputs():
    t = train(text='x', rate=0.5)
    use(model=t.outputs['model'], score=t.outputs['score'])
    t2 = takes_artifacts(data=t.outputs['data'], model=t.outputs['model'])
    use(model=t2.output, score=1.0)


@dsl.pipeline
def optional_calls(text: str, maybe: Optional[str] = None, data: Optional[Input[Dataset]] = None):
    optional_inputs()
    optional_inputs(text=text)
    optional_inputs(text=maybe, data=data, options={'a': text})
    made = make(text='t')
    optional_inputs(data=made.outputs['out'], n=4)


@dsl.pipeline
def in_groups(names: List[str], go: bool):
    with dsl.ParallelFor(names) as name:
        g = greet(name=name)
        with dsl.If(g.output == 'x'):
            level_two(name=g.output)
        with dsl.Else():
            no_outputs(n=1)
    with dsl.If(go == True):
        t = train(text='y')
        use(model=t.outputs['model'], score=t.outputs['score'])


@dsl.pipeline
def same_names(say_text: str):
    """The sub-pipeline's components have the names of the parent's."""
    say(text=say_text)
    add(a=1)
    greet(name='x')
    no_outputs(n=2)
    say(text='z')
    add(a=2)


@dsl.pipeline
def settings(names: List[str] = ['a']):
    a = greet(name='x').set_display_name('Greet X').set_caching_options(False)
    b = no_outputs(n=1).after(a).set_retry(2)
    train(text='x').after(b).set_display_name('Train')


@dsl.pipeline
def with_groups_inside(names: List[str], flag: str = 'x') -> List[str]:
    with dsl.ParallelFor(names, parallelism=2) as name:
        s = say(text=name)
        with dsl.If(s.output == flag):
            say(text=flag)
    return dsl.Collected(s.output)


@dsl.pipeline
def groups_in_both(names: List[str]):
    w = with_groups_inside(names=names)
    with dsl.ParallelFor(w.output) as item:
        with_groups_inside(names=['q', 'r'], flag=item)
    with dsl.ParallelFor(names) as item:
        say(text=item)


PIPELINES = {
    'one level': one_level,
    'same twice': same_twice,
    'three levels': level_three,
    'multiple outputs': multiple_outputs,
    'optional inputs': optional_calls,
    'in groups': in_groups,
    'same names': same_names,
    'settings': settings,
    'groups in both': groups_in_both,
    'with a description': greet,
    'with a display name': train,
    'artifact inputs': takes_artifacts,
}
