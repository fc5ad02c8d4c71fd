"""What is loaded with a platform document or a pipeline configuration; files written by a decorator; URLs."""
import http.server
import os
import tempfile
import threading
import warnings

from kfp import compiler, components, dsl, kubernetes
from kfp.dsl import Dataset, Input, Output


@dsl.component(base_image='python:3.11')
def work(x: str = 'x') -> str:
    return x


@dsl.component(base_image='python:3.11')
def name_it() -> str:
    return 'name'


def text_of(component, **options):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, 'c.yaml')
        compiler.Compiler().compile(component, path, **options)
        with open(path) as stream:
            return stream.read()


@dsl.pipeline(name='with-platform')
def with_platform(secret: str = 's') -> str:
    task = work()
    kubernetes.use_secret_as_env(task, secret, {'a': 'A'})
    kubernetes.add_pod_label(task, 'in', 'loaded')
    with dsl.ParallelFor(['a', 'b']) as item:
        inner = work(x=item)
        kubernetes.mount_pvc(inner, secret, '/data')
        kubernetes.set_timeout(inner, 5)
    picked = name_it()
    other = work(x='q')
    kubernetes.use_config_map_as_volume(other, picked.output, '/map')
    return task.output


@dsl.pipeline(name='with-configuration', pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='5Gi'), ttl_seconds_after_finished=9))
def with_configuration():
    work(x=dsl.WORKSPACE_PATH_PLACEHOLDER)


@dsl.pipeline(name='with-root', pipeline_root='gs://inner', display_name='Inner')
def with_root():
    work()


loaded = components.load_component_from_text(text_of(with_platform))
loaded_configuration = components.load_component_from_text(text_of(with_configuration))


@dsl.pipeline
def parent(secret: str):
    a = loaded(secret=secret)
    loaded()
    task = work(x=a.output)
    kubernetes.add_pod_label(task, 'in', 'parent')
    with_platform(secret='direct')


@dsl.pipeline
def parent_in_groups(go: str, name: str):
    with dsl.If(go == 'yes'):
        loaded(secret=name)
    with dsl.ParallelFor(['s1', 's2']) as secret:
        loaded(secret=secret)
        with_platform(secret=secret)
    loaded(secret=name_it().output)


@dsl.pipeline
def parent_of_configured():
    with_configuration()
    work()


@dsl.pipeline
def parent_of_loaded_configured():
    loaded_configuration()


@dsl.pipeline(pipeline_config=dsl.PipelineConfig(ttl_seconds_after_finished=1))
def both_configured():
    with_configuration()
    with_root()


def written_by_decorator():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, 'component.yaml')
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')

            @dsl.component(base_image='python:3.11', packages_to_install=['tqdm'], output_component_file=path)
            def written(x: int, data: Output[Dataset], label: str = 'l') -> int:
                """Written to a file.

                Args:
                    x: A number.
                """
                return x

        return components.load_component_from_file(path)


written = written_by_decorator()


@dsl.pipeline
def uses_written(n: int = 2):
    w = written(x=n)
    written(x=w.outputs['Output'], label='again')


def from_url(text):

    class Handler(http.server.BaseHTTPRequestHandler):

        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        return components.load_component_from_url(f'http://127.0.0.1:{server.server_port}/component.yaml')
    finally:
        server.shutdown()
        server.server_close()


fetched = from_url(text_of(work))


@dsl.pipeline
def uses_fetched():
    fetched(x='a')
    fetched()


PIPELINES = {
    'with a platform document': parent,
    'with a platform document in groups': parent_in_groups,
    'loaded again': loaded,
    'configured inside': parent_of_configured,
    'loaded and configured inside': parent_of_loaded_configured,
    'both configured': both_configured,
    'written by the decorator': written,
    'uses what a decorator wrote': uses_written,
    'fetched': uses_fetched,
}
