"""Wrong pipelines: names, outputs, calls, topology, control flow, settings, options."""
from typing import Dict, List, NamedTuple, Optional

from kfp import compiler, components, dsl, kubernetes
from kfp.dsl import Artifact, Dataset, Input, Model, Output, PipelineTaskFinalStatus


@dsl.component(base_image='python:3.11')
def say(text: str = 'x') -> str:
    return text


@dsl.component(base_image='python:3.11')
def need(text: str) -> str:
    return text


@dsl.component(base_image='python:3.11')
def need_two(a: str, b: int) -> str:
    return a


@dsl.component(base_image='python:3.11')
def integer() -> int:
    return 1


@dsl.component(base_image='python:3.11')
def take_float(x: float):
    pass


@dsl.component(base_image='python:3.11')
def mapping() -> dict:
    return {}


@dsl.component(base_image='python:3.11')
def texts() -> List[str]:
    return []


@dsl.component(base_image='python:3.11')
def join(texts: List[str]) -> str:
    return ''


@dsl.component(base_image='python:3.11')
def make(out: Output[Dataset]):
    pass


@dsl.component(base_image='python:3.11')
def make_model(out: Output[Model]):
    pass


@dsl.component(base_image='python:3.11')
def take(data: Input[Dataset]):
    pass


@dsl.component(base_image='python:3.11')
def take_list(data: Input[List[Dataset]]):
    pass


@dsl.component(base_image='python:3.11')
def two_outputs() -> NamedTuple('Outputs', [('a', str), ('b', str)]):
    return '', ''


@dsl.component(base_image='python:3.11')
def nothing():
    pass


@dsl.component(base_image='python:3.11')
def report(status: PipelineTaskFinalStatus):
    pass


@dsl.pipeline
def inner(text: str = 'x') -> str:
    return say(text=text).output


# --- definition


def no_tasks():
    @dsl.pipeline
    def p():
        pass
    return p


def name_too_long():
    @dsl.pipeline(name='a' * 200)
    def p():
        say()
    return p


def nested_definition():
    @dsl.pipeline
    def p():
        @dsl.pipeline
        def q():
            say()
    return p


def unannotated_pipeline_input():
    @dsl.pipeline
    def p(x):
        say()
    return p


# --- calls


def positional_argument():
    @dsl.pipeline
    def p():
        need_two('x', 1, 2)
    return p


def unknown_argument():
    @dsl.pipeline
    def p():
        say(txt='x')
    return p


def missing_argument():
    @dsl.pipeline
    def p():
        need()
    return p


def missing_arguments():
    @dsl.pipeline
    def p():
        need_two()
    return p


def missing_pipeline_argument():
    @dsl.pipeline
    def q(a: str):
        say(text=a)

    @dsl.pipeline
    def p():
        q()
    return p


def integer_for_text():
    @dsl.pipeline
    def p():
        say(text=integer().output)
    return p


def input_of_another_type():
    @dsl.pipeline
    def p(n: int):
        say(text=n)
    return p


def text_for_integer():
    @dsl.pipeline
    def p():
        need_two(a='a', b=say().output)
    return p


def constant_of_another_type():
    @dsl.pipeline
    def p():
        need_two(a='a', b='three')
    return p


def list_for_text():
    @dsl.pipeline
    def p():
        say(text=['a'])
    return p


def artifact_for_parameter():
    @dsl.pipeline
    def p():
        say(text=make().outputs['out'])
    return p


def parameter_for_artifact():
    @dsl.pipeline
    def p():
        take(data=say().output)
    return p


def constant_for_artifact():
    @dsl.pipeline
    def p():
        take(data='gs://x')
    return p


def other_artifact_type():
    @dsl.pipeline
    def p():
        take(data=make_model().outputs['out'])
    return p


def single_artifact_for_list():
    @dsl.pipeline
    def p():
        take_list(data=make().outputs['out'])
    return p


def task_as_argument():
    @dsl.pipeline
    def p():
        say(text=say())
    return p


def object_as_argument():
    @dsl.pipeline
    def p():
        say(text=object())
    return p


def none_as_argument():
    @dsl.pipeline
    def p():
        need(text=None)
    return p


def unknown_output():
    @dsl.pipeline
    def p():
        say(text=say().outputs['nope'])
    return p


