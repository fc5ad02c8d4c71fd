"""What needs packages from an index: a pinned package, and a notebook."""

import os
from typing import List

from kfp import dsl

HERE = os.path.dirname(__file__)


@dsl.notebook_component(notebook_path=os.path.join(HERE, 'assets/report.ipynb'), base_image='python:3.11')
def report(text: str, numbers: List[int], folder: str) -> str:
    dsl.run_notebook(text=text, numbers=numbers, folder=folder)
    with open(folder + '/report.txt') as file:
        return file.read()


@dsl.pipeline
def notebook(folder: str, text: str = "it's"):
    report(text=text, numbers=[1, 2], folder=folder)


@dsl.component(base_image='python:3.11', packages_to_install=['six==1.16.0'])
def with_package() -> str:
    import six
    return six.__version__


@dsl.pipeline
def package():
    with_package()


PIPELINES = {'notebook': notebook, 'package': package}

RUNS = [
    {'pipeline': 'package', 'values': ['1.16.0'], 'network': True},
    {'pipeline': 'notebook', 'parameters': {'folder': 'FOLDER'}, 'values': ["it's 3"], 'network': True},
]
