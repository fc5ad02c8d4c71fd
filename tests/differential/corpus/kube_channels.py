"""kfp.kubernetes with pipeline inputs and task outputs; claims made and deleted."""
from typing import List

from kfp import dsl, kubernetes


@dsl.component(base_image='python:3.11')
def work(x: str = 'x') -> str:
    return x


@dsl.component(base_image='python:3.11')
def pick_name() -> str:
    return 'name'


@dsl.component(base_image='python:3.11')
def pick_dict() -> dict:
    return {}


@dsl.component(base_image='python:3.11')
def pick_list() -> list:
    return []


@dsl.pipeline
def from_inputs(secret: str, config_map: str, claim: str, pull: str, selector: dict, toleration: dict, tolerations: list, affinity: dict):
    task = work()
    kubernetes.use_secret_as_env(task, secret, {'a': 'A'})
    kubernetes.use_secret_as_volume(task, secret, '/secret', optional=True)
    kubernetes.use_config_map_as_env(task, config_map, {'a': 'B'})
    kubernetes.use_config_map_as_volume(task, config_map, '/map')
    kubernetes.mount_pvc(task, claim, '/claim', sub_path='x')
    kubernetes.set_image_pull_secrets(task, [pull])
    kubernetes.add_node_selector_json(task, selector)
    kubernetes.add_toleration_json(task, toleration)
    kubernetes.add_toleration_json(task, tolerations)
    kubernetes.add_node_affinity_json(task, affinity)


@dsl.pipeline
def from_outputs():
    name = pick_name()
    mapping = pick_dict()
    items = pick_list()
    task = work()
    kubernetes.use_secret_as_env(task, name.output, {'a': 'A'})
    kubernetes.use_secret_as_volume(task, name.output, '/secret')
    kubernetes.use_config_map_as_env(task, name.output, {'a': 'B'}, optional=True)
    kubernetes.use_config_map_as_volume(task, name.output, '/map')
    kubernetes.mount_pvc(task, name.output, '/claim')
    kubernetes.set_image_pull_secrets(task, [name.output, pick_name().output])
    kubernetes.add_node_selector_json(task, mapping.output)
    kubernetes.add_toleration_json(task, mapping.output)
    kubernetes.add_toleration_json(task, items.output)
    kubernetes.add_node_affinity_json(task, mapping.output)


@dsl.pipeline
def inputs_in_groups(secret: str, claim: str, go: str, texts: List[str]):
    with dsl.If(go == 'yes'):
        task = work(x=go)
        kubernetes.use_secret_as_env(task, secret, {'a': 'A'})
        kubernetes.mount_pvc(task, claim, '/claim')
    with dsl.ParallelFor(texts) as text:
        task = work(x=text)
        kubernetes.use_secret_as_volume(task, secret, '/s')
        with dsl.If(text == 'a'):
            inner = work(x=secret)
            kubernetes.use_config_map_as_volume(inner, claim, '/m')


@dsl.pipeline
def outputs_in_groups(texts: List[str]):
    name = pick_name()
    with dsl.ParallelFor(texts) as text:
        task = work(x=text)
        kubernetes.use_secret_as_env(task, name.output, {'a': 'A'})
        inner_name = pick_name()
        other = work()
        kubernetes.use_config_map_as_env(other, inner_name.output, {'a': 'A'})
    with dsl.If(name.output == 'x'):
        task = work()
        kubernetes.mount_pvc(task, name.output, '/claim')


@dsl.pipeline
def loop_items(names: List[str]):
    with dsl.ParallelFor(names) as name:
        task = work()
        kubernetes.use_secret_as_env(task, name, {'a': 'A'})
        kubernetes.mount_pvc(task, name, '/claim')
    with dsl.ParallelFor(['s1', 's2']) as name:
        task = work(x=name)
        kubernetes.use_secret_as_volume(task, name, '/s')


@dsl.pipeline
def claims():
    claim = kubernetes.CreatePVC(pvc_name_suffix='-my-pvc', access_modes=['ReadWriteOnce'], size='5Gi', storage_class_name='standard')
    first = work()
    kubernetes.mount_pvc(first, pvc_name=claim.outputs['name'], mount_path='/data')
    second = work(x=first.output)
    kubernetes.mount_pvc(second, pvc_name=claim.output, mount_path='/reused')
    kubernetes.DeletePVC(pvc_name=claim.outputs['name']).after(second)


@dsl.pipeline
def claims_with_everything(size: str = '1Gi', names: List[str] = ['a'], name: str = 'n'):
    kubernetes.CreatePVC(pvc_name=name, access_modes=['ReadWriteMany', 'ReadOnlyMany'], size=size, storage_class_name='', volume_name='vol',
                         annotations={'a': 'b'}, data_source={'apiGroup': 'snapshot.storage.k8s.io', 'kind': 'VolumeSnapshot', 'name': 'snap'})
    kubernetes.CreatePVC(access_modes=['ReadWriteOnce'], size='10Mi', pvc_name_suffix=f'-{name}')
    with dsl.ParallelFor(names) as item:
        claim = kubernetes.CreatePVC(pvc_name=item, access_modes=['ReadWriteOnce'], size=size)
        task = work(x=item)
        kubernetes.mount_pvc(task, pvc_name=claim.outputs['name'], mount_path='/x')
        kubernetes.DeletePVC(pvc_name=claim.outputs['name']).after(task)
    kubernetes.DeletePVC(pvc_name=name)


@dsl.pipeline
def deleted_at_exit(names: List[str]):
    claim = kubernetes.CreatePVC(pvc_name_suffix='-exit', access_modes=['ReadWriteMany'], size='5Gi')
    with dsl.ParallelFor(names) as name:
        task = work(x=name)
        kubernetes.mount_pvc(task, pvc_name=claim.outputs['name'], mount_path='/data', sub_path='sub')
    done = work().after(task)
    kubernetes.DeletePVC(pvc_name=claim.outputs['name']).after(done)


@dsl.pipeline
def sub(secret: str, x: str = 'x') -> str:
    task = work(x=x)
    kubernetes.use_secret_as_env(task, secret, {'a': 'A'})
    with dsl.If(task.output == 'a'):
        kubernetes.use_secret_as_volume(work(), secret, '/s')
    return task.output


@dsl.pipeline
def in_sub_pipelines(secret: str):
    a = sub(secret=secret)
    sub(secret=pick_name().output, x=a.output)
    sub(secret='static')


@dsl.pipeline
def pull_secrets_mixed(pull: str):
    kubernetes.set_image_pull_secrets(work(), ['static', pull])


PIPELINES = {
    'from inputs': from_inputs,
    'from outputs': from_outputs,
    'inputs in groups': inputs_in_groups,
    'outputs in groups': outputs_in_groups,
    'loop items': loop_items,
    'claims': claims,
    'claims with everything': claims_with_everything,
    'deleted at exit': deleted_at_exit,
    'in sub-pipelines': in_sub_pipelines,
    'pull secrets mixed': pull_secrets_mixed,
}
