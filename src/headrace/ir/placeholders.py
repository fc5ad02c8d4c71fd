"""Placeholders ``{{$.…}}``: found in a text, and replaced by the values of one attempt.

Replacement is a single pass over the author's text: what a value contains is never read as a
placeholder again, so no parameter can change the arguments of a task beyond its own place. Pure:
the values come from a ``Context``; nothing here knows how they were made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Literal, cast
from urllib.parse import unquote

from headrace.errors import SpecError
from headrace.ir.values import text_of

PlaceholderKind = Literal[
    "executor_input",
    "executor_output_file",
    "input_parameter",
    "input_artifact",
    "output_parameter",
    "output_artifact",
    "job",
]

#: Placeholders of the job and task, and the field of ``Context`` that each one reads.
_JOB_FIELDS: dict[str, str] = {
    "pipeline_job_name": "job_name",
    "pipeline_job_resource_name": "job_resource_name",
    "pipeline_job_uuid": "job_id",
    "pipeline_task_name": "task_name",
    "pipeline_task_uuid": "task_id",
    "pipeline_root": "pipeline_root",
    "pipeline_job_create_time_utc": "create_time",
    "pipeline_job_schedule_time_utc": "schedule_time",
    "workspace_path": "workspace_path",
}
_CONTAINERS: dict[tuple[str, str], PlaceholderKind] = {
    ("inputs", "parameters"): "input_parameter",
    ("inputs", "artifacts"): "input_artifact",
    ("outputs", "parameters"): "output_parameter",
    ("outputs", "artifacts"): "output_artifact",
}
_ATTRIBUTES: dict[PlaceholderKind, frozenset[str]] = {
    "input_parameter": frozenset({""}),
    "input_artifact": frozenset({"", "path", "uri", "name", "metadata"}),
    "output_parameter": frozenset({"output_file"}),
    "output_artifact": frozenset({"path", "uri", "name", "metadata"}),
}
_MARK = re.compile(r"\{\{\$([^{}]*)\}\}")
_QUOTED = r"""\[(?:'([^']*)'|"([^"]*)")\]"""
_REFERENCE = re.compile(
    rf"\.(inputs|outputs)\.(parameters|artifacts){_QUOTED}(?:\.(\w+)(?:{_QUOTED})?)?"
)
_STRUCT_KEYS = ("Concat", "IfPresent")
_MAX_STRUCT_DEPTH = 50
_MOUNTED_SCHEMES = {"gs://": "/gcs/", "s3://": "/s3/", "minio://": "/minio/"}


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One placeholder of a text.

    Attributes:
        kind: What it stands for.
        name: Name of the input or output; of a job placeholder, its own name.
        attribute: ``path``, ``uri``, ``name``, ``metadata`` or ``output_file``; empty is the whole.
        key: Key of the metadata; None is all of it.
        text: The placeholder as it was written.
    """

    kind: PlaceholderKind
    name: str = ""
    attribute: str = ""
    key: str | None = None
    text: str = ""


def local_path(artifact: Mapping[str, Any]) -> str:
    """Return where code finds an artifact: its custom path, else the path that KFP gives its URI.

    Args:
        artifact: A runtime artifact of an executor input.
    """
    chosen = artifact.get("customPath") or artifact.get("path")
    if chosen:
        return str(chosen)
    uri = str(artifact.get("uri") or "")
    if uri.startswith("file://"):
        return unquote(uri.removeprefix("file://"))
    if uri.startswith("oci://"):
        return "/oci/" + uri.removeprefix("oci://").replace("/", "_")
    for scheme, mount in _MOUNTED_SCHEMES.items():
        if uri.startswith(scheme):
            return mount + uri.removeprefix(scheme)
    return uri


@dataclass(frozen=True, slots=True)
class Context:
    """What placeholders are replaced by: one attempt's inputs and outputs, and its job.

    Attributes:
        executor_input: KFP's ExecutorInput as JSON (``inputs.parameterValues``,
            ``inputs.artifacts.<name>.artifacts``, ``outputs.parameters.<name>.outputFile``, …). An
            optional input without a value is absent or None.
        job_name: Name of the run as shown.
        job_resource_name: Name of the run as an object of the back end.
        job_id: Id of the run.
        task_name: Name of the task in its DAG.
        task_id: Id of the task run.
        pipeline_root: Where the run's artifacts go.
        create_time: When the run was created, RFC 3339, UTC.
        schedule_time: When the run was due; None means as soon as it was created.
        workspace_path: Directory that the tasks of the run share; None when there is none.
        artifact_path: Tells where the bytes of a runtime artifact are.
    """

    executor_input: Mapping[str, Any]
    job_name: str = ""
    job_resource_name: str = ""
    job_id: str = ""
    task_name: str = ""
    task_id: str = ""
    pipeline_root: str = ""
    create_time: str = ""
    schedule_time: str | None = None
    workspace_path: str | None = None
    artifact_path: Callable[[Mapping[str, Any]], str] = local_path


def references(text: str) -> tuple[Placeholder, ...]:
    """Return the placeholders in a text, in order, also those inside Concat and IfPresent.

    The input that an ``IfPresent`` asks for counts as a reference to an input parameter. Text that
    looks like a placeholder and is none of KFP's is not one.
    """
    found = [part for match in _MARK.finditer(text) if (part := _parse(match.group()))]
    structure = _structure(text)
    if structure is not None:
        found.extend(_asked_for(structure))
    return tuple(found)


def render_text(text: str, context: Context) -> str:
    """Return the text with its placeholders replaced; what is replaced is not read again.

    Raises:
        SpecError: A placeholder names an input, output or key that there is not.
    """
    if "{{$" not in text:
        return text
    return _MARK.sub(lambda match: _replacement(match.group(), context), text)


def render_argument(text: str, context: Context) -> str | list[str]:
    """Return what one element of a command becomes: a string, or any number of them.

    Only ``IfPresent`` gives a list: its branch may be one, and a branch that is left out is no
    argument at all.

    Raises:
        SpecError: A placeholder names what does not exist, or Concat/IfPresent is malformed.
    """
    structure = _structure(text)
    if structure is None:
        return render_text(text, context)
    parts = _render_structure(structure, context, 0)
    return parts[0] if "Concat" in structure else parts


def render_command(items: Iterable[str], context: Context) -> list[str]:
    """Return a command or argument list with every placeholder replaced.

    Raises:
        SpecError: As ``render_argument``.
    """
    command: list[str] = []
    for item in items:
        rendered = render_argument(item, context)
        command.extend([rendered] if isinstance(rendered, str) else rendered)
    return command


def render_constant(value: Any, context: Context) -> Any:
    """Return a constant task input with the placeholders in its strings replaced.

    Lists and dicts are searched, keys included. A placeholder always becomes text, also where it
    is the whole string: KFP substitutes into the JSON text, between the quotes.

    Args:
        value: The constant, a JSON value.
        context: Its ``inputs.parameterValues`` hold the task's inputs that are not constants.

    Raises:
        SpecError: A placeholder names an input that the task does not have.
    """
    match value:
        case str():
            return render_text(value, context)
        case list():
            return [render_constant(item, context) for item in cast("list[Any]", value)]
        case dict():
            return {
                render_text(key, context): render_constant(item, context)
                for key, item in cast("dict[str, Any]", value).items()
            }
        case _:
            return value


# ------------------------------------------------------------------------------ one placeholder


@lru_cache(maxsize=4096)
def _parse(text: str) -> Placeholder | None:
    body = text[3:-2]
    if not body:
        return Placeholder("executor_input", text=text)
    if body == ".outputs.output_file":
        return Placeholder("executor_output_file", text=text)
    if body[1:] in _JOB_FIELDS and body[0] == ".":
        return Placeholder("job", body[1:], text=text)
    match = _REFERENCE.fullmatch(body)
    if match is None:
        return None
    side, sort, single, double, attribute, key, key2 = match.groups()
    kind = _CONTAINERS[side, sort]
    metadata_key = key if key is not None else key2
    if (attribute or "") not in _ATTRIBUTES[kind]:
        return None
    if metadata_key is not None and attribute != "metadata":
        return None
    name = single if single is not None else double
    return Placeholder(kind, name, attribute or "", metadata_key, text)


def _replacement(text: str, context: Context) -> str:
    placeholder = _parse(text)
    if placeholder is None:
        return text
    match placeholder.kind:
        case "executor_input":
            return json.dumps(context.executor_input, ensure_ascii=False)
        case "executor_output_file":
            return str(_part(context, "outputs").get("outputFile", ""))
        case "job":
            return _job_text(placeholder, context)
        case "input_parameter":
            values = _part(context, "inputs", "parameterValues")
            return text_of(_named(values, placeholder, "input"))
        case "output_parameter":
            outputs = _part(context, "outputs", "parameters")
            return str(_named(outputs, placeholder, "output").get("outputFile", ""))
        case "input_artifact":
            return _artifact_text(_part(context, "inputs", "artifacts"), placeholder, context)
        case "output_artifact":
            return _artifact_text(_part(context, "outputs", "artifacts"), placeholder, context)


def _job_text(placeholder: Placeholder, context: Context) -> str:
    value = getattr(context, _JOB_FIELDS[placeholder.name])
    if value is not None:
        return str(value)
    if placeholder.name == "pipeline_job_schedule_time_utc":
        return context.create_time
    message = f"{placeholder.text} is used, but the pipeline has no workspace"
    raise SpecError(
        message,
        hint="give the pipeline PipelineConfig(workspace=WorkspaceConfig(size=...))",
        code="HR2304",
    )


def _artifact_text(artifacts: Mapping[str, Any], placeholder: Placeholder, context: Context) -> str:
    side = "input" if placeholder.kind == "input_artifact" else "output"
    entry: Mapping[str, Any] = _named(artifacts, placeholder, side) or {}
    runtime: list[dict[str, Any]] = entry.get("artifacts") or []
    if not placeholder.attribute:
        return text_of(runtime)
    if not runtime:
        message = f"{placeholder.text} has no value: {side} {placeholder.name} is an empty list"
        raise SpecError(message, code="HR2303")
    artifact = runtime[0]
    if placeholder.attribute == "path":
        return context.artifact_path(artifact)
    if placeholder.attribute != "metadata":
        return text_of(artifact.get(placeholder.attribute))
    metadata: dict[str, Any] = artifact.get("metadata") or {}
    if placeholder.key is None:
        return text_of(metadata)
    if placeholder.key not in metadata:
        message = f"{placeholder.text} has no value: the artifact has no metadata of that key"
        raise SpecError(message, hint=_offer(placeholder.key, metadata), code="HR2303")
    return text_of(metadata[placeholder.key])


def _part(context: Context, *keys: str) -> Mapping[str, Any]:
    value: Any = context.executor_input
    for key in keys:
        value = value.get(key) or {}
    return value


def _named(values: Mapping[str, Any], placeholder: Placeholder, side: str) -> Any:
    if placeholder.name in values:
        return values[placeholder.name]
    message = f"{placeholder.text} names an {side} that has no value: {placeholder.name}"
    raise SpecError(message, hint=_offer(placeholder.name, values), code="HR2302")


def _offer(name: str, known: Mapping[str, Any]) -> str:
    close = get_close_matches(name, known, 1)
    if close:
        return f"did you mean {close[0]}?"
    return f"there is {', '.join(sorted(known)[:10])}" if known else "there is none"


# ------------------------------------------------------------------------- Concat and IfPresent


@lru_cache(maxsize=4096)
def _structure(text: str) -> dict[str, Any] | None:
    """Return the parsed Concat or IfPresent that the text is, or None."""
    if not text.startswith("{") or not any(f'"{key}"' in text for key in _STRUCT_KEYS):
        return None
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _as_structure(value)


def _as_structure(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    structure = cast("dict[str, Any]", value)
    if isinstance(structure.get("Concat"), list) or isinstance(structure.get("IfPresent"), dict):
        return structure
    return None


def _render_structure(value: Any, context: Context, depth: int) -> list[str]:
    """Return the strings that a string, Concat, IfPresent or a list of them becomes."""
    if depth > _MAX_STRUCT_DEPTH:
        message = f"Concat and IfPresent are nested more than {_MAX_STRUCT_DEPTH} deep"
        raise SpecError(message, code="HR2301")
    if isinstance(value, str):
        return [render_text(value, context)]
    if isinstance(value, list):
        parts = cast("list[Any]", value)
        return [text for part in parts for text in _render_structure(part, context, depth + 1)]
    structure = _as_structure(value)
    if structure is None:
        return [text_of(value)]
    if "Concat" in structure:
        return ["".join(_render_structure(structure["Concat"], context, depth + 1))]
    choice = structure["IfPresent"]
    name = choice.get("InputName")
    if not isinstance(name, str) or "Then" not in choice:
        message = "IfPresent needs InputName and Then"
        raise SpecError(message, hint=f"found {json.dumps(choice)[:200]}", code="HR2301")
    branch = choice["Then"] if _is_present(name, context) else choice.get("Else", [])
    return _render_structure(branch, context, depth + 1)


def _is_present(name: str, context: Context) -> bool:
    if _part(context, "inputs", "parameterValues").get(name) is not None:
        return True
    entry: Mapping[str, Any] = _part(context, "inputs", "artifacts").get(name) or {}
    return bool(entry.get("artifacts"))


def _asked_for(value: Any) -> Iterable[Placeholder]:
    if isinstance(value, list):
        for part in cast("list[Any]", value):
            yield from _asked_for(part)
        return
    structure = _as_structure(value)
    if structure is None:
        return
    choice: dict[str, Any] = structure.get("IfPresent") or {}
    if isinstance(choice.get("InputName"), str):
        yield Placeholder("input_parameter", choice["InputName"])
    for part in (structure.get("Concat"), choice.get("Then"), choice.get("Else")):
        yield from _asked_for(part)
