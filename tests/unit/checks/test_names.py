"""Names that a shipped function does not find, by Python's rules of scope."""

from __future__ import annotations

import ast
import builtins
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.compiler.checks import (
    SHIPPED_NAMES,
    check_component,
    check_pipeline,
    helpers_in,
    names_of_module,
)


def names(source: str, **more) -> list[str]:
    """The names reported for a function, in order."""
    text = textwrap.dedent(source).lstrip("\n")
    problems = check_component(text, filename="pipeline.py", first_line=1, **more)
    return [p.message.split("uses '")[1].split("'")[0] for p in problems if p.code == "HR1301"]


MISSING = {
    "a module imported at the top of the file": ("def f():\n    return np.zeros(3)", ["np"]),
    "a helper": ("def f():\n    return helper(1)", ["helper"]),
    "a default": ("def f(a: int = LIMIT):\n    return a", ["LIMIT"]),
    "an annotation": ("def f(a: Input[MyModel]):\n    return a", ["MyModel"]),
    "the return annotation": ("def f(a: int) -> pd.Series:\n    return a", ["pd"]),
    "an alias of dsl": ("def f(a: d.Input[d.Dataset]):\n    return a", ["d"]),
    "a name in a nested function": (
        "def f():\n    def g():\n        return CONSTANT\n    return g()",
        ["CONSTANT"],
    ),
    "an annotation of a nested function": (
        "def f():\n    def g(x: T1): return x\n    return g",
        ["T1"],
    ),
    "a lambda": ("def f():\n    return lambda x: x + y", ["y"]),
    "a comprehension": (
        "def f(rows: list):\n    return [r + off for r in rows if r > low]",
        ["off", "low"],
    ),
    "an f-string": ("def f():\n    return f'{version!r:>{width}}'", ["version", "width"]),
    "a base class": ("def f():\n    class A(Base): pass\n    return A", ["Base"]),
    "an attribute of a class is no name of its methods": (
        "def f():\n    class A:\n        x = 1\n        def m(self):\n            return x\n    return A",
        ["x"],
    ),
    "a variable of a comprehension afterwards": (
        "def f(a: list):\n    b = [i for i in a]\n    return i, b",
        ["i"],
    ),
    "a lambda's parameter afterwards": ("def f():\n    g = lambda q: q\n    return g(q)", ["q"]),
    "an annotation in a class body": (
        "def f():\n    class A:\n        x: Foo = 1\n    return A",
        ["Foo"],
    ),
    "a decorator of a nested function": (
        "def f():\n    @retry\n    def g(): pass\n    return g()",
        ["retry"],
    ),
    "a global that nothing assigns": ("def f():\n    global cache\n    return cache", ["cache"]),
    "an exception class": (
        "def f():\n    try:\n        pass\n    except MyError:\n        pass",
        ["MyError"],
    ),
    "only the first use": ("def f():\n    return np.a + np.b", ["np"]),
    "async functions": (
        "async def f():\n    async with session() as s:\n        return s",
        ["session"],
    ),
    "what an outer try does not catch": (
        "def f():\n    try:\n        x = np\n    except ValueError:\n        x = 1\n    return x",
        ["np"],
    ),
    "a match pattern's class": (
        "def f(a: int):\n    match a:\n        case Point(x=1): return 1",
        ["Point"],
    ),
}
FOUND = {
    "parameters of every kind": "def f(a, /, b, *c, d=1, **e):\n    return a, b, c, d, e",
    "what is imported inside": "def f():\n    import numpy as np, os.path\n    from a import b as c\n    return np, os, c",
    "what a nested function finds around it": "def f():\n    import re\n    def g(x): return re.sub(x, y, '')\n    y = 1\n    return g",
    "typing": "def f(a: Optional[List[int]]) -> NamedTuple('O', [('x', int)]):\n    return a",
    "kfp.dsl": "def f(a: Input[Dataset], b: OutputPath(str), m: dsl.Output[dsl.Metrics]):\n    kfp.dsl; return a, b, m",
    "built-ins and attributes of a module": "def f():\n    print(__name__, __file__, len, ValueError)",
    "decorators of the component": "@dsl.component(base_image=IMAGE)\n@mine\ndef f():\n    return 1",
    "itself": "def f(n: int) -> int:\n    return f(n - 1)",
    "handlers, with, for, walrus, star, del": (
        "def f(x):\n    try:\n        pass\n    except E1 if False else Exception as e:\n        print(e)\n"
        "    with open(x) as (h, *t):\n        print(h, t)\n    for i, (j, k) in x:\n        print(i, j, k)\n"
        "    if (w := x):\n        print(w)\n    del w"
    ).replace("E1 if False else Exception", "Exception"),
    "a walrus in a comprehension binds outside it": "def f(x):\n    y = [z := i for i in x]\n    return y, z",
    "a nested comprehension": "def f(x):\n    return {k: [a for a in v] for k, v in x for _ in v}",
    "match captures": "def f(x):\n    match x:\n        case [a, *b]: return a, b\n        case {'k': c, **d}: return c, d\n        case str() as e: return e",
    "a class and its methods": "def f():\n    class A:\n        x = 1\n        y = x\n        def m(self):\n            return __class__, A\n    return A",
    "nonlocal": "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    g()\n    return n",
    "a global that the function assigns": "def f():\n    global cache\n    cache = {}\n    def g(): return cache\n    return g()",
    "annotations of variables are not evaluated": "def f():\n    x: np.ndarray = 1\n    y: Foo\n    return x",
    "annotations in quotes": "def f(a: 'pd.DataFrame'):\n    return a",
    "TYPE_CHECKING": "def f():\n    if TYPE_CHECKING:\n        import x\n        y = foo\n    return 1",
    "a try that catches NameError": "def f():\n    try:\n        return display\n    except NameError:\n        return print",
    "a try that catches all": "def f():\n    try:\n        return display\n    except:\n        return print",
    "a generator's first iterable": "def f(x):\n    class A:\n        items = x\n        y = [i for i in items]\n    return A",
    "type parameters": "def f():\n    import a\n    return a",
}


