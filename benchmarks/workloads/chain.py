"""Twenty steps, each of which waits for the one before."""

from kfp import dsl

LENGTH = 20


@dsl.component(base_image="python:3.11", install_kfp_package=False)
def following(value: int) -> int:
    return value + 1


@dsl.pipeline(name="chain")
def chain(start: int = 0) -> int:
    value = start
    for _ in range(LENGTH):
        value = following(value=value).output
    return value
