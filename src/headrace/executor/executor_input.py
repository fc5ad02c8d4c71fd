"""KFP's ExecutorInput as values: what an attempt is given, and where it writes.

This module knows the JSON form and nothing of functions or commands.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Type

from headrace.types.artifacts import ARTIFACT_CLASSES, Artifact

Record = Dict[str, Any]


class ExecutorInput:
    """The inputs and outputs of one attempt.

    Attributes:
        parameters: Input values by name.
        artifacts: Records of input artifacts by name; a single artifact is a list of one.
        output_files: File of each output parameter.
        outputs: Record of each output artifact.
        output_file: Where a command may write KFP's executor output; "" when nowhere.
    """

    def __init__(self, value: Mapping[str, Any]) -> None:
        inputs, outputs = _part(value, "inputs"), _part(value, "outputs")
        self.parameters: Dict[str, Any] = _part(inputs, "parameterValues")
        self.artifacts: Dict[str, List[Record]] = {
            name: _records(entry) for name, entry in _part(inputs, "artifacts").items()
        }
        self.output_files: Dict[str, str] = {
            name: entry["outputFile"] for name, entry in _part(outputs, "parameters").items()
        }
        self.outputs: Dict[str, Record] = {
            name: _records(entry)[0]
            for name, entry in _part(outputs, "artifacts").items()
            if _records(entry)
        }
        self.output_file: str = outputs.get("outputFile") or ""


def artifact_of(record: Record, wanted: Optional[Type[Artifact]] = None) -> Artifact:
    """Return the artifact of a record.

    Args:
        record: A runtime artifact.
        wanted: The class that the function asks for; it counts when the record's type is generic
            or unknown, for it has more to offer.
    """
    title: str = _part(record, "type").get("schemaTitle") or ""
    known = ARTIFACT_CLASSES.get(title)
    chosen = wanted if known is None or known is Artifact else known
    artifact = (chosen or Artifact)(
        name=record.get("name") or "",
        uri=record.get("uri") or "",
        metadata=dict(_part(record, "metadata")),
    )
    if record.get("customPath"):
        artifact.custom_path = record["customPath"]
    return artifact


def _part(value: Mapping[str, Any], key: str) -> Dict[str, Any]:
    return value.get(key) or {}


def _records(entry: Mapping[str, Any]) -> List[Record]:
    return entry.get("artifacts") or []