def output_of_two():
    @dsl.pipeline
    def p():
        say(text=two_outputs().output)
    return p


def output_of_none():
    @dsl.pipeline
    def p():
        say(text=nothing().output)
    return p


# --- pipeline outputs


def output_not_returned():
    @dsl.pipeline
    def p() -> str:
        say()
    return p


def output_not_declared():
    @dsl.pipeline
    def p():
        return say().output
    return p


def output_of_another_type():
    @dsl.pipeline
    def p() -> int:
        return say().output
    return p


def output_of_another_artifact_type():
    @dsl.pipeline
    def p() -> Model:
        return make().outputs['out']
    return p


def constant_output():
    @dsl.pipeline
    def p() -> str:
        say()
        return 'constant'
    return p


def task_as_output():
    @dsl.pipeline
    def p() -> str:
        return say()
    return p


def unknown_named_output():
    @dsl.pipeline
    def p() -> NamedTuple('Outputs', [('a', str)]):
        t = two_outputs()
        Other = NamedTuple('Other', [('a', str), ('b', str)])
        return Other(a=t.outputs['a'], b=t.outputs['b'])
    return p


def missing_named_output():
    @dsl.pipeline
    def p() -> NamedTuple('Outputs', [('a', str), ('b', str)]):
        Other = NamedTuple('Other', [('a', str)])
        return Other(a=two_outputs().outputs['a'])
    return p


def output_from_a_condition():
    @dsl.pipeline
    def p(x: str) -> str:
        with dsl.If(x == 'a'):
            t = say()
        return t.output
    return p


def output_from_a_loop():
    @dsl.pipeline
    def p() -> str:
        with dsl.ParallelFor(['a']) as x:
            t = say(text=x)
        return t.output
    return p


def output_from_an_exit_handler():
    @dsl.pipeline
    def p() -> str:
        with dsl.ExitHandler(nothing()):
            t = say()
        return t.output
    return p


# --- topology


def consumes_from_a_condition():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            t = say()
        say(text=t.output)
    return p


def consumes_from_another_branch():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            t = say()
        with dsl.Else():
            say(text=t.output)
    return p


def consumes_from_a_loop():
    @dsl.pipeline
    def p():
        with dsl.ParallelFor(['a']) as x:
            t = say(text=x)
        say(text=t.output)
    return p


def consumes_from_an_exit_handler():
    @dsl.pipeline
    def p():
        with dsl.ExitHandler(nothing()):
            t = say()
        say(text=t.output)
    return p


def after_a_task_in_a_condition():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            t = say()
        say().after(t)
    return p


def after_a_task_in_an_exit_handler():
    @dsl.pipeline
    def p():
        with dsl.ExitHandler(nothing()):
            t = say()
        say().after(t)
    return p


def after_a_loop_group():
    @dsl.pipeline
    def p():
        loop = dsl.ParallelFor(['a'])
        with loop as x:
            say(text=x)
        say().after(loop)
    return p


def after_a_condition_group():
    @dsl.pipeline
    def p(x: str):
        group = dsl.If(x == 'a')
        with group:
            say()
        say().after(group)
    return p


def task_of_another_pipeline():
    kept = []

    @dsl.pipeline
    def q():
        kept.append(say())

    @dsl.pipeline
    def p():
        say(text=kept[0].output)
    return p


# --- collected


def collected_outside_a_loop():
    @dsl.pipeline
    def p():
        t = say()
        join(texts=dsl.Collected(t.output))
    return p


def collected_from_a_loop_in_a_condition():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            with dsl.ParallelFor(['a']) as y:
                t = say(text=y)
        join(texts=dsl.Collected(t.output))
    return p


def collected_from_a_loop_in_an_exit_handler():
    @dsl.pipeline
    def p():
        with dsl.ExitHandler(nothing()):
            with dsl.ParallelFor(['a']) as y:
                t = say(text=y)
        join(texts=dsl.Collected(t.output))
    return p


def collected_for_a_text():
    @dsl.pipeline
    def p():
        with dsl.ParallelFor(['a']) as y:
            t = say(text=y)
        say(text=dsl.Collected(t.output))
    return p


# --- loops


def loop_over_nothing():
    @dsl.pipeline
    def p():
        with dsl.ParallelFor([]) as x:
            say(text=x)
    return p


