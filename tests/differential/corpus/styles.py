"""Styles of writing that change what a compiler sees: future annotations, partials, loops in Python, comments, classes."""
from __future__ import annotations

import functools
import kfp.dsl
from kfp import dsl
from kfp.dsl import Dataset, Input, Output

component = functools.partial(kfp.dsl.component, base_image='python:3.11')


@component
def made_by_a_partial():
    print('x')


@component(packages_to_install=['x'])
def partial_with_more():
    def inner(a: int) -> int:
        return a
    print(inner(1))


class Steps:

    @staticmethod
    @dsl.component(base_image='python:3.11')
    def static_step():
        print('static')


@dsl.component(base_image='python:3.11')
def    odd_spacing( ) :
    pass


@dsl.component(base_image='python:3.11')
def one_line(): print('one line')


@dsl.component(base_image='python:3.11')
def with_type_comments():
    x = []  # type: list
    lambda_ = lambda y: (y,
                         y)
    return


@dsl.pipeline
def styles_pipeline():
    made_by_a_partial()
    partial_with_more()
    Steps.static_step()
    odd_spacing()
    one_line()
    with_type_comments()


@dsl.pipeline
def python_loops():
    tasks = [made_by_a_partial() for _ in range(3)]
    for first, second in zip(tasks, tasks[1:]):
        second.after(first)
    one_line().after(*tasks)


PIPELINES = {
    'styles': styles_pipeline,
    'python loops': python_loops,
}
