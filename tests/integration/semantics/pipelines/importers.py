"""Importers: paths, metadata from inputs, reimport, workspace."""

from kfp import dsl
from kfp.dsl import Dataset, Input, Model

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def make(folder: str, text: str) -> str:
    path = folder + '/made.txt'
    with open(path, 'w') as file:
        file.write(text)
    return path


@dsl.component(base_image=IMAGE)
def number() -> int:
    return 3


@dsl.component(base_image=IMAGE)
def read(data: Input[Dataset]) -> str:
    import json
    with open(data.path) as file:
        return file.read() + ' ' + json.dumps(data.metadata, sort_keys=True)


@dsl.component(base_image=IMAGE)
def folder_of(data: Input[Dataset]) -> bool:
    return data.path.startswith('/') and 'made.txt' in data.path


@dsl.pipeline
def from_a_step(folder: str, name: str = 'n'):
    made = make(folder=folder, text='bytes')
    imported = dsl.importer(
        artifact_uri=made.output,
        artifact_class=Dataset,
        metadata={'name': name, 'v': number().output, 'text': f'{name}-x', 'list': [name, 1], 'deep': {'k': True}},
    )
    read(data=imported.output)


@dsl.pipeline
def from_a_parameter(uri: str):
    read(data=dsl.importer(artifact_uri=uri, artifact_class=Dataset, reimport=True).output)


@dsl.pipeline(pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='1Gi')))
def into_the_workspace(folder: str):
    made = make(folder=folder, text='bytes')
    imported = dsl.importer(artifact_uri=made.output, artifact_class=Dataset, download_to_workspace=True)
    folder_of(data=imported.output)


@dsl.pipeline
def missing():
    read(data=dsl.importer(artifact_uri='/does/not/exist.txt', artifact_class=Dataset).output)


PIPELINES = {
    'from a step': from_a_step,
    'from a parameter': from_a_parameter,
    'into the workspace': into_the_workspace,
    'missing': missing,
}

RUNS = [
    {
        'pipeline': 'from a step',
        'parameters': {'folder': 'FOLDER'},
        'contains': ['bytes {"deep": {"k": true}, "list": ["n", 1], "name": "n", "text": "n-x", "v": "3"}'],
    },
    {'pipeline': 'from a parameter', 'parameters': {'uri': 'READY'}, 'values': ['ready {}']},
    {'pipeline': 'into the workspace', 'parameters': {'folder': 'FOLDER'}, 'contains': [True]},
    {'pipeline': 'missing', 'state': 'FAILED'},
]
