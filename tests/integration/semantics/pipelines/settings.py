"""What tasks are set to: variables, images, resources, names, placeholders, workspaces."""

from kfp import dsl, kubernetes
from kfp.dsl import TaskConfigField, TaskConfigPassthrough

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def variable(name: str) -> str:
    import os
    return os.environ.get(name, 'unset')


@dsl.component(base_image=IMAGE)
def say(text: str) -> str:
    return text


@dsl.component(base_image=IMAGE)
def chosen_image() -> str:
    return 'python:3.11'


@dsl.component(base_image=IMAGE)
def memory() -> str:
    return '512Mi'


@dsl.pipeline
def variables(text: str = 'x'):
    variable(name='GREETING').set_env_variable('GREETING', "it's $HOME {{x}}")
    variable(name='GREETING')
    variable(name='HEADRACE_SECRET')


@dsl.pipeline
def dynamic(cpu: str = '100m', image: str = 'python:3.11'):
    say(text='a').set_container_image(image).set_cpu_limit(cpu).set_memory_limit(memory().output)
    say(text='b').set_container_image(chosen_image().output)
    with dsl.ParallelFor(['1', '2']) as cpus:
        say(text='c').set_cpu_request(cpus)


@dsl.pipeline
def names(who: str = 'me'):
    say(text='named').set_display_name('A name')
    with dsl.ParallelFor(['x'], name='a loop') as item:
        say(text=item)


@dsl.component(
    base_image=IMAGE,
    task_config_passthroughs=[
        TaskConfigField.RESOURCES,
        TaskConfigField.KUBERNETES_NODE_SELECTOR,
        TaskConfigPassthrough(field=TaskConfigField.ENV, apply_to_task=True),
    ],
)
def configured(task_config: dsl.TaskConfig) -> str:
    import json
    import os
    config = [task_config.resources, task_config.node_selector, task_config.env, os.environ.get('A')]
    return json.dumps(config, sort_keys=True)


@dsl.pipeline
def task_configuration():
    task = configured().set_cpu_limit('900').set_memory_request('5Gi').set_env_variable('A', 'b')
    kubernetes.add_node_selector(task, 'kind', 'big')


@dsl.component(base_image=IMAGE)
def same(a: str, b: str) -> bool:
    return a == b and bool(a) and '{{' not in a


@dsl.component(base_image=IMAGE)
def embedded(whole: str, text: str) -> bool:
    return text == f'<{whole}>' and bool(whole) and '{{' not in text


@dsl.pipeline
def placeholders(given: str = 'g'):
    embedded(whole=dsl.PIPELINE_JOB_NAME_PLACEHOLDER, text=f'<{dsl.PIPELINE_JOB_NAME_PLACEHOLDER}>')
    embedded(whole=dsl.PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER, text=f'<{dsl.PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER}>')
    embedded(whole=dsl.PIPELINE_JOB_ID_PLACEHOLDER, text=f'<{dsl.PIPELINE_JOB_ID_PLACEHOLDER}>')
    embedded(whole=dsl.PIPELINE_TASK_NAME_PLACEHOLDER, text=f'<{dsl.PIPELINE_TASK_NAME_PLACEHOLDER}>')
    embedded(whole=dsl.PIPELINE_TASK_ID_PLACEHOLDER, text=f'<{dsl.PIPELINE_TASK_ID_PLACEHOLDER}>')
    embedded(whole=dsl.PIPELINE_ROOT_PLACEHOLDER, text=f'<{dsl.PIPELINE_ROOT_PLACEHOLDER}>')
    embedded(
        whole=dsl.PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER, text=f'<{dsl.PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER}>'
    )
    say(text=f'{given}:{dsl.PIPELINE_TASK_NAME_PLACEHOLDER}')
    variable(name='TASK').set_env_variable('TASK', f'in {dsl.PIPELINE_TASK_NAME_PLACEHOLDER}')


@dsl.component(base_image=IMAGE)
def ids(job: str, resource: str, name: str) -> str:
    return f'{job}\n{resource}\n{name}'


@dsl.container_component
def ids_in_a_container(result: dsl.OutputPath(str)):
    return dsl.ContainerSpec(
        image='example.com/tool:1',
        command=['sh', '-c', 'mkdir -p "$(dirname "$3")"; printf "%s\n%s\n%s" "$0" "$1" "$2" > "$3"'],
        args=[
            dsl.PIPELINE_JOB_ID_PLACEHOLDER, dsl.PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER, dsl.PIPELINE_JOB_NAME_PLACEHOLDER,
            result,
        ],
    )


@dsl.component(base_image=IMAGE)
def equal(a: str, b: str) -> bool:
    return a == b


@dsl.pipeline
def placeholders_of_containers():
    mine = ids(
        job=dsl.PIPELINE_JOB_ID_PLACEHOLDER, resource=dsl.PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER,
        name=dsl.PIPELINE_JOB_NAME_PLACEHOLDER,
    )
    equal(a=mine.output, b=ids_in_a_container().outputs['result'])


@dsl.component(base_image=IMAGE)
def put(folder: str, text: str) -> str:
    import os
    path = os.path.join(folder, 'shared', 'file.txt')
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.write(text)
    return path


@dsl.component(base_image=IMAGE)
def get(path: str, folder: str) -> str:
    assert path.startswith(folder)
    with open(path) as file:
        return file.read()


@dsl.pipeline(pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='1Gi')))
def workspace():
    made = put(folder=dsl.WORKSPACE_PATH_PLACEHOLDER, text='kept')
    get(path=made.output, folder=dsl.WORKSPACE_PATH_PLACEHOLDER)
    get(path=f'{dsl.WORKSPACE_PATH_PLACEHOLDER}/shared/file.txt', folder=dsl.WORKSPACE_PATH_PLACEHOLDER).after(made)


PIPELINES = {
    'variables': variables,
    'dynamic': dynamic,
    'names': names,
    'task configuration': task_configuration,
    'placeholders': placeholders,
    'placeholders of containers': placeholders_of_containers,
    'workspace': workspace,
}

RUNS = [
    {'pipeline': 'variables', 'values': ["it's $HOME {{x}}", 'unset', 'unset']},
    {'pipeline': 'dynamic', 'values': ['512Mi', 'a', 'b', 'c', 'c', 'python:3.11']},
    {'pipeline': 'names', 'values': ['named', 'x'], 'displayed': {'say': 'A name'}},
    {
        'pipeline': 'task configuration',
        'values': [
            '[{"limits": {"cpu": "900"}, "requests": {"memory": "5Gi"}}, {"kind": "big"}, '
            '[{"name": "A", "value": "b"}], "b"]'
        ],
    },
    {
        'pipeline': 'placeholders',
        'values': sorted([True] * 7 + ['g:say', 'in variable'], key=str),
    },
    {'pipeline': 'placeholders of containers', 'contains': [True]},
    {'pipeline': 'workspace', 'contains': ['kept', 'kept']},
]
