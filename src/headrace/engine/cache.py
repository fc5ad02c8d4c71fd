"""Cache keys: what a task's outputs depend on, named part by part so that a miss can be explained.

Pure. The key is the digest of the parts; neither run nor path is among them, and input artifacts
count by content, so a task that ran again and made the same bytes does not run its followers again.
Resources and retries do not count. Environment variables do (KFP leaves them out, facts C.8).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from headrace.engine.attempts import Artifact, AttemptSpec
from headrace.ir.model import ArtifactTypeSchema, Component, Container, Executor

_SHORT = 120
_encoder = msgspec.json.Encoder(order="deterministic")
_LABELS = {
    "image": "the image",
    "packages": "the packages",
    "function": "the function's source",
    "command": "the command",
    "args": "the arguments",
    "env": "the environment variables",
    "outputs": "the declared outputs",
    "importer": "the importer",
    "cache_key": "the author's cache key",
    "component": "the component",
}


def digest(value: Any) -> str:
    """Return the digest of a JSON value: the same for the same value, whatever its key order."""
    return "sha256:" + hashlib.sha256(_encoder.encode(value)).hexdigest()


def cache_key(fields: Mapping[str, str]) -> str:
    """Return the key of a task whose outputs depend on these parts."""
    return hashlib.sha256(_encoder.encode(fields)).hexdigest()


def identity_of(component: Component, executor: Executor) -> dict[str, str]:
    """Return the parts of a key that the document alone decides.

    A function's source is a part of its own, which is the last word of a lightweight component's
    command (facts B.5).
    """
    fields = {"outputs": _outputs(component)}
    if executor.container is not None:
        fields |= _container(executor.container)
    if executor.importer is not None:
        schema = executor.importer.type_schema
        fields["importer"] = schema.schema_title or digest(schema.instance_schema)
    return fields


def with_environment(
    identity: Mapping[str, str], lock: str | None, fingerprint: str | None
) -> dict[str, str]:
    """Return the identity of an executor in a run that knows more of it than the document.

    Args:
        identity: As ``identity_of`` gives it.
        lock: Digest of its package environment. It stands for the installing part of the command,
            so that another version of KFP's compiler does not change the key.
        fingerprint: Digest of its image, in place of the image's name.
    """
    fields = dict(identity)
    if fingerprint is not None:
        fields["image"] = fingerprint
    if lock is not None:
        fields["packages"] = lock
        if "function" in fields:
            fields.pop("command", None)
    return fields


def own_key_fields(pipeline: str, component: str, key: str) -> dict[str, str]:
    """Return the parts of a key that the author chose (``set_caching_options(cache_key=…)``)."""
    return {"pipeline": pipeline, "component": component, "cache_key": key}


def task_fields(identity: Mapping[str, str], spec: AttemptSpec) -> dict[str, str]:
    """Return all parts of the key of a task that is ready to start."""
    fields = dict(identity)
    for name, value in spec.inputs.parameters.items():
        fields[f"parameters.{name}"] = _value(value)
    for name, artifacts in spec.inputs.artifacts.items():
        fields[f"artifacts.{name}"] = _artifacts(artifacts)
    if spec.importer is not None:
        fields["uri"] = str(spec.importer.artifact_uri.constant)
        if spec.importer.metadata:
            fields["metadata"] = _value(spec.importer.metadata)
        if spec.importer.download_to_workspace:
            fields["workspace"] = spec.workspace or ""
    return fields


def explain_difference(fields: Mapping[str, str], other: Mapping[str, str]) -> str:
    """Return in one sentence what differs between a task's key and an earlier one's.

    Args:
        fields: Parts of the key that was looked up.
        other: Parts of the key of the nearest earlier run.

    Example:
        >>> explain_difference({"parameters.n": "2"}, {"parameters.n": "1"})
        'parameter n is 2, was 1'
    """
    differences = list(_differences(fields, other))
    if not differences:
        return "nothing differs"
    shown = "; ".join(differences[:3])
    rest = len(differences) - 3
    return f"{shown}; and {rest} more" if rest > 0 else shown


def _differences(fields: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    for name in [*fields, *(name for name in other if name not in fields)]:
        new, old = fields.get(name), other.get(name)
        if new == old:
            continue
        what = _label(name)
        if old is None:
            yield f"{what} is new"
        elif new is None:
            yield f"{what} is gone"
        elif name.startswith("artifacts."):
            yield f"{what} has other content"
        elif "sha256:" in new or "sha256:" in old or "\n" in new + old:
            yield f"{what} changed"
        else:
            yield f"{what} is {new}, was {old}"


def _label(name: str) -> str:
    group, _, rest = name.partition(".")
    if group == "parameters" and rest:
        return f"parameter {rest}"
    if group == "artifacts" and rest:
        return f"input artifact {rest}"
    return _LABELS.get(name, f"the {name}")


def _container(container: Container) -> dict[str, str]:
    fields = {"image": container.image}
    command = container.command
    if "--function_to_execute" in container.args and command and "def " in command[-1]:
        fields["function"] = digest(command[-1])
        command = command[:-1]
    if command:
        fields["command"] = digest(command)
    if container.args:
        fields["args"] = digest(container.args)
    if container.env:
        fields["env"] = digest({variable.name: variable.value for variable in container.env})
    return fields


def _outputs(component: Component) -> str:
    outputs = component.output_definitions
    return digest(
        {
            "parameters": {name: spec.parameter_type for name, spec in outputs.parameters.items()},
            "artifacts": {
                name: [_title(spec.artifact_type), spec.metadata]
                for name, spec in outputs.artifacts.items()
            },
        }
    )


def _title(schema: ArtifactTypeSchema) -> str:
    return schema.schema_title or schema.instance_schema or schema.schema_uri or ""


def _value(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    encoded = _encoder.encode(value)
    if len(encoded) <= _SHORT:
        return encoded.decode()
    return "sha256:" + hashlib.sha256(encoded).hexdigest()


def _artifacts(artifacts: tuple[Artifact, ...]) -> str:
    """Return the content of an input: bytes by digest, and metadata, which code can read too."""
    if len(artifacts) == 1:
        return _content(artifacts[0])
    return digest([_content(artifact) for artifact in artifacts])


def _content(artifact: Artifact) -> str:
    content = "nothing" if artifact.holds_nothing else artifact.digest or artifact.uri
    return f"{content} {digest(artifact.metadata)}" if artifact.metadata else content
