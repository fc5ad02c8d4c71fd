"""Further wrong programs: values and arguments of the wrong form."""
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from kfp import dsl, kubernetes
from kfp.dsl import InputPath, OutputPath, ParallelFor


def memory_fstring():
    @dsl.component(base_image='python:3.11')
    def c(): pass
    @dsl.pipeline
    def p(m: str):
        c().set_memory_limit(f'{m}Gi')
    return p


def env_channel():
    @dsl.component(base_image='python:3.11')
    def c(): pass
    @dsl.pipeline
    def p(m: str):
        c().set_env_variable('A', m)
    return p


def args_tuple():
    @dsl.component(base_image='python:3.11')
    def c(x: list): pass
    @dsl.pipeline
    def p(m: str):
        c(x=('a','b'))
    return p


def bool_for_int():
    @dsl.component(base_image='python:3.11')
    def c(x: int): pass
    @dsl.pipeline
    def p(m: str):
        c(x=True)
    return p


def default_mismatch():
    @dsl.component(base_image='python:3.11')
    def c(x: int = 'a', y: float = 1, z: str = 3, b: bool = 1, l: list = 'x', d: dict = []): pass
    return c


def default_mismatch_pipeline():
    @dsl.component(base_image='python:3.11')
    def c(x: int): pass
    @dsl.pipeline
    def p(m: int = 'abc', f: float = 3):
        c(x=m)
    return p


def loop_over_dict():
    @dsl.component(base_image='python:3.11')
    def c(x: str): pass
    @dsl.pipeline
    def p():
        with dsl.ParallelFor({'a': 1}) as i: c(x=i)
    return p


def loop_range():
    @dsl.component(base_image='python:3.11')
    def c(x: int): pass
    @dsl.pipeline
    def p():
        with dsl.ParallelFor(range(3)) as i: c(x=i)
    return p


def loop_json_string():
    @dsl.component(base_image='python:3.11')
    def c(x: str): pass
    @dsl.pipeline
    def p():
        with dsl.ParallelFor('["a"]') as i: c(x=i)
    return p


def loop_with_channel_items():
    @dsl.component(base_image='python:3.11')
    def c(x: str) -> str: pass
    @dsl.pipeline
    def p(a: str):
        with dsl.ParallelFor([a, 'b', c(x=a).output]) as i: c(x=i)
    return p


def set_after_list():
    @dsl.component(base_image='python:3.11')
    def c() -> str: pass
    @dsl.pipeline
    def p(a: str):
        t=c(); c().after([t])
    return p


def retry_float():
    @dsl.component(base_image='python:3.11')
    def c() -> str: pass
    @dsl.pipeline
    def p(a: str):
        c().set_retry(num_retries=2, backoff_duration='1.5h')
    return p


def cpu_float_string():
    @dsl.component(base_image='python:3.11')
    def c() -> str: pass
    @dsl.pipeline
    def p(a: str):
        c().set_cpu_limit('.5'); c().set_cpu_limit('0.25m'); c().set_cpu_limit('1.'); 
    return p


def cpu_int():
    @dsl.component(base_image='python:3.11')
    def c() -> str: pass
    @dsl.pipeline
    def p(a: str):
        c().set_cpu_limit(2)
    return p


def memory_empty():
    @dsl.component(base_image='python:3.11')
    def c() -> str: pass
    @dsl.pipeline
    def p(a: str):
        c().set_memory_limit('')
    return p


def int_keys():
    @dsl.component(base_image='python:3.11')
    def c(d: dict) -> str: pass
    @dsl.pipeline
    def p(a: str):
        c(d={1: 'a'})
    return p


def lambda_component():
    return dsl.component(lambda x: x)


def tuple_type():
    @dsl.component(base_image='python:3.11')
    def c() -> Tuple[str, int]: pass
    return c


def any_type():
    @dsl.component(base_image='python:3.11')
    def c(x: Any): pass
    return c


def condition_not():
    @dsl.component(base_image='python:3.11')
    def c() -> bool: return True
    @dsl.pipeline
    def p():
        with dsl.If(not c().output): c()
    return p


REFUSED = {
    'memory_fstring': 'ValueError',
    'env_channel': 'Exception',
    'args_tuple': 'ValueError',
    'bool_for_int': 'InconsistentTypeException',
    'default_mismatch': 'Exception',
    'default_mismatch_pipeline': 'Exception',
    'loop_over_dict': 'Exception',
    'loop_range': 'TypeError',
    'loop_json_string': 'TypeError',
    'loop_with_channel_items': 'Exception',
    'set_after_list': 'ValueError',
    'retry_float': 'ValueError',
    'cpu_float_string': 'ValueError',
    'cpu_int': 'TypeError',
    'memory_empty': 'ValueError',
    'int_keys': 'Exception',
    'lambda_component': 'TypeError',
    'tuple_type': 'TypeError',
    'any_type': 'TypeError',
    'condition_not': 'ValueError',
}
