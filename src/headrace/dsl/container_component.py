"""The ``container_component`` decorator: a function describes a container.

The function is called once, with objects that stand for inputs and outputs. Knows signatures and
placeholders; knows nothing of pipelines or the IR.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from headrace.dsl.component import ContainerComponent
from headrace.dsl.exceptions import refused
from headrace.dsl.function_source import location_of
from headrace.dsl.graph import Component, ContainerImplementation
from headrace.dsl.interface import ArtifactType, Interface
from headrace.dsl.naming import kubernetes_name
from headrace.dsl.placeholders import (
    ArtifactListPlaceholder,
    ArtifactPlaceholder,
    CommandElement,
    InputParameterPlaceholder,
    OutputParameterPlaceholder,
    Placeholder,
    inputs_named,
    plain_element,
)
from headrace.dsl.signatures import BadAnnotationError, Rules, interface_of
from headrace.errors import InvalidComponent, Location
from headrace.types.annotations import OutputPath
from headrace.types.parameters import resolved_hints


@dataclass
class ContainerSpec:
    """The container that a container component runs.

    Attributes:
        image: Image.
        command: Command line before the arguments; texts and placeholders.
        args: Arguments; texts and placeholders.

    Example:
        ``return dsl.ContainerSpec(image="alpine", command=["echo"], args=[text])``
    """

    image: str
    command: Sequence[CommandElement] | None = None
    args: Sequence[CommandElement] | None = None


class _NoContainerError(InvalidComponent, AttributeError):
    """The function returned something that is no container."""


def container_component(func: Callable[..., Any]) -> ContainerComponent:
    """Make a component of a function that returns a :class:`ContainerSpec`.

    Args:
        func: Called once, now, with an object for each parameter that stands for its value.

    Raises:
        InvalidComponent: The signature or what the function returns cannot be used.

    Example:
        ``@dsl.container_component`` above
        ``def say(text: str): return dsl.ContainerSpec(image="alpine", args=["echo", text])``
    """
    where = location_of(func)
    hints = resolved_hints(func)
    if hints.get("return", ContainerSpec) not in (ContainerSpec, None, type(None)):
        raise refused(
            BadAnnotationError,
            "a container component returns dsl.ContainerSpec and nothing else",
            hint="outputs are parameters: Output[…] or OutputPath(…)",
            where=where,
        )
    interface = interface_of(
        func,
        name=kubernetes_name(func.__name__),
        rules=Rules(markers_needed=True, reads_return=False),
        where=where,
    )
    spec = func(**_stand_ins(interface, hints))
    implementation = _container(interface, spec, where)
    return ContainerComponent(Component(interface, implementation, (), where), func)


def _stand_ins(interface: Interface, hints: dict[str, Any]) -> dict[str, Placeholder]:
    stand_ins: dict[str, Placeholder] = {}
    for name, spec in interface.inputs.items():
        if not isinstance(spec.type, ArtifactType):
            stand_ins[name] = InputParameterPlaceholder(name)
        elif spec.type.is_list:
            stand_ins[name] = ArtifactListPlaceholder(name)
        else:
            stand_ins[name] = ArtifactPlaceholder("inputs", name)
    for name, spec in interface.outputs.items():
        by_path = isinstance(hints.get(name), OutputPath)
        if by_path or not isinstance(spec.type, ArtifactType):
            stand_ins[name] = OutputParameterPlaceholder(name)
        else:
            stand_ins[name] = ArtifactPlaceholder("outputs", name)
    return stand_ins


def _container(interface: Interface, spec: Any, where: Location | None) -> ContainerImplementation:
    if not hasattr(spec, "image"):
        raise refused(
            _NoContainerError,
            f"The function of container component {interface.name!r} returned {spec!r}",
            hint='return dsl.ContainerSpec(image="…", command=[…], args=[…])',
            where=where,
        )
    command = _elements(interface, "command", spec.command, where)
    args = _elements(interface, "args", spec.args, where)
    return ContainerImplementation(str(spec.image), command, args)


def _elements(
    interface: Interface, field: str, given: Any, where: Location | None
) -> tuple[CommandElement, ...]:
    if given is None:
        return ()
    if isinstance(given, str):
        raise refused(
            InvalidComponent,
            f"{field} of {interface.name!r} is the text {given!r}, not a list",
            hint=f'write {field}=["sh", "-c", {given!r}]',
            where=where,
        )
    elements = cast("Sequence[CommandElement]", given)
    for element in elements:
        plain_element(element)
        for name in inputs_named(element):
            if name not in interface.inputs:
                raise refused(
                    InvalidComponent,
                    f'Argument "IfPresentPlaceholder" references nonexistant input: "{name}".',
                    hint=f"name one of {', '.join(interface.inputs) or 'its inputs; it has none'}",
                    where=where,
                )
    return tuple(elements)
