"""Artifacts: metadata, metrics, directories, both styles, custom paths, lists."""

from typing import List, NamedTuple

from kfp import dsl
from kfp.dsl import (
    HTML, Artifact, ClassificationMetrics, Dataset, Input, Markdown, Metrics, Model, Output, SlicedClassificationMetrics,
)

IMAGE = 'python:3.11'


@dsl.component(base_image=IMAGE)
def metrics(plain: Output[Metrics], classes: Output[ClassificationMetrics], sliced: Output[SlicedClassificationMetrics]):
    plain.log_metric('accuracy', 0.75)
    plain.log_metric('n', 3)
    classes.log_roc_curve([0.0, 1.0], [0.0, 1.0], [1.0, 0.0])
    classes.log_confusion_matrix(['a', 'b'], [[1, 2], [3, 4]])
    sliced.set_confusion_matrix_categories('s', ['a', 'b'])
    sliced.log_confusion_matrix_row('s', 'a', [1, 2])


@dsl.component(base_image=IMAGE)
def read_metrics(plain: Input[Metrics], classes: Input[ClassificationMetrics]) -> str:
    return f"{plain.metadata['accuracy']} {len(classes.metadata['confidenceMetrics'])}"


@dsl.component(base_image=IMAGE)
def directory(folder: Output[Model]):
    import os
    os.makedirs(folder.path + '/deep')
    for name, text in [('a.txt', 'A'), ('deep/b.txt', 'B')]:
        with open(os.path.join(folder.path, name), 'w') as file:
            file.write(text)
    folder.framework = 'none'
    folder.metadata['layers'] = [1, {'k': True}]


@dsl.component(base_image=IMAGE)
def read_directory(folder: Input[Model]) -> str:
    import os
    found = sorted(name for _, _, names in os.walk(folder.path) for name in names)
    return f"{found} {folder.framework} {folder.metadata['layers']} {type(folder).__name__}"


@dsl.component(base_image=IMAGE)
def pythonic(text: str) -> Dataset:
    made = dsl.Dataset(uri=dsl.get_uri(), metadata={'length': len(text)})
    with open(made.path, 'w') as file:
        file.write(text)
    return made


@dsl.component(base_image=IMAGE)
def two(data: Dataset) -> NamedTuple('Out', [('model', Model), ('page', HTML), ('n', int)]):
    Out = NamedTuple('Out', [('model', Model), ('page', HTML), ('n', int)])
    model = dsl.Model(uri=dsl.get_uri('model'))
    page = dsl.HTML(uri=dsl.get_uri('page'))
    with open(data.path) as source, open(model.path, 'w') as target:
        target.write(source.read().upper())
    with open(page.path, 'w') as target:
        target.write('<b>')
    return Out(model=model, page=page, n=data.metadata['length'])


@dsl.component(base_image=IMAGE)
def read(data: Input[Artifact]) -> str:
    with open(data.path) as file:
        return file.read()


@dsl.component(base_image=IMAGE)
def custom_path(data: Output[Dataset], folder: str):
    import os
    data.set_path(os.path.join(folder, 'elsewhere.txt'))
    with open(data.path, 'w') as file:
        file.write('elsewhere')


@dsl.component(base_image=IMAGE)
def nothing(data: Output[Dataset]):
    data.metadata['empty'] = True


@dsl.component(base_image=IMAGE)
def exists(data: Input[Dataset]) -> str:
    import os
    return f"{os.path.exists(data.path)} {data.metadata['empty']}"


@dsl.component(base_image=IMAGE)
def changes_its_input(data: Input[Dataset]):
    with open(data.path, 'a') as file:
        file.write('more')


@dsl.component(base_image=IMAGE)
def types_and_names(data: Input[Dataset], any_data: Input[Artifact], several: Input[List[Dataset]]) -> str:
    return f'{type(data).__name__} {type(any_data).__name__} {type(several[0]).__name__} {len(several)}'


@dsl.pipeline
def measured():
    made = metrics()
    read_metrics(plain=made.outputs['plain'], classes=made.outputs['classes'])


@dsl.pipeline
def directories():
    read_directory(folder=directory().output)


@dsl.pipeline
def in_python() -> Model:
    made = pythonic(text='abc')
    both = two(data=made.output)
    read(data=both.outputs['model'])
    read(data=both.outputs['page'])
    return both.outputs['model']


@dsl.pipeline
def elsewhere(folder: str):
    read(data=custom_path(folder=folder).output)


@dsl.pipeline
def without_bytes():
    exists(data=nothing().output)


@dsl.pipeline
def changed():
    changes_its_input(data=pythonic(text='x').output)


@dsl.pipeline
def listed():
    with dsl.ParallelFor(['a', 'b']) as text:
        made = pythonic(text=text)
    one = pythonic(text='one')
    types_and_names(data=one.output, any_data=one.output, several=dsl.Collected(made.output))


PIPELINES = {
    'measured': measured,
    'directories': directories,
    'in python': in_python,
    'elsewhere': elsewhere,
    'without bytes': without_bytes,
    'changed': changed,
    'listed': listed,
}

RUNS = [
    {
        'pipeline': 'measured',
        'values': ['0.75 2'],
        'metadata': {
            ('metrics', 'plain'): {'accuracy': 0.75, 'n': 3},
            ('metrics', 'classes'): {
                'confidenceMetrics': [
                    {'confidenceThreshold': 1.0, 'recall': 0.0, 'falsePositiveRate': 0.0},
                    {'confidenceThreshold': 0.0, 'recall': 1.0, 'falsePositiveRate': 1.0},
                ],
                'confusionMatrix': {
                    'annotationSpecs': [{'displayName': 'a'}, {'displayName': 'b'}],
                    'rows': [{'row': [1, 2]}, {'row': [3, 4]}],
                },
            },
        },
    },
    {'pipeline': 'directories', 'values': ["['a.txt', 'b.txt'] none [1, {'k': True}] Model"]},
    {'pipeline': 'in python', 'values': sorted([3, 'ABC', '<b>'], key=str), 'content': {'Output': 'ABC'}},
    {'pipeline': 'elsewhere', 'parameters': {'folder': 'FOLDER'}, 'values': ['elsewhere']},
    {'pipeline': 'without bytes', 'values': ['False True']},
    {'pipeline': 'changed', 'state': 'FAILED', 'failure': 'input'},
    {'pipeline': 'listed', 'values': ['Dataset Dataset Dataset 2']},
]