def loop_over_a_text():
    @dsl.pipeline
    def p(x: str):
        with dsl.ParallelFor(x) as y:
            say(text=y)
    return p


def loop_over_one_artifact():
    @dsl.pipeline
    def p(x: Input[Dataset]):
        with dsl.ParallelFor(x) as y:
            take(data=y)
    return p


def negative_parallelism():
    @dsl.pipeline
    def p():
        with dsl.ParallelFor(['a'], parallelism=-1) as x:
            say(text=x)
    return p


def loop_item_of_another_type():
    @dsl.pipeline
    def p():
        with dsl.ParallelFor([1, 2]) as x:
            say(text=x)
    return p


def dict_items_typed_by_their_first_value():
    @dsl.pipeline
    def p():
        with dsl.ParallelFor([{'n': 1, 's': 'a'}]) as x:
            say(text=x.s)
    return p


# --- conditions


def constant_condition():
    @dsl.pipeline
    def p():
        with dsl.If('a' == 'a'):
            say()
    return p


def condition_on_a_struct():
    @dsl.pipeline
    def p():
        with dsl.If(mapping().output == 'x'):
            say()
    return p


def condition_on_an_artifact():
    @dsl.pipeline
    def p():
        with dsl.If(make().outputs['out'] == 'x'):
            say()
    return p


def else_without_if():
    @dsl.pipeline
    def p():
        with dsl.Else():
            say()
    return p


def elif_without_if():
    @dsl.pipeline
    def p(x: str):
        say()
        with dsl.Elif(x == 'a'):
            say()
    return p


def else_after_a_loop():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            say()
        with dsl.ParallelFor(['a']):
            say()
        with dsl.Else():
            say()
    return p


def two_elses():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            say()
        with dsl.Else():
            say()
        with dsl.Else():
            say()
    return p


def elif_after_else():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            say()
        with dsl.Else():
            say()
        with dsl.Elif(x == 'b'):
            say()
    return p


# --- one of


def one_of_without_else():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            a = say()
        with dsl.Elif(x == 'b'):
            b = say()
        say(text=dsl.OneOf(a.output, b.output))
    return p


def one_of_different_types():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            a = say()
        with dsl.Else():
            b = integer()
        say(text=dsl.OneOf(a.output, b.output))
    return p


def one_of_parameter_and_artifact():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            a = say()
        with dsl.Else():
            b = make()
        say(text=dsl.OneOf(a.output, b.outputs['out']))
    return p


def one_of_in_an_f_string():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            a = say()
        with dsl.Else():
            b = say()
        say(text=f'{dsl.OneOf(a.output, b.output)}')
    return p


def one_of_one_of():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            a = say()
        with dsl.Else():
            b = say()
        one = dsl.OneOf(a.output, b.output)
        say(text=dsl.OneOf(one, b.output))
    return p


def one_of_constants():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            say()
        with dsl.Else():
            say()
        say(text=dsl.OneOf('a', 'b'))
    return p


# --- exit handlers and failures


def exit_handler_in_a_condition():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            with dsl.ExitHandler(nothing()):
                say()
    return p


def exit_handler_in_a_loop():
    @dsl.pipeline
    def p():
        with dsl.ParallelFor(['a']):
            with dsl.ExitHandler(nothing()):
                say()
    return p


def exit_handler_in_an_exit_handler():
    @dsl.pipeline
    def p():
        with dsl.ExitHandler(nothing()):
            with dsl.ExitHandler(nothing()):
                say()
    return p


def exit_task_with_dependency():
    @dsl.pipeline
    def p():
        t = say()
        with dsl.ExitHandler(say(text=t.output)):
            say()
    return p


def final_status_outside():
    @dsl.pipeline
    def p():
        say()
        report()
    return p


def ignore_failure_without_default():
    @dsl.pipeline
    def p():
        need(text=say().output).ignore_upstream_failure()
    return p


def final_status_of_two_tasks():
    @dsl.pipeline
    def p():
        a, b = say(), say()
        report().after(a, b).ignore_upstream_failure()
    return p


def final_status_without_dependency():
    @dsl.pipeline
    def p():
        say()
        report().ignore_upstream_failure()
    return p


def one_of_returned_from_a_condition():
    @dsl.pipeline
    def p(x: str) -> str:
        with dsl.If(x == 'a'):
            with dsl.If(x == 'b'):
                a = say()
            with dsl.Else():
                b = say()
        return dsl.OneOf(a.output, b.output)
    return p


