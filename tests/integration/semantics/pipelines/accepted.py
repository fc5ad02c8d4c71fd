"""Signatures that Headrace takes beside those of the official SDK."""

import datetime
import enum
from pathlib import Path
from typing import Literal, Optional

from kfp import dsl


class Color(enum.Enum):
    RED = 'red'
    BLUE = 'blue'


@dsl.component(base_image='python:3.11')
def literal(mode: Literal['fast', 'slow'] = 'fast') -> str:
    return mode


@dsl.component(base_image='python:3.11')
async def awaited(n: int) -> int:
    import asyncio
    await asyncio.sleep(0)
    return n + 1


@dsl.component(base_image='python:3.11')
def path(where: Path) -> str:
    return f'{type(where).__name__} {where.name}'


@dsl.component(base_image='python:3.11')
def days(day: datetime.date, moment: datetime.datetime) -> str:
    return f'{day.year} {moment.hour}'


@dsl.component(base_image='python:3.11')
def as_float(x: float) -> float:
    return x


@dsl.component(base_image='python:3.11')
def takes_maybe(text: Optional[str] = 'default') -> str:
    return repr(text)


@dsl.pipeline
def everything(day: datetime.date = datetime.date(2024, 5, 6)):
    literal(mode='slow')
    literal()
    awaited(n=1)
    path(where=Path('/a/b.txt'))
    days(day=day, moment=datetime.datetime(2024, 1, 2, 3, 4))
    takes_maybe()
    as_float(x=3)


@dsl.component(base_image='python:3.11')
def painted(color: Color) -> str:
    return color.name


@dsl.pipeline
def enums():
    painted(color=Color.BLUE)


PIPELINES = {'everything': everything, 'enums': enums}

RUNS = [
    {
        'pipeline': 'everything',
        'only': 'source',
        'values': sorted(['slow', 'fast', 2, 'PosixPath b.txt', '2024 3', 3.0, "'default'", ], key=str),
    },
    {'pipeline': 'enums', 'only': 'source', 'values': ['BLUE']},
]
