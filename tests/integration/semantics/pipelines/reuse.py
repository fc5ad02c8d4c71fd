"""Caching: by content, switched off, and by keys of one's own."""

from kfp import dsl
from kfp.dsl import Dataset, Input, Output

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def always_the_same(seed: int, data: Output[Dataset]):
    with open(data.path, 'w') as file:
        file.write('same')


@dsl.component(base_image=IMAGE)
def count(data: Input[Dataset], log: str) -> int:
    with open(log, 'a') as file:
        file.write('x')
    return len(open(log).read())


@dsl.component(base_image=IMAGE)
def now() -> float:
    import time
    return time.time()


@dsl.pipeline
def by_content(seed: int, log: str) -> int:
    return count(data=always_the_same(seed=seed).output, log=log).output


@dsl.pipeline
def switched_off():
    now().set_caching_options(False)
    now()


@dsl.component(base_image=IMAGE)
def timed(tag: str) -> float:
    import time
    return time.time()


@dsl.pipeline
def own_key(tag: str):
    timed(tag=tag).set_caching_options(True, cache_key='mine')
    timed(tag=tag)


PIPELINES = {'by content': by_content, 'switched off': switched_off, 'own key': own_key}
RUNS = []
