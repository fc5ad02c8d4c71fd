"""Components and pipelines loaded from text, files and v1 component YAML."""
import os
import tempfile

from kfp import compiler, components, dsl
from kfp.dsl import Dataset, Input, Model, Output

HERE = os.path.dirname(os.path.abspath(__file__))

V1_ECHO = '''
name: Echo text
description: Says a text, and says it again.
inputs:
- {name: Text, type: String, description: What to say}
- {name: times, type: Integer, default: '2'}
- {name: ratio, type: Float, default: '0.5', optional: true}
- {name: loud, type: Boolean, default: 'true'}
- {name: tags, type: JsonArray, default: '["a", "b"]'}
- {name: labels, type: JsonObject, default: '{"k": "v"}'}
outputs:
- {name: said, type: String, description: What was said}
- {name: count, type: Integer}
implementation:
  container:
    image: alpine
    command: [sh, -ec, 'echo "$0" > "$2"', {inputValue: Text}, {inputValue: times}]
    args:
    - {outputPath: said}
    - --count
    - {outputPath: count}
    - --ratio
    - {inputValue: ratio}
    - --loud
    - {inputValue: loud}
    - --tags
    - {inputValue: tags}
    - --labels
    - {inputValue: labels}
    env:
      MODE: test
      LEVEL: '3'
'''

V1_ARTIFACTS = '''
name: Train a model
inputs:
- {name: training data, type: Dataset}
- {name: model in, type: Model, optional: true}
- {name: untyped}
- {name: custom, type: CustomThing}
- {name: gcs, type: GCSPath}
outputs:
- {name: model, type: Model}
- {name: metrics, type: Metrics}
- {name: anything}
implementation:
  container:
    image: gcr.io/example/train:1
    command: [python3, train.py]
    args:
    - --data
    - {inputPath: training data}
    - --data-uri
    - {inputUri: training data}
    - if:
        cond: {isPresent: model in}
        then: [--model-in, {inputPath: model in}]
        else: [--fresh]
    - concat: ['prefix-', {inputPath: untyped}, '-suffix']
    - {inputPath: custom}
    - {inputPath: gcs}
    - --model
    - {outputPath: model}
    - {outputUri: metrics}
    - {outputPath: anything}
    - {executorInput: null}
'''

V1_MINIMAL = '''
implementation:
  container:
    image: busybox
    command: [echo, hello]
'''

V1_NO_NAME_SPACES = '''
name: Make Data! (v2)
metadata:
  annotations: {author: somebody}
  labels: {team: data}
outputs:
- {name: Output Data, type: Dataset}
implementation:
  container:
    image: busybox
    command: [make]
    args: ['--out', {outputPath: Output Data}, --flag]
'''

echo = components.load_component_from_text(V1_ECHO)
train = components.load_component_from_text(V1_ARTIFACTS)
minimal = components.load_component_from_text(V1_MINIMAL)
make_data = components.load_component_from_text(V1_NO_NAME_SPACES)


@dsl.component(base_image='python:3.11')
def say(text: str = 'x') -> str:
    """Say it."""
    return text


@dsl.component(base_image='python:3.11', packages_to_install=['tqdm'])
def fit(data: Input[Dataset], model: Output[Model], rate: float = 0.1) -> float:
    return rate


@dsl.container_component
def container(text: str, out: Output[Dataset]):
    return dsl.ContainerSpec(image='alpine', command=['cp'], args=[text, out.path])


@dsl.pipeline(name='inner-pipeline', description='An inner pipeline.')
def inner(text: str = 'inner') -> str:
    a = say(text=text)
    with dsl.If(a.output == 'x'):
        say(text='in if')
    with dsl.ParallelFor(['a', 'b']) as item:
        c = container(text=item)
        f = fit(data=c.outputs['out']).set_cpu_limit('2').set_env_variable('A', 'b')
    return say(text=a.output).output


@dsl.pipeline(name='another')
def another(data: Input[Dataset]) -> Model:
    f = fit(data=data)
    return f.outputs['model']


def through_yaml(component, **options):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, 'c.yaml')
        compiler.Compiler().compile(component, path, **options)
        return components.load_component_from_file(path)


def through_text(component):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, 'c.yaml')
        compiler.Compiler().compile(component, path)
        with open(path) as stream:
            return components.load_component_from_text(stream.read())


loaded_say = through_yaml(say)
loaded_fit = through_text(fit)
loaded_container = through_text(container)
loaded_inner = through_text(inner)
loaded_another = through_yaml(another)
loaded_renamed = through_yaml(inner, pipeline_name='renamed-inner', pipeline_parameters={'text': 'changed'})


@dsl.pipeline
def v1_components(text: str, n: int = 3):
    a = echo(text=text)
    b = echo(text=a.outputs['said'], times=a.outputs['count'], ratio=0.1, loud=False, tags=['x'], labels={'a': 'b'})
    echo(text=b.outputs['said'], times=n)
    minimal()
    made = make_data()
    custom = dsl.importer(artifact_uri='gs://x', artifact_class=dsl.Artifact)
    t = train(training_data=made.outputs['output_data'], untyped=made.outputs['output_data'], custom=custom.output, gcs=custom.output)
    train(training_data=made.outputs['output_data'], model_in=t.outputs['model'], untyped=t.outputs['metrics'], custom=t.outputs['anything'], gcs=custom.output)


@dsl.pipeline
def loaded_components(text: str = 'x'):
    s = loaded_say(text=text)
    c = loaded_container(text=s.output)
    f = loaded_fit(data=c.outputs['out'], rate=0.5)
    loaded_say()
    say(text=s.output)
    with dsl.If(f.outputs['Output'] > 0.1):
        loaded_fit(data=c.outputs['out'])


@dsl.pipeline
def loaded_pipelines(text: str = 'x') -> Model:
    a = loaded_inner(text=text)
    b = loaded_inner()
    say(text=a.output)
    c = loaded_container(text=b.output)
    m = loaded_another(data=c.outputs['out'])
    inner(text=b.output)
    loaded_renamed()
    with dsl.ParallelFor(['a']) as item:
        loaded_inner(text=item)
    return m.output


@dsl.pipeline(name='again')
def again(text: str = 'again') -> str:
    x = loaded_inner(text=text)
    return inner(text=x.output).output


loaded_again = through_text(again)


@dsl.pipeline
def loaded_twice():
    a = loaded_again()
    loaded_inner(text=a.output)
    again(text='z')


@dsl.pipeline
def task_settings_on_loaded():
    loaded_say(text='a').set_cpu_limit('1').set_env_variable('X', 'y').set_caching_options(False).set_display_name('Loaded')
    echo(text='a').set_memory_limit('1G').set_env_variable('MODE', 'prod').set_retry(2)
    minimal().set_container_image('alpine:3')


PIPELINES = {
    'v1 components': v1_components,
    'loaded components': loaded_components,
    'loaded pipelines': loaded_pipelines,
    'loaded twice': loaded_twice,
    'settings on loaded tasks': task_settings_on_loaded,
    'v1 alone': echo,
    'v1 artifacts alone': train,
    'v1 minimal alone': minimal,
    'loaded component again': loaded_fit,
    'loaded pipeline again': loaded_inner,
    'loaded with overrides again': loaded_renamed,
}
