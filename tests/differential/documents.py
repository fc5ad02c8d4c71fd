"""Comparing two compiled texts: what is normalised, and the first difference as a reader sees it."""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import yaml
from dangling import dangling

_ARCHIVE = re.compile(r"(?<=__KFP_EMBEDDED_ARCHIVE_B64 = ')[A-Za-z0-9+/=]+(?=')")
_PIN = re.compile(r"(?<=')kfp==[^']+(?=' '--no-deps')")
_SDK = re.compile(r"(?<=sdkVersion)\W+[\w.-]+")
_CLAIM = re.compile(r"comp-(create|delete)pvc(-\d+)*")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def difference(expected: str, actual: str) -> str | None:
    """Return the first differences of two compiled texts, or None when they are equal.

    The version of the SDK, its pin in the install command, the times and owners in an embedded
    archive and the descriptions of CreatePVC and DeletePVC are not compared; numbers are compared with their type, since 1 and 1.0 differ in YAML.
    """
    found = list(_all_differences(expected, actual)) or list(_text_differences(expected, actual))
    if not found or same_but_for_names(expected, actual):
        return None
    if mixed_up(expected):
        return mixed_up(actual)
    if dangling_in(expected) > dangling_in(actual):
        return None
    shown = found[:8]
    more = [f"… and {len(found) - len(shown)} more"] if len(found) > len(shown) else []
    return "\n".join([*shown, *more])


def dangling_in(text: str) -> set[str]:
    """Return what in a compiled text refers to nothing, so that nothing can run it."""
    spec = _spec_of(text)
    return dangling(spec) if "root" in spec else set()


def mixed_up(text: str) -> str | None:
    """Return what the SDK has mixed up between a pipeline and the one that it uses.

    Groups of the same name get each other's tasks, and one executor may stand in for another.
    """
    spec = _spec_of(text)
    components = spec.get("components", {})
    if not _uses_pipelines(spec):
        return None
    for name, component in components.items():
        if "dag" not in component and "executorLabel" not in component:
            return f"{name}: empty"
    used = {component.get("executorLabel") for component in components.values()}
    unused = sorted({*spec.get("deploymentSpec", {}).get("executors", {})} - used)
    return f"{unused[0]}: used by nothing" if unused else None


def _spec_of(text: str) -> dict[str, Any]:
    document = documents_of(text)[0]
    return document.get("spec", {}).get("pipelineSpec", document)


def same_but_for_names(expected: str, actual: str) -> bool:
    """Whether two texts are equal but for the keys of components and the labels of executors.

    When a pipeline is used as a step, the official SDK renames what collides in the order of a
    protobuf map, which differs from process to process; only such texts may be told apart so.
    """
    left, right = documents_of(expected), documents_of(actual)
    if not _uses_pipelines(left[0]) or header_of(expected) != header_of(actual):
        return False
    (one, theirs), (other, ours) = _in_place(left), _in_place(right)
    return one == other and _holds(theirs, ours)


def _holds(theirs: Any, ours: Any) -> bool:
    """Whether one configuration has all of another: the SDK may add what is a used pipeline's."""
    if isinstance(ours, dict):
        return isinstance(theirs, dict) and all(_holds(theirs.get(k), ours[k]) for k in ours)
    if isinstance(ours, list):
        return isinstance(theirs, list) and all(one in theirs for one in ours)
    return ours is None or theirs == ours


def documents_of(text: str) -> list[Any]:
    """Return the documents in a compiled text, normalised."""
    return [_normalised(document) for document in yaml.load_all(text, Loader=_LOADER)]


def header_of(text: str) -> str:
    """Return the comment lines at the top of a compiled text."""
    lines = text.splitlines(keepends=True)
    return "".join(_ordered(line) for line in lines[: _first_without_hash(lines)])


def _ordered(line: str) -> str:
    """Return a line with the keys of a default in order; the SDK writes a map as it comes."""
    match = re.fullmatch(r"(.*: dict \[Default: )(\{.*\})(\]\n?)", line)
    if match is None:
        return line
    value = json.dumps(ast.literal_eval(match.group(2)), sort_keys=True)
    return f"{match.group(1)}{value}{match.group(3)}"


def _first_without_hash(lines: list[str]) -> int:
    return next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))


def _all_differences(expected: str, actual: str) -> Iterator[str]:
    if header_of(expected) != header_of(actual):
        yield f"header:\n  expected {header_of(expected)!r}\n  actual   {header_of(actual)!r}"
    left, right = documents_of(expected), documents_of(actual)
    if len(left) != len(right):
        yield f"documents: expected {len(left)}, actual {len(right)}"
    for number, (one, other) in enumerate(zip(left, right, strict=False)):
        yield from _differences(f"[{number}]", one, other)


