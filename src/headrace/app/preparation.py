"""Everything that is checked and resolved before a run exists; nothing is written to the home.

A prepared run can be submitted: its parameters are valid, its packages are locked, every step has
something to run it, and the user knows what the machine lacks.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from headrace import engine
from headrace.app.places import SourcePlace
from headrace.app.settings import ON_THIS_MACHINE, Config
from headrace.controller.claims import CREATE, DELETE
from headrace.engine.attempts import ResourceRequest
from headrace.engine.resources import resource_request
from headrace.environments import LightweightSpec, Lock, parse_as_of, request_from_command, resolve
from headrace.errors import (
    CompilationFailed,
    EnvironmentUnresolvable,
    HeadraceError,
    InvalidRequest,
)
from headrace.ir.model import Component, Container, Document
from headrace.launchers.container import Engine, image_digest
from headrace.launchers.port import Capacity

_RESERVED_IMAGES = frozenset({CREATE, DELETE})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that may start.

    Attributes:
        parameters: Values of the root's inputs, defaults filled in.
        locks: Package environments by executor label; none for steps that run as images.
        fingerprints: Digests of the images that steps run as, by executor label, where known.
        notices: What the user should know, a line each.
        source: The file that it came from; None for a document that came without one.
    """

    document: Document
    parameters: dict[str, Any]
    locks: dict[str, Lock]
    fingerprints: dict[str, str]
    notices: tuple[str, ...]
    source: Path | None
    places: dict[str, SourcePlace]


def prepare(
    document: Document,
    given: Mapping[str, Any],
    *,
    source: Path | None,
    places: dict[str, SourcePlace],
    config: Config,
    capacity: Capacity,
    cache_dir: Path,
    find_engine: Callable[[], Engine | None],
    strict_resources: bool = False,
) -> Prepared:
    """Check a run and resolve what it needs.

    Args:
        given: Parameters by name.
        capacity: What the machine has.
        cache_dir: Where locks are kept between runs.
        find_engine: Finds what runs images; asked only when a step needs it.
        strict_resources: Refuse steps that ask for more than the machine has.

    Raises:
        InvalidRequest: A parameter, an image or (when strict) a resource cannot be met.
        SpecError: The document asks for what cannot run.
        EnvironmentUnresolvable: Packages do not exist or do not fit together.
    """
    plan = engine.plan(document)
    parameters = engine.run_parameters(plan, given)
    steps = dict(_steps(document))
    lightweight, images = _divided(steps, config, find_engine)
    if images and find_engine() is None:
        raise _stranded(images)
    lacking = _lacking(steps, capacity)
    if lacking and strict_resources:
        hint = "run without --strict-resources to go on with what there is"
        raise InvalidRequest(lacking, hint=hint)
    locks = _resolve_all(lightweight, config, cache_dir, steps)
    notices = [lacking + "; it runs with what there is"] if lacking else []
    for spec in lightweight.values():
        notices.extend(spec.notices)
    for lock in locks.values():
        notices.extend(lock.notices)
    return Prepared(
        document,
        parameters,
        locks,
        _fingerprints(images, find_engine),
        tuple(dict.fromkeys(notices)),
        source,
        places,
    )


def _steps(document: Document) -> Iterator[tuple[str, tuple[str, Container]]]:
    """Yield the executors that the pipeline can reach: label, then task name and container."""
    spec = document.spec
    waiting: list[tuple[str, Component]] = [(spec.pipeline_info.name, spec.root)]
    seen: set[str] = set()
    while waiting:
        name, component = waiting.pop()
        if component.dag is not None:
            for task_name, task in component.dag.tasks.items():
                reference = task.component_ref.name
                if reference not in seen:
                    seen.add(reference)
                    waiting.append((task_name, spec.components[reference]))
        elif component.executor_label is not None:
            executor = spec.deployment_spec.executors[component.executor_label]
            if executor.container is not None:
                yield component.executor_label, (name, executor.container)


def runs_here(image: str, config: Config) -> bool:
    """Say whether the configuration maps the image to this machine."""
    return any(
        place == ON_THIS_MACHINE and fnmatch.fnmatchcase(image, pattern)
        for pattern, place in config.images.items()
    )


def _divided(
    steps: Mapping[str, tuple[str, Container]],
    config: Config,
    find_engine: Callable[[], Engine | None],
) -> tuple[dict[str, LightweightSpec], dict[str, tuple[str, Container]]]:
    """Divide the steps: Python functions that run here, and those that run as their image.

    A function whose image is more than a plain Python runs as its image where something can run it,
    since it may use what the image holds.
    """
    lightweight: dict[str, LightweightSpec] = {}
    images: dict[str, tuple[str, Container]] = {}
    for label, (name, container) in steps.items():
        function = request_from_command(container.image, container.command, container.args)
        if container.image in _RESERVED_IMAGES or (
            function is None and runs_here(container.image, config)
        ):
            continue
        if function is None or (
            function.notices and not runs_here(container.image, config) and find_engine()
        ):
            images[label] = (name, container)
        else:
            lightweight[label] = function
    return lightweight, images


