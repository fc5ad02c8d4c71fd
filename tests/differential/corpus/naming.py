"""Names of tasks, components, executors and their numbering."""
from kfp import dsl
from kfp.dsl import Dataset, Input, Output


@dsl.component(base_image='python:3.11')
def add(a: int = 1) -> int:
    return a


@dsl.component(base_image='python:3.11')
def Camel_Case__with___underscores_(a_b: int, aB: str = 'x') -> int:
    return a_b


@dsl.component(base_image='python:3.11')
def _private(x: int = 1) -> int:
    return x


@dsl.component(base_image='python:3.11')
def number_2(x: int = 1) -> int:
    return x


@dsl.component(base_image='python:3.11')
def add_2(x: int = 1) -> int:
    return x


@dsl.component(base_image='python:3.11')
def add_2_2(x: int = 1) -> int:
    return x


@dsl.component(base_image='python:3.11')
def a_component_with_a_very_long_name_that_goes_on_and_on_and_on_until_it_is_longer_than_any_label_may_be(x: int = 1) -> int:
    return x


@dsl.component(base_image='python:3.11')
def importer(x: int = 1) -> int:
    return x


@dsl.component(base_image='python:3.11')
def condition_5(x: int = 1) -> int:
    return x


@dsl.component(base_image='python:3.11')
def for_loop_9(x: int = 1) -> int:
    return x


@dsl.component(base_image='python:3.11')
def exit_handler_1(x: int = 1) -> int:
    return x


@dsl.component(base_image='python:3.11')
def inputs_with_odd_names(in_: int, dash_name: str, UPPER: str, mixedCase: str, x1: int, output: int, outputs: int, self_: int = 1):
    pass


def make(name):

    @dsl.component(base_image='python:3.11')
    def same_name(x: int = 1) -> int:
        return x

    @dsl.component(base_image='python:3.12')
    def other_name(x: str = 'a') -> str:
        return x

    return {'same': same_name, 'other': other_name}[name]


@dsl.pipeline
def repeated():
    for _ in range(12):
        add()


@dsl.pipeline
def collisions():
    add()
    add()
    add_2()
    add()
    add_2()
    add_2_2()
    add_2()


@dsl.pipeline
def odd():
    Camel_Case__with___underscores_(a_b=1)
    _private()
    number_2()
    number_2()
    a_component_with_a_very_long_name_that_goes_on_and_on_and_on_until_it_is_longer_than_any_label_may_be()
    a_component_with_a_very_long_name_that_goes_on_and_on_and_on_until_it_is_longer_than_any_label_may_be()
    inputs_with_odd_names(in_=1, dash_name='a', UPPER='b', mixedCase='c', x1=2, output=3, outputs=4)


@dsl.pipeline
def importers():
    importer()
    a = dsl.importer(artifact_uri='gs://a', artifact_class=Dataset)
    b = dsl.importer(artifact_uri='gs://b', artifact_class=Dataset)
    importer()


@dsl.pipeline
def group_like_names(text: str):
    condition_5()
    exit_handler_1()
    for_loop_9()
    with dsl.ParallelFor(['a']) as x:
        for_loop_9()
    with dsl.If(text == 'a'):
        condition_5()


@dsl.pipeline
def in_groups(text: str):
    add()
    with dsl.If(text == 'a'):
        add()
        with dsl.ParallelFor([1, 2]) as n:
            add(a=n)
    with dsl.ParallelFor([1]) as n:
        add(a=n)
    add()


@dsl.pipeline
def factories():
    make('same')()
    make('same')()
    make('other')()


@dsl.pipeline
def nested_add(a: int = 1) -> int:
    add()
    return add(a=a).output


@dsl.pipeline
def add_too():
    nested_add()
    add()
    nested_add()
    with dsl.ParallelFor([1]) as n:
        nested_add(a=n)
        add(a=n)


@dsl.pipeline
def add_everywhere():
    add_too()
    nested_add()
    add()
    add_too()


@dsl.pipeline
def group_numbers(text: str):
    with dsl.ParallelFor(['a', 'b']) as x:
        with dsl.If(x == text):
            add()
        with dsl.Elif(x == 'b'):
            with dsl.ParallelFor([1]) as n:
                add(a=n)
        with dsl.Else():
            add()
        with dsl.If(x == 'c'):
            add()
    with dsl.ExitHandler(add()):
        with dsl.ParallelFor([1, 2]) as n:
            with dsl.ParallelFor([3, 4]) as m:
                add(a=n)
                add(a=m)
    with dsl.If(text == 'q'):
        add()


@dsl.pipeline(name='Bad Name!')
def sanitised_name():
    add()


@dsl.pipeline(name='--Odd__Name (v2)--', display_name='Odd')
def more_sanitised():
    add()


PIPELINES = {
    'sanitised name': sanitised_name,
    'more sanitised name': more_sanitised,
    'overridden by a bad name': (sanitised_name, {'pipeline_name': 'Bad Name'}),
    'repeated': repeated,
    'collisions': collisions,
    'odd names': odd,
    'importers': importers,
    'names like those of groups': group_like_names,
    'in groups': in_groups,
    'factories': factories,
    'nested pipelines': add_too,
    'nested twice': add_everywhere,
    'group numbers': group_numbers,
    'long name alone': a_component_with_a_very_long_name_that_goes_on_and_on_and_on_until_it_is_longer_than_any_label_may_be,
    'odd name alone': Camel_Case__with___underscores_,
    'private alone': _private,
}
