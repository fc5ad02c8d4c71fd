"""Notebook components and embedded artifacts."""
import os
from typing import Dict, List, NamedTuple

from kfp import dsl
from kfp.dsl import Dataset, Input, Model, Output

ASSETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'assets')


@dsl.notebook_component(notebook_path=os.path.join(ASSETS, 'notebooks', 'train.ipynb'), base_image='python:3.11')
def train_notebook(rate: float, name: str, model: Output[Model]):
    dsl.run_notebook(rate=rate, name=name)
    with open(model.path, 'w') as f:
        f.write('done')


@dsl.notebook_component(
    notebook_path=os.path.join(ASSETS, 'notebook_folder'),
    base_image='python:3.10',
    packages_to_install=['matplotlib'],
    pip_index_urls=['https://mirror.example.com/simple'],
    pip_trusted_hosts=['mirror.example.com'],
    use_venv=True,
)
def report_notebook(data: Input[Dataset], options: Dict[str, str] = {'a': 'b'}) -> str:
    dsl.run_notebook(data=data.path, options=options)
    return 'ok'


@dsl.notebook_component(notebook_path=os.path.join(ASSETS, 'notebooks', 'train.ipynb'), packages_to_install=[], install_kfp_package=False)
def bare_notebook(values: List[int]):
    dsl.run_notebook(values=values)


@dsl.notebook_component(
    notebook_path=os.path.join(ASSETS, 'notebooks'),
    base_image='python:3.11',
    kfp_package_path='kfp==2.15.0',
    task_config_passthroughs=[dsl.TaskConfigField.RESOURCES],
)
def configured_notebook(rate: float = 0.1, name: str = 'n'):
    dsl.run_notebook(rate=rate, name=name)


@dsl.component(base_image='python:3.11', embedded_artifact_path=os.path.join(ASSETS, 'settings.json'))
def embeds_a_file(settings: dsl.EmbeddedInput[Dataset], x: int) -> float:
    import json
    with open(settings.path) as f:
        return json.load(f)['threshold'] * x


@dsl.component(base_image='python:3.11', embedded_artifact_path=os.path.join(ASSETS, 'package'), packages_to_install=['tqdm'])
def embeds_a_folder(name: str, assets: dsl.EmbeddedInput[dsl.Artifact]) -> str:
    import greeting
    return greeting.greet(name)


def helper(x):
    return x


@dsl.component(base_image='python:3.11', embedded_artifact_path=os.path.join(ASSETS, 'package'), additional_funcs=[helper])
def embeds_with_helpers(name: str) -> NamedTuple('Outputs', [('a', str), ('b', str)]):
    import greeting
    return helper((greeting.greet(name), name))


@dsl.pipeline
def notebook_pipeline(rate: float = 0.01):
    train_notebook(rate=rate, name='first')
    made = embeds_a_file(x=3)
    train_notebook(rate=made.output, name=f'run-{rate}')
    bare_notebook(values=[1, 2])
    configured_notebook().set_cpu_limit('1')


@dsl.pipeline
def report_pipeline(data: Input[Dataset]):
    report_notebook(data=data)
    report_notebook(data=data, options={'title': 'x'})


@dsl.pipeline
def embedded_pipeline(name: str = 'you') -> str:
    embeds_a_file(x=1)
    embeds_with_helpers(name=name)
    return embeds_a_folder(name=name).output


PIPELINES = {
    'notebooks': notebook_pipeline,
    'notebook folder': report_pipeline,
    'embedded artifacts': embedded_pipeline,
    'notebook alone': train_notebook,
    'embedded file alone': embeds_a_file,
}
