"""Arguments of Compiler.compile: overrides, names, file types, Kubernetes manifests."""
from typing import Dict, List, Optional

from kfp import compiler, dsl, kubernetes
from kfp.compiler import KubernetesManifestOptions


@dsl.component(base_image='python:3.11')
def say(text: str = 'x', number: int = 1) -> str:
    return text


@dsl.pipeline(name='compiled-with-options', description='A pipeline.', display_name='Shown')
def pipeline(text: str, count: int = 3, ratio: float = 0.5, flag: bool = False, items: List[str] = ['a'], options: Dict[str, int] = {'a': 1}, maybe: Optional[str] = None):
    say(text=text, number=count)


@dsl.pipeline(name='with-platform')
def with_platform(secret: str = 's'):
    kubernetes.use_secret_as_env(say(), secret, {'a': 'A'})


@dsl.pipeline(name='undescribed')
def undescribed():
    say()


PIPELINES = {
    'default': pipeline,
    'name': (pipeline, {'pipeline_name': 'other-name'}),
    'display name': (pipeline, {'pipeline_display_name': 'Other display name'}),
    'both names': (undescribed, {'pipeline_name': 'a', 'pipeline_display_name': 'B'}),
    'parameters': (pipeline, {'pipeline_parameters': {'text': 'given', 'count': 10, 'ratio': 2, 'flag': True, 'items': ['x', 'y'], 'options': {'z': 26}, 'maybe': 'yes'}}),
    'some parameters': (pipeline, {'pipeline_parameters': {'text': 'given'}}),
    'empty parameters': (pipeline, {'pipeline_parameters': {}}),
    'everything': (pipeline, {'pipeline_name': 'n', 'pipeline_display_name': 'd', 'pipeline_parameters': {'count': 0}, 'type_check': False}),
    'json': (pipeline, {'suffix': '.json'}),
    'json with names': (pipeline, {'suffix': '.json', 'pipeline_name': 'json-name', 'pipeline_parameters': {'text': 'j'}}),
    'yml': (pipeline, {'suffix': '.yml'}),
    'component': say,
    'component renamed': (say, {'pipeline_name': 'renamed', 'pipeline_parameters': {'text': 'y', 'number': 5}}),
    'component display name': (say, {'pipeline_display_name': 'Say it'}),
    'manifest': (pipeline, {'kubernetes_manifest_format': True}),
    'manifest with platform': (with_platform, {'kubernetes_manifest_format': True}),
    'manifest options': (with_platform, {
        'kubernetes_manifest_format': True,
        'kubernetes_manifest_options': KubernetesManifestOptions(
            pipeline_name='my-pipeline', pipeline_display_name='My pipeline', pipeline_version_name='v1',
            pipeline_version_display_name='Version 1', namespace='team', include_pipeline_manifest=True),
    }),
    'manifest options without the pipeline': (pipeline, {
        'kubernetes_manifest_format': True,
        'kubernetes_manifest_options': KubernetesManifestOptions(pipeline_version_name='v2', namespace='team'),
    }),
    'manifest of an undescribed pipeline': (undescribed, {
        'kubernetes_manifest_format': True,
        'kubernetes_manifest_options': KubernetesManifestOptions(include_pipeline_manifest=True),
    }),
    'manifest with names': (pipeline, {
        'kubernetes_manifest_format': True, 'pipeline_name': 'override', 'pipeline_display_name': 'Override',
        'kubernetes_manifest_options': KubernetesManifestOptions(pipeline_name='in-options', include_pipeline_manifest=True),
    }),
    'options without the format': (pipeline, {'kubernetes_manifest_options': KubernetesManifestOptions(pipeline_name='ignored')}),
}
