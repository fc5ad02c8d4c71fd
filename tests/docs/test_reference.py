"""Every public name, command and error code has its page in the reference."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def load_tool():
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_name_has_a_page():
    tool = load_tool()
    assert tool.differing(tool.REFERENCE, tool.pages()) == []


def test_google_sections_become_markdown():
    tool = load_tool()
    text = "Does it.\n\nArgs:\n    one: First,\n        of ``two``.\n    two: Second.\n\nReturns:\n    It.\n"
    assert tool.markdown_of(text) == (
        "Does it.\n\n**Args**\n\n- `one`: First,\n  of `two`.\n- `two`: Second.\n\n**Returns**\n\nIt."
    )


def test_annotations_are_shown_without_quotes_and_defaults_with_them():
    tool = load_tool()

    def example(first: int, *, second: str = "a: b") -> list[str]: ...

    assert tool.signature_of("example", example) == (
        "example(first: int, *, second: str = 'a: b') -> list[str]"
    )
