"""Everything that can be set on a task."""
from kfp import dsl
from kfp.dsl import Input, Model


@dsl.component(base_image='python:3.11')
def work(x: int = 1) -> str:
    return str(x)


@dsl.component(base_image='python:3.11')
def pick_number() -> int:
    return 2


@dsl.component(base_image='python:3.11')
def pick_text() -> str:
    return '2Gi'


@dsl.container_component
def tool(text: str = 'x'):
    return dsl.ContainerSpec(image='alpine', command=['echo'], args=[text])


@dsl.pipeline
def static_resources():
    work().set_cpu_request('100m').set_cpu_limit('1')
    work().set_cpu_request('0.5').set_cpu_limit('2.5')
    work().set_memory_request('512Mi').set_memory_limit('32G')
    work().set_cpu_limit('1500m').set_memory_limit('1Ti')
    work().set_memory_request('1E').set_memory_limit('1Ei')
    work().set_memory_request('1P').set_memory_limit('2Pi')
    work().set_memory_request('1T').set_memory_limit('2Ti')
    work().set_memory_request('1G').set_memory_limit('2Gi')
    work().set_memory_request('1M').set_memory_limit('2Mi')
    work().set_memory_request('1K').set_memory_limit('2Ki')
    work().set_memory_request('1024').set_memory_limit('2048')
    work().set_accelerator_type('nvidia.com/gpu').set_accelerator_limit(1)
    work().set_accelerator_type('NVIDIA_TESLA_K80').set_accelerator_limit('2')
    work().set_accelerator_limit(4).set_accelerator_type('TPU_V3')
    work().set_accelerator_type('nvidia.com/gpu')
    work().set_accelerator_limit(1)
    work().set_accelerator_limit(0)
    work().set_gpu_limit('1')
    work().set_gpu_limit(2).add_node_selector_constraint('NVIDIA_A100')
    work().add_node_selector_constraint('NVIDIA_L4')
    tool().set_cpu_limit('1').set_memory_limit('1G').set_cpu_limit('2')


@dsl.pipeline
def dynamic_resources(
    cpu: str = '1', memory: str = '1Gi', accelerator: str = 'nvidia.com/gpu', count: str = '1', gpus: int = 1, image: str = 'python:3.12'):
    t = pick_text()
    n = pick_number()
    work().set_cpu_limit(cpu).set_cpu_request(cpu).set_memory_limit(memory).set_memory_request(memory)
    work().set_accelerator_type(accelerator).set_accelerator_limit(count)
    work().set_memory_limit(t.output).set_cpu_limit(t.output)
    work().set_container_image(image)
    tool().set_container_image(image).set_cpu_request(t.output)
    work().set_container_image(f'registry.example.com/{image}')
    work().set_container_image(t.output)
    with dsl.If(cpu == '2'):
        work().set_cpu_limit(cpu).set_memory_limit(memory).set_container_image(image)
    with dsl.ParallelFor(['1', '2']) as item:
        work().set_cpu_limit(item).set_memory_request(memory).set_container_image(f'image:{item}')
        tool().set_accelerator_type(accelerator).set_accelerator_limit(item)


@dsl.pipeline
def gpu_inputs(count: str = '1'):
    work().set_gpu_limit(count)
    work().set_accelerator_limit(count).set_accelerator_type('nvidia.com/gpu')
    work().set_accelerator_limit(pick_text().output).set_accelerator_type(pick_text().output)


@dsl.pipeline
def static_images():
    work().set_container_image('python:3.12')
    tool().set_container_image('registry.example.com/tool@sha256:0123')


@dsl.pipeline
def retries():
    work().set_retry(3)
    work().set_retry(num_retries=0)
    work().set_retry(2, '10s', 1.5, '60s')
    work().set_retry(num_retries=5, backoff_duration='1m', backoff_factor=3, backoff_max_duration='2h')
    work().set_retry(1, backoff_duration='1 hour')
    work().set_retry(1, backoff_duration='2 days', backoff_max_duration='1w')
    work().set_retry(1, backoff_duration='30 seconds')
    tool().set_retry(10, backoff_factor=0.5)


@dsl.pipeline
def caching():
    work().set_caching_options(True)
    work().set_caching_options(False)
    work().set_caching_options(enable_caching=True, cache_key='my-key')
    work().set_caching_options(False, cache_key='other')
    tool().set_caching_options(enable_caching=False)
    work()


@dsl.pipeline
def environment():
    work().set_env_variable('A', 'b').set_env_variable(name='C', value='d').set_env_variable('A', 'again')
    work().set_env_variable('EMPTY', '')
    tool().set_env_variable('URL', 'http://example.com/?a=b&c="d"')
    work().set_env_variable('Z', '1').set_env_variable('B', '2').set_env_variable('M', '3')


@dsl.pipeline
def display_names(name: str = 'x'):
    work().set_display_name('Work hard')
    work().set_display_name('Wörk 🚀')
    tool().set_display_name('work')
    a = work()
    a.set_display_name('First').set_display_name('Second')


@dsl.pipeline
def debug_pause():
    work().set_debug_pause()
    work().set_debug_pause(before=True)
    work().set_debug_pause(before=True, after=False)
    work().set_debug_pause(before=True, after=True, on_error=True)


@dsl.pipeline
def everything_at_once(cpu: str = '2'):
    first = work()
    task = work(x=2)
    (task.set_display_name('All')
     .set_cpu_request('1').set_cpu_limit(cpu).set_memory_request('1G').set_memory_limit('2G')
     .set_accelerator_type('nvidia.com/gpu').set_accelerator_limit(1)
     .set_retry(2, '5s', 2, '1m')
     .set_caching_options(True, cache_key='k')
     .set_env_variable('A', 'B')
     .set_container_image('python:3.12')
     .after(first))
    with dsl.ParallelFor([1]) as n:
        work(x=n).set_retry(1).set_caching_options(False).set_display_name('In a loop').set_cpu_limit('1')
    with dsl.If(first.output == 'x'):
        work().set_retry(1).set_env_variable('A', 'B').set_memory_limit('1G')


@dsl.pipeline
def attributes(x: int = 5):
    task = work(x=x)
    other = work(x=pick_number().output)
    assert task.name == 'work' and other.name == 'work-2', (task.name, other.name)
    assert task.dependent_tasks == [] and other.dependent_tasks == [], other.dependent_tasks
    assert list(task.outputs) == ['Output'] and task.output.name == 'Output'
    assert list(task.inputs) == ['x'] and task.platform_config == {}
    assert str(task.output) == '{{channel:task=work;name=Output;type=String;}}', str(task.output)
    assert str(x) == '{{channel:task=;name=x;type=Integer;}}', str(x)


PIPELINES = {
    'static resources': static_resources,
    'dynamic resources': dynamic_resources,
    'accelerators from inputs': gpu_inputs,
    'static images': static_images,
    'retries': retries,
    'caching': caching,
    'environment': environment,
    'display names': display_names,
    'debug pause': debug_pause,
    'everything at once': everything_at_once,
    'attributes': attributes,
}
