"""If, Elif, Else, Condition: operators, operand types, nesting."""
from typing import List

from kfp import dsl


@dsl.component(base_image='python:3.11')
def flip() -> str:
    return 'heads'


@dsl.component(base_image='python:3.11')
def number() -> int:
    return 3


@dsl.component(base_image='python:3.11')
def ratio() -> float:
    return 0.5


@dsl.component(base_image='python:3.11')
def is_ok() -> bool:
    return True


@dsl.component(base_image='python:3.11')
def say(text: str) -> str:
    return text


@dsl.component(base_image='python:3.11')
def note(x: int = 0):
    print(x)


@dsl.pipeline
def all_operators(text: str = 'a', n: int = 3, f: float = 0.5, b: bool = True):
    s, i, r, o = flip(), number(), ratio(), is_ok()
    with dsl.If(s.output == 'heads'):
        say(text='eq')
    with dsl.If(s.output != 'heads'):
        say(text='ne')
    with dsl.If(i.output < 3):
        say(text='lt')
    with dsl.If(i.output <= 3):
        say(text='le')
    with dsl.If(i.output > 3):
        say(text='gt')
    with dsl.If(i.output >= 3):
        say(text='ge')
    with dsl.If(r.output > 0.25):
        say(text='float')
    with dsl.If(r.output >= 1):
        say(text='float against int')
    with dsl.If(i.output < 2.5):
        say(text='int against float')
    with dsl.If(o.output == True):
        say(text='bool')
    with dsl.If(b == False):
        say(text='input bool')
    with dsl.If(text == 'x'):
        say(text='input text')
    with dsl.If(n != 0):
        say(text='input int')
    with dsl.If(f < -1.5):
        say(text='input float')
    with dsl.If('heads' == s.output):
        say(text='reflected')
    with dsl.If(3 < i.output):
        say(text='reflected less')


@dsl.pipeline
def channel_against_channel(text: str, n: int, f: float, b: bool):
    s, i, r, o = flip(), number(), ratio(), is_ok()
    with dsl.If(s.output == text):
        say(text='a')
    with dsl.If(i.output == n):
        say(text='b')
    with dsl.If(i.output > r.output):
        say(text='c')
    with dsl.If(r.output <= f):
        say(text='d')
    with dsl.If(o.output == b):
        say(text='e')
    with dsl.If(text == s.output):
        say(text='f')
    with dsl.If(n >= i.output):
        say(text='g')


@dsl.pipeline
def mixed_types(text: str = '3', n: int = 3, b: bool = True):
    with dsl.If(text == 3):
        say(text='string against int')
    with dsl.If(text != 2.5):
        say(text='string against float')


@dsl.pipeline
def if_else():
    s = flip()
    with dsl.If(s.output == 'heads'):
        say(text='heads')
    with dsl.Else():
        say(text='tails')


@dsl.pipeline
def if_elif_else(n: int = 2):
    i = number()
    with dsl.If(i.output == 1, name='is one'):
        say(text='one')
    with dsl.Elif(i.output == n, name='is n'):
        say(text='n')
    with dsl.Elif(i.output > 10):
        say(text='many')
    with dsl.Else(name='otherwise'):
        say(text='other')


@dsl.pipeline
def if_elif_without_else(text: str):
    with dsl.If(text == 'a'):
        say(text='a')
    with dsl.Elif(text == 'b'):
        say(text='b')


@dsl.pipeline
def several_chains(text: str):
    with dsl.If(text == 'a'):
        say(text='1')
    with dsl.Else():
        say(text='2')
    note()
    with dsl.If(text == 'c'):
        say(text='3')
    with dsl.Elif(text == 'd'):
        say(text='4')
    with dsl.If(text == 'e'):
        say(text='5')
    with dsl.If(text == 'f'):
        say(text='6')
    with dsl.Else():
        say(text='7')


@dsl.pipeline
def nested(text: str = 'x', n: int = 1):
    first = flip()
    with dsl.If(first.output == 'heads'):
        second = flip()
        with dsl.If(second.output == 'tails'):
            third = number()
            with dsl.If(third.output > n):
                say(text=text)
                say(text=first.output)
                say(text=second.output)
        with dsl.If(n == 2):
            note(x=n)
    with dsl.If(text == 'z'):
        note()
    with dsl.Else():
        with dsl.If(text == 'y'):
            with dsl.If(n == 3):
                note(x=n)


@dsl.pipeline
def deprecated_condition(text: str):
    with dsl.Condition(text == 'a', 'named'):
        say(text=text)
    with dsl.Condition(text == 'b'):
        with dsl.Condition(flip().output == 'heads'):
            say(text='x')


@dsl.pipeline
def data_flow_into_branches(text: str, items: List[str] = ['a']):
    s = flip()
    i = number()
    with dsl.If(s.output == 'heads'):
        a = say(text=s.output)
        say(text=a.output)
        note(x=i.output)
        with dsl.ParallelFor(items) as item:
            with dsl.If(item == 'a'):
                say(text=item)
                say(text=f'{item}-{a.output}-{text}')
            with dsl.Elif(item == text):
                note(x=i.output)
            with dsl.Else():
                say(text=s.output)


@dsl.pipeline
def ordering():
    s = flip()
    n = note()
    with dsl.If(s.output == 'heads'):
        a = say(text='a')
        b = say(text='b').after(a)
        say(text='c').after(n, b)


@dsl.pipeline
def special_strings(text: str):
    with dsl.If(text == ''):
        say(text='empty')
    with dsl.If(text == 'two words'):
        say(text='words')
    with dsl.If(text == 'größe'):
        say(text='unicode')
    with dsl.If(text == 'say "hi"'):
        say(text='double quotes')
    with dsl.If(text == 'a/b?c=d&e'):
        say(text='url')


PIPELINES = {
    'all operators': all_operators,
    'channel against channel': channel_against_channel,
    'mixed types': mixed_types,
    'if else': if_else,
    'if elif else': if_elif_else,
    'if elif without else': if_elif_without_else,
    'several chains': several_chains,
    'nested': nested,
    'deprecated condition': deprecated_condition,
    'data flow into branches': data_flow_into_branches,
    'ordering in branches': ordering,
    'special strings': special_strings,
}
