"""Importers: tasks that make an artifact of what already lies at a URI.

Knows components, channels and the trace; knows nothing of the IR.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from headrace.dsl.channels import PipelineChannel, channel_of, ref_of
from headrace.dsl.component import ImporterComponent
from headrace.dsl.exceptions import refused
from headrace.dsl.graph import Component, ImporterImplementation
from headrace.dsl.interface import InputSpec, Interface, OutputSpec
from headrace.dsl.placeholders import InputParameterPlaceholder
from headrace.dsl.refs import PATTERN, Ref
from headrace.dsl.signatures import artifact_type
from headrace.dsl.tasks import PipelineTask
from headrace.dsl.trace import Trace, current_trace
from headrace.errors import InvalidComponent, TypeMismatch, caller_location
from headrace.types.annotations import is_artifact_class
from headrace.types.parameters import ParameterType

_URI = "uri"
_METADATA = "metadata"


class _NotAnArtifactError(TypeMismatch, AttributeError):
    """Something that is no artifact class; KFP fails on a missing attribute here."""


def importer(
    artifact_uri: PipelineChannel | str,
    artifact_class: type[Any],
    reimport: bool = False,
    metadata: Mapping[str, Any] | None = None,
    download_to_workspace: bool = False,
) -> PipelineTask:
    """Make a task that gives an artifact for what lies at a URI.

    Args:
        artifact_uri: Where the bytes are; text, also with channels in it, or a channel.
        artifact_class: Class of the artifact, such as ``dsl.Dataset``.
        reimport: Make a new artifact even if one with this URI exists.
        metadata: Metadata of the artifact; keys and values may be or hold channels.
        download_to_workspace: Copy the bytes to the run's workspace.

    Example:
        ``data = dsl.importer(artifact_uri=uri, artifact_class=dsl.Dataset)``, then ``data.output``
    """
    if not is_artifact_class(artifact_class):
        raise refused(
            _NotAnArtifactError,
            f"artifact_class must be a class of artifacts, not {artifact_class!r}",
            hint="pass a class such as dsl.Dataset",
        )
    trace = current_trace()
    inputs = _MetadataInputs(trace)
    filled = inputs.filled(dict(metadata)) if metadata else None
    known_now = isinstance(artifact_uri, str) and not PATTERN.search(artifact_uri)
    kind = artifact_type(artifact_class, caller_location())
    component = Component(
        interface=Interface(
            "importer",
            inputs={_URI: InputSpec(ParameterType("STRING")), **inputs.specs},
            outputs={"artifact": OutputSpec(kind)},
        ),
        implementation=ImporterImplementation(
            uri=cast("str", artifact_uri) if known_now else None,
            schema_title=kind.schema_title,
            schema_version=kind.schema_version,
            reimport=reimport,
            metadata=filled,
            download_to_workspace=download_to_workspace,
        ),
        where=caller_location(),
    )
    return ImporterComponent(component)(**{_URI: artifact_uri, **inputs.channels})


class _MetadataInputs:
    """Inputs of an importer, one for each channel in its metadata: ``metadata``, ``metadata-2``."""

    def __init__(self, trace: Trace | None) -> None:
        self.specs: dict[str, InputSpec] = {}
        self.channels: dict[str, PipelineChannel] = {}
        self._trace = trace
        self._names: dict[Ref, str] = {}

    def filled(self, value: Any) -> Any:
        """Return metadata with a placeholder in place of each channel."""
        if isinstance(value, PipelineChannel):
            return self._placeholder(ref_of(value))
        if isinstance(value, str):
            return self._filled_text(value)
        if isinstance(value, list):
            return [self.filled(item) for item in cast("list[Any]", value)]
        if isinstance(value, dict):
            fields = cast("dict[Any, Any]", value)
            return {self.filled(key): self.filled(item) for key, item in fields.items()}
        return value

    def _filled_text(self, text: str) -> str:
        for ref in self._trace.refs_in(text) if self._trace is not None else ():
            text = text.replace(ref.pattern, self._placeholder(ref))
        return text

    def _placeholder(self, ref: Ref) -> str:
        if not isinstance(ref.type, ParameterType):
            raise refused(
                InvalidComponent,
                f"The metadata of an importer cannot hold the artifact {ref.full_name!r}",
                hint="use a parameter",
            )
        name = self._names.get(ref)
        if name is None:
            number = len(self._names) + 1
            name = _METADATA if number == 1 else f"{_METADATA}-{number}"
            self._names[ref] = name
            self.specs[name] = InputSpec(ref.type)
            self.channels[name] = channel_of(ref)
        return str(InputParameterPlaceholder(name))
