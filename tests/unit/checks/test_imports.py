"""Imports that no package of a step provides; resources; errors as problems."""

from __future__ import annotations

import json

import pytest

from headrace.compiler.checks import (
    Problem,
    check_component,
    check_resources,
    problems_of_error,
)
from headrace.errors import CompilationFailed, InvalidComponent, Location, TypeMismatch


def judged(body: str, packages: tuple[str, ...] = (), **more) -> dict[str, str]:
    """Return code and severity of the problems with imports, by what they name in quotes."""
    source = "def f():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    problems = check_component(source, filename="a.py", first_line=1, packages=packages, **more)
    return {p.code: p.severity for p in problems if p.code in ("HR1302", "HR1303")}


ERROR, WARNING, FINE = {"HR1302": "error"}, {"HR1302": "warning"}, {}

CASES = {
    "standard library": ("import os, json.decoder, zoneinfo, distutils, tomllib", (), FINE),
    "kfp itself": ("import kfp\nfrom kfp import dsl\nfrom kfp.dsl import Dataset", (), FINE),
    "no packages at all": ("import pandas as pd", (), ERROR),
    "a module of one's own, no packages": ("from mymodule import x", (), ERROR),
    "the package": ("import pandas as pd", ("pandas==1.5.3",), FINE),
    "another name": ("import sklearn.linear_model", ("scikit-learn",), FINE),
    "one of several": ("import cv2", ("opencv-python-headless>=4",), FINE),
    "extras and markers": ("import yaml", ("PyYAML[x]>=6; python_version>'3.8'",), FINE),
    "underscores": ("import great_expectations", ("great_expectations",), FINE),
    "brought along": ("import numpy, scipy, joblib", ("scikit-learn",), FINE),
    "not brought along by what is known": ("import sklearn", ("pandas", "numpy"), ERROR),
    "unknown to what is known": ("import mymodule", ("pandas",), WARNING),
    "maybe brought along by what is unknown": ("import pandas", ("company-lib",), WARNING),
    "maybe of what is unknown": ("import company", ("company-lib",), FINE),
    "a namespace": ("from google.cloud import storage", ("google-cloud-storage",), FINE),
    "a prefix": ("import telegram", ("python-telegram",), FINE),
    "from a place": ("import thing, pandas", ("git+https://h.test/r.git",), FINE),
    "from a named place": ("import thing", ("thing @ https://h.test/r.zip",), FINE),
    "guarded": ("try:\n    import torch\nexcept ImportError:\n    torch = None", (), FINE),
    "guarded, second way": ("try:\n    import a\nexcept ImportError:\n    import b", (), FINE),
    "guarded by all": ("try:\n    import torch\nexcept:\n    pass", (), FINE),
    "guarded by another": ("try:\n    import torch\nexcept ValueError:\n    pass", (), ERROR),
    "in a nested function": ("def g():\n    import torch\n    return torch", (), ERROR),
    "only for type checkers": ("if TYPE_CHECKING:\n    import torch", (), FINE),
    "installed by itself": (
        "import subprocess\nsubprocess.run(['pip', 'install', 'x'])\nimport x",
        (),
        WARNING,
    ),
    "found by itself": ("import sys\nsys.path.append('/lib')\nimport x", (), WARNING),
    "pip of the image": ("import pkg_resources", (), WARNING),
    "pip wished for": ("import pkg_resources", ("setuptools",), FINE),
    "relative": ("from .helpers import x", (), {"HR1303": "error"}),
    "relative, packages": ("from . import helpers", ("pandas",), {"HR1303": "error"}),
}


@pytest.mark.parametrize(("body", "packages", "expected"), CASES.values(), ids=CASES.keys())
def test_imports(body, packages, expected):
    assert judged(body, packages) == expected


def test_of_an_image_with_more_in_it_nothing_is_certain():
    assert judged("import pandas", plain_image=False) == WARNING


def test_modules_may_be_among_embedded_files():
    assert judged("import mymodule", embedded=True) == FINE
    assert judged("import pandas", embedded=True) == ERROR


@pytest.mark.parametrize(
    ("body", "locked", "expected"),
    [
        ("import numpy", {"company-lib", "numpy"}, FINE),
        ("import numpy", {"company-lib"}, ERROR),
        ("import company", {"company-lib"}, WARNING),
        ("import dateutil", {"python-dateutil"}, FINE),
    ],
)
def test_a_lock_makes_certain_what_is_brought_along(body, locked, expected):
    assert judged(body, ("company-lib",), locked=locked) == expected


def test_an_environment_that_is_built_settles_it():
    assert judged("import company", ("company-lib",), modules={"company"}) == FINE
    assert judged("import company", ("company-lib",), modules={"other"}) == ERROR


def test_each_module_is_reported_once_where_it_stands_first():
    source = "def f():\n    import numpy as np\n    import numpy.linalg\n    return np"
    (problem,) = check_component(source, filename="a.py", first_line=40)
    assert (problem.line, problem.column) == (41, 5)
    assert problem.message == "'numpy' is imported, and the component installs no packages"
    assert "add 'numpy' to packages_to_install" in problem.hint


def test_the_hint_names_the_distribution():
    (problem,) = check_component("def f():\n    import sklearn", filename="", first_line=1)
    assert "'scikit-learn'" in problem.hint


@pytest.mark.parametrize(
    ("resources", "severities"),
    [
        ({"cpu_limit": "8", "memory_limit": "32G"}, []),
        ({"cpu_request": "500m", "cpu_limit": "0.5"}, []),
        ({"cpu_request": "2", "cpu_limit": "1500m"}, ["error"]),
        ({"memory_request": "4Gi", "memory_limit": "4G"}, ["error"]),
        ({"memory_request": "4G", "memory_limit": "4Gi"}, []),
        ({"cpu_limit": "0"}, ["error"]),
        ({"memory_limit": "0G"}, ["error"]),
        ({"memory_limit": "64"}, ["warning"]),
        ({"memory_limit": "512K"}, ["warning"]),
        ({"cpu_limit": "{{$.inputs.parameters['x']}}", "memory_limit": "lots"}, []),
        ({}, []),
    ],
)
def test_resources_that_cannot_be_meant(resources, severities):
    problems = check_resources(**resources, file="p.py", line=3)
    assert [problem.severity for problem in problems] == severities
    assert all((problem.file, problem.line) == ("p.py", 3) for problem in problems)


def test_errors_of_the_compiler_become_problems_one_for_each():
    first = TypeMismatch("cannot pass a to b\nmore", where=Location("p.py", 41), hint="pass c")
    error = CompilationFailed([first, CompilationFailed([InvalidComponent("no place")])])
    assert problems_of_error(error) == [
        Problem("p.py", 41, 0, "HR1203", "cannot pass a to b", "pass c"),
        Problem("", 0, 0, "HR1100", "no place"),
    ]


def test_a_problem_reads_like_a_compilers_message_and_travels_as_json():
    problem = Problem("p.py", 4, 9, "HR1301", "'f' uses 'np'", "import it", "error")
    assert str(problem) == "p.py:4:9: error: 'f' uses 'np' [HR1301]\n  fix: import it"
    assert str(Problem("", 0, 0, "HR1", "m")) == "error: m [HR1]"
    assert Problem(**json.loads(json.dumps(problem.to_dict()))) == problem
