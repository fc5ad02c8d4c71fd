"""Gathers the outputs of an attempt: values, and artifacts with digest and size, made durable.

This module knows the files of the attempt; it does not know how the code was run. What digests
need is imported where there are artifacts: tasks are forked the quicker, the less was imported.
"""

from __future__ import annotations

import os
import stat
from typing import Any, Dict, List, Mapping, Optional, Tuple

from headrace.executor.files import make_durable, move_or_copy, read_parameter
from headrace.executor.returned import InvalidOutputError, Returned, json_metadata
from headrace.types.artifacts import Artifact, local_path_of

#: From here on, a file is hashed while it is written to the disk.
_LARGE_BYTES = 16 << 20

Signatures = List[Tuple[str, Optional[str], str]]


class InputChangedError(RuntimeError):
    """The code changed an input in place.

    Attributes:
        function: The function, once it is known.
    """

    function: Any = None


def gathered_parameters(
    returned: Returned, files: Mapping[str, str], kinds: Mapping[str, str]
) -> Dict[str, Any]:
    """Return the value of each declared output parameter.

    Args:
        returned: What the function returned; empty for commands.
        files: Path of each output parameter's file, which counts when no value was returned.
        kinds: Declared type of each output parameter.

    Raises:
        InvalidOutputError: A value is missing or of the wrong type.
    """
    values = dict(returned.parameters)
    for name in returned.absent:
        values[name] = None
    for name, path in files.items():
        if name not in values:
            values[name] = read_parameter(name, path, kinds.get(name, "STRING"))
    return values


def gathered_artifacts(
    outputs: Mapping[str, Artifact],
    declared: Mapping[str, Mapping[str, Any]],
    directory: str,
) -> Dict[str, List[Dict[str, Any]]]:
    """Return the record of each output artifact.

    Args:
        outputs: Artifacts by output name, as the code left them.
        declared: The artifacts as they were handed to the code.
        directory: The attempt's own directory.

    Raises:
        InvalidOutputError: What was written is not a file or a directory of files.
    """
    return {
        name: [_record(name, artifact, declared.get(name) or {}, directory)]
        for name, artifact in outputs.items()
    }


def _record(
    name: str, artifact: Artifact, declared: Mapping[str, Any], directory: str
) -> Dict[str, Any]:
    from headrace.types.digests import UnsafeTreeError

    record: Dict[str, Any] = {"uri": artifact.uri, "metadata": json_metadata(artifact.metadata)}
    kind: Mapping[str, Any] = declared.get("type") or {}
    title: Optional[str] = kind.get("schemaTitle")
    if title and artifact.schema_title != title:
        record["schema_title"] = artifact.schema_title
    target = local_path_of(artifact.uri)
    try:
        if artifact.custom_path and os.path.lexists(artifact.custom_path):
            if os.path.abspath(artifact.custom_path) != os.path.abspath(target):
                move_or_copy(artifact.custom_path, target, directory)
            record["custom_path"] = artifact.custom_path
        path = target if os.path.lexists(target) else artifact.path
        if os.path.lexists(path):
            record["digest"], record["size"] = _settled(path)
        elif not _is_remote(artifact.uri):
            record["missing"] = True
    except UnsafeTreeError as error:
        raise InvalidOutputError("output %s cannot be stored: %s" % (name, error)) from error
    return record


def _settled(path: str) -> Tuple[str, int]:
    """Return digest and size of an output, once the disk holds it."""
    from headrace.types.digests import digest_path

    found = os.lstat(path)
    if stat.S_ISREG(found.st_mode) and found.st_size >= _LARGE_BYTES:
        return _settled_at_once(path)
    digest = digest_path(path)
    make_durable(path)
    return digest


def _settled_at_once(path: str) -> Tuple[str, int]:
    """Hash a large file while the disk writes it."""
    from threading import Thread

    from headrace.types.digests import digest_path

    failures: List[OSError] = []

    def settle() -> None:
        try:
            make_durable(path)
        except OSError as error:
            failures.append(error)

    writing = Thread(target=settle)
    writing.start()
    try:
        digest = digest_path(path)
    finally:
        writing.join()
    if failures:
        raise failures[0]
    return digest


def _is_remote(uri: str) -> bool:
    scheme, found, _ = uri.partition("://")
    return bool(found) and scheme != "file"


def signatures(paths: List[str], digests: Mapping[str, str]) -> Signatures:
    """Return what tells later whether these inputs were changed: path, digest, signature."""
    if not paths:
        return []
    from headrace.types.digests import UnsafeTreeError, stat_signature

    found: Signatures = []
    for path in paths:
        try:
            found.append((path, digests.get(path), stat_signature(path)))
        except (OSError, UnsafeTreeError):
            continue  # metrics have no file, and a bad input is the code's to report
    return found


def refuse_changed(before: Signatures) -> None:
    """Check that no input was changed since its signature was taken.

    Raises:
        InputChangedError: One was; artifacts are shared by other steps and by the cache.
    """
    if not before:
        return
    from headrace.types.digests import UnsafeTreeError, digest_path, stat_signature

    for path, digest, signature in before:
        try:
            changed = stat_signature(path) != signature and digest_path(path).digest != digest
        except (OSError, UnsafeTreeError):
            changed = True
        if changed:
            raise InputChangedError(
                "the code changed its input %s in place; inputs are shared with other steps: "
                "copy it, or write the result to an output" % path
            )
