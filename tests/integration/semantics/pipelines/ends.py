"""Steps that do not end by themselves, or take more than they may."""

from kfp import dsl, kubernetes

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def sleep(seconds: float = 60.0):
    import time
    time.sleep(seconds)


@dsl.component(base_image=IMAGE)
def say(text: str) -> str:
    return text


@dsl.component(base_image=IMAGE)
def allocate():
    import time
    held = []
    for _ in range(60):
        held.append(bytearray(b'x') * (10 << 20))
        time.sleep(0.01)
    time.sleep(30)


@dsl.component(base_image=IMAGE)
def stubborn(folder: str):
    """Ignore SIGTERM, with a child whose own child does too."""
    import os
    import signal
    import time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for name in ('child', 'grandchild'):
        if os.fork():
            break
        os.setsid()
        with open(os.path.join(folder, name + '.part'), 'w') as file:
            file.write(str(os.getpid()))
        os.rename(os.path.join(folder, name + '.part'), os.path.join(folder, name))
    time.sleep(60)


@dsl.pipeline
def step_deadline():
    ending = say(text='exit')
    with dsl.ExitHandler(exit_task=ending):
        kubernetes.set_timeout(sleep(), 1)
        say(text='quick')


@dsl.pipeline(pipeline_config=dsl.PipelineConfig(active_deadline_seconds=1))
def run_deadline():
    sleep()
    say(text='quick')


@dsl.pipeline
def too_much():
    allocate().set_memory_limit('128Mi')


@dsl.pipeline
def ignoring(folder: str):
    ending = say(text='exit')
    with dsl.ExitHandler(exit_task=ending):
        stubborn(folder=folder)


@dsl.component(base_image=IMAGE)
def chatty(lines: int):
    for number in range(lines):
        print(f'{number:07d} ' + 'x' * 91)


@dsl.component(base_image=IMAGE)
def second_time(log: str):
    import time
    with open(log, 'a') as file:
        file.write(f'{time.time()}\n')
    if len(open(log).readlines()) < 2:
        raise OSError('not yet')


@dsl.pipeline
def pausing(log: str):
    second_time(log=log).set_retry(num_retries=2, backoff_duration='1s')


@dsl.pipeline
def talking(lines: int):
    chatty(lines=lines)


PIPELINES = {
    'step deadline': step_deadline,
    'run deadline': run_deadline,
    'too much': too_much,
    'ignoring': ignoring,
    'pausing': pausing,
    'talking': talking,
}
RUNS = []
