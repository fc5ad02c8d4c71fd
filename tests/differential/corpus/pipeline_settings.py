"""Arguments of @dsl.pipeline, PipelineConfig, descriptions, outputs."""
from typing import Dict, List, NamedTuple, Optional

from kfp import dsl
from kfp.dsl import Artifact, Dataset, Input, Metrics, Model, Output


@dsl.component(base_image='python:3.11')
def say(text: str = 'x') -> str:
    """Says a text.

    It says it aloud, and
    over several lines.

    Args:
        text: What to say,
            and more of it.

    Returns:
        Output: What was said.
    """
    return text


@dsl.component(base_image='python:3.11')
def train(data: Input[Dataset], model: Output[Model], metrics: Output[Metrics], epochs: int = 3) -> NamedTuple('Outputs', [('loss', float), ('log', str)]):
    """Short.

    Args:
        data: Training data.
        model: The model.
        metrics: The metrics.
        epochs: How often.

    Returns:
        loss: The loss.
        log: The log.
    """
    return 0.1, ''


@dsl.component(base_image='python:3.11')
def workspace_user(path: str, other: str = '') -> str:
    return path


@dsl.pipeline(
    name='all-arguments',
    description='A description\nof two lines, with "quotes": and colons.',
    pipeline_root='gs://bucket/root',
    display_name='All arguments',
)
def all_arguments(text: str = 'x'):
    """This docstring loses against the argument."""
    say(text=text)


@dsl.pipeline()
def described_by_docstring(data: Input[Dataset], text: str = 'default', count: int = 3, items: List[str] = ['a'], options: Dict[str, int] = {'a': 1}) -> NamedTuple('Outputs', [('model', Model), ('loss', float)]):
    """Trains a model.

    A longer explanation
    of what it does.

    Args:
        data: What to train on.
        text: A text.
        count: A number
            that goes on.
        items: The items.

    Returns:
        model: The trained model.
        loss: Its loss.
    """
    say(text=text)
    t = train(data=data, epochs=count)
    Outputs = NamedTuple('Outputs', [('model', Model), ('loss', float)])
    return Outputs(model=t.outputs['model'], loss=t.outputs['loss'])


@dsl.pipeline
def short_docstring():
    """Only one line."""
    say()


@dsl.pipeline
def numpy_docstring(text: str):
    """Numpy style.

    Parameters
    ----------
    text : str
        What to say.

    Returns
    -------
    str
        Something.
    """
    say(text=text)


@dsl.pipeline
def rest_docstring(text: str) -> str:
    """Rest style.

    :param text: What to say.
    :returns: What was said.
    """
    return say(text=text).output


@dsl.pipeline(name='x')
def one_letter_name():
    say()


@dsl.pipeline(name='9-starts-with-a-digit')
def digits():
    say()


@dsl.pipeline
def Capitals_And_UNDERSCORES__twice_(text: str = 'A'):
    say(text=text)


@dsl.pipeline(pipeline_config=dsl.PipelineConfig(ttl_seconds_after_finished=3600, ttl_seconds_after_success=60, ttl_seconds_after_failure=86400, active_deadline_seconds=7200))
def with_ttl():
    say()


@dsl.pipeline(pipeline_config=dsl.PipelineConfig(ttl_seconds_after_finished=0))
def zero_ttl():
    say()


@dsl.pipeline(pipeline_config=dsl.PipelineConfig())
def empty_config():
    say()


@dsl.pipeline(
    name='workspace',
    pipeline_config=dsl.PipelineConfig(
        workspace=dsl.WorkspaceConfig(
            size='25.5Gi',
            kubernetes=dsl.KubernetesWorkspaceConfig(pvcSpecPatch={'storageClassName': 'super-fast', 'accessModes': ['ReadWriteMany'], 'resources': {'limits': {'n': 1}}}),
        ),
    ),
)
def with_workspace():
    a = workspace_user(path=dsl.WORKSPACE_PATH_PLACEHOLDER)
    workspace_user(path=dsl.WORKSPACE_PATH_PLACEHOLDER + '/data', other=a.output)
    workspace_user(path=f'{dsl.WORKSPACE_PATH_PLACEHOLDER}/{a.output}')
    workspace_user(path='/kfp-workspace/x')


@dsl.pipeline(pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size='1Gi'), ttl_seconds_after_finished=10))
def workspace_and_ttl():
    with dsl.If(say().output == 'x'):
        workspace_user(path=dsl.WORKSPACE_PATH_PLACEHOLDER)


def configured_by_setters():
    config = dsl.PipelineConfig()
    workspace = dsl.WorkspaceConfig(size='1Gi')
    workspace.set_size('20Gi')
    kubernetes = dsl.KubernetesWorkspaceConfig()
    kubernetes.set_pvcSpecPatch({'volumeName': 'v'})
    workspace.set_kubernetes_config(kubernetes)
    config.workspace = workspace

    @dsl.pipeline(pipeline_config=config)
    def by_setters():
        workspace_user(path=dsl.WORKSPACE_PATH_PLACEHOLDER)

    return by_setters


@dsl.pipeline
def outputs_of_every_sort(data: Input[Dataset], text: str) -> NamedTuple('Outputs', [('a', str), ('b', Model), ('c', Metrics), ('d', float)]):
    s = say(text=text)
    t = train(data=data)
    Outputs = NamedTuple('Outputs', [('a', str), ('b', Model), ('c', Metrics), ('d', float)])
    return Outputs(a=s.output, b=t.outputs['model'], c=t.outputs['metrics'], d=t.outputs['loss'])


class Results(NamedTuple):
    said: str
    model: Artifact


@dsl.pipeline
def class_named_tuple(data: Input[Dataset]) -> Results:
    return Results(said=say().output, model=train(data=data).outputs['model'])


@dsl.pipeline
def single_metrics(data: Input[Dataset]) -> Metrics:
    return train(data=data).outputs['metrics']


@dsl.pipeline
def inputs_only_in_comments(a: str, b: int, c: float, d: bool, e: list, f: dict, g: Input[Artifact], h: Input[List[Dataset]],
                            i: str = 'quote\'s', j: int = 0, k: float = 1.0, l: bool = False, m: list = [], n: dict = {}, o: Optional[str] = None):
    say(text=a)


PIPELINES = {
    'all arguments': all_arguments,
    'described by its docstring': described_by_docstring,
    'short docstring': short_docstring,
    'numpy docstring': numpy_docstring,
    'rest docstring': rest_docstring,
    'one letter': one_letter_name,
    'digits': digits,
    'capitals': Capitals_And_UNDERSCORES__twice_,
    'ttl': with_ttl,
    'zero ttl': zero_ttl,
    'empty configuration': empty_config,
    'workspace': with_workspace,
    'workspace and ttl': workspace_and_ttl,
    'configured by setters': configured_by_setters(),
    'outputs of every sort': outputs_of_every_sort,
    'class named tuple': class_named_tuple,
    'single metrics': single_metrics,
    'inputs of every sort': inputs_only_in_comments,
    'component with descriptions': train,
    'component with a description': say,
}
