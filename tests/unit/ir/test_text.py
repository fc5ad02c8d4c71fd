"""Reading text: JSON types only, and every hostile text is refused in bounded time."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import SpecError
from headrace.ir import text as text_module
from headrace.ir.text import parse_documents

_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=20,
)


@given(_values)
def test_json_reads_back_as_it_is(value):
    if isinstance(value, dict | list):
        assert parse_documents(json.dumps(value)) == [value]


@given(st.dictionaries(st.text(), _values, min_size=1))
def test_yaml_reads_back_as_it_is(value):
    assert parse_documents(yaml.safe_dump(value)) == [value]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 5", {"a": 5}),
        ("a: 5.0", {"a": 5.0}),
        ("a: 2.1.0", {"a": "2.1.0"}),
        ("a: '5'", {"a": "5"}),
        ("a: yes", {"a": True}),
        ("a: 2024-01-01", {"a": "2024-01-01"}),
        ("a: ~", {"a": None}),
        ("a: 0x1F", {"a": 31}),
        ("a: 010", {"a": 8}),
        ("a: 1_000", {"a": 1000}),
        ("a: 1:30", {"a": 90}),
        ("a: -1.5e+3", {"a": -1500.0}),
        ("a: !!str 5", {"a": "5"}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("{a: 1, b: [x]}", {"a": 1, "b": ["x"]}),
        ("\ufeffa: 1", {"a": 1}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
    ],
)
def test_yaml_means_what_pyyaml_makes_of_it(text, expected):
    (value,) = parse_documents(text)
    assert value == expected
    assert type(value["a"]) is type(expected["a"])


def test_several_documents_are_read():
    assert parse_documents("a: 1\n---\nb: 2\n") == [{"a": 1}, {"b": 2}]


_BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}' if n else '*a'] * 10)}]\n" for n in range(12)
)

HOSTILE: dict[str, tuple[Any, str]] = {
    "an alias bomb": (_BOMB, "values, aliases included"),
    "flow nesting": ("[" * 100_000, "nested more than"),
    "block nesting": ("- " * 100_000, "nested more than"),
    "json nesting": ('{"a":' * 100_000, "nested more than"),
    "json nesting of moderate depth": ('{"a":' * 300 + "1" + "}" * 300, "nested more than"),
    "a python tag": ("a: !!python/object/apply:os.system [x]", "tag .* is not allowed"),
    "a tag of its own": ("a: !secret x", "tag !secret is not allowed"),
    "a merge key": ("a: &a {b: 1}\nc: {<<: *a}", "merge key"),
    "an alias without anchor": ("a: *b", "names no anchor"),
    "a value inside itself": ("a: &x [*x]", "names no anchor"),
    "NaN in YAML": ("a: .nan", "not a JSON number"),
    "infinity in YAML": ("a: -.inf", "not a JSON number"),
    "NaN in JSON": ('{"a": NaN}', "not a JSON number"),
    "infinity in JSON": ('{"a": 1e999}', "too large"),
    "a huge integer in YAML": ("a: " + "9" * 10_000, "10000 digits"),
    "a huge integer in JSON": ('{"a": ' + "9" * 10_000 + "}", "10000 digits"),
    "a key twice in YAML": ("a: 1\na: 2", "occurs twice"),
    "a key twice in JSON": ('{"a": 1, "a": 2}', "occurs twice"),
    "a number as key": ("1: 2", "key must be a string"),
    "a list as key": ("? [1]\n: 2", "key must be a string"),
    "half a surrogate pair": ('{"a": "\\ud800"}', "surrogate"),
    "bytes that are no UTF-8": (b"\xff\xfe\x00", "UTF-8"),
    "a lone surrogate in a str": ("a: \ud800", "UTF-8"),
    "a null byte": ("\0", "not YAML"),
    "a tab for indentation": ("a:\n\tb: 1", "not YAML"),
    "broken JSON": ('{"a": 1,,}', "not JSON|not YAML"),
    "an unclosed quote": ("a: 'b", "not YAML"),
}


@pytest.mark.parametrize(("text", "message"), HOSTILE.values(), ids=HOSTILE)
@pytest.mark.timeout(10)
def test_hostile_text_is_refused(text, message):
    with pytest.raises(SpecError, match=message):
        parse_documents(text)


@pytest.mark.parametrize("text", ["- a\n" * 60, json.dumps(list(range(300)))])
def test_too_many_values_are_refused(text, monkeypatch):
    monkeypatch.setattr(text_module, "MAX_VALUES", 50)
    with pytest.raises(SpecError, match="more than 50 values"):
        parse_documents(text)


def test_too_many_bytes_are_refused(monkeypatch):
    monkeypatch.setattr(text_module, "MAX_BYTES", 1 << 20)
    with pytest.raises(SpecError, match="1 MiB are the most"):
        parse_documents("a: " + "x" * (2 << 20))


def test_an_error_names_the_file_and_the_line():
    with pytest.raises(SpecError) as caught:
        parse_documents("a: 1\nb: [", source="p.yaml")
    assert "p.yaml cannot be read" in str(caught.value)
    assert caught.value.where[0].file == "p.yaml"


@given(st.text(alphabet="ab:- \n[]{}&*!|>'\"#%@`\t\\?,1.", max_size=80))
def test_any_text_gives_values_or_a_clean_error(text):
    try:
        values = parse_documents(text)
    except SpecError:
        return
    json.dumps(values)
