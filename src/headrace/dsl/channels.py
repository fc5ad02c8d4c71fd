"""Channels: what an author holds in place of values that exist only when the pipeline runs.

A channel wraps a frozen reference and gives it the operators of KFP: comparisons make conditions,
attributes of a loop's item are the fields of a dict, text holds the channel's pattern. Knows
nothing of tasks and groups.
"""

from __future__ import annotations

import keyword
import warnings
from dataclasses import dataclass, replace
from typing import Any, cast

from headrace.dsl.exceptions import refused
from headrace.dsl.interface import ArtifactType
from headrace.dsl.refs import (
    UNTYPED,
    ChannelText,
    CollectedRef,
    FieldRef,
    ItemRef,
    OneOfRef,
    Ref,
    field_of,
)
from headrace.errors import InvalidPipeline, TypeMismatch, caller_location
from headrace.types.parameters import ParameterType, type_of_value


class PipelineChannel:
    """A typed reference to a value that a pipeline passes from one place to another."""

    __slots__ = ("_producer", "_ref")

    def __init__(self, ref: Ref, producer: Any = None) -> None:
        self._ref = ref
        self._producer = producer

    @property
    def name(self) -> str:
        """Name of the pipeline's input or of the task's output."""
        return self._ref.name

    @property
    def task_name(self) -> str | None:
        """Name of the task that produces the value; None for a pipeline's input."""
        return self._ref.task_name

    @property
    def full_name(self) -> str:
        """The producer's name and the output's, or the name of the pipeline's input."""
        return self._ref.full_name

    @property
    def channel_type(self) -> str:
        """Name of the type, as KFP calls it."""
        return self._ref.type_name

    @property
    def task(self) -> Any:
        """The task that produces the value; None for a pipeline's input."""
        return self._producer

    @property
    def pattern(self) -> str:
        """The text that stands for this channel inside another text."""
        return self._ref.pattern

    def __str__(self) -> str:
        return self._ref.pattern

    def __repr__(self) -> str:
        return self._ref.pattern

    def __hash__(self) -> int:
        return hash(self._ref.key)

    def __eq__(self, other: object) -> Comparison:  # type: ignore[override]
        return Comparison("==", self, other)

    def __ne__(self, other: object) -> Comparison:  # type: ignore[override]
        return Comparison("!=", self, other)

    def __lt__(self, other: object) -> Comparison:
        return Comparison("<", self, other)

    def __le__(self, other: object) -> Comparison:
        return Comparison("<=", self, other)

    def __gt__(self, other: object) -> Comparison:
        return Comparison(">", self, other)

    def __ge__(self, other: object) -> Comparison:
        return Comparison(">=", self, other)


class PipelineParameterChannel(PipelineChannel):
    """A channel of a parameter."""

    __slots__ = ()


class PipelineArtifactChannel(PipelineChannel):
    """A channel of an artifact or a list of artifacts."""

    __slots__ = ()

    @property
    def is_artifact_list(self) -> bool:
        """Whether a list of artifacts flows through it."""
        return isinstance(self._ref.type, ArtifactType) and self._ref.type.is_list


class LoopItem(PipelineParameterChannel):
    """The element of a loop over values; its attributes are the fields of the dict that it may be.

    A field of a written list may have any name. Of what a channel brings nothing is known yet, so
    there the few attributes that every channel has go first, as they do in KFP.
    """

    __slots__ = ("_fields",)

    def __init__(self, ref: ItemRef, producer: Any = None, fields: Any = ()) -> None:
        super().__init__(ref, producer)
        self._fields = frozenset(fields)

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return object.__getattribute__(self, name)
        if name in self._fields or not hasattr(PipelineParameterChannel, name):
            ref = field_of(cast("ItemRef", self._ref), name)
            return LoopField(ref, self._producer)
        if name == "name" and not self._fields:
            warnings.warn(
                f"item.name at {caller_location()} is the name of the loop's channel, not a field "
                "of the item; give the field another name",
                stacklevel=2,
            )
        return object.__getattribute__(self, name)


class LoopField(PipelineParameterChannel):
    """A field of a loop's element.

    Python asks the right operand of a comparison first when its class derives from the left one's.
    So ``task.output == item.field`` has the field on its left, as in KFP.
    """

    __slots__ = ()


class LoopArtifactItem(PipelineArtifactChannel):
    """The element of a loop over a list of artifacts."""

    __slots__ = ()


