"""Wrong components: signatures, decorators, annotations."""
import os
from typing import Dict, List, NamedTuple, Optional, Union

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, InputPath, Model, Output, OutputPath

import refused_artifacts as ra


def missing_annotation():
    @dsl.component(base_image='python:3.11')
    def c(x):
        pass
    return c


def parameter_named_output():
    @dsl.component(base_image='python:3.11')
    def c(Output: str):
        pass
    return c


def union_of_two_types():
    @dsl.component(base_image='python:3.11')
    def c(x: Union[int, str]):
        pass
    return c


def unknown_type():
    class Thing:
        pass

    @dsl.component(base_image='python:3.11')
    def c(x: Thing):
        pass
    return c


def set_type():
    @dsl.component(base_image='python:3.11')
    def c(x: set):
        pass
    return c


def artifact_default():
    @dsl.component(base_image='python:3.11')
    def c(x: Input[Dataset] = 'gs://x'):
        pass
    return c


def list_of_artifacts_output():
    @dsl.component(base_image='python:3.11')
    def c(x: Output[List[Dataset]]):
        pass

    @dsl.pipeline
    def p():
        c()
    return p


def list_of_artifacts_return():
    @dsl.component(base_image='python:3.11')
    def c() -> List[Dataset]:
        pass

    @dsl.pipeline
    def p():
        c()
    return p


def embedded_path_missing():
    @dsl.component(base_image='python:3.11', embedded_artifact_path='/does/not/exist')
    def c():
        pass
    return c


def notebook_missing():
    @dsl.notebook_component(notebook_path='/does/not/exist.ipynb')
    def c():
        dsl.run_notebook()
    return c


def notebook_of_the_wrong_kind():
    @dsl.notebook_component(notebook_path=os.path.abspath(__file__))
    def c():
        dsl.run_notebook()
    return c


def notebook_folder_without_notebook():
    @dsl.notebook_component(notebook_path=os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'corpus', 'assets', 'package'))
    def c():
        dsl.run_notebook()
    return c


def container_return_annotation():
    @dsl.container_component
    def c(x: str) -> str:
        return dsl.ContainerSpec(image='alpine')
    return c


def container_artifact_without_marker():
    @dsl.container_component
    def c(x: Dataset):
        return dsl.ContainerSpec(image='alpine')
    return c


def container_bare_artifact():
    @dsl.container_component
    def c(x: Input[Dataset]):
        return dsl.ContainerSpec(image='alpine', args=[x])
    return c


def container_unknown_attribute():
    @dsl.container_component
    def c(x: Input[Dataset]):
        return dsl.ContainerSpec(image='alpine', args=[x.name])
    return c


def container_f_string_of_if_present():
    @dsl.container_component
    def c(x: Optional[str] = None):
        placeholder = dsl.IfPresentPlaceholder(input_name='x', then=['a'])
        return dsl.ContainerSpec(image='alpine', args=[f'{placeholder}'])
    return c


def container_f_string_of_concat():
    @dsl.container_component
    def c(x: str):
        placeholder = dsl.ConcatPlaceholder(['a', x])
        return dsl.ContainerSpec(image='alpine', args=[f'--{placeholder}'])
    return c


def container_list_in_concat():
    @dsl.container_component
    def c(x: Optional[str] = None):
        return dsl.ContainerSpec(image='alpine', args=[dsl.ConcatPlaceholder(['a', dsl.IfPresentPlaceholder(input_name='x', then=['a', 'b'])])])
    return c


def container_missing_annotation():
    @dsl.container_component
    def c(x):
        return dsl.ContainerSpec(image='alpine')
    return c


def passthrough_of_another_field():
    @dsl.component(base_image='python:3.11', task_config_passthroughs=[dsl.TaskConfigField.RESOURCES])
    def c(t: dsl.TaskConfig):
        pass

    @dsl.pipeline
    def p():
        c().set_env_variable('A', 'b')
    return p


def passthrough_without_resources():
    @dsl.component(base_image='python:3.11', task_config_passthroughs=[dsl.TaskConfigField.ENV])
    def c(t: dsl.TaskConfig):
        pass

    @dsl.pipeline
    def p():
        c().set_cpu_limit('1')
    return p


def custom_artifact_under_an_alias():
    @dsl.component(base_image='python:3.11')
    def c(x: Input[ra.Thing]):
        pass
    return c


def artifact_title_without_namespace():
    class Odd(dsl.Artifact):
        schema_title = 'Odd'
        schema_version = '0.0.1'

    @dsl.component(base_image='python:3.11')
    def c(x: Input[Odd]):
        pass
    return c


def artifact_version_of_two_parts():
    class Odd(dsl.Artifact):
        schema_title = 'system.Odd'
        schema_version = '0.1'

    @dsl.component(base_image='python:3.11')
    def c(x: Input[Odd]):
        pass
    return c


def marked_return():
    @dsl.component(base_image='python:3.11')
    def c(x: Input[Dataset]) -> Output[Model]:
        pass
    return c


REFUSED = {
    'marked_return': 'TypeError',
    'missing_annotation': 'TypeError',
    'parameter_named_output': 'ValueError',
    'union_of_two_types': 'TypeError',
    'unknown_type': 'TypeError',
    'set_type': 'TypeError',
    'artifact_default': 'ValueError',
    'list_of_artifacts_output': 'ValueError',
    'list_of_artifacts_return': 'ValueError',
    'embedded_path_missing': 'ValueError',
    'notebook_missing': 'ValueError',
    'notebook_of_the_wrong_kind': 'ValueError',
    'notebook_folder_without_notebook': 'ValueError',
    'container_return_annotation': 'TypeError',
    'container_artifact_without_marker': 'TypeError',
    'container_bare_artifact': 'ValueError',
    'container_unknown_attribute': 'AttributeError',
    'container_f_string_of_if_present': 'ValueError',
    'container_f_string_of_concat': 'ValueError',
    'container_list_in_concat': 'ValueError',
    'container_missing_annotation': 'TypeError',
    'passthrough_of_another_field': 'ValueError',
    'passthrough_without_resources': 'ValueError',
    'custom_artifact_under_an_alias': 'TypeError',
    'artifact_title_without_namespace': 'TypeError',
    'artifact_version_of_two_parts': 'TypeError',
}
