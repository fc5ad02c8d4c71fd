"""Descriptions from docstrings, as KFP's reader gives them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.dsl.docstrings import descriptions

GOOGLE = """Short.

    Long.

    Args:
        a: First.
        b (int): Second,
            over two lines.

    Returns:
        x: The x.
    """
REST = "Short.\n\n:param a: First.\n:param int b: Second.\n:returns: All.\n"
NUMPY = "Short.\n\nParameters\n----------\na : int\n    First.\nb\n    Second.\n"


@pytest.mark.parametrize(
    ("text", "summary", "inputs", "outputs"),
    [
        (None, None, {}, {}),
        ("Short.", "Short.", {}, {}),
        ("Short.\n\nLong.\n\nMore.", "Short.\nLong.\n\nMore.", {}, {}),
        (
            GOOGLE,
            "Short.\nLong.",
            {"a": "First.", "b": "Second,\nover two lines."},
            {"x": "The x."},
        ),
        (REST, "Short.", {"a": "First.", "b": "Second."}, {}),
        (NUMPY, "Short.", {"a": "First.", "b": "Second."}, {}),
        ("@param a: First.", None, {"a": "First."}, {}),
        (
            "Short.\n\nArgs:\n    no colon here\n",
            "Short.\nArgs:\n    no colon here",
            {},
            {},
        ),
        ("Short.\n\nArgs:\n    a: First.\n\nAfter.\n", "Short.", {"a": "First."}, {}),
    ],
)
def test_a_docstring_describes(text: str, summary: str, inputs: dict, outputs: dict) -> None:
    found = descriptions(text)
    assert (found.summary, found.inputs, found.outputs) == (summary, inputs, outputs)


@given(st.text(alphabet="ab:\n -@()Args", max_size=80))
def test_any_text_is_read(text: str) -> None:
    descriptions(text)