@pytest.mark.parametrize(("source", "expected"), MISSING.values(), ids=MISSING.keys())
def test_missing(source, expected):
    assert names(source) == expected


@pytest.mark.parametrize("source", FOUND.values(), ids=FOUND.keys())
def test_found(source):
    assert names(source) == []


def test_names_given_by_the_shipped_module_count():
    shipped = "import kfp\nfrom kfp import dsl\nfrom kfp.dsl import *\nfrom typing import *\n"
    shipped += (
        "import mylib.types\n\ndef helper(x):\n    return x\n\ndef f():\n    return helper(1)\n"
    )
    found = names_of_module(shipped)
    assert {"helper", "mylib", "f", "kfp", "dsl", "Input", "List", "len"} <= found
    assert names("def f(a: mylib.types.Mine):\n    return helper(a)", shipped=found) == []
    assert names("def f():\n    return helper(1)", additional=["helper"]) == []


def test_functions_that_are_shipped_beside_are_found_in_the_file():
    module = "import os\n\ndef helper(x):\n    return os.sep + x\n\ndef other(): pass\n"
    shipped = (
        "import kfp\n\ndef helper(x):\n    return os.sep + x\n\ndef f():\n    return helper('')\n"
    )
    assert helpers_in(shipped, "f", module) == [("def helper(x):\n    return os.sep + x\n", 3)]
    assert helpers_in("def (", "f", module) == []


def test_the_usual_header_gives_the_usual_names():
    header = "import kfp\nfrom kfp import dsl\nfrom kfp.dsl import *\nfrom typing import *\n"
    assert names_of_module(header) == SHIPPED_NAMES


MODULE = """\
import numpy as np
from os import path as p
from . import sibling

LIMIT = 3

def helper(x):
    return x

class Point:
    pass
try:
    import torch
except ImportError:
    torch = None
"""


@pytest.mark.parametrize(
    ("used", "message", "hint"),
    [
        ("np.pi", "imported outside it, in line 1", "write `import numpy as np` inside"),
        ("p.sep", "imported outside it, in line 2", "write `from os import path as p` inside"),
        ("LIMIT", "defined outside it, in line 5", "pass it as an argument"),
        ("helper(1)", "defined outside it, in line 7", "additional_funcs=[helper]"),
        ("Point()", "defined outside it, in line 10", "define the class inside"),
        ("torch", "imported outside it, in line 13", "write `import torch` inside"),
        ("Datset", "not defined inside it", "did you mean 'Dataset'?"),
        ("qqq", "not defined inside it", "import or define it inside"),
    ],
)
def test_the_message_says_where_the_name_is_and_what_to_do(used, message, hint):
    (problem,) = check_component(
        f"def f():\n    return {used}\n", filename="a.py", first_line=20, module=MODULE
    )
    assert problem.message.endswith(message)
    assert hint in problem.hint
    assert (problem.file, problem.line, problem.column) == ("a.py", 21, 12)
    assert problem.severity == "error"


