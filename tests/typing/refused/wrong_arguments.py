"""Wrong programs, with the rule that refuses each line."""
from headrace import compiler, components, dsl, kubernetes


@dsl.component(base_images="python:3.11")  # refused: reportCallIssue
def misspelt() -> None: ...


@dsl.component(packages_to_install="pandas")  # refused: reportArgumentType
def packages_as_text() -> None: ...


@dsl.component(use_venv="yes")  # refused: reportArgumentType
def venv_as_text() -> None: ...


@dsl.pipeline(title="x")  # refused: reportCallIssue
def unknown_pipeline_argument() -> None: ...


@dsl.pipeline(pipeline_config={"workspace": 1})  # refused: reportArgumentType
def configuration_as_dict() -> None: ...


@dsl.component
def say(text: str = "x") -> str:
    return text


dsl.container_component(3)  # refused: reportArgumentType
dsl.notebook_component(base_image="python:3.11")  # refused: reportCallIssue
dsl.ContainerSpec(command=["a"])  # refused: reportCallIssue
dsl.WorkspaceConfig()  # refused: reportCallIssue
dsl.PipelineConfig(ttl_seconds_after_finished="1")  # refused: reportArgumentType
dsl.importer(artifact_uri="gs://x")  # refused: reportCallIssue
dsl.importer(artifact_uri=3, artifact_class=dsl.Dataset)  # refused: reportArgumentType
dsl.TaskConfigField.NOPE  # refused: reportAttributeAccessIssue
dsl.does_not_exist  # refused: reportAttributeAccessIssue

task = say(text="a")
task.set_retry("3")  # refused: reportArgumentType
task.set_retry()  # refused: reportCallIssue
task.set_cpu_limit(2)  # refused: reportArgumentType
task.set_memory_limit(1.5)  # refused: reportArgumentType
task.set_caching_options("off")  # refused: reportArgumentType
task.set_env_variable("A")  # refused: reportCallIssue
task.set_env_variable("A", 3)  # refused: reportArgumentType
task.set_display_name(None)  # refused: reportArgumentType
task.after("say")  # refused: reportArgumentType
task.set_priority(3)  # refused: reportAttributeAccessIssue
task.outputs[3]  # refused: reportArgumentType
dsl.ParallelFor()  # refused: reportCallIssue
dsl.ParallelFor(["a"], parallelism="2")  # refused: reportArgumentType
dsl.ParallelFor(3)  # refused: reportArgumentType
dsl.ExitHandler()  # refused: reportCallIssue
dsl.ExitHandler("say")  # refused: reportArgumentType
dsl.If()  # refused: reportCallIssue
dsl.Collected("x")  # refused: reportArgumentType
dsl.OneOf("a", "b")  # refused: reportArgumentType

compiler.Compiler().compile("pipeline", "x.yaml")  # refused: reportArgumentType
compiler.Compiler().compile(say)  # refused: reportCallIssue
compiler.Compiler().compile(say, "x.yaml", pipeline_parameters=["a"])  # refused: reportArgumentType
compiler.Compiler().compile(say, "x.yaml", name="x")  # refused: reportCallIssue
components.load_component_from_file()  # refused: reportCallIssue
components.load_component_from_text(3)  # refused: reportArgumentType

kubernetes.use_secret_as_env(task, "s")  # refused: reportCallIssue
kubernetes.use_secret_as_env("task", "s", {})  # refused: reportArgumentType
kubernetes.set_timeout(task, "3")  # refused: reportArgumentType
kubernetes.set_image_pull_secrets(task, "s")  # refused: reportArgumentType
kubernetes.add_toleration(task, operator="Near")  # refused: reportArgumentType
kubernetes.set_security_context(task, run_as_non_root="yes")  # refused: reportArgumentType

metrics = dsl.Metrics()
metrics.log_metric("a", "b")  # refused: reportArgumentType
metrics.log_metrics("a", 1.0)  # refused: reportAttributeAccessIssue
