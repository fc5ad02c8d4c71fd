"""Every function of kfp.kubernetes with constants."""
from kfp import dsl, kubernetes


@dsl.component(base_image='python:3.11')
def work(x: str = 'x') -> str:
    return x


@dsl.container_component
def tool():
    return dsl.ContainerSpec(image='alpine', command=['true'])


@dsl.pipeline
def secrets():
    task = work()
    kubernetes.use_secret_as_env(task, secret_name='my-secret', secret_key_to_env={'password': 'PASSWORD', 'user': 'USER'})
    kubernetes.use_secret_as_env(task, 'other', {'key': 'KEY'}, optional=True)
    kubernetes.use_secret_as_volume(task, secret_name='my-secret', mount_path='/mnt/secret')
    kubernetes.use_secret_as_volume(task, 'other', '/mnt/other', True)
    kubernetes.use_secret_as_volume(work(), secret_name='s', mount_path='/s', optional=False)


@dsl.pipeline
def config_maps():
    task = work()
    kubernetes.use_config_map_as_env(task, config_map_name='my-map', config_map_key_to_env={'a': 'A', 'b': 'B'})
    kubernetes.use_config_map_as_env(task, 'other', {'c': 'C'}, optional=True)
    kubernetes.use_config_map_as_volume(task, config_map_name='my-map', mount_path='/mnt/map')
    kubernetes.use_config_map_as_volume(task, 'other', '/mnt/other', optional=True)


@dsl.pipeline
def volumes():
    task = work()
    kubernetes.mount_pvc(task, pvc_name='static', mount_path='/data')
    kubernetes.mount_pvc(task, pvc_name='static', mount_path='/data2', sub_path='sub/folder')
    kubernetes.empty_dir_mount(task, volume_name='shm', mount_path='/dev/shm', medium='Memory', size_limit='1Gi')
    kubernetes.empty_dir_mount(task, volume_name='scratch', mount_path='/scratch')
    kubernetes.add_ephemeral_volume(task, volume_name='e1', mount_path='/e1', access_modes=['ReadWriteOnce'], size='5Gi')
    kubernetes.add_ephemeral_volume(task, volume_name='e2', mount_path='/e2', access_modes=['ReadWriteMany', 'ReadOnlyMany'], size='1Ti',
                                    storage_class_name='fast', labels={'a': 'b'}, annotations={'c': 'd'})
    kubernetes.add_ephemeral_volume(task, volume_name='e3', mount_path='/e3', access_modes=['ReadWriteOnce'], size='5Gi', storage_class_name='', labels={'x': 'y'})


@dsl.pipeline
def scheduling():
    task = work()
    kubernetes.add_node_selector(task, label_key='cloud.example.com/accelerator', label_value='nvidia-tesla-p4')
    kubernetes.add_node_selector(task, 'zone', 'a')
    kubernetes.add_toleration(task, key='key1', operator='Equal', value='value1', effect='NoSchedule')
    kubernetes.add_toleration(task, key='key2', operator='Exists', effect='NoExecute', toleration_seconds=10)
    kubernetes.add_toleration(task, operator='Exists')
    kubernetes.add_toleration(task, key='k', toleration_seconds=0)
    kubernetes.add_toleration_json(task, {'key': 'j', 'operator': 'Equal', 'value': 'v', 'effect': 'PreferNoSchedule'})
    kubernetes.add_toleration_json(task, [{'key': 'l', 'operator': 'Exists'}, {'key': 'm', 'effect': 'NoExecute', 'toleration_seconds': 5}])
    kubernetes.add_node_affinity(task, match_expressions=[{'key': 'disktype', 'operator': 'In', 'values': ['ssd', 'nvme']}, {'key': 'gpu', 'operator': 'Exists'}])
    kubernetes.add_node_affinity(task, match_fields=[{'key': 'metadata.name', 'operator': 'NotIn', 'values': ['n1']}], weight=100)
    kubernetes.add_node_affinity(task, match_expressions=[{'key': 'a', 'operator': 'Gt', 'values': ['1']}], match_fields=[{'key': 'b', 'operator': 'DoesNotExist'}], weight=1)
    kubernetes.add_node_affinity(task)
    other = work()
    kubernetes.add_node_selector_json(other, {'disk': 'ssd', 'zone': 'b'})
    kubernetes.add_node_selector(other, 'also', 'this')
    kubernetes.add_node_affinity_json(other, {'requiredDuringSchedulingIgnoredDuringExecution': {'nodeSelectorTerms': [{'matchExpressions': [{'key': 'a', 'operator': 'In', 'values': ['b']}]}]}})
    kubernetes.add_node_affinity_json(other, {'preferredDuringSchedulingIgnoredDuringExecution': [{'weight': 5, 'preference': {'matchExpressions': []}}]})


