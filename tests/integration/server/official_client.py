"""A long day with the official SDK: run by the interpreter that has it, against one server.

Prints a JSON object: for each scenario ``"ok"`` or the traceback. Imports nothing of Headrace.
"""

# ruff: noqa: BLE001, E402, PT017, PT018, PTH110, PTH123 - as users of the SDK write, without pytest

import json
import os
import sys
import tarfile
import tempfile
import time
import traceback
import warnings
import zipfile
from pathlib import Path

warnings.simplefilter("ignore")

import kfp
import kfp_server_api
from kfp import compiler, dsl
from kfp.cli.cli import cli
from kfp.kubeflow_client import PipelinesClient
from kfp.kubeflow_client.backends.kubernetes.types import KubernetesBackendConfig
from kfp.registry import RegistryClient

URL = sys.argv[1]
HERE = Path(tempfile.mkdtemp())
IMAGE = f"python:{sys.version_info.major}.{sys.version_info.minor}"
BOUND_S = 30

SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


@dsl.component(base_image=IMAGE)
def add(a: int, b: int) -> int:
    print("adding", a, b)
    return a + b


@dsl.component(base_image=IMAGE)
def write(text: str, out: dsl.Output[dsl.Dataset], metrics: dsl.Output[dsl.Metrics]):
    with open(out.path, "w") as file:
        file.write(text)
    metrics.log_metric("length", len(text))


@dsl.component(base_image=IMAGE)
def fail_without(path: str) -> str:
    import os

    if not os.path.exists(path):
        raise RuntimeError("the file is not there")
    return "found"


@dsl.component(base_image=IMAGE)
def wait_for(path: str):
    import os
    import time

    print("waiting", flush=True)
    for _ in range(600):
        if os.path.exists(path):
            return
        time.sleep(0.1)


@dsl.pipeline(name="sums")
def sums(a: int = 1, b: int = 2, text: str = "hello") -> int:
    first = add(a=a, b=b)
    with dsl.Condition(first.output > 0, name="positive"):
        write(text=text)
    return add(a=first.output, b=10).output


@dsl.pipeline(name="fragile")
def fragile(path: str):
    before = add(a=1, b=1).set_caching_options(False)
    fail_without(path=path).after(before).set_caching_options(False)


@dsl.pipeline(name="patient")
def patient(path: str):
    wait_for(path=path).set_caching_options(False)


def package(function):
    path = str(HERE / f"{function.name}.yaml")
    compiler.Compiler().compile(function, path)
    return path


def archives(function):
    plain = package(function)
    zipped, tarred = f"{plain}.zip", f"{plain}.tar.gz"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(plain, "pipeline.yaml")
    with tarfile.open(tarred, "w:gz") as archive:
        archive.add(plain, "pipeline.yaml")
    as_json = HERE / "pipeline.json"
    as_json.write_text(json.dumps(client_spec(function)))
    return zipped, tarred, str(as_json)


def state_of(client, run_id):
    return client.get_run(run_id).state


def until(condition, bound=BOUND_S):
    end = time.monotonic() + bound
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to pass in time")


