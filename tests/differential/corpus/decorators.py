"""Callables other than plain functions, defaults that are expressions, wide and narrow interfaces."""
import math
from typing import Dict, List, NamedTuple, Optional, Tuple

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, InputPath, Metrics, Model, Output, OutputPath

DEFAULT_RATE = 1 / 3
NAMES = ['a', 'b']


@dsl.component(base_image=f'python:{3}.{11}')
def computed_defaults(rate: float = DEFAULT_RATE, names: List[str] = NAMES, size: int = 2 ** 10, pi: float = math.pi, text: str = 'a' * 3, nan_free: float = 1e300):
    """
    Leading blank line.

    Indented description
        with deeper indentation
    and back.
    """
    print(rate)


@dsl.component(base_image='python:3.11')
def documented_google(a: str, b: int = 1, *, c: float = 0.5) -> str:
    """Summary line.

    Long description, first paragraph.

    Second paragraph.

    Args:
        a (str): First.
        b (int, optional): Second. Defaults to 1.
        c: Third
            continued.
        d: Not a parameter.

    Returns:
        str: The result.

    Raises:
        ValueError: Never.

    Example:
        >>> documented_google(a='x')
    """
    return a


@dsl.component(base_image='python:3.11')
def documented_rest(a: str, b: Input[Dataset], out: Output[Model]) -> float:
    """Summary.

    :param a: First.
    :type a: str
    :param b: The data.
    :param out: The model.
    :return: A number.
    :rtype: float
    """
    return 0.0


@dsl.component(base_image='python:3.11')
def documented_numpy(a: str, b: int):
    """
    Summary.

    Parameters
    ----------
    a : str
        First.
    b : int, optional
        Second.
    """


@dsl.component(base_image='python:3.11')
def documented_epytext(a: str):
    """Summary.

    @param a: First.
    @return: Nothing.
    """


@dsl.component(base_image='python:3.11')
def documented_outputs(a: str, data: Output[Dataset], path: OutputPath(str)) -> NamedTuple('O', [('x', int), ('y', Model)]):
    """Has outputs.

    Args:
        a: In.
        data: A data set out.
        path: A path out.

    Returns:
        x: An integer.
        y: A model.
    """


@dsl.component(base_image='python:3.11')
def quotes_and_unicode(a: str = '"quoted"'):
    """Größe: "quoted" 'single' \\ back {braces} %s.

    Args:
        a: With `code`, *stars* and # hash.
    """


@dsl.component(base_image='python:3.11')
def wide(a1: int, a2: int, a3: int, a4: int, a5: int, a6: int, a7: int, a8: int, a9: int, a10: int, a11: int, a12: int, b: str = '', c: Optional[Dict[str, List[int]]] = None) -> NamedTuple('O', [('z', int), ('y', int), ('x', int), ('w', int)]):
    pass


@dsl.component(base_image='python:3.11')
def keyword_only(*, a: str, b: int = 2) -> str:
    return a


@dsl.component(base_image='python:3.11')
def shadows(input: str, type: str, id: int, task: str, name: str, inputs: str, component: str) -> str:
    return input


@dsl.pipeline
def shadowed_names(task: str = 'a', name: str = 'b', type: str = 'c', inputs: str = 'd', pipeline: str = 'e'):
    s = shadows(input=inputs, type=type, id=1, task=task, name=name, inputs=pipeline, component='x')
    keyword_only(a=s.output)
    computed_defaults()


@dsl.pipeline
def documented(a: str = 'x', data: Input[Dataset] = None) -> float:
    """Summary of the pipeline.

    Args:
        a: First.
        data: Data.
        missing: Not there.

    Returns:
        The number.
    """
    documented_google(a=a)
    documented_numpy(a=a, b=1)
    documented_epytext(a=a)
    documented_outputs(a=a)
    quotes_and_unicode()
    return documented_rest(a=a, b=data).outputs['Output']


@dsl.pipeline
def wide_pipeline(n: int = 1):
    w = wide(**{f'a{i}': n if i % 2 else i for i in range(1, 13)})
    wide(**{f'a{i}': w.outputs['zyxw'[i % 4]] for i in range(1, 13)}, c={'k': [1, 2]})


PIPELINES = {
    'computed defaults': computed_defaults,
    'google docstring': documented_google,
    'rest docstring': documented_rest,
    'numpy docstring': documented_numpy,
    'epytext docstring': documented_epytext,
    'documented outputs': documented_outputs,
    'quotes and unicode': quotes_and_unicode,
    'wide': wide_pipeline,
    'keyword only': keyword_only,
    'shadowed names': shadowed_names,
    'documented pipeline': documented,
}
