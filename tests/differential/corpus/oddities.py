"""Things that compile though nobody would expect it."""
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from kfp import dsl, kubernetes
from kfp.dsl import InputPath, OutputPath, ParallelFor


def inputpath_unknown():
    @dsl.component(base_image='python:3.11')
    def c(x: InputPath('CSV'), y: OutputPath('Parquet')): pass
    return c


def accel_fstring():
    @dsl.component(base_image='python:3.11')
    def c(): pass
    @dsl.pipeline
    def p(m: str):
        c().set_accelerator_type(f'{m}.com/gpu')
    return p


def varargs():
    @dsl.component(base_image='python:3.11')
    def c(*args: str, **kwargs: int): pass
    return c


def same_param_and_output_name():
    @dsl.component(base_image='python:3.11')
    def c(x: str) -> NamedTuple('O', [('x', str)]): return (x,)
    @dsl.pipeline
    def p():
        c(x=c(x='a').outputs['x'])
    return p


def loop_of_lists():
    @dsl.component(base_image='python:3.11')
    def c(x: list): pass
    @dsl.pipeline
    def p():
        with dsl.ParallelFor([[1],[2]]) as i: c(x=i)
    return p


def same_pipeline_twice_compiled():
    @dsl.component(base_image='python:3.11')
    def c() -> str: pass
    @dsl.pipeline
    def p(a: str):
        c()
    p.pipeline_spec
    return p


def pos_only():
    @dsl.component(base_image='python:3.11')
    def c(d: dict, /, e: str) -> str: pass
    return c


def missing_args_in_if():
    @dsl.component(base_image='python:3.11')
    def c() -> str: pass
    @dsl.pipeline
    def p(a: str):
        with dsl.If(a == 'x'):
            pass
        c()
    return p


def empty_loop():
    @dsl.component(base_image='python:3.11')
    def c() -> str: pass
    @dsl.pipeline
    def p(a: str):
        with dsl.ParallelFor(['x']):
            pass
        c()
    return p


def empty_exit():
    @dsl.component(base_image='python:3.11')
    def c() -> str: pass
    @dsl.pipeline
    def p(a: str):
        with dsl.ExitHandler(c()):
            pass
    return p


def nested_pipeline_default_none():
    @dsl.component(base_image='python:3.11')
    def c(x: Optional[str] = None) -> str: pass
    @dsl.pipeline
    def q(x: Optional[str] = None):
        c(x=x)
    @dsl.pipeline
    def p(a: Optional[str] = None):
        q(x=a)
    return p


PIPELINES = {
    'inputpath unknown': inputpath_unknown(),
    'accel fstring': accel_fstring(),
    'varargs': varargs(),
    'same param and output name': same_param_and_output_name(),
    'loop of lists': loop_of_lists(),
    'same pipeline twice compiled': same_pipeline_twice_compiled(),
    'pos only': pos_only(),
    'missing args in if': missing_args_in_if(),
    'empty loop': empty_loop(),
    'empty exit': empty_exit(),
    'nested pipeline default none': nested_pipeline_default_none(),
}