def _stranded(images: Mapping[str, tuple[str, Container]]) -> InvalidRequest:
    steps = [f"{name} (image {container.image})" for _, (name, container) in sorted(images.items())]
    named = ", ".join(steps)
    message = f"no podman or docker here to run the images of {named}"
    hint = (
        "install podman, or let an image's steps run on this machine: "
        '[images] "IMAGE" = "local" in config.toml of the Headrace home'
    )
    return InvalidRequest(message, hint=hint)


def _fingerprints(
    images: Mapping[str, tuple[str, Container]], find_engine: Callable[[], Engine | None]
) -> dict[str, str]:
    """Return what the images are at this moment, for a tag may be moved."""
    engine = find_engine() if images else None
    if engine is None:
        return {}
    digests = {
        label: image_digest(engine, container.image) for label, (_, container) in images.items()
    }
    return {label: digest for label, digest in digests.items() if digest is not None}


def _lacking(steps: Mapping[str, tuple[str, Container]], capacity: Capacity) -> str:
    """Say in one line which steps ask for more than there is, or return an empty text."""
    asking: list[str] = []
    for name, container in steps.values():
        try:
            request = resource_request(container.resources)
        except ValueError:
            continue  # a placeholder, known only when its input is
        if wanted := _beyond(request, capacity):
            asking.append(f"{name} asks for {_and(wanted)}")
    if not asking:
        return ""
    devices = sum(capacity.accelerators.values())
    there = [
        f"{capacity.cpus:g} CPUs",
        f"{capacity.memory_bytes / 1e9:.1f} GB of memory",
        f"{devices} GPUs" if devices else "no GPU",
    ]
    return f"{'; '.join(asking)}; this machine has {_and(there)}"


def _beyond(request: ResourceRequest, capacity: Capacity) -> list[str]:
    cpus = max(request.cpu_request or 0, request.cpu_limit or 0)
    memory = max(request.memory_request_bytes or 0, request.memory_limit_bytes or 0)
    wanted: list[str] = []
    if cpus > capacity.cpus:
        wanted.append(f"{cpus:g} CPUs")
    if memory > capacity.memory_bytes:
        wanted.append(f"{memory / 1e9:.1f} GB of memory")
    if request.accelerator_count > max(capacity.accelerators.values(), default=0):
        wanted.append(_devices(request.accelerator_count, request.accelerator_type))
    return wanted


def _devices(count: int, kind: str | None) -> str:
    if kind is None or kind == "nvidia.com/gpu":
        return "1 GPU" if count == 1 else f"{count} GPUs"
    return f"{count} x {kind}"


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _resolve_all(
    lightweight: Mapping[str, LightweightSpec],
    config: Config,
    cache_dir: Path,
    steps: Mapping[str, tuple[str, Container]],
) -> dict[str, Lock]:
    """Resolve every distinct request once, several at a time; report all failures together."""
    as_of = parse_as_of(config.packages_as_of)
    requests = {label: replace(spec.request, as_of=as_of) for label, spec in lightweight.items()}
    distinct = list(dict.fromkeys(requests.values()))
    names = {
        request: sorted({steps[label][0] for label, own in requests.items() if own == request})
        for request in distinct
    }

    def one(request: Any) -> Callable[[], Lock]:
        try:
            lock = resolve(request, cache_dir, pythons=config.pythons)
        except HeadraceError as error:
            failure = error
            return lambda: _refuse(names[request], failure)
        return lambda: lock

    if len(distinct) == 1:
        outcomes = [one(distinct[0])]
    else:
        with ThreadPoolExecutor(max_workers=4) as pool:
            outcomes = list(pool.map(one, distinct))
    resolved: dict[Any, Lock] = {}
    problems: list[HeadraceError] = []
    for request, outcome in zip(distinct, outcomes, strict=True):
        try:
            resolved[request] = outcome()
        except EnvironmentUnresolvable as error:
            problems.append(error)
    if problems:
        raise problems[0] if len(problems) == 1 else CompilationFailed(problems)
    return {label: resolved[request] for label, request in requests.items()}


def _refuse(steps: list[str], error: HeadraceError) -> Lock:
    """Raise the failure again, with the steps that it concerns in front."""
    if isinstance(error, EnvironmentUnresolvable):
        message = f"packages of {', '.join(steps)} cannot be resolved: {error.message}"
        raise EnvironmentUnresolvable(message, where=error.where, hint=error.hint) from error
    raise error
