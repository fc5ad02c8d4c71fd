"""The architecture page names files, units and functions that exist."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "headrace"
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
FILES = sorted(set(re.findall(r"`((?:\w+/)+\w+(?:\.py)?)`", PAGE)) - {"src/headrace"})
FUNCTIONS = sorted(set(re.findall(r"`(engine\.\w+)`", PAGE)))


@pytest.mark.parametrize("name", FILES)
def test_a_named_file_exists(name):
    assert (SOURCE / name).exists()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_named_function_exists(name):
    unit, function = name.split(".")
    assert callable(getattr(importlib.import_module(f"headrace.{unit}"), function))


def test_the_table_of_layers_is_that_of_import_linter():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (layers,) = (
        contract["layers"]
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    units = {unit for layer in layers for unit in layer.split(" | ")}
    table = PAGE.partition("## Layers")[2].partition("## One pipeline")[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", table, re.MULTILINE)
    assert {unit for row in rows for unit in re.findall(r"`(\w+)`", row)} == units
