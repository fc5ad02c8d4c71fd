"""What the user sees of an exception: their frames, their file and line."""

from __future__ import annotations

import pytest

from headrace.executor.source import HEADER, Source, compile_source
from headrace.executor.tracebacks import render, shortened

FILE = "/home/me/train.py"


def test_an_exception_is_placed_in_the_users_file(play):
    code = "def step(x: int):\n    y = x\n    raise ValueError('no')\n"
    failure = play.failure(code, inputs={"x": 1}, file=FILE, line=41)
    assert (failure["file"], failure["line"]) == (FILE, 43)
    assert failure["type"] == "ValueError"
    assert failure["message"] == "no"
    assert f'  File "{FILE}", line 43, in step\n    raise ValueError' in failure["traceback"]
    assert "headrace/executor" not in failure["traceback"]


def test_without_a_known_file_the_component_names_it(play):
    failure = play.failure("def step():\n    raise ValueError('no')\n")
    assert failure["file"] == "<component step>"
    assert "    raise ValueError('no')" in failure["traceback"]
    assert failure["line"] == HEADER.count("\n") + 2


def test_functions_shipped_beside_the_component_keep_the_shipped_lines(play):
    code = "def helper():\n    raise ValueError('no')\n\ndef step():\n    helper()\n"
    failure = play.failure(code, file=FILE, line=41)
    assert f'  File "{FILE}", line 42, in step\n    helper()' in failure["traceback"]
    assert '  File "<component step>", line' in failure["traceback"]


def test_frames_of_libraries_are_counted_not_shown(play):
    code = "import json\ndef step():\n    json.loads('{')\n"
    failure = play.failure(code, file=FILE, line=3)
    assert (failure["file"], failure["line"]) == (FILE, 4)
    assert "  … 3 frames in json\n" in failure["traceback"]
    assert "decoder.py" not in failure["traceback"]


def test_the_causes_are_shown_in_order(play):
    code = """
        def step():
            try:
                1 / 0
            except ZeroDivisionError as error:
                raise ValueError("outer") from error
    """
    text = play.failure(code)["traceback"]
    assert text.index("ZeroDivisionError") < text.index("direct cause") < text.index("outer")


def test_a_suppressed_context_is_not_shown(play):
    code = """
        def step():
            try:
                1 / 0
            except ZeroDivisionError:
                raise ValueError("outer") from None
    """
    assert "ZeroDivisionError" not in play.failure(code)["traceback"]


@pytest.mark.parametrize(
    ("code", "line"),
    [("def step():\n    return ]\n", 42), ("def step():\n    x = (\n", 42)],
)
def test_a_syntax_error_is_placed_too(play, code, line):
    failure = play.failure(code, file=FILE, line=41)
    assert failure["type"] == "SyntaxError"
    assert failure["file"] in (FILE, "<component step>")


def test_endless_recursion_is_short(play):
    failure = play.failure("def step():\n    step()\n")
    assert failure["type"] == "RecursionError"
    assert len(failure["traceback"].splitlines()) < 30


def test_an_exception_that_cannot_be_printed_is_reported(play):
    code = """
        class Bad(Exception):
            def __str__(self):
                raise RuntimeError("worse")
        def step():
            raise Bad
    """
    failure = play.failure(code)
    assert failure["type"] == "Bad"
    assert failure["message"] == "<Bad without a readable message>"


def test_exceptions_in_a_circle_end():
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert render(first, ()).count("ValueError") == 2


def test_each_part_of_a_group_is_shown():
    text = render(ExceptionGroup("several", [ValueError("a"), TypeError("b")]), ())
    assert "ValueError: a" in text
    assert "TypeError: b" in text


def test_a_long_text_loses_its_middle_and_bad_characters():
    assert shortened("a" * 10 + "\ud800", 100) == "a" * 10 + "\\ud800"
    text = shortened("a" * 500 + "b" * 500, 100)
    assert text.startswith("a" * 50)
    assert text.endswith("b" * 50)
    assert "900 characters left out" in text


def test_a_missing_function_is_named(play):
    failure = play.failure("def other(): pass\n")
    assert failure["message"] == "the component's source defines no function step"


def test_the_code_of_the_header_is_not_compiled_again(tmp_path):
    path = tmp_path / "m.py"
    path.write_text(HEADER + "def step(): pass\n")
    compiled = compile_source(Source(str(path), "step"))
    assert compiled.after_header
    assert len(compiled.codes) == 1
    path.write_text("def step(): pass\n")
    assert not compile_source(Source(str(path), "step")).after_header
