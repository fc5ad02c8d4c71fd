"""Channels inside f-strings, lists and dicts; placeholders in arguments."""
from typing import Dict, List

from kfp import dsl
from kfp.dsl import Dataset, Input


@dsl.component(base_image='python:3.11')
def say(text: str) -> str:
    return text


@dsl.component(base_image='python:3.11')
def number() -> int:
    return 1


@dsl.component(base_image='python:3.11')
def take_list(items: list) -> list:
    return items


@dsl.component(base_image='python:3.11')
def take_dict(mapping: dict) -> dict:
    return mapping


@dsl.component(base_image='python:3.11')
def make(text: str) -> Dataset:
    return Dataset(uri='')


@dsl.component(base_image='python:3.11')
def take(data: Input[Dataset], note: str):
    pass


@dsl.pipeline
def f_strings(name: str, count: int = 3, ratio: float = 0.5, flag: bool = True, names: List[str] = ['a'], options: Dict[str, str] = {}):
    a = say(text=f'{name}')
    b = say(text=f'hello {name}, {count} times, {ratio}, {flag}')
    say(text=f'{a.output} and {b.output} and {name}')
    say(text=f'{name}{name}{name}')
    say(text='prefix-' + str(name) + '-suffix')
    say(text='%s/%s' % (name, number().output))
    say(text='{}:{}'.format(name, a.output))
    say(text=f'{number().output}')
    say(text=f'{{{name}}} {{{{literal}}}} {{$.x}}')
    say(text=f'line\n{name}\ttab "quotes" \'single\' \\ back')
    say(text=f'größe {name} 🚀')


@dsl.pipeline
def lists(name: str, count: int, names: List[str]):
    a = say(text=name)
    take_list(items=[name, count, a.output])
    take_list(items=['static', name, 1, 2.5, True])
    take_list(items=[f'{name}-x', f'{a.output}-{count}'])
    take_list(items=[[name], [count, [a.output]]])
    take_list(items=[{'name': name}, {'count': count}])
    take_list(items=[names, names])
    t = take_list(items=[])
    take_list(items=[t.output])
    take_list(items=names)


@dsl.pipeline
def dicts(name: str, count: int, ratio: float, options: Dict[str, str]):
    a = say(text=name)
    take_dict(mapping={'name': name, 'count': count, 'ratio': ratio, 'static': 1})
    take_dict(mapping={'nested': {'deep': {'name': name}}, 'list': [a.output, 'x']})
    take_dict(mapping={'key': f'{a.output}-key', 'count': count})
    take_dict(mapping={'text': f'{name} has {count}'})
    take_dict(mapping={'options': options, 'again': [options]})
    t = take_dict(mapping={'n': number().output})
    take_dict(mapping=t.output)


@dsl.pipeline
def in_groups(name: str, names: List[str]):
    a = say(text=name)
    with dsl.If(name == 'x'):
        say(text=f'{name} {a.output}')
        take_dict(mapping={'a': a.output, 'n': [name]})
        with dsl.If(a.output == 'y'):
            say(text=f'{a.output}/{name}')
    with dsl.ParallelFor(names) as item:
        say(text=f'{item}/{name}/{a.output}')
        take_list(items=[item, name, a.output])
        take_dict(mapping={'item': item, 'name': name})
    with dsl.ParallelFor([{'x': 'a', 'y': 'b'}]) as item:
        say(text=f'{item.x}{item.y}')
        take_list(items=[item.x, {'y': item.y}])
        take_dict(mapping={'all': item, 'x': item.x})
    with dsl.ExitHandler(say(text=f'bye {name}')):
        say(text=f'{name}')


@dsl.pipeline
def placeholders(name: str):
    say(text=dsl.PIPELINE_JOB_NAME_PLACEHOLDER)
    say(text=dsl.PIPELINE_JOB_ID_PLACEHOLDER)
    say(text=dsl.PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER)
    say(text=dsl.PIPELINE_TASK_NAME_PLACEHOLDER)
    say(text=dsl.PIPELINE_TASK_ID_PLACEHOLDER)
    say(text=dsl.PIPELINE_ROOT_PLACEHOLDER)
    say(text=dsl.PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER)
    say(text=dsl.PIPELINE_JOB_SCHEDULE_TIME_UTC_PLACEHOLDER)
    say(text=f'{dsl.PIPELINE_JOB_NAME_PLACEHOLDER}-{name}')
    say(text='run ' + dsl.PIPELINE_JOB_ID_PLACEHOLDER + ' at ' + dsl.PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER)
    take_list(items=[dsl.PIPELINE_JOB_ID_PLACEHOLDER, name])
    take_dict(mapping={'id': dsl.PIPELINE_JOB_ID_PLACEHOLDER})


@dsl.pipeline
def sub(text: str, items: list, mapping: dict = {}) -> str:
    take_list(items=items)
    take_dict(mapping=mapping)
    return say(text=text).output


@dsl.pipeline
def into_sub_pipelines(name: str, count: int = 2):
    a = say(text=name)
    s = sub(text=f'{name}-{a.output}', items=[name, count], mapping={'a': a.output})
    sub(text=dsl.PIPELINE_JOB_ID_PLACEHOLDER, items=[s.output, f'{s.output}!'])


@dsl.pipeline
def artifacts_and_strings(name: str):
    d = make(text=name)
    take(data=d.output, note=f'{name} {number().output}')


PIPELINES = {
    'f-strings': f_strings,
    'lists': lists,
    'dicts': dicts,
    'in groups': in_groups,
    'placeholders': placeholders,
    'into sub-pipelines': into_sub_pipelines,
    'artifacts and strings': artifacts_and_strings,
}