@dsl.pipeline
def metadata_and_images():
    task = work()
    kubernetes.add_pod_label(task, label_key='team', label_value='ml')
    kubernetes.add_pod_label(task, 'tier', 'gold')
    kubernetes.add_pod_annotation(task, annotation_key='example.com/a', annotation_value='b')
    kubernetes.add_pod_annotation(task, 'c', '')
    kubernetes.set_image_pull_policy(task, 'Always')
    kubernetes.set_image_pull_policy(work(), policy='Never')
    kubernetes.set_image_pull_policy(work(), 'IfNotPresent')
    kubernetes.set_image_pull_secrets(task, ['one', 'two'])
    kubernetes.set_image_pull_secrets(task, secret_names=['three'])
    kubernetes.use_field_path_as_env(task, env_name='POD_NAME', field_path='metadata.name')
    kubernetes.use_field_path_as_env(task, 'NODE_IP', "status.hostIP")
    kubernetes.set_timeout(task, seconds=20)
    kubernetes.set_timeout(work(), 0)
    kubernetes.set_timeout(kubernetes.set_timeout(work(), 5), 2**40)


@dsl.pipeline
def security():
    kubernetes.set_security_context(work(), run_as_user=1000, run_as_group=3000, run_as_non_root=True)
    kubernetes.set_security_context(work(), run_as_user=0)
    kubernetes.set_security_context(work(), run_as_non_root=False)
    kubernetes.set_security_context(tool(), run_as_group=0)
    task = work()
    kubernetes.set_security_context(task, run_as_user=1)
    kubernetes.set_security_context(task, run_as_group=2)


@dsl.pipeline
def everything_in_groups(texts: list = ['a']):
    with dsl.ParallelFor(texts) as text:
        task = work(x=text)
        kubernetes.use_secret_as_env(task, 's', {'a': 'A'})
        kubernetes.mount_pvc(task, 'claim', '/data')
        kubernetes.add_node_selector(task, 'a', 'b')
        with dsl.If(task.output == 'x'):
            inner = tool()
            kubernetes.use_config_map_as_volume(inner, 'm', '/m')
            kubernetes.set_timeout(inner, 10)
    exit_task = work(x='bye')
    kubernetes.add_pod_label(exit_task, 'l', 'v')
    with dsl.ExitHandler(exit_task):
        kubernetes.add_pod_annotation(work(), 'a', 'v')


@dsl.pipeline
def sub(x: str = 'q'):
    task = work(x=x)
    kubernetes.add_pod_label(task, 'in', 'sub')
    kubernetes.set_timeout(tool(), 3)


@dsl.pipeline
def in_sub_pipelines():
    sub()
    kubernetes.add_pod_label(work(), 'in', 'parent')
    sub(x='again')
    with dsl.ParallelFor(['a']) as item:
        sub(x=item)


@dsl.pipeline(pipeline_config=dsl.PipelineConfig(active_deadline_seconds=5))
def with_pipeline_configuration():
    kubernetes.add_pod_label(work(), 'a', 'b')


@dsl.pipeline
def other_platforms():
    first = work()
    first.platform_config['platform_foo'] = {'number': 12, 'nested': {'list': [1, 2.5, True, 'x']}, 'text': 'y'}
    second = work()
    second.platform_config['platform_foo'] = {'number': 20}
    second.platform_config['platform_bar'] = {'key': 'value'}
    kubernetes.add_pod_label(second, 'a', 'b')
    with dsl.ParallelFor([1]) as n:
        tool().platform_config['platform_foo'] = {'z': 0}


PIPELINES = {
    'other platforms': other_platforms,
    'secrets': secrets,
    'config maps': config_maps,
    'volumes': volumes,
    'scheduling': scheduling,
    'metadata and images': metadata_and_images,
    'security': security,
    'in groups': everything_in_groups,
    'in sub-pipelines': in_sub_pipelines,
    'with pipeline configuration': with_pipeline_configuration,
}
