"""The official SDK with a token, in a namespace of a server with many users.

Run by the interpreter that has the SDK: URL, own token, a token of another namespace's editor and
one that may only read. Prints a JSON object as ``official_client.py`` does.
"""

# ruff: noqa: BLE001, E402, PT017 - as users of the SDK write, without pytest

import json
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

import kfp
import kfp_server_api
from kfp import compiler, dsl
from kfp.kubeflow_client import PipelinesClient
from kfp.kubeflow_client.backends.kubernetes.types import KubernetesBackendConfig
from kfp.registry import ApiAuth, RegistryClient

URL, OWN, OTHER, READER = sys.argv[1:5]
BOUND_S = 60
PACKAGE = str(Path(tempfile.mkdtemp()) / "sums.yaml")


@dsl.component(base_image=f"python:{sys.version_info.major}.{sys.version_info.minor}")
def add(a: int, b: int) -> int:
    return a + b


@dsl.pipeline(name="sums")
def sums(a: int = 1):
    add(a=a, b=2)


def refused(status, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except kfp_server_api.ApiException as error:
        assert error.status == status, (error.status, error.body)
        return
    raise AssertionError(f"{call} was not refused")


def main():
    compiler.Compiler().compile(sums, PACKAGE)
    nobody = kfp.Client(host=URL)
    refused(401, nobody.list_runs, namespace="blue")
    refused(401, kfp.Client(host=URL, existing_token="made up").list_runs, namespace="blue")
    own = kfp.Client(host=URL, existing_token=OWN, namespace="blue")
    assert own.get_kfp_healthz().multi_user is True
    experiment = own.create_experiment("mine", namespace="blue")
    assert experiment.namespace == "blue"
    run = own.create_run_from_pipeline_package(
        PACKAGE, experiment_name="mine", namespace="blue", run_name="one"
    )
    assert own.wait_for_run_completion(run.run_id, BOUND_S, 0.2).state == "SUCCEEDED"
    pipeline = own.upload_pipeline(PACKAGE, "shared name", namespace="blue")
    assert pipeline.namespace == "blue"
    assert own.get_pipeline_id("shared name") in (None, pipeline.pipeline_id)
    job = own.create_recurring_run(
        experiment.experiment_id, "hourly", interval_second=3600, pipeline_package_path=PACKAGE
    )
    assert job.namespace == "blue"

    other = kfp.Client(host=URL, existing_token=OTHER, namespace="red")
    assert other.list_runs(namespace="red").runs is None
    refused(404, other.list_runs, namespace="blue")
    refused(404, other.list_runs, experiment_id=experiment.experiment_id)
    refused(404, other.get_run, run.run_id)
    refused(404, other.terminate_run, run.run_id)
    refused(404, other.delete_run, run.run_id)
    refused(404, other.get_experiment, experiment_id=experiment.experiment_id)
    refused(404, other.delete_experiment, experiment.experiment_id)
    refused(404, other.get_pipeline, pipeline.pipeline_id)
    refused(404, other.list_pipeline_versions, pipeline.pipeline_id)
    refused(404, other.delete_pipeline, pipeline.pipeline_id)
    refused(404, other.get_recurring_run, job.recurring_run_id)
    refused(404, other.delete_recurring_run, job.recurring_run_id)
    refused(404, other.run_pipeline, experiment.experiment_id, "theirs", PACKAGE)
    theirs = other.create_experiment("mine", namespace="red")
    assert theirs.experiment_id != experiment.experiment_id
    refused(
        404,
        other.run_pipeline,
        theirs.experiment_id,
        "of another's pipeline",
        pipeline_id=pipeline.pipeline_id,
        version_id=own.list_pipeline_versions(pipeline.pipeline_id)
        .pipeline_versions[0]
        .pipeline_version_id,
    )
    assert other.upload_pipeline(PACKAGE, "shared name", namespace="red").namespace == "red"

    reader = kfp.Client(host=URL, existing_token=READER, namespace="blue")
    assert reader.get_run(run.run_id).state == "SUCCEEDED"
    refused(403, reader.create_experiment, "no", namespace="blue")
    refused(403, reader.archive_run, run.run_id)
    refused(403, reader.upload_pipeline, PACKAGE, "no", namespace="blue")

    new = PipelinesClient(KubernetesBackendConfig(base_url=URL, user_token=OWN, namespace="blue"))
    assert [one.display_name for one in new.list_runs().runs] == ["one"]
    registry = RegistryClient(host=URL + "/registry", auth=ApiAuth(OWN))
    assert registry.upload_pipeline(PACKAGE)[0] == "sums"


if __name__ == "__main__":
    stdout, sys.stdout = sys.stdout, sys.stderr
    try:
        main()
        told = "ok"
    except BaseException:
        told = traceback.format_exc()
    print(json.dumps({"tenants": told}), file=stdout)
