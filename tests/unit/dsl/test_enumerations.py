"""Enumerations in annotations travel as source, or are refused with a reason."""

from __future__ import annotations

import enum

import pytest

from headrace import dsl
from headrace.errors import InvalidComponent


def test_an_enumeration_without_a_source_is_refused_by_name():
    color = enum.Enum("Color", ["RED", "BLUE"], module="an_interactive_session")

    def paint(color):
        return None

    paint.__annotations__ = {"color": color}
    with pytest.raises(InvalidComponent, match="source of Color cannot be read") as caught:
        dsl.component(paint, base_image="python:3.11")
    assert caught.value.hint == "define the enumeration in a file"
