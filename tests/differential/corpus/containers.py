"""Container components with every placeholder."""
from typing import Dict, List, Optional

from kfp import dsl
from kfp.dsl import (Artifact, ConcatPlaceholder, ContainerSpec, Dataset, IfPresentPlaceholder, Input, Metrics, Model, Output,
                     OutputPath, container_component)


@container_component
def hello():
    return ContainerSpec(image='alpine', command=['echo'], args=['Hello'])


@container_component
def image_only():
    """An image whose entrypoint does it all."""
    return ContainerSpec(image='registry.example.com/tool:1')


@dsl.container_component
def args_only(x: str):
    return dsl.ContainerSpec(image='alpine', args=['--x', x])


@dsl.container_component
def parameters(text: str, number: int, ratio: float, flag: bool, items: List[str], mapping: Dict[str, int], result: OutputPath(str), count: OutputPath(int)):
    """Run a command.

    Args:
        text: A text.
        number: A number.
        result: Where the result goes.
    """
    return dsl.ContainerSpec(
        image='alpine',
        command=['sh', '-c', 'mkdir -p $(dirname "$1"); echo "$0" > "$1"', text, result],
        args=['--number', number, '--ratio', ratio, '--flag', flag, '--items', items, '--mapping', mapping, '--count-file', count],
    )


@dsl.container_component
def artifacts(data: Input[Dataset], model: Output[Model], metrics: Output[Metrics], anything: Input[Artifact]) -> ContainerSpec:
    return dsl.ContainerSpec(
        image='gcr.io/example/trainer',
        command=['train', '--data', data.path, '--data-uri', data.uri, '--meta', data.metadata],
        args=['--model', model.path, '--model-uri', model.uri, '--metrics', metrics.path, '--key', data.metadata['rows'],
              f'--mixed={data.path}:{data.uri}', anything.uri, model.metadata, model.metadata['framework']],
    )


@dsl.container_component
def f_strings(name: str, count: int, data: Input[Dataset], out: Output[Dataset], line: OutputPath(str)):
    return dsl.ContainerSpec(
        image='alpine',
        command=['sh', '-c', f'echo {name} {count} > {line}; cp {data.path} {out.path}'],
        args=[f'--name={name}', f'{name}-{count}', f'{{literal}} {name}'],
    )


@dsl.container_component
def list_of_artifacts(items: Input[List[Dataset]], out: OutputPath(str)):
    return dsl.ContainerSpec(image='alpine', command=['merge', items], args=[out])


@dsl.container_component
def concat(one: str, two: str, number: int = 3):
    return dsl.ContainerSpec(
        image='alpine',
        command=['echo', ConcatPlaceholder([one, '-', two])],
        args=[ConcatPlaceholder(['--number=', number]), ConcatPlaceholder([one])],
    )


@dsl.container_component
def if_present(text: Optional[str] = None, other: str = 'x', data: Input[Dataset] = None, flag: Optional[bool] = None):
    return dsl.ContainerSpec(
        image='alpine',
        command=['sh', '-c', 'echo "$0" "$@"'],
        args=[
            IfPresentPlaceholder(input_name='text', then=['--text', text], else_=['--no-text']),
            IfPresentPlaceholder(input_name='other', then=other),
            IfPresentPlaceholder(input_name='data', then=['--data', data.path]),
            IfPresentPlaceholder(input_name='flag', then='--flag', else_='--no-flag'),
            'end',
        ],
    )


@dsl.container_component
def nested_placeholders(prefix: str, value: Optional[str] = None, extra: Optional[int] = None, data: Optional[Input[Dataset]] = None):
    return dsl.ContainerSpec(
        image='alpine',
        command=['program'],
        args=[
            IfPresentPlaceholder(input_name='value', then=[ConcatPlaceholder(['--', prefix, '=', value])], else_=ConcatPlaceholder(['none-', prefix])),
            ConcatPlaceholder(['a', IfPresentPlaceholder(input_name='extra', then=ConcatPlaceholder(['b', extra]), else_='c'), 'd']),
            ConcatPlaceholder([prefix, ConcatPlaceholder(['x', value])]),
            IfPresentPlaceholder(input_name='value', then=['--v', IfPresentPlaceholder(input_name='extra', then=['--e', extra])]),
        ],
    )


@dsl.container_component
def job_placeholders(out: Output[Dataset]):
    return dsl.ContainerSpec(
        image='alpine',
        command=['run', dsl.PIPELINE_JOB_NAME_PLACEHOLDER, dsl.PIPELINE_JOB_ID_PLACEHOLDER, dsl.PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER],
        args=[dsl.PIPELINE_TASK_NAME_PLACEHOLDER, dsl.PIPELINE_TASK_ID_PLACEHOLDER, dsl.PIPELINE_ROOT_PLACEHOLDER,
              dsl.PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER, dsl.PIPELINE_TASK_EXECUTOR_OUTPUT_PATH_PLACEHOLDER,
              dsl.PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER, dsl.PIPELINE_JOB_SCHEDULE_TIME_UTC_PLACEHOLDER, out.path],
    )


@dsl.container_component
def image_from_input(image: str, tag: str = 'latest'):
    return dsl.ContainerSpec(image=f'{image}:{tag}', command=['run'], args=['x'])


@dsl.container_component
def defaults(a: str = 'one', b: int = 2, c: float = 0.5, d: bool = False, e: list = [1], f: dict = {'k': 'v'}):
    return dsl.ContainerSpec(image='alpine', command=['c'], args=[a, b, c, d, e, f, '', '3'])


@dsl.component(base_image='python:3.11')
def make_data() -> Dataset:
    return Dataset(uri=dsl.get_uri())


@dsl.pipeline(name='all-placeholders')
def all_placeholders(text: str = 'x', number: int = 1, data: Input[Dataset] = None):
    hello()
    image_only()
    args_only(x=text)
    p = parameters(text=text, number=number, ratio=0.1, flag=True, items=['a'], mapping={'a': 1})
    made = make_data()
    a = artifacts(data=made.output, anything=made.output)
    artifacts(data=made.output, anything=a.outputs['model'])
    f_strings(name=p.outputs['result'], count=p.outputs['count'], data=made.output)
    concat(one=text, two='b')
    concat(one=text, two=p.outputs['result'], number=number)
    if_present()
    if_present(text=text, data=made.output, flag=False)
    if_present(data=data)
    nested_placeholders(prefix=text)
    nested_placeholders(prefix=text, value='v', extra=number, data=data)
    job_placeholders()
    defaults()
    defaults(a=text, b=number)


@dsl.pipeline
def merges_a_list(datasets: Input[List[Dataset]]) -> str:
    return list_of_artifacts(items=datasets).outputs['out']


@dsl.pipeline
def image_by_input(image: str = 'alpine'):
    image_from_input(image=image)
    image_from_input(image='busybox', tag='1')


PIPELINES = {
    'all placeholders': all_placeholders,
    'list of artifacts': merges_a_list,
    'image from an input': image_by_input,
    'hello alone': hello,
    'image only alone': image_only,
    'parameters alone': parameters,
    'artifacts alone': artifacts,
    'if present alone': if_present,
    'nested placeholders alone': nested_placeholders,
    'job placeholders alone': job_placeholders,
    'defaults alone': defaults,
    'f-strings alone': f_strings,
}
