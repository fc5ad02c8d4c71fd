"""dsl.importer in every variant."""
from typing import List

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Model

from custom_artifacts import VertexEndpoint


@dsl.component(base_image='python:3.11')
def train(data: Input[Dataset]) -> str:
    return data.uri


@dsl.component(base_image='python:3.11')
def use(model: Input[Model], note: str = ''):
    print(model.uri)


@dsl.component(base_image='python:3.11')
def where() -> str:
    return 's3://bucket/model'


@dsl.component(base_image='python:3.11')
def version() -> int:
    return 3


@dsl.component(base_image='python:3.11')
def take(item: Input[Artifact]):
    print(item.uri)


@dsl.pipeline
def constant_uri():
    imported = dsl.importer(artifact_uri='gs://bucket/data.csv', artifact_class=dsl.Dataset)
    train(data=imported.output)


@dsl.pipeline
def reimports(uri: str = 's3://bucket/x'):
    first = dsl.importer(artifact_uri=uri, artifact_class=Dataset, reimport=True)
    second = dsl.importer(artifact_uri=uri, artifact_class=Model, reimport=False, metadata={'version': 1, 'framework': 'sklearn', 'nested': {'a': [1, 2.5, True, None]}})
    train(data=first.outputs['artifact'])
    use(model=second.output)


@dsl.pipeline
def uri_from_a_task():
    imported = dsl.importer(artifact_uri=where().output, artifact_class=Model, metadata={'from': 'task'})
    use(model=imported.output)


@dsl.pipeline
def metadata_from_channels(name: str, key: str = 'k', number: int = 1):
    v = version()
    w = where()
    imported = dsl.importer(
        artifact_uri=w.output,
        artifact_class=Model,
        metadata={
            'name': name,
            'version': v.output,
            'text': f'{name}-{v.output}',
            key: 'dynamic key',
            f'{key}-x': f'prefix-{w.output}',
            'list': ['a', name, v.output],
            'deep': {'deeper': {'name': name, 'n': number}},
            'static': 5,
            'flag': False,
        },
    )
    use(model=imported.output, note=name)


@dsl.pipeline
def several(bucket: str, day: str = '2024-01-01'):
    first = dsl.importer(artifact_uri=bucket, artifact_class=Dataset, metadata={'day': day})
    second = dsl.importer(artifact_uri=day, artifact_class=Dataset, metadata={'bucket': f'{bucket}/{bucket}'})
    train(data=first.output)
    train(data=second.output)


@dsl.pipeline(pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='1Gi')))
def to_workspace(uri: str):
    imported = dsl.importer(artifact_uri=uri, artifact_class=Dataset, download_to_workspace=True)
    train(data=imported.output)


@dsl.pipeline
def in_groups(uris: List[str] = ['gs://a', 'gs://b'], flag: str = 'yes'):
    with dsl.ParallelFor(uris) as uri:
        imported = dsl.importer(artifact_uri=uri, artifact_class=Dataset, metadata={'flag': flag})
        train(data=imported.output)
    with dsl.If(flag == 'yes'):
        again = dsl.importer(artifact_uri=where().output, artifact_class=Artifact)
        take(item=again.output)
    with dsl.ParallelFor([{'u': 'gs://c', 'm': 'x'}]) as item:
        third = dsl.importer(artifact_uri=item.u, artifact_class=Artifact)
        take(item=third.output)


@dsl.pipeline
def settings():
    imported = dsl.importer(artifact_uri='gs://x', artifact_class=VertexEndpoint).set_display_name('Import it').set_caching_options(False)
    imported.after(where())
    take(item=imported.output).set_display_name('Take it')


PIPELINES = {
    'constant uri': constant_uri,
    'reimport and metadata': reimports,
    'uri from a task': uri_from_a_task,
    'metadata from channels': metadata_from_channels,
    'several': several,
    'to the workspace': to_workspace,
    'inside groups': in_groups,
    'settings': settings,
}
