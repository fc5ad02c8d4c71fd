"""Right programs: control flow and settings of tasks."""
from typing import List

from headrace import dsl, kubernetes


@dsl.component
def say(text: str = "x") -> str:
    return text


@dsl.component
def join(texts: List[str]) -> str:
    return "".join(texts)


@dsl.component
def finished(status: dsl.PipelineTaskFinalStatus):
    print(status.state)


@dsl.pipeline
def settings(cpu: str = "1", secret: str = "s"):
    first = say(text="a")
    (
        say()
        .after(first)
        .set_display_name("Say")
        .set_cpu_request("100m").set_cpu_limit(cpu).set_memory_request("1G").set_memory_limit("2G")
        .set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(1)
        .set_retry(num_retries=3, backoff_duration="10s", backoff_factor=1.5, backoff_max_duration="1h")
        .set_caching_options(True, cache_key="k")
        .set_env_variable("A", "b")
        .set_container_image("python:3.12")
        .set_debug_pause(before=True)
        .ignore_upstream_failure()
    )
    task: dsl.PipelineTask = say(text=first.output)
    print(task.name, task.inputs, task.outputs["Output"], task.dependent_tasks)
    kubernetes.use_secret_as_env(task, secret_name=secret, secret_key_to_env={"a": "A"})
    kubernetes.use_secret_as_volume(task, secret_name="s", mount_path="/s", optional=True)
    kubernetes.use_config_map_as_env(task, config_map_name=first.output, config_map_key_to_env={"a": "A"})
    kubernetes.use_config_map_as_volume(task, config_map_name="m", mount_path="/m")
    kubernetes.mount_pvc(task, pvc_name="c", mount_path="/c", sub_path="d")
    kubernetes.add_toleration(task, key="k", operator="Exists", effect="NoSchedule", toleration_seconds=3)
    kubernetes.add_toleration_json(task, [{"key": "k"}])
    kubernetes.add_node_selector(task, label_key="a", label_value="b")
    kubernetes.add_node_selector_json(task, {"a": "b"})
    kubernetes.add_node_affinity(task, match_expressions=[{"key": "a", "operator": "In", "values": ["b"]}], weight=3)
    kubernetes.add_pod_label(task, "a", "b")
    kubernetes.add_pod_annotation(task, "a", "b")
    kubernetes.set_image_pull_policy(task, "Always")
    kubernetes.set_image_pull_secrets(task, ["a"])
    kubernetes.use_field_path_as_env(task, env_name="A", field_path="metadata.name")
    kubernetes.set_timeout(task, 3)
    kubernetes.set_security_context(task, run_as_user=1, run_as_non_root=True)
    kubernetes.empty_dir_mount(task, volume_name="v", mount_path="/v", medium="Memory", size_limit="1Gi")
    kubernetes.add_ephemeral_volume(task, volume_name="e", mount_path="/e", access_modes=["ReadWriteOnce"], size="1Gi")
    claim = kubernetes.CreatePVC(access_modes=["ReadWriteOnce"], size="1Gi", pvc_name_suffix="-x")
    kubernetes.DeletePVC(pvc_name=claim.outputs["name"]).after(task)


@dsl.pipeline
def control_flow(texts: List[str], limit: int = 3):
    first = say()
    with dsl.ExitHandler(finished(), name="always"):
        with dsl.If(first.output == "a", name="is a"):
            a = say(text="1")
        with dsl.Elif(first.output != "b"):
            b = say(text="2")
        with dsl.Else():
            c = say(text="3")
        say(text=dsl.OneOf(a.output, b.output, c.output))
        with dsl.ParallelFor(texts, parallelism=2) as text:
            said = say(text=text)
        join(texts=dsl.Collected(said.output))
        with dsl.ParallelFor([{"a": 1}, {"a": 2}], name="numbers") as item:
            say(text=f"{item.a}{limit}")
        with dsl.ParallelFor(items=[1, 2]) as number:
            with dsl.If(number > 1):
                say(text=dsl.PIPELINE_JOB_ID_PLACEHOLDER)
