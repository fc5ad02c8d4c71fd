"""Parameter annotations in every spelling, with every sort of default."""
import typing
from typing import Any, Dict, List, NamedTuple, Optional, Union

from kfp import dsl
from kfp.dsl import InputPath, OutputPath


@dsl.component(base_image='python:3.11')
def every_type(
    s: str,
    i: int,
    f: float,
    b: bool,
    l: list,
    d: dict,
    ls: List[str],
    li: List[int],
    lls: List[List[str]],
    lds: List[Dict[str, int]],
    ds: Dict[str, str],
    da: Dict[str, Any],
    dl: Dict[str, List[float]],
    tl: typing.List,
    td: typing.Dict,
    bl: list[str],
    bd: dict[str, int],
):
    print(s, i, f, b, l, d)


@dsl.component(base_image='python:3.11')
def every_default(
    s: str = 'text',
    empty: str = '',
    quotes: str = 'it\'s "quoted"',
    unicode: str = 'größe 数据 🚀',
    i: int = 7,
    zero: int = 0,
    negative: int = -3,
    big: int = 2**40,
    f: float = 0.001,
    whole: float = 2.0,
    tiny: float = 1e-9,
    huge: float = 1e20,
    int_for_float: float = 3,
    t: bool = True,
    b: bool = False,
    l: list = [1, 'two', 3.0, {'a': [True]}],
    none_list: List[str] = None,
    empty_list: List[str] = [],
    d: dict = {'b': 1, 'a': {'nested': [1.5, 'x']}},
    empty_dict: Dict[str, str] = {},
) -> str:
    return s


@dsl.component(base_image='python:3.11')
def optional_types(
    a: Optional[str] = None,
    b: Optional[int] = 4,
    c: Optional[float] = None,
    d: Optional[bool] = None,
    e: Optional[List[str]] = None,
    f: Optional[Dict[str, int]] = None,
    g: Union[str, None] = None,
    k: Optional[str] = 'x',
    m: str = None,
    n: Optional[list] = [1],
):
    print(a)


@dsl.component(base_image='python:3.11')
def required_optional(a: Optional[str], b: Optional[float], c: Union[int, None]):
    print(a, b, c)


@dsl.component(base_image='python:3.11')
def paths(
    text: InputPath(str),
    number: InputPath(int),
    out_text: OutputPath(str),
    out_number: OutputPath(int),
    out_float: OutputPath(float),
    out_bool: OutputPath(bool),
    out_list: OutputPath(list),
    out_dict: OutputPath(Dict[str, int]),
    untyped_in: InputPath(),
    untyped_out: OutputPath(),
    named_in: InputPath('String'),
    named_out: OutputPath('Integer'),
):
    pass


@dsl.component(base_image='python:3.11')
def returns_int() -> int:
    return 1


@dsl.component(base_image='python:3.11')
def returns_float() -> float:
    return 1.0


@dsl.component(base_image='python:3.11')
def returns_bool() -> bool:
    return True


@dsl.component(base_image='python:3.11')
def returns_list() -> List[int]:
    return [1]


@dsl.component(base_image='python:3.11')
def returns_dict() -> dict:
    return {}


@dsl.component(base_image='python:3.11')
def returns_none() -> None:
    pass


@dsl.component(base_image='python:3.11')
def returns_tuple() -> NamedTuple('Outputs', [('total', int), ('mean', float), ('names', List[str]), ('extra', Dict[str, Any]), ('ok', bool)]):
    from collections import namedtuple
    return namedtuple('Outputs', ['total', 'mean', 'names', 'extra', 'ok'])(1, 1.0, [], {}, True)


class Stats(NamedTuple):
    count: int
    label: str


@dsl.component(base_image='python:3.11')
def returns_class_tuple(x: int) -> Stats:
    return Stats(x, str(x))


@dsl.component(base_image='python:3.11')
def string_annotated(x: 'String', y: 'Integer', z: 'Float', w: 'Dict', v: 'List', u: 'Boolean'):
    print(x)


@dsl.pipeline(name='every-type', description='All types as pipeline inputs.')
def every_type_pipeline(
    s: str, i: int, f: float, b: bool, l: list, d: dict, ls: List[str],
    od: Optional[dict] = None, os: Optional[str] = 'a', os2: str = None,
):
    every_type(s=s, i=i, f=f, b=b, l=l, d=d, ls=ls, li=[1, 2], lls=[['a']], lds=[{'a': 1}], ds={'a': 'b'},
               da={'a': 1, 'b': 'c'}, dl={'x': [1.0]}, tl=[], td={}, bl=ls, bd={'q': 1})


@dsl.pipeline
def every_default_pipeline(
    s: str = 'text',
    i: int = 7,
    big: int = 2**53,
    f: float = 0.5,
    whole: float = 2.0,
    t: bool = True,
    l: list = ['a', 1, False],
    d: dict = {'k': {'v': [1, 2.5]}},
    n: str = None,
    ol: Optional[List[int]] = None,
):
    every_default(s=s, i=i, f=f, t=t, l=l, d=d, big=big, whole=whole)
    optional_types()
    optional_types(a='x', b=1, c=1.0, d=False, e=['a'], f={'a': 1})
    optional_types(a=s, b=i, c=f, d=t, e=ol, m=n)
    required_optional(a=s, b=0.5, c=3)


@dsl.pipeline
def constants_pipeline():
    every_type(s='', i=0, f=0.0, b=False, l=[], d={}, ls=['a', 'b'], li=[1], lls=[], lds=[], ds={}, da={'deep': {'er': [1, [2, [3]]]}}, dl={}, tl=[1.5], td={'x': [False]}, bl=[], bd={})
    every_type(s='a "b" \'c\'', i=-1, f=1.5, b=True, l=[1.0, 2], d={'x': 1.0}, ls=[], li=[2**31], lls=[[]], lds=[{}], ds={'ü': 'ñ'}, da={}, dl={}, tl=[1], td={'a': True}, bl=['\n'], bd={})


@dsl.pipeline
def returns_pipeline():
    t = returns_tuple()
    every_default(i=t.outputs['total'], f=t.outputs['mean'], l=t.outputs['names'], d=t.outputs['extra'], t=t.outputs['ok'])
    c = returns_class_tuple(x=returns_int().output)
    every_default(i=c.outputs['count'], s=c.outputs['label'], f=returns_float().output, t=returns_bool().output,
                  l=returns_list().output, d=returns_dict().output)
    returns_none()


@dsl.pipeline
def paths_pipeline(text: str, number: int, blob: dsl.Input[dsl.Artifact]):
    p = paths(text=text, number=number, untyped_in=blob, named_in='n')
    every_default(s=p.outputs['out_text'], i=p.outputs['out_number'], f=p.outputs['out_float'], t=p.outputs['out_bool'], l=p.outputs['out_list'], d=p.outputs['out_dict'])
    paths(text=p.outputs['out_text'], number=p.outputs['named_out'], untyped_in=p.outputs['untyped_out'], named_in='literal')


@dsl.pipeline
def string_annotated_pipeline(x: str, y: int):
    string_annotated(x=x, y=y, z=0.5, w={'a': 1}, v=[1], u=True)


PIPELINES = {
    'every type': every_type_pipeline,
    'every default': every_default_pipeline,
    'constants': constants_pipeline,
    'returns': returns_pipeline,
    'paths': paths_pipeline,
    'component with every type': every_type,
    'component with every default': every_default,
    'component with optional types': optional_types,
    'component with required optional types': required_optional,
    'string annotations': string_annotated_pipeline,
    'named tuple of everything': returns_tuple,
}
