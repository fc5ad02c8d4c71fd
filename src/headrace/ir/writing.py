"""Documents out: KFP's files, YAML with the comment header or JSON, the same text every time.

Pure: JSON values in, text out; the caller writes the file. Sorted keys and fixed layout make equal
pipelines equal files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from headrace.ir.yaml_text import dump

_TYPE_NAMES = {
    "STRING": "str",
    "NUMBER_INTEGER": "int",
    "NUMBER_DOUBLE": "float",
    "LIST": "list",
    "STRUCT": "dict",
    "BOOLEAN": "bool",
    "TASK_FINAL_STATUS": "PipelineTaskFinalStatus",
    "TASK_CONFIG": "TaskConfig",
}
#: What would end a comment or may not be in a YAML file at all; KFP writes it and cannot read it.
_UNSAFE = re.compile(
    "[^\\t\\x20-\\x7e\\xa0-\\u2027\\u202a-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]"
)


def write_yaml(
    spec: Mapping[str, Any],
    platform: Mapping[str, Any] | None = None,
    *,
    description: str | None = None,
) -> str:
    """Return the text of a pipeline file as KFP's compiler writes it.

    Args:
        spec: The PipelineSpec as JSON values.
        platform: The platform document, if there is one.
        description: What the header says; by default the pipeline's own description. A compiled
            component has one that its document does not carry.
    """
    header = "\n".join(_UNSAFE.sub(_as_escape, line) for line in _header(spec, description))
    text = f"{header}\n{dump(spec)}"
    return f"{text}---\n{dump(platform)}" if platform else text


def write_json(spec: Mapping[str, Any]) -> str:
    """Return a PipelineSpec as the JSON text that KFP's compiler writes."""
    return json.dumps(spec, indent=2, sort_keys=True)


def dump_yaml(*documents: Mapping[str, Any]) -> str:
    """Return documents as YAML in the same layout without a header, for Kubernetes manifests."""
    return "---\n".join(dump(document) for document in documents)


def _header(spec: Mapping[str, Any], description: str | None) -> Iterator[str]:
    info: Mapping[str, Any] = spec.get("pipelineInfo") or {}
    root: Mapping[str, Any] = spec.get("root") or {}
    yield "# PIPELINE DEFINITION"
    yield f"# Name: {info.get('name', '')}"
    text: str = info.get("description", "") if description is None else description
    if text:
        first, *rest = text.splitlines() or [""]
        yield f"# Description: {first}"
        yield from (f"#              {line}" for line in rest)
    yield from _interface("Inputs", root.get("inputDefinitions") or {})
    yield from _interface("Outputs", root.get("outputDefinitions") or {})


def _interface(title: str, definitions: Mapping[str, Any]) -> Iterator[str]:
    parameters: Mapping[str, Any] = definitions.get("parameters") or {}
    artifacts: Mapping[str, Any] = definitions.get("artifacts") or {}
    lines = {name: _parameter(value) for name, value in parameters.items()}
    lines |= {name: _artifact(value) for name, value in artifacts.items()}
    if lines:
        yield f"# {title}:"
    for name in sorted(lines):
        yield f"#    {name}: {lines[name]}"


def _artifact(definition: Mapping[str, Any]) -> str:
    schema: Mapping[str, Any] = definition.get("artifactType") or {}
    return str(schema.get("schemaTitle") or "system.Artifact")


def _parameter(definition: Mapping[str, Any]) -> str:
    kind = str(definition.get("parameterType"))
    name = _TYPE_NAMES.get(kind, kind)
    if "defaultValue" not in definition:
        return name
    value = definition["defaultValue"]
    shown = f"'{value}'" if isinstance(value, str) else repr(value)
    return f"{name} [Default: {shown}]"


def _as_escape(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode("ascii")
