"""Container components in the manner of cloud vendors' libraries: payloads of nested placeholders."""
import json
from typing import Dict, List, Optional

from kfp import dsl
from kfp.dsl import (Artifact, ConcatPlaceholder, ContainerSpec, Dataset, IfPresentPlaceholder, Input, Metrics, Model, Output, OutputPath,
                     container_component)

from custom_artifacts import VertexEndpoint

LAUNCHER = 'registry.example.com/launcher:1.0'


@container_component
def model_upload(
    gcp_resources: OutputPath(str),
    model: Output[Artifact],
    project: str,
    display_name: str,
    location: str = 'us-central1',
    description: str = '',
    parent_model: Input[Model] = None,
    unmanaged_container_model: Input[Model] = None,
    labels: Dict[str, str] = {},
    parameters: Dict[str, str] = {},
    encryption_spec_key_name: str = '',
):
    # fmt: off
    """Uploads a model.

    Args:
        project: Project.
        display_name: The display name.
        labels: The labels with user-defined metadata.

    Returns:
        model: Artifact tracking the created model.
        gcp_resources: Serialized resources.
    """
    # fmt: on
    return ContainerSpec(
        image=LAUNCHER,
        command=['python3', '-u', '-m', 'launcher'],
        args=[
            '--type', 'UploadModel',
            '--payload',
            ConcatPlaceholder([
                '{',
                '"display_name": "', display_name, '"',
                ', "description": "', description, '"',
                IfPresentPlaceholder(input_name='encryption_spec_key_name', then=ConcatPlaceholder([', "encryption_spec": {"kms_key_name": "', encryption_spec_key_name, '"}'])),
                ', "labels": ', labels,
                ', "parameters": ', parameters,
                ', "pipeline_job": "', f'projects/{project}/locations/{location}/pipelineJobs/{dsl.PIPELINE_JOB_ID_PLACEHOLDER}', '"',
                '}',
            ]),
            '--project', project,
            '--location', location,
            '--gcp_resources', gcp_resources,
            '--executor_input', '{{$}}',
            IfPresentPlaceholder(input_name='parent_model', then=['--parent_model_name', parent_model.metadata['resourceName']]),
            IfPresentPlaceholder(input_name='unmanaged_container_model', then=['--model_uri', unmanaged_container_model.uri], else_=['--no-model']),
        ],
    )


@container_component
def custom_job(
    display_name: str,
    gcp_resources: OutputPath(str),
    location: str = 'us-central1',
    worker_pool_specs: List[Dict[str, str]] = [],
    timeout: str = '604800s',
    restart_job_on_worker_restart: bool = False,
    service_account: str = '',
    project: str = '{{$.pipeline_google_cloud_project_id}}',
):
    """Launch a custom training job. Timeout defaults to ``'604800s'``."""
    return ContainerSpec(
        image=LAUNCHER,
        command=['python3', '-u', '-m', 'launcher.custom_job'],
        args=[
            '--type', 'CustomJob',
            '--payload',
            dsl.ConcatPlaceholder([
                '{"display_name": "', display_name, '", "job_spec": {"worker_pool_specs": ', worker_pool_specs,
                ', "scheduling": {"timeout": "', timeout, '", "restart_job_on_worker_restart": "', restart_job_on_worker_restart, '"}',
                ', "service_account": "', service_account, '"}}',
            ]),
            '--project', project, '--location', location, '--gcp_resources', gcp_resources,
        ],
    )


@container_component
def endpoint_create(display_name: str, endpoint: Output[VertexEndpoint], gcp_resources: OutputPath(str), network: Optional[str] = None):
    return ContainerSpec(
        image=LAUNCHER, command=['python3', '-m', 'endpoint'],
        args=['--payload', ConcatPlaceholder(['{"display_name": "', display_name, '"', IfPresentPlaceholder(input_name='network', then=ConcatPlaceholder([', "network": "', network, '"'])), '}']), endpoint.uri, gcp_resources])


@container_component
def deploy(model: Input[Artifact], endpoint: Input[VertexEndpoint], gcp_resources: OutputPath(str), traffic_split: Dict[str, int] = {'0': 100}, min_replica_count: int = 1):
    return ContainerSpec(
        image=LAUNCHER, command=['deploy'],
        args=[ConcatPlaceholder(['{"model": "', model.metadata['resourceName'], '", "endpoint": "', endpoint.metadata['resourceName'], '", "split": ', traffic_split, ', "min": ', min_replica_count, '}']), gcp_resources])


@dsl.pipeline(name='cloud-training', pipeline_root='gs://bucket/root')
def cloud_training(project: str, display_name: str = 'model', image: str = 'registry.example.com/train'):
    specs = [{'machine_spec': {'machine_type': 'n1-standard-4', 'accelerator_count': 1}, 'replica_count': '1',
              'container_spec': {'image_uri': image, 'args': ['--project', project, f'--name={display_name}']}}]
    job = custom_job(display_name=f'{display_name}-job', worker_pool_specs=specs, project=project)
    imported = dsl.importer(
        artifact_uri='gs://project/model',
        artifact_class=Model,
        metadata={'containerSpec': {'imageUri': image, 'env': [{'name': 'A', 'value': project}]}, 'resourceName': display_name},
    ).after(job)
    uploaded = model_upload(project=project, display_name=display_name, unmanaged_container_model=imported.outputs['artifact'], labels={'made-by': display_name})
    endpoint = endpoint_create(display_name=display_name)
    deploy(model=uploaded.outputs['model'], endpoint=endpoint.outputs['endpoint'], traffic_split={'0': 50})


PIPELINES = {
    'cloud training': cloud_training,
    'model upload alone': model_upload,
    'custom job alone': custom_job,
    'deploy alone': deploy,
}
