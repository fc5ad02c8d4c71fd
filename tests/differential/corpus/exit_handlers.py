"""Exit handlers with and without final status, ignore_upstream_failure."""
from typing import List, Optional

from kfp import dsl
from kfp.dsl import Dataset, Input, Output, PipelineTaskFinalStatus


@dsl.component(base_image='python:3.11')
def say(text: str = 'x') -> str:
    return text


@dsl.component(base_image='python:3.11')
def clean_up(message: str):
    print(message)


@dsl.component(base_image='python:3.11')
def report(status: PipelineTaskFinalStatus, recipient: str = 'me'):
    print(status.state, recipient)


@dsl.component(base_image='python:3.11')
def report_only(status: PipelineTaskFinalStatus):
    print(status.state)


@dsl.component(base_image='python:3.11')
def make(out: Output[Dataset]) -> List[str]:
    return []


@dsl.component(base_image='python:3.11')
def take(data: Optional[Input[Dataset]] = None, text: str = 'none'):
    print(data)


@dsl.container_component
def container_report(status: PipelineTaskFinalStatus, text: str = ''):
    return dsl.ContainerSpec(image='alpine', command=['echo'], args=[status, text])


@dsl.pipeline
def plain(message: str = 'bye'):
    exit_task = clean_up(message=message)
    with dsl.ExitHandler(exit_task):
        a = say(text='a')
        say(text=a.output)


@dsl.pipeline
def with_status(recipient: str):
    exit_task = report(recipient=recipient)
    with dsl.ExitHandler(exit_task, name='Report at the end'):
        say()


@dsl.pipeline
def status_only():
    with dsl.ExitHandler(report_only()):
        say()


@dsl.pipeline
def container_status():
    with dsl.ExitHandler(exit_task=container_report(text='x')):
        say()


@dsl.pipeline
def two_handlers(text: str):
    first = report(recipient='one')
    with dsl.ExitHandler(first, name='first'):
        say(text=text)
    second = report(recipient='two')
    with dsl.ExitHandler(second):
        say(text='y')
    say(text='outside')


@dsl.pipeline
def everything_inside(text: str, texts: List[str] = ['a', 'b']):
    before = say(text='before')
    with dsl.ExitHandler(clean_up(message='done')):
        a = say(text=before.output)
        with dsl.ParallelFor(texts) as item:
            b = say(text=item)
            with dsl.If(b.output == text):
                say(text=a.output)
            with dsl.Elif(a.output == 'x'):
                say(text='elif')
            with dsl.Else():
                say(text=item)
        with dsl.ParallelFor(make().outputs['Output'], parallelism=1) as item:
            say(text=item)


@dsl.pipeline
def after_handler():
    exit_task = clean_up(message='x')
    handler = dsl.ExitHandler(exit_task)
    with handler:
        say()
    say(text='later').after(handler)


@dsl.pipeline
def body(text: str) -> str:
    return say(text=text).output


@dsl.pipeline
def cleaning(message: str = 'm'):
    a = say(text=message)
    clean_up(message=a.output)


@dsl.pipeline
def pipeline_as_body_and_exit(text: str):
    with dsl.ExitHandler(cleaning(message='bye')):
        b = body(text=text)
        say(text=b.output)


@dsl.pipeline
def handler_inside_sub(text: str):
    with dsl.ExitHandler(report(recipient=text)):
        say(text=text)


@dsl.pipeline
def uses_pipeline_with_handler():
    handler_inside_sub(text='x')
    say()


@dsl.pipeline
def ignores_failure(message: str = 'default'):
    a = say(text=message)
    m = make()
    clean_up(message='static').after(a).ignore_upstream_failure()
    take(data=m.outputs['out'], text=a.output).ignore_upstream_failure()
    say(text=a.output).ignore_upstream_failure()


@dsl.pipeline
def status_without_handler():
    a = say()
    report_only().after(a).ignore_upstream_failure()
    with dsl.ParallelFor(['a']) as item:
        b = say(text=item)
        report_only().after(b).ignore_upstream_failure()


@dsl.pipeline
def status_of_sub_pipeline():
    b = body(text='x')
    report_only().after(b).ignore_upstream_failure()


@dsl.pipeline
def ignores_failure_in_groups(text: str):
    with dsl.If(text == 'a'):
        a = say()
        say(text=a.output).ignore_upstream_failure()
    with dsl.ExitHandler(report()):
        b = say()
        say(text=b.output).ignore_upstream_failure()


@dsl.pipeline
def exit_task_settings():
    exit_task = report(recipient='x').set_display_name('Send report').set_caching_options(False)
    exit_task.set_cpu_limit('1').set_retry(3)
    with dsl.ExitHandler(exit_task, 'the body'):
        say()


PIPELINES = {
    'plain': plain,
    'with status': with_status,
    'status only': status_only,
    'container status': container_status,
    'two handlers': two_handlers,
    'everything inside': everything_inside,
    'after a handler': after_handler,
    'pipeline as body and exit task': pipeline_as_body_and_exit,
    'handler inside a sub-pipeline': uses_pipeline_with_handler,
    'ignores failure': ignores_failure,
    'status without a handler': status_without_handler,
    'status of a sub-pipeline': status_of_sub_pipeline,
    'ignores failure in groups': ignores_failure_in_groups,
    'exit task settings': exit_task_settings,
}
