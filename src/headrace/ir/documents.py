"""Documents in: text, values or packages to one validated ``Document``.

Reads what any KFP 2 SDK writes: a PipelineSpec with or without a platform document beside it,
Kubernetes manifests, and the two specs in one object. Pure; files are opened by the callers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, cast

from headrace.errors import SpecError
from headrace.ir import model
from headrace.ir.platform import check_platform
from headrace.ir.problems import offer
from headrace.ir.rewiring import rewired
from headrace.ir.schema import shown, typed
from headrace.ir.text import parse_documents
from headrace.ir.validation import check_spec

#: The one version of the schema that KFP 2 runs.
SCHEMA_VERSION = "2.1.0"
_MANIFEST_KINDS = ("Pipeline", "PipelineVersion")


def read(text: str | bytes, *, source: str = "") -> model.Document:
    """Return the document in a text of YAML or JSON.

    Args:
        text: One or two documents; bytes are UTF-8.
        source: Name of the file, for messages.

    Raises:
        SpecError: The text cannot be read or the document is not valid; every problem of a pass
            is named with its path.
    """
    name = source or "the document"
    parts = [part for part in parse_documents(text, source=source) if part is not None]
    if not parts:
        _refuse(f"{name} is empty")
    if not all(isinstance(part, dict) for part in parts):
        wrong = next(part for part in parts if not isinstance(part, dict))
        _refuse(f"{name} holds {shown(wrong)}, not a pipeline")
    spec, platform = _specs(cast("list[dict[str, Any]]", parts), name)
    return read_dict(spec, platform)


def read_dict(spec: Mapping[str, Any], platform: Mapping[str, Any] | None = None) -> model.Document:
    """Return the document of a PipelineSpec and a platform specification.

    Args:
        spec: The PipelineSpec as JSON values.
        platform: The platform document (``{"platforms": …}``), if there is one.

    Raises:
        SpecError: They are not valid.
    """
    _check_version(spec)
    value = _checked(typed(spec, model.PipelineSpec))
    raw_platform = dict(platform) if platform else None
    document = model.Document(value, dict(spec), raw_platform)
    if raw_platform is not None:
        check_platform(raw_platform)
    return document


def _checked(spec: model.PipelineSpec) -> model.PipelineSpec:
    """Return a valid pipeline: the given one, or that with what KFP's compiler forgot in it."""
    try:
        check_spec(spec)
    except SpecError:
        completed = rewired(spec)
        try:
            check_spec(completed)
        except SpecError:
            pass
        else:
            return completed
        raise  # the problems of the document as it is written
    return spec


def _specs(parts: list[dict[str, Any]], name: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the PipelineSpec and the platform document among the parts of a file."""
    first = parts[0]
    if "kind" in first or "apiVersion" in first:
        return _manifest(parts, name)
    wrapped = first.get("pipeline_spec", first.get("pipelineSpec"))
    if wrapped is not None and len(parts) == 1:
        platform = first.get("platform_spec", first.get("platformSpec"))
        return _mapping(wrapped, "pipeline_spec"), _optional(platform, "platform_spec")
    if len(parts) > 2:  # noqa: PLR2004 - a spec and its platform
        _refuse(f"{name} has {len(parts)} documents; a pipeline has one, or two with a platform")
    if len(parts) == 1:
        return first, None
    if "platforms" in first and "platforms" not in parts[1]:
        return parts[1], first
    return first, parts[1]


def _manifest(
    parts: list[dict[str, Any]], name: str
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    kinds = [part.get("kind") for part in parts]
    if unknown := [kind for kind in kinds if kind not in _MANIFEST_KINDS]:
        hint = offer(str(unknown[0]), _MANIFEST_KINDS)
        _refuse(f"{name} is a manifest of kind {ascii(unknown[0])[:60]}, not a pipeline", hint)
    versions = [part for part in parts if part["kind"] == "PipelineVersion"]
    if len(versions) != 1:
        _refuse(f"{name} has {len(versions)} manifests of kind PipelineVersion; one is needed")
    body = _mapping(versions[0].get("spec"), "spec")
    if "pipelineSpec" not in body:
        _refuse(f"{name} has no spec.pipelineSpec in its PipelineVersion")
    platform = _optional(body.get("platformSpec"), "spec.platformSpec")
    return _mapping(body["pipelineSpec"], "spec.pipelineSpec"), platform


def _check_version(spec: Mapping[str, Any]) -> None:
    version = spec.get("schemaVersion", spec.get("schema_version"))
    if version == SCHEMA_VERSION:
        return
    path = "schemaVersion"
    if version is None:
        message = "this is not a compiled pipeline: it has no schemaVersion"
        if "implementation" in spec:
            message = "this is a component in the format of KFP 1, not a pipeline"
            hint = "load it with components.load_component_from_file and use it as a step"
        elif str(spec.get("apiVersion", "")).startswith("argoproj.io"):
            message = "this is an Argo workflow, as KFP 1 compiled it, not a KFP 2 pipeline"
            hint = "compile the pipeline with an SDK of version 2"
        else:
            hint = "compile a pipeline with compiler.Compiler().compile(...)"
        raise SpecError(message, path=path, hint=hint, code="HR2003")
    message = f"the schema version is {ascii(version)[:40]}; only {SCHEMA_VERSION} can be run"
    hint = "compile the pipeline again with an SDK of version 2.0 or later"
    raise SpecError(message, path=path, hint=hint, code="HR2003")


def _mapping(value: Any, path: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    message = f"a mapping is needed, not {shown(value)}"
    raise SpecError(message, path=path, code="HR2005")


def _optional(value: Any, path: str) -> dict[str, Any] | None:
    return _mapping(value, path) if value else None


def _refuse(message: str, hint: str | None = None) -> NoReturn:
    raise SpecError(message, hint=hint, code="HR2001")