def undeclared_one_of_returned_from_a_condition():
    @dsl.pipeline
    def p(x: str):
        with dsl.If(x == 'a'):
            with dsl.If(x == 'b'):
                a = say()
            with dsl.Else():
                b = say()
        return dsl.OneOf(a.output, b.output)
    return p


def ambiguous_group_name():
    @dsl.component(base_image='python:3.11')
    def exit_handler_1():
        pass

    @dsl.pipeline
    def p():
        exit_handler_1()
        with dsl.ExitHandler(nothing()) as group:
            say()
        say().after(group)
    return p


# --- settings


def bad_cpu():
    @dsl.pipeline
    def p():
        say().set_cpu_limit('many')
    return p


def bad_cpu_request():
    @dsl.pipeline
    def p():
        say().set_cpu_request('1.5x')
    return p


def bad_memory():
    @dsl.pipeline
    def p():
        say().set_memory_limit('1.5G')
    return p


def bad_memory_request():
    @dsl.pipeline
    def p():
        say().set_memory_request('1GB')
    return p


def bad_accelerator_limit():
    @dsl.pipeline
    def p():
        say().set_accelerator_limit('one')
    return p


def negative_accelerator_limit():
    @dsl.pipeline
    def p():
        say().set_accelerator_limit(-1)
    return p


def bad_duration():
    @dsl.pipeline
    def p():
        say().set_retry(1, backoff_duration='soon')
    return p


def duration_without_unit():
    @dsl.pipeline
    def p():
        say().set_retry(1, backoff_duration='30')
    return p


def resources_on_a_pipeline():
    @dsl.pipeline
    def p():
        inner().set_cpu_limit('1')
    return p


def environment_on_a_pipeline():
    @dsl.pipeline
    def p():
        inner().set_env_variable('A', 'b')
    return p


def resources_on_an_importer():
    @dsl.pipeline
    def p():
        dsl.importer(artifact_uri='gs://x', artifact_class=Dataset).set_memory_limit('1G')
    return p


def pause_on_error_without_after():
    @dsl.pipeline
    def p():
        say().set_debug_pause(after=False, on_error=True)
    return p


def platform_on_a_pipeline():
    @dsl.pipeline
    def p():
        kubernetes.add_pod_label(inner(), 'a', 'b')
    return p


def platform_config_on_a_pipeline():
    @dsl.pipeline
    def p():
        inner().platform_config['platform_foo'] = {'a': 'b'}
    return p


# --- kubernetes


def unknown_pull_policy():
    @dsl.pipeline
    def p():
        kubernetes.set_image_pull_policy(say(), 'Sometimes')
    return p


def negative_timeout():
    @dsl.pipeline
    def p():
        kubernetes.set_timeout(say(), -1)
    return p


def empty_security_context():
    @dsl.pipeline
    def p():
        kubernetes.set_security_context(say())
    return p


def boolean_user():
    @dsl.pipeline
    def p():
        kubernetes.set_security_context(say(), run_as_user=True)
    return p


def negative_group():
    @dsl.pipeline
    def p():
        kubernetes.set_security_context(say(), run_as_group=-1)
    return p


def text_non_root():
    @dsl.pipeline
    def p():
        kubernetes.set_security_context(say(), run_as_non_root='yes')
    return p


def unknown_affinity_operator():
    @dsl.pipeline
    def p():
        kubernetes.add_node_affinity(say(), match_expressions=[{'key': 'a', 'operator': 'Near'}])
    return p


def affinity_without_key():
    @dsl.pipeline
    def p():
        kubernetes.add_node_affinity(say(), match_fields=[{'operator': 'In'}])
    return p


def affinity_weight_too_big():
    @dsl.pipeline
    def p():
        kubernetes.add_node_affinity(say(), weight=101)
    return p


def affinity_of_unknown_fields():
    @dsl.pipeline
    def p():
        kubernetes.add_node_affinity_json(say(), {'nope': 1})
    return p


def toleration_of_a_text():
    @dsl.pipeline
    def p():
        kubernetes.add_toleration_json(say(), 'x')
    return p


def secret_name_of_a_number():
    @dsl.pipeline
    def p():
        kubernetes.use_secret_as_env(say(), 3, {'a': 'A'})
    return p