class Collected(PipelineChannel):
    """All values that a task inside a loop gives, as a list in the order of the items.

    Args:
        output: An output of a task inside a ``ParallelFor``.

    Example:
        ``total(numbers=dsl.Collected(square.output))``
    """

    __slots__ = ("output",)

    def __init__(self, output: PipelineChannel) -> None:
        inner = ref_of(output)
        if isinstance(inner, OneOfRef):
            raise refused(
                InvalidPipeline,
                "dsl.OneOf cannot be collected",
                hint="collect the output of a task that takes the OneOf as its input",
            )
        self.output = output
        ref = CollectedRef(inner.name, _list_of(inner), inner.task_name, inner)
        super().__init__(ref, producer_of(output))


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What comparing a channel gives: a condition for the time of the run.

    Attributes:
        operator: One of ``== != < <= > >=``.
        left: Left operand.
        right: Right operand.
        negate: Whether the condition holds when the comparison does not.
    """

    operator: str
    left: Any
    right: Any
    negate: bool = False

    def negated(self) -> Comparison:
        """Return the opposite condition."""
        return replace(self, negate=not self.negate)

    def __bool__(self) -> bool:
        warnings.warn(
            f"the comparison at {caller_location()} is known only when the pipeline runs; here it "
            "counts as true. Use dsl.If for a decision, nested for several conditions",
            stacklevel=2,
        )
        return True


def ref_of(channel: PipelineChannel) -> Ref:
    """Return the reference that a channel stands for."""
    return channel._ref  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def text_of(channel: PipelineChannel) -> ChannelText:
    """Return the text that stands for a channel in a constant.

    Raises:
        InvalidPipeline: The channel cannot stand there.
    """
    return ChannelText(str(channel))


def producer_of(channel: PipelineChannel) -> Any:
    """Return the task that produces a channel's value, or None."""
    return channel._producer  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def channel_of(ref: Ref, producer: Any = None) -> PipelineChannel:
    """Return a channel for a reference to an input or output."""
    kind = PipelineArtifactChannel if ref.is_artifact else PipelineParameterChannel
    return kind(ref, producer)


def item_of_values(values: list[Any], number: int) -> LoopItem:
    """Return the item of a loop over a written list.

    Args:
        values: The list; must not be empty.
        number: What makes the item's name unique in the pipeline.

    Raises:
        InvalidPipeline: The list is empty, or an item is no value that a pipeline can pass.
    """
    if not values:
        raise refused(
            InvalidPipeline,
            "dsl.ParallelFor has no items to loop over",
            hint="give dsl.ParallelFor at least one item, or a parameter that may be empty",
        )
    first = values[0]
    fields = cast("dict[str, Any]", first) if isinstance(first, dict) else ()
    return LoopItem(ItemRef(f"loop-item-param-{number}", _element_type(first)), fields=fields)


def item_of_channel(items: PipelineChannel) -> LoopItem | LoopArtifactItem:
    """Return the item of a loop over what a channel brings.

    Raises:
        InvalidPipeline: The channel brings no list.
    """
    ref = ref_of(items)
    name = f"{ref.name}-loop-item"
    if isinstance(ref.type, ArtifactType):
        if not ref.type.is_list:
            raise _not_a_list("artifact")
        element = ArtifactType(ref.type.schema_title, ref.type.schema_version)
        return LoopArtifactItem(ItemRef(name, element, ref.task_name, ref), producer_of(items))
    if ref.type.kind != "LIST" and not isinstance(ref, FieldRef):
        raise _not_a_list("parameter")
    item = ItemRef(name, ref.type.item or UNTYPED, ref.task_name, ref)
    return LoopItem(item, producer_of(items))


def _not_a_list(what: str) -> InvalidPipeline:
    return refused(
        InvalidPipeline,
        f"dsl.ParallelFor loops over a list, and this is one {what}",
        hint="declare the input or output as a list, such as List[str]",
    )


def _list_of(inner: Ref) -> ParameterType | ArtifactType:
    if isinstance(inner.type, ArtifactType):
        return replace(inner.type, is_list=True)
    return ParameterType("LIST", item=inner.type)


def _element_type(value: Any) -> ParameterType:
    found = type_of_value(value)
    if found is None:
        raise refused(
            TypeMismatch,
            f"{value!r} in the list of a loop is not a value that a pipeline can pass",
            hint="use str, int, float, bool, list or dict",
        )
    if isinstance(value, dict):
        fields = cast("dict[Any, Any]", value)
        for name in fields:
            _check_field(name)
        first = type_of_value(next(iter(fields.values()))) if fields else None
        return ParameterType("STRUCT", value=first)
    return found


def _check_field(name: Any) -> None:
    if not (isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)):
        raise refused(
            InvalidPipeline,
            f"{name!r}, a key of a loop's items, cannot be read as a field",
            hint="a field is read as item.field, so name it as a variable",
        )