def refused(status, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except kfp_server_api.ApiException as error:
        assert error.status == status, (error.status, error.body)
        return json.loads(error.body)
    raise AssertionError(f"{call} was not refused")


client = kfp.Client(host=URL)


# ------------------------------------------------------------------ kfp.Client


@scenario
def health():
    found = client.get_kfp_healthz()
    assert found.multi_user is False
    assert found.pipeline_store == "database"
    client.set_user_namespace("somebody")
    assert client.get_user_namespace() == "somebody"
    client.set_user_namespace("")


@scenario
def experiments():
    made = client.create_experiment("first", description="the first", namespace="anything")
    again = client.create_experiment("first")
    assert made.experiment_id == again.experiment_id
    assert made.display_name == "first"
    assert made.description == "the first"
    assert made.storage_state == "AVAILABLE"
    assert made.created_at.year > 2000
    by_name = client.get_experiment(experiment_name="first")
    by_id = client.get_experiment(experiment_id=made.experiment_id)
    assert by_name == by_id
    for n in range(5):
        client.create_experiment(f"page {n}")
    seen, token = [], ""
    while True:
        page = client.list_experiments(page_token=token, page_size=2, sort_by="display_name desc")
        seen += [one.display_name for one in page.experiments]
        token = page.next_page_token
        if not token:
            break
    assert seen == sorted(seen, reverse=True)
    assert {"Default", "first", "page 0", "page 4"} <= set(seen)
    assert page.total_size == len(seen)
    client.archive_experiment(made.experiment_id)
    archived = json.dumps(
        {"predicates": [{"operation": "EQUALS", "key": "storage_state", "stringValue": "ARCHIVED"}]}
    )
    assert [e.display_name for e in client.list_experiments(filter=archived).experiments] == [
        "first"
    ]
    client.unarchive_experiment(made.experiment_id)
    assert client.list_experiments(filter=archived).experiments is None
    client.delete_experiment(made.experiment_id)
    body = refused(404, client.get_experiment, experiment_id=made.experiment_id)
    assert body["code"] == 5
    assert body["details"][0]["@type"] == "type.googleapis.com/google.rpc.Status"
    try:
        client.get_experiment(experiment_name="first")
    except ValueError as error:
        assert "No experiment is found with name" in str(error)
    else:
        raise AssertionError("it is still found")


@scenario
def pipelines_and_versions():
    made = client.upload_pipeline(
        package(sums), pipeline_name="sums", description="adds", namespace="anything"
    )
    assert made.display_name == "sums"
    assert made.name == "sums"
    assert made.description == "adds"
    assert client.get_pipeline_id("sums") == made.pipeline_id
    assert client.get_pipeline_id("none such") is None
    assert client.get_pipeline(made.pipeline_id) == made
    taken = refused(409, client.upload_pipeline, package(sums), pipeline_name="sums")
    assert "error_message" in taken and "error_details" in taken
    for path in archives(sums):
        one = client.upload_pipeline_version(
            path, pipeline_version_name=Path(path).name, pipeline_id=made.pipeline_id
        )
        assert one.pipeline_id == made.pipeline_id
    client.upload_pipeline_version_from_pipeline_func(
        sums, pipeline_version_name="from a function", pipeline_name="sums", description="more"
    )
    found = client.list_pipeline_versions(made.pipeline_id, sort_by="created_at desc", page_size=2)
    assert found.total_size == 5
    assert found.pipeline_versions[0].display_name == "from a function"
    more = client.list_pipeline_versions(
        made.pipeline_id, page_token=found.next_page_token, page_size=2, sort_by="created_at desc"
    )
    assert len(more.pipeline_versions) == 2
    assert more.next_page_token
    version = found.pipeline_versions[0]
    same = client.get_pipeline_version(made.pipeline_id, version.pipeline_version_id)
    assert same.pipeline_spec["pipelineInfo"]["name"] == "sums"
    client.delete_pipeline_version(made.pipeline_id, version.pipeline_version_id)
    refused(404, client.get_pipeline_version, made.pipeline_id, version.pipeline_version_id)
    other = client.upload_pipeline_from_pipeline_func(patient, pipeline_name="patient")
    listed = client.list_pipelines(sort_by="display_name", page_size=100)
    assert [p.display_name for p in listed.pipelines] == ["patient", "sums"]
    refused(400, client.delete_pipeline, other.pipeline_id)  # it has versions
    client.pipelines.pipeline_service_delete_pipeline(other.pipeline_id, cascade=True)
    refused(404, client.get_pipeline, other.pipeline_id)


@scenario
def wrong_uploads():
    wrong = HERE / "wrong.yaml"
    wrong.write_text("pipelineInfo: {name: x}\n")
    body = refused(400, client.upload_pipeline, str(wrong), pipeline_name="wrong")
    assert "error_message" in body
    empty = HERE / "empty.zip"
    empty.write_bytes(b"PK\x05\x06" + b"\0" * 18)
    refused(400, client.upload_pipeline, str(empty), pipeline_name="wrong")
    image = HERE / "wrong.png"
    image.write_bytes(b"\x89PNG")
    refused(400, client.upload_pipeline, str(image), pipeline_name="wrong")
    assert client.get_pipeline_id("wrong") is None


@scenario
def a_run_from_a_package_and_its_results():
    result = client.create_run_from_pipeline_package(
        package(sums),
        arguments={"a": 4, "b": 5, "text": "some text"},
        run_name="from a package",
        experiment_name="runs",
        service_account="somebody",
    )
    end = client.wait_for_run_completion(result.run_id, timeout=BOUND_S, sleep_duration=0.2)
    assert end.state == "SUCCEEDED", end
    run = result.wait_for_run_completion(timeout=BOUND_S)
    assert run.run_id == result.run_id
    assert run.display_name == "from a package"
    assert run.service_account == "somebody"
    assert run.runtime_config.parameters["a"] == 4
    assert run.pipeline_spec["pipelineInfo"]["name"] == "sums"
    assert run.finished_at >= run.created_at
    assert [one.state for one in run.state_history] == ["PENDING", "RUNNING", "SUCCEEDED"]
    experiment = client.get_experiment(experiment_name="runs")
    assert run.experiment_id == experiment.experiment_id
    assert experiment.last_run_created_at == run.created_at
    tasks = {one.display_name: one for one in run.run_details.task_details}
    assert {"root", "add", "add-2", "write"} <= set(tasks)
    assert all(one.state == "SUCCEEDED" for one in tasks.values())
    assert len(tasks["root"].child_tasks) == 3
    group = next(t for t in tasks.values() if t.task_id == tasks["write"].parent_task_id)
    assert [c.pod_name for c in group.child_tasks] == [tasks["write"].pod_name]
    assert tasks["write"].outputs["out"].artifact_ids
    assert tasks["write"].create_time <= tasks["write"].start_time <= tasks["write"].end_time
    data = call(
        "GET", f"/apis/v2beta1/runs/{run.run_id}/nodes/{tasks['write'].pod_name}/artifacts/out:read"
    )
    import base64

    assert base64.b64decode(json.loads(data)["data"]) == b"some text"
    log = call("GET", f"/apis/v1alpha1/runs/{run.run_id}/nodes/{tasks['add'].pod_name}/log")
    assert b"adding 4 5" in log


def call(method, path):
    import urllib.request

    with urllib.request.urlopen(urllib.request.Request(URL + path, method=method)) as answer:
        return answer.read()


@scenario
def runs_of_functions_and_versions():
    run = client.create_run_from_pipeline_func(
        sums, arguments={"a": 1}, experiment_name="runs", enable_caching=False
    )
    experiment = client.get_experiment(experiment_name="runs")
    pipeline = client.upload_pipeline_from_pipeline_func(sums, pipeline_name="by version")
    version = client.list_pipeline_versions(pipeline.pipeline_id).pipeline_versions[0]
    referred = client.run_pipeline(
        experiment.experiment_id,
        "by reference",
        params={"b": 7},
        pipeline_id=pipeline.pipeline_id,
        version_id=version.pipeline_version_id,
    )
    reference = referred.pipeline_version_reference
    assert reference.pipeline_version_id == version.pipeline_version_id
    latest = client.runs.run_service_create_run(
        kfp_server_api.V2beta1Run(
            display_name="latest",
            experiment_id=experiment.experiment_id,
            pipeline_version_reference=kfp_server_api.V2beta1PipelineVersionReference(
                pipeline_id=pipeline.pipeline_id
            ),
            runtime_config=kfp_server_api.V2beta1RuntimeConfig(
                parameters={"text": "run [[RunUUID]] at [[CurrentTime]]"}
            ),
        )
    )
    for one in (run.run_id, referred.run_id, latest.run_id):
        end = client.wait_for_run_completion(one, timeout=BOUND_S, sleep_duration=0.2)
        assert end.state == "SUCCEEDED", end
    end = client.get_run(latest.run_id)
    assert end.pipeline_spec is None
    assert f"run {latest.run_id} at 20" in end.runtime_config.parameters["text"]


@scenario
def wrong_runs():
    experiment = client.create_experiment("wrong runs").experiment_id
    spec = json.loads(json.dumps(client_spec(sums)))

    def create(**fields):
        body = kfp_server_api.V2beta1Run(experiment_id=experiment, **fields)
        return refused(400, client.runs.run_service_create_run, body)["message"]

    config = kfp_server_api.V2beta1RuntimeConfig
    assert "name" in create(pipeline_spec=spec)
    assert "once" in create(display_name="x")
    assert "a" in create(
        display_name="x", pipeline_spec=spec, runtime_config=config(parameters={"a": "text"})
    )
    assert "nope" in create(
        display_name="x", pipeline_spec=spec, runtime_config=config(parameters={"nope": 1})
    )
    create(display_name="x", pipeline_spec={"pipelineInfo": {"name": "x"}})
    create(display_name="x", pipeline_spec=spec, plugins_output={})
    create(display_name="x" * 200, pipeline_spec=spec)
    refused(404, client.get_run, "none such")
    refused(
        404,
        client.run_pipeline,
        "none such",
        "x",
        pipeline_package_path=package(sums),
    )
    refused(400, client.list_runs, filter="{", experiment_id=experiment)
    refused(400, client.list_runs, sort_by="nope", experiment_id=experiment)
    refused(400, client.list_runs, page_size=-1, experiment_id=experiment)
    refused(400, client.list_runs, page_token="nope", experiment_id=experiment)
    assert client.list_runs(experiment_id=experiment).runs is None


def client_spec(function):
    import yaml

    with open(package(function)) as file:
        return yaml.safe_load(file)


@scenario
def retry_and_logs_of_a_failed_run():
    gate = HERE / "retry-gate"
    run = client.create_run_from_pipeline_func(fragile, arguments={"path": str(gate)})
    end = client.wait_for_run_completion(run.run_id, timeout=BOUND_S, sleep_duration=0.2)
    assert end.state == "FAILED"
    assert "fail-without" in end.error.message or "not there" in end.error.message
    failed = next(t for t in end.run_details.task_details if t.display_name == "fail-without")
    assert failed.state == "FAILED"
    assert "the file is not there" in failed.error.message
    gate.touch()
    client.runs.run_service_retry_run(run.run_id)
    assert state_of(client, run.run_id) != "FAILED"
    end = client.wait_for_run_completion(run.run_id, timeout=BOUND_S, sleep_duration=0.2)
    assert end.state == "SUCCEEDED"
    refused(400, client.runs.run_service_retry_run, run.run_id)


@scenario
def terminate():
    gate = HERE / "never"
    run = client.create_run_from_pipeline_func(patient, arguments={"path": str(gate)})
    until(lambda: state_of(client, run.run_id) == "RUNNING")
    client.terminate_run(run.run_id)
    assert state_of(client, run.run_id) in ("CANCELING", "CANCELED")
    until(lambda: state_of(client, run.run_id) == "CANCELED")
    refused(400, client.terminate_run, run.run_id)
    client.delete_run(run.run_id)
    refused(404, client.get_run, run.run_id)


@scenario
def delete_a_run_that_goes_on():
    run = client.create_run_from_pipeline_func(patient, arguments={"path": str(HERE / "never")})
    until(lambda: state_of(client, run.run_id) == "RUNNING")
    client.delete_run(run.run_id)
    refused(404, client.get_run, run.run_id)


@scenario
def archive_filter_and_page_runs():
    experiment = client.create_experiment("many runs").experiment_id
    made = [
        client.run_pipeline(experiment, f"run {n}", package(sums), params={"a": n}).run_id
        for n in range(5)
    ]
    for one in made:
        assert client.wait_for_run_completion(one, BOUND_S, 0.2).state == "SUCCEEDED"
    seen, token = [], ""
    while True:
        page = client.list_runs(token, 2, "created_at desc", experiment_id=experiment)
        seen += [one.display_name for one in page.runs]
        assert page.total_size == 5
        token = page.next_page_token
        if not token:
            break
    assert seen == [f"run {n}" for n in (4, 3, 2, 1, 0)]
    found = client.list_runs(experiment_id=experiment, page_size=2, sort_by="created_at desc")
    refused(
        400,
        client.list_runs,
        page_token=found.next_page_token,
        sort_by="display_name",
        experiment_id=experiment,
    )
    refused(400, client.list_runs, page_token=found.next_page_token, page_size=2)

    def named(operation, **value):
        predicate = {"operation": operation, **value}
        text = json.dumps({"predicates": [predicate]})
        return [
            r.display_name
            for r in client.list_runs(filter=text, experiment_id=experiment).runs or []
        ]

    assert named("IS_SUBSTRING", key="display_name", string_value="n 3") == ["run 3"]
    assert named("EQUALS", key="name", stringValue="run 1") == ["run 1"]
    assert named("IN", key="display_name", string_values={"values": ["run 0", "run 4"]}) == [
        "run 0",
        "run 4",
    ]
    assert len(named("EQUALS", key="state", string_value="SUCCEEDED")) == 5
    assert named("EQUALS", key="state", string_value="FAILED") == []
    assert named("GREATER_THAN", key="created_at", timestamp_value="2100-01-01T00:00:00Z") == []
    client.archive_run(made[0])
    assert client.get_run(made[0]).storage_state == "ARCHIVED"
    assert named("EQUALS", key="storage_state", string_value="ARCHIVED") == ["run 0"]
    client.unarchive_run(made[0])
    assert named("EQUALS", key="storage_state", string_value="ARCHIVED") == []
    client.archive_experiment(experiment)
    assert len(named("EQUALS", key="storage_state", string_value="ARCHIVED")) == 5
    refused(400, client.unarchive_run, made[0])
    refused(400, client.run_pipeline, experiment, "too late", package(sums))


@scenario
def recurring_runs():
    experiment = client.create_experiment("schedules").experiment_id
    pipeline = client.upload_pipeline_from_pipeline_func(sums, pipeline_name="scheduled")
    version = client.list_pipeline_versions(pipeline.pipeline_id).pipeline_versions[0]
    cron = client.create_recurring_run(
        experiment,
        "by cron",
        description="often",
        cron_expression="* * * * * *",
        max_concurrency=2,
        no_catchup=True,
        params={"a": 2, "text": "[[Index]]"},
        pipeline_id=pipeline.pipeline_id,
        version_id=version.pipeline_version_id,
    )
    assert cron.status == "ENABLED"
    assert cron.max_concurrency == "2"
    assert cron.trigger.cron_schedule.cron == "* * * * * *"
    assert cron.no_catchup is True
    paused = client.create_recurring_run(
        experiment,
        "by interval",
        interval_second=3600,
        start_time="2100-01-01T00:00:00Z",
        end_time="2101-01-01T00:00:00Z",
        pipeline_package_path=package(sums),
        enabled=False,
    )
    assert paused.status == "DISABLED"
    assert paused.trigger.periodic_schedule.interval_second == "3600"
    assert paused.trigger.periodic_schedule.start_time.year == 2100

    def runs():
        text = json.dumps(
            {
                "predicates": [
                    {
                        "operation": "EQUALS",
                        "key": "recurring_run_id",
                        "string_value": cron.recurring_run_id,
                    }
                ]
            }
        )
        return client.list_runs(filter=text, experiment_id=experiment, page_size=50).runs or []

    until(lambda: len(runs()) >= 2)
    client.disable_recurring_run(cron.recurring_run_id)
    assert client.get_recurring_run(cron.recurring_run_id).status == "DISABLED"
    for one in runs():
        end = client.wait_for_run_completion(one.run_id, BOUND_S, 0.2)
        assert end.state == "SUCCEEDED"
        assert end.recurring_run_id == cron.recurring_run_id
        assert end.scheduled_at.microsecond == 0
    client.enable_recurring_run(paused.recurring_run_id)
    assert client.get_recurring_run(paused.recurring_run_id).mode == "ENABLE"
    client.disable_job(paused.recurring_run_id)
    client.enable_job(paused.recurring_run_id)
    listed = client.list_recurring_runs(experiment_id=experiment, sort_by="display_name desc")
    assert [one.display_name for one in listed.recurring_runs] == ["by interval", "by cron"]
    assert listed.total_size == 2
    refused(
        400,
        client.create_recurring_run,
        experiment,
        "wrong",
        cron_expression="at noon",
        pipeline_package_path=package(sums),
    )
    refused(
        400,
        client.create_recurring_run,
        experiment,
        "wrong",
        interval_second=60,
        max_concurrency=11,
        pipeline_package_path=package(sums),
    )
    client.delete_recurring_run(cron.recurring_run_id)
    client.delete_job(paused.recurring_run_id)
    refused(404, client.get_recurring_run, cron.recurring_run_id)


@scenario
def generated_methods():
    made = client.pipelines.pipeline_service_create_pipeline(
        kfp_server_api.V2beta1Pipeline(
            name="bare", display_name="Bare", description="no versions", tags={"team": "blue"}
        )
    )
    named = client.pipelines.pipeline_service_get_pipeline_by_name("bare")
    assert named.pipeline_id == made.pipeline_id
    assert named.tags == {"team": "blue"}
    tagged = json.dumps(
        {"predicates": [{"operation": "EQUALS", "key": "tags.team", "string_value": "blue"}]}
    )
    assert [p.name for p in client.list_pipelines(filter=tagged).pipelines] == ["bare"]
    renamed = client.pipelines.pipeline_service_update_pipeline(
        made.pipeline_id, kfp_server_api.V2beta1Pipeline(display_name="Renamed")
    )
    assert (renamed.display_name, renamed.tags) == ("Renamed", {"team": "blue"})
    bare = client.pipelines.pipeline_service_update_pipeline(
        made.pipeline_id, kfp_server_api.V2beta1Pipeline(tags={})
    )
    assert not bare.tags
    client.delete_pipeline(made.pipeline_id)
    refused(
        400,
        client.pipelines.pipeline_service_create_pipeline_and_version,
        kfp_server_api.V2beta1CreatePipelineAndVersionRequest(
            pipeline=kfp_server_api.V2beta1Pipeline(display_name="x"),
            pipeline_version=kfp_server_api.V2beta1PipelineVersion(
                package_url=kfp_server_api.V2beta1Url(pipeline_url=URL + "/healthz")
            ),
        ),
    )  # an address of this machine
    both = client.pipelines.pipeline_service_create_pipeline_and_version(
        kfp_server_api.V2beta1CreatePipelineAndVersionRequest(
            pipeline=kfp_server_api.V2beta1Pipeline(display_name="both"),
            pipeline_version=kfp_server_api.V2beta1PipelineVersion(
                display_name="one", pipeline_spec=client_spec(sums)
            ),
        )
    )
    version = client.list_pipeline_versions(both.pipeline_id).pipeline_versions[0]
    changed = client.pipelines.pipeline_service_update_pipeline_version(
        both.pipeline_id,
        version.pipeline_version_id,
        kfp_server_api.V2beta1PipelineVersion(display_name="uno", tags={"a": "b"}),
    )
    assert (changed.display_name, changed.tags) == ("uno", {"a": "b"})
    api = client.runs.api_client
    auth = kfp_server_api.AuthServiceApi(api)
    auth.auth_service_authorize(namespace="x", resources="VIEWERS", verb="GET")
    kfp_server_api.DummyFilterServiceApi(api).dummy_filter_service_get_filter()
    pictures = kfp_server_api.VisualizationServiceApi(api)
    refused(
        501,
        pictures.visualization_service_create_visualization_v1,
        "x",
        kfp_server_api.V2beta1Visualization(),
    )
    reports = kfp_server_api.ReportServiceApi(api)
    refused(501, reports.report_service_report_workflow, "{}")
    refused(501, reports.report_service_report_scheduled_workflow, "{}")
    version = kfp_server_api.V2beta1PipelineVersion(
        display_name="two", pipeline_spec=client_spec(sums), code_source_url="https://example.com"
    )
    second = client.pipelines.pipeline_service_create_pipeline_version(both.pipeline_id, version)
    assert (second.name, second.code_source_url) == ("two", "https://example.com")


# ------------------------------------------------------------------ PipelinesClient


@scenario
def pipelines_client():
    own = PipelinesClient(KubernetesBackendConfig(base_url=URL, namespace="kubeflow"))
    version = own.upload_pipeline(sums, name="by-new-client", version="v1", description="d")
    assert own.get_pipeline("by-new-client").pipeline_id == version.pipeline_id
    own.upload_pipeline(package(sums), name="by-new-client", version="v2")
    assert own.get_pipeline_version("by-new-client", "v2").display_name == "v2"
    assert len(own.list_pipeline_versions("by-new-client").pipeline_versions) == 2
    assert own.list_pipelines().pipelines
    own.create_experiment("new client's")
    run = own.run("by-new-client", params={"a": 3}, experiment="new client's", version="v1")
    told = []
    end = own.wait_for_run_status(
        run.run_id,
        status={"succeeded"},
        timeout=BOUND_S,
        polling_interval=1,
        callbacks=[lambda one: told.append(one.state)],
    )
    assert end.state == "SUCCEEDED"
    assert told
    inline = own.run(sums, params={"a": 3}, name="inline")
    assert own.wait_for_run_status(inline, timeout=BOUND_S, polling_interval=1).state == "SUCCEEDED"
    listed = own.list_runs(experiment="new client's", status="succeeded")
    assert [one.run_id for one in listed.runs] == [run.run_id]
    assert own.get_run(run.run_id).run_id == run.run_id
    assert own.list_runs(pipeline="by-new-client", experiment="new client's").runs
    assert own.get_experiment("new client's").display_name == "new client's"
    assert own.list_experiments().experiments
    own.delete_pipeline("by-new-client", version="v1")
    own.delete_pipeline("by-new-client", force=True)
    own.delete_experiment("new client's")
    assert own.kfp_client.get_kfp_healthz()


# ------------------------------------------------------------------ RegistryClient


@scenario
def registry():
    own = RegistryClient(host=URL + "/registry")
    name, version = own.upload_pipeline(package(sums), tags=["v1", "latest"])
    assert name == "sums"
    assert version.startswith("sha256:")
    assert own.upload_pipeline(package(sums)) == (name, version)
    other_package = HERE / "other.yaml"
    other_package.write_text(Path(package(sums)).read_text() + "\n# another file\n")
    _, other = own.upload_pipeline(str(other_package), tags="latest")
    assert other != version
    assert own.get_tag(name, "latest")["version"].endswith(other)
    assert own.get_tag(name, "v1")["version"].endswith(version)
    for given in ({"version": version}, {"tag": "latest"}):
        path = own.download_pipeline(name, file_name=str(HERE / "got.yaml"), **given)
        assert "sums" in Path(path).read_text()
    assert own.get_package(name)["name"] == "packages/sums"
    assert "packages/sums" in [one["name"] for one in own.list_packages()]
    assert own.get_version(name, version)["name"].endswith(version)
    assert len(own.list_versions(name)) == 2
    assert own.create_tag(name, version, "stable")["name"].endswith("/stable")
    own.update_tag(name, other, "stable")
    assert own.get_tag(name, "stable")["version"].endswith(other)
    assert {one["name"].rpartition("/")[2] for one in own.list_tags(name)} == {
        "v1",
        "latest",
        "stable",
    }
    own.delete_tag(name, "stable")
    assert len(own.list_tags(name)) == 2
    assert own.delete_version(name, other) is True
    assert len(own.list_versions(name)) == 1
    made = client.pipelines.pipeline_service_get_pipeline_by_name(name)
    assert client.list_pipeline_versions(made.pipeline_id).pipeline_versions
    client.upload_pipeline(package(fragile), "fragile")
    assert own.delete_package("fragile") is True
    assert client.get_pipeline_id("fragile") is None


# ------------------------------------------------------------------ the command kfp


def kfp_command(*arguments, answer=None, output="json", ok=True):
    from click.testing import CliRunner

    given = ["--endpoint", URL, "--output", output, *arguments]
    found = CliRunner().invoke(cli, given, obj={}, input=answer)
    if ok:
        assert found.exit_code == 0, (arguments, found.output, str(found.exception))
    text = found.stdout
    for start in range(len(text)):
        if text[start] in "{[":
            try:
                return json.loads(text[start:])
            except ValueError:
                continue
    return text


@scenario
def command_line():
    made = kfp_command("pipeline", "create", "-p", "commanded", "-d", "by command", package(sums))
    pipeline = made.get("pipeline_id") or made["Pipeline ID"]
    kfp_command("pipeline", "create-version", package(sums), "-v", "two", "-p", pipeline)
    assert kfp_command("pipelines", "list")
    versions = kfp_command("pipeline", "list-versions", pipeline)
    assert len(versions) == 2
    second = client.list_pipeline_versions(pipeline, sort_by="created_at desc").pipeline_versions[0]
    kfp_command("pipeline", "get", pipeline)
    kfp_command("pipeline", "get-version", pipeline, second.pipeline_version_id)
    kfp_command("experiment", "create", "-d", "d", "commanded")
    experiment = client.get_experiment(experiment_name="commanded").experiment_id
    kfp_command("experiment", "get", experiment)
    assert kfp_command("experiments", "list")
    kfp_command("run", "create", "-e", "commanded", "-r", "first", "-f", package(sums), "-w", "a=5")
    kfp_command(
        "run",
        "create",
        "-e",
        "commanded",
        "-r",
        "second",
        "-n",
        "commanded",
        "-v",
        second.pipeline_version_id,
        "-w",
        "b=5",
    )
    runs = client.list_runs(experiment_id=experiment).runs
    assert [(one.display_name, one.state) for one in runs] == [
        ("first", "SUCCEEDED"),
        ("second", "SUCCEEDED"),
    ]
    run = runs[0].run_id
    assert kfp_command("run", "list", "-e", experiment)
    kfp_command("run", "get", run)
    kfp_command("run", "archive", run)
    kfp_command("run", "unarchive", run)
    kfp_command("run", "delete", run, answer="y\n")
    refused(404, client.get_run, run)
    kfp_command(
        "recurring-run",
        "create",
        "--experiment-id",
        experiment,
        "--job-name",
        "hourly",
        "--interval-second",
        "3600",
        "--pipeline-package-path",
        package(sums),
        "text=hourly",  # this command gives every value as text
    )
    job = client.list_recurring_runs(experiment_id=experiment).recurring_runs[0].recurring_run_id
    assert kfp_command("recurring-run", "list", "-e", experiment)
    kfp_command("recurring-run", "get", job)
    kfp_command("recurring-run", "disable", job)
    kfp_command("recurring-run", "enable", job)
    kfp_command("recurring-run", "delete", job, answer="y\n")
    kfp_command("experiment", "archive", "--experiment-id", experiment)
    kfp_command("experiment", "unarchive", "--experiment-name", "commanded")
    kfp_command("experiment", "delete", experiment, answer="y\n")
    kfp_command("pipeline", "delete-version", pipeline, second.pipeline_version_id, answer="y\n")


def main():
    os.chdir(HERE)
    found = {}
    wanted = sys.argv[2:] or list(SCENARIOS)
    for name in wanted:
        begun = time.monotonic()
        stdout, sys.stdout = sys.stdout, sys.stderr  # the client prints links
        try:
            SCENARIOS[name]()
            found[name] = "ok"
        except BaseException:
            found[name] = traceback.format_exc()
        finally:
            sys.stdout = stdout
        print(f"{name}: {time.monotonic() - begun:.1f} s", file=sys.stderr)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