# --- configuration and compile


def bad_workspace_size():
    return dsl.WorkspaceConfig(size='big')


def empty_workspace_size():
    return dsl.WorkspaceConfig(size='')


def workspace_not_configured():
    @dsl.pipeline
    def p():
        say(text=dsl.WORKSPACE_PATH_PLACEHOLDER)
    return p


def workspace_path_not_configured():
    @dsl.pipeline
    def p():
        with dsl.ParallelFor(['a']):
            say(text='/kfp-workspace/data')
    return p


def import_to_missing_workspace():
    @dsl.pipeline
    def p():
        take(data=dsl.importer(artifact_uri='gs://x', artifact_class=Dataset, download_to_workspace=True).output)
    return p


def negative_ttl():
    return dsl.PipelineConfig(ttl_seconds_after_finished=-1)


def fractional_ttl():
    return dsl.PipelineConfig(ttl_seconds_after_success=1.5)


def boolean_deadline():
    return dsl.PipelineConfig(active_deadline_seconds=True)


def overflowing_ttl():
    return dsl.PipelineConfig(ttl_seconds_after_failure=2**31)


def unknown_override():
    return inner, {'pipeline_parameters': {'nope': 1}}


def override_of_an_artifact():
    @dsl.pipeline
    def p(data: Input[Dataset], text: str = 'x'):
        take(data=data)
    return p, {'pipeline_parameters': {'data': 'x'}}


def unknown_file_type():
    return inner, {'suffix': '.txt'}


def platform_in_json():
    @dsl.pipeline
    def p():
        kubernetes.add_pod_label(say(), 'a', 'b')
    return p, {'suffix': '.json'}


def plain_function():
    def p():
        say()
    return p


def v1_graph():
    return components.load_component_from_text('''
name: graph
implementation:
  graph:
    tasks: {}
''')


def not_yaml():
    return components.load_component_from_text('a: [')


def empty_text():
    return components.load_component_from_text('')


def missing_file():
    return components.load_component_from_file('/does/not/exist.yaml')


