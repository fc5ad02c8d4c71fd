"""Pipeline documents as requests bring them and as the store keeps them.

The store keeps the pipeline and the platform document in one JSON object with sorted keys, so that
the same pipeline is stored once, whether it came with a run or with a version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from headrace.errors import InvalidRequest
from headrace.ir import read_package
from headrace.store import Store

_SPEC_KEYS = ("pipeline_spec", "pipelineSpec")
_PLATFORM_KEYS = ("platform_spec", "platformSpec")


@dataclass(frozen=True, slots=True)
class Source:
    """A pipeline document and the platform document beside it, as plain values."""

    spec: dict[str, Any]
    platform: dict[str, Any] | None = None

    @property
    def pipeline_name(self) -> str:
        """Name of the pipeline in its document, or an empty text."""
        info = self.spec.get("pipelineInfo") or self.spec.get("pipeline_info")
        name = cast("dict[str, Any]", info).get("name") if isinstance(info, dict) else None
        return name if isinstance(name, str) else ""


def source_of(value: Mapping[str, Any]) -> Source:
    """Return the documents in a ``pipeline_spec`` of KFP's API: one, or both in an object.

    Raises:
        InvalidRequest: They are not objects.
    """
    inner = next((value[key] for key in _SPEC_KEYS if key in value), None)
    if inner is None:
        return Source(dict(value))
    platform = next((value[key] for key in _PLATFORM_KEYS if key in value), None)
    if not isinstance(inner, dict) or not isinstance(platform, dict | None):
        raise InvalidRequest("pipeline_spec and platform_spec must be objects")
    spec = cast("dict[str, Any]", inner)
    return Source(spec, cast("dict[str, Any] | None", platform) or None)


def source_in(data: bytes, filename: str) -> Source:
    """Return the documents in a file: YAML, JSON, or an archive with one.

    Raises:
        SpecError: The file cannot be read, or what is in it is not valid.
    """
    document = read_package(data, filename)
    return Source(dict(document.raw), dict(document.raw_platform or {}) or None)


def spec_value(source: Source) -> dict[str, Any]:
    """Return the documents as KFP's API shows them."""
    if source.platform is None:
        return source.spec
    return {"pipeline_spec": source.spec, "platform_spec": source.platform}


def keep(store: Store, source: Source) -> str:
    """Store the documents and return their digest."""
    value = {"spec": source.spec, "platform": source.platform}
    return store.put_document(msgspec.json.encode(value, order="sorted"))


def kept(store: Store, digest: str) -> Source:
    """Return stored documents.

    Raises:
        NotFound: There are none with this digest.
    """
    value = msgspec.json.decode(store.document(digest))
    return Source(value["spec"], value["platform"])
