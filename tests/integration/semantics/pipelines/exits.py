"""Exit handlers, final statuses, failures and what goes on after them, retries."""

from kfp import dsl
from kfp.dsl import PipelineTaskFinalStatus

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def say(text: str = 'nothing') -> str:
    return text


@dsl.component(base_image=IMAGE)
def fail(message: str = 'on purpose'):
    raise ValueError(message)


@dsl.component(base_image=IMAGE)
def report(prefix: str, status: PipelineTaskFinalStatus) -> str:
    error = status.error_code, status.error_message
    return f'{prefix} {status.state} {status.pipeline_task_name} {error}'


@dsl.pipeline
def success(prefix: str = 'ended'):
    ending = report(prefix=prefix)
    with dsl.ExitHandler(exit_task=ending, name='guarded'):
        say(text='inside')


@dsl.pipeline
def failure():
    ending = report(prefix='ended')
    with dsl.ExitHandler(exit_task=ending):
        failed = fail(message='no data')
        say(text='independent')
        say(text='after').after(failed)


@dsl.pipeline
def body(n: int):
    with dsl.If(n == 1):
        with dsl.ParallelFor(['x']) as item:
            fail(message=item)


@dsl.pipeline
def deep_failure():
    ending = report(prefix='ended')
    with dsl.ExitHandler(exit_task=ending):
        body(n=1)
    other = report(prefix='second')
    with dsl.ExitHandler(exit_task=other):
        say(text='second body')


@dsl.pipeline
def exit_pipeline(text: str):
    first = say(text=text)
    say(text='and then').after(first)


@dsl.pipeline
def exit_is_a_pipeline():
    ending = exit_pipeline(text='in the exit')
    with dsl.ExitHandler(exit_task=ending):
        fail(message='x')


@dsl.pipeline
def after_the_handler():
    ending = say(text='exit')
    with dsl.ExitHandler(exit_task=ending) as handler:
        say(text='inside')
    say(text='later').after(handler)


@dsl.pipeline
def failing_exit():
    ending = fail(message='exit failed')
    with dsl.ExitHandler(exit_task=ending):
        say(text='inside')


@dsl.component(base_image=IMAGE)
def maybe(fails: bool) -> str:
    if fails:
        raise RuntimeError('it failed')
    return 'made'


@dsl.component(base_image=IMAGE)
def judge(status: PipelineTaskFinalStatus, text: str = 'default') -> str:
    return f'{text} {status.state}'


@dsl.pipeline
def ignoring(fails: bool):
    first = maybe(fails=fails)
    say(text='skipped when that failed').after(first)
    later = say(text='goes on').after(first).ignore_upstream_failure()
    say(text='behind').after(later)


@dsl.pipeline
def status_of_a_task(fails: bool):
    first = maybe(fails=fails)
    judge(text=first.output).ignore_upstream_failure()


@dsl.component(base_image=IMAGE)
def third_time(counter: str) -> int:
    import os
    import time
    with open(counter, 'a') as file:
        file.write(f'{time.time()}\n')
    with open(counter) as file:
        tries = file.read().split()
    if len(tries) < 3:
        raise OSError(f'try {len(tries)}')
    return len(tries)


@dsl.pipeline
def retried(counter: str) -> int:
    return third_time(counter=counter).set_retry(
        num_retries=3, backoff_duration='0s', backoff_factor=2.0, backoff_max_duration='60s'
    ).output


@dsl.pipeline
def retried_too_little(counter: str) -> int:
    return third_time(counter=counter).set_retry(num_retries=1).output


PIPELINES = {
    'success': success,
    'failure': failure,
    'deep failure': deep_failure,
    'exit is a pipeline': exit_is_a_pipeline,
    'after the handler': after_the_handler,
    'failing exit': failing_exit,
    'ignoring': ignoring,
    'status of a task': status_of_a_task,
    'retried': retried,
    'retried too little': retried_too_little,
}

RUNS = [
    {'pipeline': 'success', 'values': ["ended SUCCEEDED exit-handler-1 (None, None)", 'inside']},
    {
        'pipeline': 'failure',
        'state': 'FAILED',
        'values': [
            "ended FAILED exit-handler-1 (9, 'exit-handler-1/fail failed: ValueError: no data')",
            'independent',
        ],
        'states': {'exit-handler-1/say-2': 'SKIPPED'},
    },
    {
        'pipeline': 'deep failure',
        'state': 'FAILED',
        'contains': ['second SUCCEEDED exit-handler-2 (None, None)', 'second body'],
        'error': 'exit-handler-1/body/condition-1/for-loop-3[0]/fail failed: ValueError: x',
    },
    {
        'pipeline': 'exit is a pipeline',
        'state': 'FAILED',
        'values': ['and then', 'in the exit'],
    },
    {'pipeline': 'after the handler', 'values': ['exit', 'inside', 'later']},
    {'pipeline': 'failing exit', 'state': 'FAILED', 'values': ['inside'], 'error': 'fail failed: ValueError: exit failed'},
    {
        'pipeline': 'ignoring',
        'parameters': {'fails': True},
        'state': 'FAILED',
        'values': ['behind', 'goes on'],
    },
    {
        'pipeline': 'ignoring',
        'parameters': {'fails': False},
        'values': ['behind', 'goes on', 'made', 'skipped when that failed'],
    },
    {'pipeline': 'status of a task', 'parameters': {'fails': True}, 'state': 'FAILED', 'values': ['default FAILED']},
    {'pipeline': 'status of a task', 'parameters': {'fails': False}, 'values': ['made', 'made SUCCEEDED']},
    {'pipeline': 'retried', 'parameters': {'counter': 'FILE'}, 'outputs': {'Output': 3}, 'attempts': {'third-time': 3}},
    {
        'pipeline': 'retried too little',
        'parameters': {'counter': 'FILE'},
        'state': 'FAILED',
        'error': 'third-time failed: OSError: try 2',
        'attempts': {'third-time': 2},
    },
]