REFUSED = {
    'one_of_returned_from_a_condition': 'InvalidTopologyException',
    'undeclared_one_of_returned_from_a_condition': 'InvalidTopologyException',
    'ambiguous_group_name': 'ValueError',
    'platform_config_on_a_pipeline': 'ValueError',
    'no_tasks': 'ValueError',
    'name_too_long': 'ValueError',
    'nested_definition': 'Exception',
    'unannotated_pipeline_input': 'TypeError',
    'positional_argument': 'TypeError',
    'unknown_argument': 'TypeError',
    'missing_argument': 'TypeError',
    'missing_arguments': 'TypeError',
    'missing_pipeline_argument': 'TypeError',
    'integer_for_text': 'InconsistentTypeException',
    'input_of_another_type': 'InconsistentTypeException',
    'text_for_integer': 'InconsistentTypeException',
    'constant_of_another_type': 'InconsistentTypeException',
    'list_for_text': 'InconsistentTypeException',
    'artifact_for_parameter': 'InconsistentTypeException',
    'parameter_for_artifact': 'InconsistentTypeException',
    'constant_for_artifact': 'InconsistentTypeException',
    'other_artifact_type': 'InconsistentTypeException',
    'single_artifact_for_list': 'InconsistentTypeException',
    'task_as_argument': 'ValueError',
    'object_as_argument': 'ValueError',
    'none_as_argument': 'ValueError',
    'unknown_output': 'KeyError',
    'output_of_two': 'AttributeError',
    'output_of_none': 'AttributeError',
    'output_not_returned': 'ValueError',
    'output_not_declared': 'ValueError',
    'output_of_another_type': 'InconsistentTypeException',
    'output_of_another_artifact_type': 'InconsistentTypeException',
    'constant_output': 'ValueError',
    'task_as_output': 'ValueError',
    'unknown_named_output': 'ValueError',
    'missing_named_output': 'ValueError',
    'output_from_a_condition': 'InvalidTopologyException',
    'output_from_a_loop': 'InvalidTopologyException',
    'output_from_an_exit_handler': 'InvalidTopologyException',
    'consumes_from_a_condition': 'InvalidTopologyException',
    'consumes_from_another_branch': 'InvalidTopologyException',
    'consumes_from_a_loop': 'InvalidTopologyException',
    'consumes_from_an_exit_handler': 'InvalidTopologyException',
    'after_a_task_in_a_condition': 'InvalidTopologyException',
    'after_a_task_in_an_exit_handler': 'InvalidTopologyException',
    'after_a_loop_group': 'ValueError',
    'after_a_condition_group': 'ValueError',
    'task_of_another_pipeline': 'Exception',
    'collected_outside_a_loop': 'InvalidTopologyException',
    'collected_from_a_loop_in_a_condition': 'InvalidTopologyException',
    'collected_from_a_loop_in_an_exit_handler': 'InvalidTopologyException',
    'collected_for_a_text': 'InconsistentTypeException',
    'loop_over_nothing': 'ValueError',
    'loop_over_a_text': 'ValueError',
    'loop_over_one_artifact': 'ValueError',
    'negative_parallelism': 'ValueError',
    'loop_item_of_another_type': 'InconsistentTypeException',
    'dict_items_typed_by_their_first_value': 'InconsistentTypeException',
    'constant_condition': 'ValueError',
    'condition_on_a_struct': 'ValueError',
    'condition_on_an_artifact': 'Exception',
    'else_without_if': 'InvalidControlFlowException',
    'elif_without_if': 'InvalidControlFlowException',
    'else_after_a_loop': 'InvalidControlFlowException',
    'two_elses': 'InvalidControlFlowException',
    'elif_after_else': 'InvalidControlFlowException',
    'one_of_without_else': 'ValueError',
    'one_of_different_types': 'TypeError',
    'one_of_parameter_and_artifact': 'TypeError',
    'one_of_in_an_f_string': 'NotImplementedError',
    'one_of_one_of': 'Exception',
    'one_of_constants': 'ValueError',
    'exit_handler_in_a_condition': 'ValueError',
    'exit_handler_in_a_loop': 'ValueError',
    'exit_handler_in_an_exit_handler': 'ValueError',
    'exit_task_with_dependency': 'ValueError',
    'final_status_outside': 'ValueError',
    'ignore_failure_without_default': 'ValueError',
    'final_status_of_two_tasks': 'InvalidTopologyException',
    'final_status_without_dependency': 'InvalidTopologyException',
    'bad_cpu': 'ValueError',
    'bad_cpu_request': 'ValueError',
    'bad_memory': 'ValueError',
    'bad_memory_request': 'ValueError',
    'bad_accelerator_limit': 'ValueError',
    'negative_accelerator_limit': 'ValueError',
    'bad_duration': 'ValueError',
    'duration_without_unit': 'ValueError',
    'resources_on_a_pipeline': 'ValueError',
    'environment_on_a_pipeline': 'ValueError',
    'resources_on_an_importer': 'ValueError',
    'pause_on_error_without_after': 'ValueError',
    'platform_on_a_pipeline': 'ValueError',
    'unknown_pull_policy': 'ValueError',
    'negative_timeout': 'ValueError',
    'empty_security_context': 'ValueError',
    'boolean_user': 'TypeError',
    'negative_group': 'ValueError',
    'text_non_root': 'TypeError',
    'unknown_affinity_operator': 'ValueError',
    'affinity_without_key': 'ValueError',
    'affinity_weight_too_big': 'ValueError',
    'affinity_of_unknown_fields': 'Exception',
    'toleration_of_a_text': 'ValueError',
    'secret_name_of_a_number': 'ValueError',
    'bad_workspace_size': 'ValueError',
    'empty_workspace_size': 'ValueError',
    'workspace_not_configured': 'ValueError',
    'workspace_path_not_configured': 'ValueError',
    'import_to_missing_workspace': 'ValueError',
    'negative_ttl': 'ValueError',
    'fractional_ttl': 'TypeError',
    'boolean_deadline': 'TypeError',
    'overflowing_ttl': 'ValueError',
    'unknown_override': 'ValueError',
    'override_of_an_artifact': 'NotImplementedError',
    'unknown_file_type': 'ValueError',
    'platform_in_json': 'ValueError',
    'plain_function': 'ValueError',
    'v1_graph': 'Exception',
    'not_yaml': 'Exception',
    'empty_text': 'ValueError',
    'missing_file': 'FileNotFoundError',
}
