"""Descriptions of a component, its inputs and its outputs, read from a docstring.

Reads the styles of Google, reStructuredText, NumPy and Epydoc, and takes the one that finds most in
the text: what KFP shows in its user interface and files. Text in, text out.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

#: Sections of Google's style that list things by name, and those with free text.
_NAMED = ("Arguments", "Args", "Parameters", "Params", "Attributes")
_RAISED = ("Raises", "Exceptions", "Except")
_FREE = ("Example", "Examples")
_RETURNED = ("Returns", "Yields")
_GOOGLE_TITLE = re.compile(
    rf"^({'|'.join((*_NAMED, *_RAISED, *_FREE, *_RETURNED))}):[ \t\r\f\v]*$", re.MULTILINE
)
_GOOGLE_NAME = re.compile(r"(.+?)\(\s*(.*[^\s]+)\s*\)")

_NUMPY_NAMED = (
    "Parameters",
    "Params",
    "Arguments",
    "Args",
    "Other Parameters",
    "Other Params",
    "Other Arguments",
    "Other Args",
    "Receives",
    "Receive",
    "Attributes",
    "Attribute",
)
_NUMPY_OTHER = (
    "Raises",
    "Raise",
    "Warns",
    "Warn",
    "Returns",
    "Return",
    "Yields",
    "Yield",
    "Examples",
    "Example",
    "Warnings",
    "Warning",
    "See Also",
    "Related",
    "Notes",
    "Note",
    "References",
    "Reference",
)
_NUMPY_TITLE = re.compile(
    "|".join(
        rf"^({title})\s*?\n{'-' * len(title)}\s*$" for title in (*_NUMPY_NAMED, *_NUMPY_OTHER)
    ),
    re.MULTILINE,
)
_NUMPY_NAME = re.compile(r"^(.*?)(?:\s*:\s*.*?)?$")

_KEYWORDS = frozenset(("param", "parameter", "arg", "argument", "attribute", "key", "keyword"))
_RETURNS = re.compile(r"Returns?:?")

#: The text before any section, and what the sections say: names, or None for what has no name.
_Read = tuple[str, list[tuple[str | None, str]]]


@dataclass(frozen=True, slots=True)
class Descriptions:
    """What a docstring says.

    Attributes:
        summary: Short and long description, or None.
        inputs: Description of each input that it mentions.
        outputs: Description of each output that it mentions.
    """

    summary: str | None = None
    inputs: dict[str, str] = field(default_factory=dict[str, str])
    outputs: dict[str, str] = field(default_factory=dict[str, str])


def descriptions(docstring: str | None) -> Descriptions:
    """Return what a docstring says about a component; empty for None."""
    if not docstring:
        return Descriptions()
    text = inspect.cleandoc(docstring)
    before, entries = _best(text)
    # An output is described like an argument, in the section on what is returned.
    as_arguments, count = _RETURNS.subn("Args:", text)
    returned = _best(as_arguments)[1] if count else []
    return Descriptions(_summary(before), _by_name(entries), _by_name(returned))


def _by_name(entries: list[tuple[str | None, str]]) -> dict[str, str]:
    return {name: text for name, text in entries if name is not None}


def _summary(before: str) -> str | None:
    short, _, rest = before.partition("\n")
    long = rest.strip()
    return f"{short}\n{long}" if short and long else short or None


def _best(text: str) -> _Read:
    """Return what the style reads that finds most; of equals the first."""
    best: _Read = (text, [])
    for read in _STYLES:
        try:
            found = read(text)
        except ValueError:
            continue
        if len(found[1]) > len(best[1]):
            best = found
    return best


# ------------------------------------------------------------------ styles


def _rest(text: str) -> _Read:
    return _fields(text, ":")


def _epydoc(text: str) -> _Read:
    return _fields(text, "@")


def _fields(text: str, mark: str) -> _Read:
    """Read lines such as ``:param name: text``, each up to the next."""
    first = re.search(rf"^{mark}", text, re.MULTILINE)
    if first is None:
        return text, []
    entries: list[tuple[str | None, str]] = []
    for chunk in re.findall(
        rf"(^{mark}.*?)(?=^{mark}|\Z)", text[first.start() :], re.MULTILINE | re.DOTALL
    ):
        head, colon, body = chunk[1:].partition(":")
        words = head.split()
        if not colon or not words:
            raise ValueError(chunk)
        if words[0] in _KEYWORDS:
            if len(words) not in (2, 3):
                raise ValueError(chunk)
            entries.append((words[-1], _dedented(body.strip())))
        elif words[0] not in ("type", "rtype"):
            entries.append((None, body))
    return text[: first.start()], entries


def _google(text: str) -> _Read:
    titles = list(_GOOGLE_TITLE.finditer(text))
    if not titles:
        return text, []
    ends = [*(title.start() for title in titles[1:]), len(text)]
    # Of two sections with one title the later counts.
    sections = {
        title[1]: text[title.end() : end].strip("\n")
        for title, end in zip(titles, ends, strict=True)
    }
    entries: list[tuple[str | None, str]] = []
    for title, section in sections.items():
        if not section:
            continue
        if title in _FREE or title in _RETURNED:
            entries.append((None, section))
        else:
            entries += _google_items(title, section)
    return text[: titles[0].start()], entries


def _google_items(title: str, section: str) -> Iterator[tuple[str | None, str]]:
    indent = re.match(r"^\s*", section)
    assert indent is not None
    if not indent[0]:
        raise ValueError(section)
    section = re.split(r"^(?=\S)", section, maxsplit=1, flags=re.MULTILINE)[0]
    starts = [m.start() for m in re.finditer(rf"^{indent[0]}(?=\S)", section, re.MULTILINE)]
    for start, end in zip(starts, [*starts[1:], len(section)], strict=True):
        item = section[start + len(indent[0]) : end].strip("\n")
        head, colon, body = item.partition(":")
        if not colon:
            raise ValueError(item)
        typed = _GOOGLE_NAME.match(head)
        name = typed[1].strip() if typed else head
        described = _dedented(body.removeprefix(" ")).strip("\n")
        yield (name if title in _NAMED else None), described


def _numpy(text: str) -> _Read:
    titles = list(_NUMPY_TITLE.finditer(text))
    if not titles:
        return text, []
    entries: list[tuple[str | None, str]] = []
    ends = [*(title.start() for title in titles[1:]), len(text)]
    for title, end in zip(titles, ends, strict=True):
        name = next(group for group in title.groups() if group)
        section = text[title.end() : end].strip("\n")
        if name in _NUMPY_NAMED:
            entries += _numpy_items(section)
        else:
            entries.append((None, section))
    return text[: titles[0].start()], entries


def _numpy_items(section: str) -> Iterator[tuple[str | None, str]]:
    heads = list(re.finditer(r"^[^\s].*$", section, re.MULTILINE))
    ends = [*(head.start() for head in heads[1:]), len(section)]
    for head, end in zip(heads, ends, strict=True):
        name = _NUMPY_NAME.match(head[0])
        assert name is not None
        yield name[1], inspect.cleandoc(section[head.end() : end])


def _dedented(text: str) -> str:
    first, newline, rest = text.partition("\n")
    return f"{first}\n{inspect.cleandoc(rest)}" if newline else text


_STYLES: tuple[Callable[[str], _Read], ...] = (_rest, _google, _numpy, _epydoc)