@pytest.mark.parametrize(
    ("signature", "hint"),
    [
        ("a: int = LIMIT", "write the value itself"),
        ("a: t.List", "names of typing and kfp.dsl without a prefix"),
    ],
)
def test_in_a_signature_the_way_out_is_another_one(signature, hint):
    (problem,) = check_component(f"def f({signature}): return a", filename="", first_line=1)
    assert problem.message.startswith("the signature of 'f' uses")
    assert hint in problem.hint


def test_positions_are_those_of_the_file_also_in_indented_source_after_wide_characters():
    source = "        @component\n        def f():\n            return 'äöü', missing\n"
    (problem,) = check_component(source, filename="a.py", first_line=7)
    assert (problem.line, problem.column) == (9, 27)


def test_where_names_may_be_made_unseen_it_is_only_a_warning():
    (problem,) = check_component(
        "def f():\n    exec('x = 1')\n    return x\n", filename="", first_line=1
    )
    assert problem.severity == "warning"


@pytest.mark.parametrize(
    "source", ["", "x = 1", "lambda: x", "def f(:", "\x00", "  ((", "(" * 5000]
)
def test_text_that_is_no_function_has_no_problems(source):
    assert check_component(source, filename="", first_line=1) == []
    assert check_pipeline(source, filename="", first_line=1) == []


def unused(source: str) -> list[str]:
    problems = check_component(source, filename="", first_line=1)
    return [p.message.split("parameter '")[1][:-1] for p in problems if p.code == "HR1304"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(a, b):\n    return a", ["b"]),
        ("def f(a, *, b=1, _c=2):\n    return a", ["b"]),
        ("def f(a):\n    def g(): return a\n    return g", []),
        ("def f(a):\n    '''Docs.'''\n    pass", []),
        ("def f(a):\n    return 'done'", []),
        ("def f(a):\n    return", []),
        ("def f(a):\n    raise NotImplementedError", []),
        ("def f(a):\n    return locals()", []),
        ("def f(a):\n    a = 1\n    return a", []),
    ],
)
def test_unused_parameters_are_warned_of(source, expected):
    assert unused(source) == expected


def test_a_pipelines_unused_parameter_is_warned_of():
    source = "@dsl.pipeline\ndef p(path: str, limit: int = 3):\n    load(path=path)\n"
    (problem,) = check_pipeline(source, filename="p.py", first_line=10)
    assert (problem.line, problem.column, problem.severity) == (11, 18, "warning")
    assert "'p' never uses its parameter 'limit'" in problem.message


_NAMES = st.sampled_from(["a", "b", "c", "d"])
_EXPRESSIONS = st.recursive(
    _NAMES,
    lambda inner: st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("[{} for {} in {}]".format, inner, _NAMES, inner),
        st.builds("(lambda {}={}: {})".format, _NAMES, inner, inner),
    ),
    max_leaves=6,
)
_STATEMENTS = st.one_of(
    st.builds("{} = {}".format, _NAMES, _EXPRESSIONS),
    st.builds("import {}".format, _NAMES),
    st.builds("def {}({}): return {}".format, _NAMES, _NAMES, _EXPRESSIONS),
    st.builds("for {} in {}: pass".format, _NAMES, _EXPRESSIONS),
    st.builds("class {}: {} = {}".format, _NAMES, _NAMES, _EXPRESSIONS),
    _EXPRESSIONS,
)


@given(st.lists(_STATEMENTS, min_size=1, max_size=4))
def test_the_rules_are_those_of_the_compiler(statements):
    source = "def f():\n" + "".join(f"    {statement}\n" for statement in statements)
    ast.parse(source)
    assert set(names(source)) == _globals_of(compile(source, "f", "exec")) - set(dir(builtins)) - {
        "f"
    }


def _globals_of(code) -> set[str]:
    """Names that byte code looks up in the module: every code object below it."""
    import dis

    found: set[str] = set()
    for inner in code.co_consts:
        if hasattr(inner, "co_code"):
            class_body = "__qualname__" in inner.co_names
            for step in dis.get_instructions(inner):
                if step.opname == "LOAD_GLOBAL":
                    found.add(step.argval)
                if class_body and step.opname == "LOAD_NAME" and step.argval != "__name__":
                    stored = {
                        s.argval for s in dis.get_instructions(inner) if s.opname == "STORE_NAME"
                    }
                    if step.argval not in stored:
                        found.add(step.argval)
            found |= _globals_of(inner)
    return found
