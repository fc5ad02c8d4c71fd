"""TaskConfig inputs and task_config_passthroughs."""
from kfp import dsl, kubernetes
from kfp.dsl import TaskConfigField, TaskConfigPassthrough


@dsl.component(
    base_image='python:3.11',
    packages_to_install=['kubernetes'],
    task_config_passthroughs=[
        TaskConfigField.RESOURCES,
        TaskConfigField.KUBERNETES_TOLERATIONS,
        TaskConfigField.KUBERNETES_NODE_SELECTOR,
        TaskConfigField.KUBERNETES_AFFINITY,
        TaskConfigPassthrough(field=TaskConfigField.ENV, apply_to_task=True),
        TaskConfigPassthrough(field=TaskConfigField.KUBERNETES_VOLUMES, apply_to_task=True),
    ],
)
def train(nodes: int, path: str, task_config: dsl.TaskConfig) -> str:
    return str(task_config.resources)


@dsl.component(base_image='python:3.11', task_config_passthroughs=[TaskConfigField.RESOURCES])
def resources_only(task_config: dsl.TaskConfig):
    print(task_config)


@dsl.component(base_image='python:3.11', task_config_passthroughs=[TaskConfigPassthrough(field=TaskConfigField.ENV)])
def without_input(x: int = 1):
    print(x)


@dsl.component(base_image='python:3.11')
def input_without_passthroughs(config: dsl.TaskConfig, x: int = 1):
    print(config, x)


@dsl.pipeline(pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='10Gi')))
def configured(secret: str = 's'):
    task = train(nodes=1, path=dsl.WORKSPACE_PATH_PLACEHOLDER)
    task.set_cpu_request('1').set_cpu_limit('2').set_memory_request('20Gi').set_memory_limit('50Gi')
    task.set_accelerator_type('nvidia.com/gpu').set_accelerator_limit('1')
    task.set_env_variable('A', 'b')
    kubernetes.add_toleration(task, key='k', operator='Exists', effect='NoSchedule')
    kubernetes.add_node_selector(task, label_key='disk', label_value='ssd')
    kubernetes.add_node_affinity(task, match_expressions=[{'key': 'zone', 'operator': 'In', 'values': ['a']}])
    kubernetes.mount_pvc(task, pvc_name='data', mount_path='/data')
    kubernetes.use_secret_as_volume(task, secret_name=secret, mount_path='/secret')
    kubernetes.use_config_map_as_volume(task, config_map_name='map', mount_path='/map')


@dsl.pipeline
def partly(x: int = 2):
    resources_only().set_cpu_limit('1')
    without_input(x=x).set_env_variable('A', 'b')
    input_without_passthroughs(x=x).set_cpu_limit('1').set_env_variable('C', 'd')
    with dsl.ParallelFor([1, 2]) as n:
        resources_only().set_memory_limit('1G')
        input_without_passthroughs(x=n)


PIPELINES = {
    'all fields': configured,
    'some fields': partly,
    'component alone': train,
    'component with an input alone': input_without_passthroughs,
}