_GROUP = re.compile(r"comp-(condition|condition-branches|for-loop|exit-handler)-\d+(-\d+)*")


def _uses_pipelines(spec: Any) -> bool:
    components = spec.get("components", {}).items()
    return any("dag" in one and not _GROUP.fullmatch(name) for name, one in components)


def _in_place(documents: list[Any]) -> tuple[Any, dict[str, Any]]:
    """Return a pipeline with every component and executor where it is used, and the configuration.

    The configuration is that of each platform, by the place in the pipeline where it applies.
    """
    spec = documents[0]
    executors = spec.get("deploymentSpec", {}).get("executors", {})
    platforms = documents[1]["platforms"] if documents[1:] else {}
    settings: dict[str, Any] = {name: one.get("pipelineConfig") for name, one in platforms.items()}

    def placed(component: Any, place: str) -> Any:
        label = component.get("executorLabel")
        if label is not None:
            for name, one in platforms.items():
                found = one.get("deploymentSpec", {}).get("executors", {}).get(label)
                settings[f"{name}{place}"] = found
            return {**component, "executorLabel": executors[label]}
        if "dag" not in component:
            return component
        tasks = {
            name: {**task, "componentRef": placed(component_of(task), f"{place}.{name}")}
            for name, task in component["dag"].get("tasks", {}).items()
        }
        return {**component, "dag": {**component["dag"], "tasks": tasks}}

    def component_of(task: Any) -> Any:
        return spec["components"][task["componentRef"]["name"]]

    left_out = ("components", "deploymentSpec")
    kept = {name: value for name, value in spec.items() if name not in left_out}
    return {**kept, "root": placed(spec["root"], "")}, settings


def _text_differences(expected: str, actual: str) -> Iterator[str]:
    """Where texts of equal documents part; not where parts are normalised."""
    if "__KFP_EMBEDDED_ARCHIVE_B64" in expected or _CLAIM.search(expected):
        return
    left, right = (_SDK.sub("", text).splitlines() for text in (expected, actual))
    for number, (one, other) in enumerate(zip_longest(left, right), 1):
        if one != other and not (one or "").startswith("#"):
            yield f"text, line {number}:\n  expected {_short(one)}\n  actual   {_short(other)}"
            return


def _differences(path: str, expected: Any, actual: Any) -> Iterator[str]:
    if type(expected) is not type(actual):
        yield _line(path, expected, actual)
    elif isinstance(expected, dict):
        for key in sorted({*expected, *actual}, key=str):
            here = f"{path}.{key}"
            if key not in actual:
                yield f"{here}\n  missing, expected {_short(expected[key])}"
            elif key not in expected:
                yield f"{here}\n  not expected: {_short(actual[key])}"
            else:
                yield from _differences(here, expected[key], actual[key])
    elif isinstance(expected, list):
        if len(expected) != len(actual):
            yield _line(path, expected, actual)
            return
        for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from _differences(f"{path}[{index}]", one, other)
    elif expected != actual:
        yield _line(path, expected, actual)


def _line(path: str, expected: Any, actual: Any) -> str:
    if isinstance(expected, str) and isinstance(actual, str):
        start = _common_prefix(expected, actual)
        if start > 60:
            cut = start - 30
            return (
                f"{path} (from character {cut})\n"
                f"  expected …{_short(expected[cut:])}\n  actual   …{_short(actual[cut:])}"
            )
    return f"{path}\n  expected {_short(expected)}\n  actual   {_short(actual)}"


def _common_prefix(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}…"


def _normalised(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _normalised_item(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_normalised(item) for item in value]
    if isinstance(value, str):
        return _ARCHIVE.sub(_archive_digest, _PIN.sub("kfp==<version>", value))
    return value


def _normalised_item(key: str, item: Any) -> Any:
    if key == "sdkVersion":
        return "kfp-<version>"
    if _CLAIM.fullmatch(key):
        return _undescribed(_normalised(item))
    return _normalised(item)


def _undescribed(value: Any) -> Any:
    """Return a component without its descriptions: the words are the SDK's own."""
    if isinstance(value, dict):
        return {key: _undescribed(one) for key, one in value.items() if key != "description"}
    return value


def _archive_digest(match: re.Match[str]) -> str:
    packed = io.BytesIO(base64.b64decode(match.group()))
    with tarfile.open(fileobj=packed, mode="r:gz") as archive:
        members = [
            (member.name, member.type, member.mode, _content(archive, member)) for member in archive
        ]
    return hashlib.sha256(repr(members).encode()).hexdigest()


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member) if member.isfile() else None
    return stream.read() if stream else b""
