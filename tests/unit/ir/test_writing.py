"""Writing: the same characters as KFP's files, and nothing lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace import ir
from headrace.ir.yaml_text import dump

GOLDEN = sorted(Path(__file__).parent.joinpath("golden").glob("*.yaml"))

_words = st.sampled_from(
    [
        "yes",
        "1.0",
        "0x1",
        "1e3",
        "~",
        "null",
        "",
        "=",
        "<<",
        "2020-01-01",
        "1:30",
        "- a",
        "? a",
        "%x",
        "@",
        "`",
        "a: b",
        "a #b",
        "-",
        "--",
        "---",
        "...",
        "!x",
        "&x",
        "*x",
        "|",
        ">",
        "a:",
        "x" * 200,
    ]
)
_texts = st.one_of(
    st.text(),
    st.text(alphabet=" ab'\"\n:#-é{}[]\t\\%\u2028\x85\U0001f600\x01", max_size=200),
    st.text(alphabet="   ab'\"\n", max_size=300),
    _words,
)
_leaves = st.one_of(_texts, st.floats(), st.integers(), st.booleans(), st.none())
_keys = st.one_of(st.text(alphabet="abz-_ .1", max_size=150), st.text(max_size=10), _words)
_values = st.recursive(
    _leaves,
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(_keys, inner)),
    max_leaves=8,
)


@given(st.dictionaries(_keys, _values))
@settings(max_examples=100, deadline=None)
def test_values_are_laid_out_as_pyyaml_does(value):
    assert dump(value) == yaml.dump(value, sort_keys=True)


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_a_file_of_kfp_is_written_back_to_the_character(file):
    text = file.read_text(encoding="utf-8")
    document = ir.read(text, source=file.name)
    assert ir.write_yaml(document.raw, document.raw_platform) == text


def test_there_are_files_of_kfp():
    assert len(GOLDEN) >= 5


def test_json_is_sorted_and_indented():
    assert (
        ir.write_json({"b": ["é"], "a": 1.0}) == '{\n  "a": 1.0,\n  "b": [\n    "\\u00e9"\n  ]\n}'
    )


SPEC = {
    "pipelineInfo": {"name": "p", "description": "first\n\n  second\n"},
    "root": {
        "inputDefinitions": {
            "parameters": {
                "s": {"parameterType": "STRING", "defaultValue": "it's\nbroken"},
                "i": {"parameterType": "NUMBER_INTEGER", "defaultValue": 3.0},
                "d": {"parameterType": "STRUCT", "defaultValue": {"x": True}},
                "n": {"parameterType": "LIST", "isOptional": True},
            },
            "artifacts": {"a": {"artifactType": {"schemaTitle": "system.Model"}}},
        },
        "outputDefinitions": {"artifacts": {"o": {"artifactType": {"instanceSchema": ""}}}},
    },
}


def test_the_header_tells_name_description_and_interface():
    header = ir.write_yaml(SPEC).split("pipelineInfo:")[0].splitlines()
    assert header == [
        "# PIPELINE DEFINITION",
        "# Name: p",
        "# Description: first",
        "#              ",
        "#                second",
        "# Inputs:",
        "#    a: system.Model",
        "#    d: dict [Default: {'x': True}]",
        "#    i: int [Default: 3.0]",
        "#    n: list",
        "#    s: str [Default: 'it's\\nbroken']",
        "# Outputs:",
        "#    o: system.Artifact",
    ]


def test_a_component_brings_its_own_description():
    assert "# Description: other\n" in ir.write_yaml(SPEC, description="other")


@given(_texts)
def test_no_default_breaks_out_of_the_header(value):
    spec = {
        "root": {
            "inputDefinitions": {
                "parameters": {"s": {"parameterType": "STRING", "defaultValue": value}}
            }
        }
    }
    assert yaml.safe_load(ir.write_yaml(spec)) == spec


def test_writing_and_reading_loses_nothing():
    spec = json.loads(json.dumps(SPEC))
    text = ir.write_yaml(spec, {"platforms": {}})
    assert list(yaml.safe_load_all(text)) == [spec, {"platforms": {}}]
