"""Conditions and selectors: the same answers as CEL, and bounded whatever the text is."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import celpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.errors import SpecError
from headrace.ir import conditions, selectors

PARAMETERS: dict[str, Any] = {
    "s": "heads",
    "q": 'it\'s "so" && x',
    "i": 5,
    "d": 5.0,
    "h": 5.5,
    "b": True,
    "z": None,
    "l": [1, {"a": True}],
    "m": {"k": {"n": 1}},
    "pipelinechannel--x-Output": "v",
}


def decide(text: str) -> bool:
    return conditions.parse(text).evaluate(PARAMETERS)


def p(name: str) -> str:
    return f"inputs.parameter_values['{name}']"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{p('s')} == 'heads'", True),
        (f'{p("s")} == "heads"', True),
        (f"!({p('s')} == 'heads') && {p('s')} == 'tails'", False),
        (f"{p('pipelinechannel--x-Output')} != 'w'", True),
        (f"int({p('i')}) > 4", True),
        (f"int({p('d')}) == 5", True),
        (f"int({p('h')}) == 5", True),
        (f"double({p('i')}) < 5.5", True),
        (f"{p('i')} == {p('d')}", True),
        (f"{p('i')} >= 5.0", True),
        (f"{p('b')} == true", True),
        (f"{p('b')} == 'true'", False),
        (f"{p('b')} == 1", False),
        (f"{p('b')} != 1", True),
        (f"{p('s')} == 5", False),
        (f"'int({p('i')[:6]})' == 'int(inputs)'", True),
        (f"string({p('i')}) == '5'", True),
        (f"string({p('d')}) == '5'", True),
        (f"string({p('b')}) == 'true'", True),
        ("bool('True') && !bool('0')", True),
        (f"{p('z')} == null", True),
        (f"{p('l')} == [1, {p('l')}[1]]", True),
        (f"{p('l')}[1].a", True),
        (f"{p('m')}.k['n'] == 1", True),
        ("inputs.parameter_values.s == 'heads'", True),
        ("'s' in inputs.parameter_values", True),
        ("'heads' in ['tails', 'heads']", True),
        (f"size({p('s')}) == 5", True),
        (f"{p('q')} == 'it\\'s \"so\" && x'", True),
        ("'\\u00e9\\x41\\101\\n' == 'éAA\\n'", True),
        (r"r'\n' == '\\n'", True),
        ("'''a'b''' == \"a'b\"", True),
        ("'a\nb' == 'a\\nb'", True),
        ("'a' < 'b' && 'é' > 'z'", True),
        ("false < true", True),
        ("!!true", True),
        ("-5 < 0 && - 5 == -5 && -5.5 < -5", True),
        ("-9223372036854775808 < 9223372036854775807", True),
        ("0x1F == 31 && 5u == 5 && 1e3 == 1000 && .5 == 0.5", True),
        ("1 == 1 == true", True),
        ("false && inputs.parameter_values['gone'] == 1", False),
        ("inputs.parameter_values['gone'] == 1 && false", False),
        ("inputs.parameter_values['gone'] == 1 || true", True),
        ("true || 1", True),
        ("true // and so on", True),
        ("(((true)))", True),
    ],
)
def test_a_condition_decides_as_cel_does(text, expected):
    assert decide(text) is expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column 1: expected a value, a name or '\\(', found the end"),
        ("true true", "column 6: expected an operator or the end, found 'true'"),
        ("(true", "column 6: expected '\\)', found the end"),
        ("1 +", "column 3: expected an operator or the end, found '\\+'"),
        ("'it's' == 'x'", "column 5"),
        ("'open", "column 1"),
        ("eval('x')", "no function eval; there is int, double"),
        ("inputs.parameter_values['a'", "column 28: expected '\\]'"),
        ("inputs.", "expected the name of a field"),
        ("x == 1", "names 'x'"),
        ("outputs.parameters == 1", "names 'outputs'"),
        ("inputs.parameters['a'] == 1", "no field 'parameters'"),
        ("9223372036854775808 > 0", "does not fit into 64 bits"),
        ("'\\q' == ''", "means no character"),
        ("'\\ud800' == ''", "means no character"),
        ("1 == == 2", "column 6"),
        ("a ? b : c", "names|found '\\?'"),
        ("[1, 2", "expected '\\]'"),
        ("x" * ((1 << 20) + 1), "characters"),
        ("int(" * 5000 + "1" + ")" * 5000, "nested more than"),
        ("!" * 5000 + "true", "nested more than"),
        ("(" * 100_000, "nested more than"),
        ("inputs" + ".a" * 5000, "nested more than"),
        ("1" + " == 1" * 5000, "nested more than"),
    ],
)
def test_a_text_that_is_no_condition_is_refused_with_its_position(text, message):
    with pytest.raises(SpecError, match=message):
        conditions.parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (p("gone"), "no key 'gone'"),
        (p("s"), "gives a string, not true or false"),
        ("1", "gives a number"),
        (f"{p('s')} < 5", "cannot compare the string 'heads' with the number 5"),
        (f"{p('b')} < 1", "cannot compare the boolean"),
        (f"!{p('i')}", "needs a boolean"),
        ("true && 1", "needs a boolean"),
        (f"int({p('s')}) == 1", "text of an integer"),
        ("int(1e30) == 1", "64 bits"),
        ("int('99999999999999999999') == 1", "text of an integer"),
        ("double('x') == 1.0", "cannot convert"),
        (f"string({p('z')}) == ''", "cannot convert the null"),
        ("bool('yes')", "cannot convert"),
        (f"{p('i')}.x == 1", "has no members"),
        (f"{p('l')}[7] == 1", "no element 7 in a list of 2"),
        ("parseJson('{') == 1", "cannot read"),
        ("-'a' == 1", "needs a number"),
    ],
)
def test_a_condition_that_cannot_be_decided_says_why(text, message):
    with pytest.raises(SpecError, match=message):
        decide(text)


def test_a_condition_tells_what_it_refers_to():
    text = f"{p('a')} == 'x' && int({p('b')}) > 1 || !({p('a')} == {p('c')}) || inputs.artifacts['d'] == []"
    condition = conditions.parse(text)
    assert condition.inputs == ("a", "b", "c")
    assert condition.artifacts == ("d",)


def test_a_condition_reads_artifacts():
    condition = conditions.parse("inputs.artifacts['d'].artifacts[0].uri == 'gs://x'")
    assert condition.evaluate({}, {"d": {"artifacts": [{"uri": "gs://x"}]}})


def test_a_chain_of_branches_is_not_nesting():
    text = " && ".join(f"!({p('s')} == '{n}')" for n in range(20_000))
    assert decide(text) is True


@pytest.mark.parametrize("hostile", ["' || true || '", "\\", "__class__", "\n", "'", '"', "\u202e"])
def test_a_value_never_becomes_part_of_the_condition(hostile):
    condition = conditions.parse(f"{p('a')} == 'x'")
    assert condition.evaluate({"a": hostile}) is False


def test_deeply_nested_values_are_compared():
    one: Any = []
    other: Any = []
    for _ in range(50_000):
        one, other = [one], [other]
    condition = conditions.parse(f"{p('a')} == {p('b')}")
    assert condition.evaluate({"a": one, "b": other}) is True
    with pytest.raises(SpecError):
        conditions.parse(f"{p('a')} < {p('b')}").evaluate({"a": one, "b": other})
    while one:
        one, other = one[0], other[0]


# --------------------------------------------------------------------- against CEL in Python

_strings = st.text(st.characters(codec="utf-8", exclude_characters="\x00\n\r"), max_size=8)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_operands = {
    "string": st.one_of(_strings.map(_quoted), st.just(p("s")), st.just(f"string({p('i')})")),
    "int": st.one_of(
        st.integers(-(2**62), 2**62).map(str), st.just(f"int({p('i')})"), st.just("int(5.9)")
    ),
    "double": st.one_of(
        st.floats(-1e6, 1e6).map(lambda number: f"{number:.3f}"),
        st.just(p("h")),
        st.just("double('1e3')"),
    ),
    "bool": st.one_of(st.sampled_from(["true", "false"]), st.just(p("b"))),
}
_comparisons = st.sampled_from(sorted(_operands)).flatmap(
    lambda kind: st.tuples(
        _operands[kind], st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), _operands[kind]
    ).map(" ".join)
)
_conditions = st.recursive(
    _comparisons,
    lambda inner: st.one_of(
        inner.map(lambda text: f"!({text})"),
        st.tuples(inner, st.sampled_from([" && ", " || "]), inner).map(
            lambda parts: f"({''.join(parts)})"
        ),
        st.tuples(inner, inner, inner).map(" && ".join),
    ),
    max_leaves=8,
)
_ENVIRONMENT = celpy.Environment()


def _oracle(text: str) -> bool:
    program = _ENVIRONMENT.program(_ENVIRONMENT.compile(text))
    return bool(program.evaluate(celpy.json_to_cel({"inputs": {"parameter_values": PARAMETERS}})))


@given(_conditions)
@settings(max_examples=150, deadline=None)
def test_any_condition_decides_as_another_implementation_of_cel(text):
    assert decide(text) is _oracle(text)


@given(st.text(alphabet="()[]!&|=<>'\"\\ .,-inputs.parameter_values['s']1e5uxr\n", max_size=60))
def test_any_text_is_a_condition_or_a_clean_error(text):
    with suppress(SpecError):
        decide(text)


# ------------------------------------------------------------------------------------ selectors


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ('parseJson(string_value)["a"]', {"a": [1]}, [1]),
        ('parseJson(string_value)["a"]', '{"a": 5}', 5),
        ('parseJson(string_value)["a"]["b"]', {"a": {"b": None}}, None),
        ("parseJson(string_value)[1]", [1, 2.5], 2.5),
        ("parseJson(string_value)", {"a": 1}, {"a": 1}),
        ("string_value", {"a": 1}, '{"a":1}'),
        ("string_value", "x", "x"),
        ('struct_value["a"]', {"a": True}, True),
        ("list_value[0]", ["x"], "x"),
        ("number_value", 7, 7),
    ],
)
def test_a_selector_gives_the_part_with_its_type(text, value, expected):
    assert selectors.parse(text).apply(value) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [({"b": 1}, "no key 'a'; there is b"), ("not json", "cannot read"), (5, "has no members")],
)
def test_a_selector_without_its_part_is_an_error(value, message):
    with pytest.raises(SpecError, match=message):
        selectors.parse('parseJson(string_value)["a"]').apply(value)
