"""Annotations that mark a function's parameters as artifacts, files or embedded assets.

Standard library only, Python 3.8 on: the executor reads the same annotations inside the task. This
module knows nothing of components, channels or the IR.
"""

from __future__ import annotations

import sys
from typing import Any, List, Optional, Tuple, TypeVar

T = TypeVar("T")


class InputAnnotation:
    """Marks an artifact that the function reads."""

    def __repr__(self) -> str:
        return "Input"


class OutputAnnotation:
    """Marks an artifact that the function writes."""

    def __repr__(self) -> str:
        return "Output"


class InputPath:
    """Marks a parameter that receives the local path of an input.

    Args:
        type: An artifact class, or its name; None means any artifact. For a parameter type such as
            ``str`` the file holds the value as text.
    """

    def __init__(self, type: Any = None) -> None:  # noqa: A002 - the name is part of KFP's interface
        self.type = type

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InputPath) and self.type == other.type

    def __hash__(self) -> int:
        return hash((InputPath, repr(self.type)))


class OutputPath:
    """Marks a parameter that receives the local path to write an output to.

    Args:
        type: An artifact class or its name for an output artifact, a parameter type such as ``str``
            for an output parameter; None means any artifact.
    """

    def __init__(self, type: Any = None) -> None:  # noqa: A002 - the name is part of KFP's interface
        self.type = type

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OutputPath) and self.type == other.type

    def __hash__(self) -> int:
        return hash((OutputPath, repr(self.type)))


class EmbeddedAnnotation:
    """Marks a parameter that receives the files embedded in the component."""

    def __repr__(self) -> str:
        return "EmbeddedInput"


if sys.version_info >= (3, 9):
    from typing import Annotated

    #: ``Input[Dataset]``: the function reads an artifact of that class.
    Input = Annotated[T, InputAnnotation]
    #: ``Output[Dataset]``: the function writes an artifact of that class.
    Output = Annotated[T, OutputAnnotation]
    #: ``EmbeddedInput[Dataset]``: the function reads what ``embedded_artifact_path`` names.
    EmbeddedInput = Annotated[T, EmbeddedAnnotation]
else:  # pragma: no cover - runs inside tasks on Python 3.8

    class _Marked:
        """What ``Annotated[X, mark]`` is on later Pythons, as far as we read it."""

        def __init__(self, origin: Any, mark: Any) -> None:
            self.__origin__ = origin
            self.__metadata__ = (mark,)

        def __call__(self) -> None:
            """Be callable, for ``Optional[…]`` takes nothing else."""

    class _Marker:
        def __init__(self, mark: Any) -> None:
            self._mark = mark

        def __getitem__(self, origin: Any) -> _Marked:
            return _Marked(origin, self._mark)

    Input = _Marker(InputAnnotation)
    Output = _Marker(OutputAnnotation)
    EmbeddedInput = _Marker(EmbeddedAnnotation)


def split_marker(annotation: Any) -> Tuple[Any, Optional[type]]:
    """Return what an annotation marks and the class of its marker.

    Args:
        annotation: Any annotation, without ``Optional`` around it.

    Returns:
        For ``Input[Dataset]`` the pair ``(Dataset, InputAnnotation)``; for an annotation without a
        marker the pair ``(annotation, None)``.
    """
    for mark in getattr(annotation, "__metadata__", ()):
        kind = mark if isinstance(mark, type) else type(mark)
        if kind in (InputAnnotation, OutputAnnotation, EmbeddedAnnotation):
            return annotation.__origin__, kind
    return annotation, None


def is_artifact_class(annotation: Any) -> bool:
    """Tell whether this is a class that stands for an artifact type.

    KFP's rule: anything with ``schema_title`` and ``schema_version`` is, also classes of other
    packages that share no base class with ours.
    """
    return (
        isinstance(annotation, type)
        and hasattr(annotation, "schema_title")
        and hasattr(annotation, "schema_version")
    )


def artifact_class_of(annotation: Any) -> Optional[type]:
    """Return the class of ``Dataset``, ``List[Dataset]`` or their marked forms, else None."""
    inner, _ = split_marker(annotation)
    if is_artifact_class(inner):
        return inner
    items = list_item(inner)
    return items if is_artifact_class(items) else None


def list_item(annotation: Any) -> Any:
    """Return X of ``List[X]`` or ``list[X]``, or None for anything else."""
    if getattr(annotation, "__origin__", None) in (list, List):
        arguments = getattr(annotation, "__args__", ())
        return arguments[0] if arguments and not isinstance(arguments[0], TypeVar) else None
    return None


def strip_optional(annotation: Any) -> Tuple[Any, bool]:
    """Return an annotation without ``Optional`` and whether it had one.

    ``X | None`` in either order counts too; a union of several real types stays as it is.
    """
    if not _is_union(annotation):
        return annotation, False
    members = [member for member in annotation.__args__ if member is not type(None)]
    if len(members) == 1 and len(members) < len(annotation.__args__):
        return members[0], True
    return annotation, False


def _is_union(annotation: Any) -> bool:
    origin = getattr(annotation, "__origin__", None)
    if origin is not None:
        return str(origin) == "typing.Union"
    return type(annotation).__name__ == "UnionType"
