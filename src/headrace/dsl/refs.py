"""References to values that exist only when the pipeline runs: what channels stand for.

Frozen values, compared by content, that the graph and the compiler's passes work with. Knows types
and nothing of tasks, groups, or of the operators that channels offer to authors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from headrace.dsl.interface import ArtifactType
from headrace.types.parameters import ParameterType

#: A reference inside a text, as f-strings leave it there.
PATTERN = re.compile(r"\{\{channel:task=([^;]*);name=([^;]*);type=([^;]*);\}\}")

#: Type of what nothing is known about: KFP calls it a string and lets it be passed anywhere.
UNTYPED = ParameterType("STRING", loose=True)

_FIELD_INFIX = "-subvar-"

_TYPE_NAMES = {
    "STRING": "String",
    "NUMBER_INTEGER": "Integer",
    "NUMBER_DOUBLE": "Float",
    "BOOLEAN": "Boolean",
    "LIST": "List",
    "STRUCT": "Dict",
}

#: What tells a reference from others in the same pipeline: the producer, and the output's name.
RefKey = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class Ref:
    """An input of the pipeline, or an output of a task.

    Attributes:
        name: Name of the input or output.
        type: What flows.
        task_name: The task that produces it; None for an input of the pipeline.
    """

    name: str
    type: ParameterType | ArtifactType
    task_name: str | None = None

    @property
    def key(self) -> RefKey:
        """Producer and name."""
        return (self.task_name, self.name)

    @property
    def full_name(self) -> str:
        """The producer's name and the output's, or the name of the pipeline's input."""
        return f"{self.task_name}-{self.name}" if self.task_name else self.name

    @property
    def is_artifact(self) -> bool:
        """Whether an artifact, or a list of artifacts, flows."""
        return isinstance(self.type, ArtifactType)

    @property
    def type_name(self) -> str:
        """The type as KFP calls it in texts."""
        return _TYPE_NAMES.get(str(self.type), str(self.type))

    @property
    def pattern(self) -> str:
        """The text that stands for this reference inside another text."""
        return (
            f"{{{{channel:task={self.task_name or ''};name={self.name};type={self.type_name};}}}}"
        )


@dataclass(frozen=True, slots=True)
class ItemRef(Ref):
    """The element of a loop.

    Attributes:
        items: What brings the list; None when the list is written in the pipeline.
    """

    items: Ref | None = None


@dataclass(frozen=True, slots=True)
class FieldRef(Ref):
    """A field of a loop's element.

    Attributes:
        item: The element.
        field: Name of the field.
    """

    item: ItemRef = ItemRef("", ParameterType("STRING"))
    field: str = ""


@dataclass(frozen=True, slots=True)
class CollectedRef(Ref):
    """The outputs of all iterations of a loop, as a list.

    Attributes:
        output: The output inside the loop.
    """

    output: Ref = Ref("", ParameterType("STRING"))


@dataclass(frozen=True, slots=True)
class OneOfRef(Ref):
    """The output of that branch of a condition which ran; ``task_name`` is the group of branches.

    Attributes:
        outputs: One output of each branch, in the order in which they were given.
    """

    outputs: tuple[Ref, ...] = ()


def field_of(item: ItemRef, field: str) -> FieldRef:
    """Return the reference to a field of a loop's element."""
    kind = item.type.value if isinstance(item.type, ParameterType) else None
    name = f"{item.name}{_FIELD_INFIX}{field}"
    return FieldRef(name, kind or UNTYPED, item.task_name, item, field)


def split_field(key: RefKey) -> tuple[RefKey, str] | None:
    """Return the key of the element and the name of the field, or None for no field's key."""
    item_name, infix, field = key[1].rpartition(_FIELD_INFIX)
    return ((key[0], item_name), field) if infix else None


class ChannelText(str):
    """The pattern of a reference that stands alone in a constant, not inside a longer text."""

    __slots__ = ()


def keys_alone_in(value: object) -> Iterator[RefKey]:
    """Yield the key of each reference that stands alone in a constant, not inside a text."""
    if isinstance(value, ChannelText):
        yield from keys_in(value)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from keys_alone_in(item)
    elif isinstance(value, dict):
        for key, item in cast("dict[object, object]", value).items():
            yield from keys_alone_in(key)
            yield from keys_alone_in(item)


def keys_in(value: object) -> Iterator[RefKey]:
    """Yield the key of each reference in a constant, in order, with repetitions.

    Args:
        value: A text with patterns in it, or a list or dict of such, nested to any depth.
    """
    if isinstance(value, str):
        if "{{channel:" in value:
            for match in PATTERN.finditer(value):
                yield (match[1] or None, match[2])
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from keys_in(item)
    elif isinstance(value, dict):
        for key, item in cast("dict[object, object]", value).items():
            yield from keys_in(key)
            yield from keys_in(item)
