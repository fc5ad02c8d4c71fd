"""What is behind a step: why it was reused or not, its source, its packages, what it used."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from headrace.controller.explaining import explanation
from headrace.controller.fitting import fitting_requests
from headrace.engine.attempts import ResourceRequest
from headrace.engine.events import PackagesLocked, RunSubmitted
from headrace.engine.plan import Plan
from headrace.engine.resources import resource_request
from headrace.environments import Lock, request_from_command
from headrace.errors import HeadraceError, NotFound
from headrace.ir.model import Container
from headrace.server.named import run_named, task_named
from headrace.server.native.lists import Listed
from headrace.server.native.operations import Answer, Asked, Plain, Query, operation
from headrace.server.native.plans import plan_of
from headrace.store import Store
from headrace.store.records import Attempt, Run, TaskRun


class TaskQuery(Query, frozen=True):
    """Path of a task."""

    task: str


class DifferentField(Answer, frozen=True):
    """A part of the cache key, here and in the entry that it is compared with."""

    field: str
    here: str
    there: str


class Explanation(Answer, frozen=True):
    """Why a step was reused, or was not.

    Attributes:
        compared_with: Run and path of the entry that is nearest, or that was taken over.
    """

    hit: bool
    reason: str
    fields: list[DifferentField]
    compared_with: str | None = None


class SourceText(Answer, frozen=True):
    """What a step runs: a function's source, or an image with its command.

    Attributes:
        file: Where the function stands in its author's files, with its line, when that is known.
    """

    text: str
    language: str
    file: str | None = None
    line: int | None = None


class EnvironmentAnswer(Answer, frozen=True):
    """The packages of a step.

    Attributes:
        lock: As ``pylock.toml`` (PEP 751).
        packages: ``name==version``, sorted.
        as_of: Nothing published later was considered.
        reason: Why that time, or why there is no lock.
    """

    packages: list[str]
    reason: str
    lock: str | None = None
    python: str | None = None
    as_of: str | None = None


class TaskUsage(Answer, frozen=True):
    """What a step asked for and used, over its attempts.

    Attributes:
        requested: Cores, bytes and devices by name; empty when it asked for nothing.
        suggestion: Calls that would ask for what fits it.
    """

    path: str
    requested: dict[str, float]
    peak_rss_bytes: int | None = None
    cpu_s: float | None = None
    wall_s: float | None = None
    suggestion: str | None = None


def explain(asked: Asked[TaskQuery, None]) -> Explanation:
    """Say why a step was reused, or was not."""
    run = run_named(asked.request, asked.named("run_id"))
    found = explanation(asked.store, run, asked.query.task)
    differences: Mapping[str, list[str]] = found["differences"]
    return Explanation(
        hit=found["verdict"] == "hit",
        reason=found["reason"],
        compared_with=found["nearest"],
        fields=[
            DifferentField(field=name, here=here, there=there)
            for name, (here, there) in differences.items()
        ],
    )


def source(asked: Asked[TaskQuery, None]) -> SourceText:
    """Return what a step runs."""
    run, task = _named(asked)
    container = _container(plan_of(asked.store, run.document), task)
    if container is None:
        raise NotFound(f"{task.path} runs no code of its own", hint="look at the steps inside it")
    function = _function(container)
    if function is None:
        command = [container.image, *container.command, *container.args]
        return SourceText(text="\n".join(command), language="command")
    places: dict[str, dict[str, Any]] = run.options.get("places", {})
    place = places.get(_source_key(function), {})
    return SourceText(
        text=function, language="python", file=place.get("file"), line=place.get("line")
    )


def environment(asked: Asked[TaskQuery, None]) -> EnvironmentAnswer:
    """Return the packages of a step."""
    run, task = _named(asked)
    lock = _lock_of(asked.store, run, task)
    if lock is None:
        reason = "it runs as an image or runs no code, so that nothing was resolved for it"
        return EnvironmentAnswer(packages=[], reason=reason)
    return EnvironmentAnswer(
        packages=[f"{one.name}=={one.version}" for one in lock.packages],
        reason=lock.cutoff_reason or "the newest that were there when it was submitted",
        lock=lock.pylock or None,
        python=lock.python,
        as_of=lock.cutoff,
    )


def usage(asked: Plain) -> Listed[TaskUsage]:
    """Return what the steps of a run asked for and used."""
    run = run_named(asked.request, asked.named("run_id"))
    plan = plan_of(asked.store, run.document)
    attempts: dict[str, list[Attempt]] = {}
    for attempt in asked.store.attempts(run.run_id):
        attempts.setdefault(attempt.path, []).append(attempt)
    fitting = fitting_requests(one for several in attempts.values() for one in several)
    return Listed(
        items=[
            _usage(task, requested(plan, task.component), attempts.get(task.path, []), fitting)
            for task in asked.store.tasks(run.run_id)
            if task.kind == "container"
        ]
    )


def requested(plan: Plan, component: str) -> ResourceRequest:
    """Return what a component asks for, as far as its document alone tells."""
    container = _container_of(plan, component)
    try:
        return resource_request(container.resources) if container else ResourceRequest()
    except ValueError:  # a placeholder, known only when its input is
        return ResourceRequest()


def _usage(
    task: TaskRun, asked: ResourceRequest, attempts: list[Attempt], fitting: Mapping[str, str]
) -> TaskUsage:
    used = [attempt.usage for attempt in attempts if attempt.usage is not None]
    amounts = {
        "cpu": asked.cpu_request or asked.cpu_limit,
        "memory_bytes": asked.memory_request_bytes or asked.memory_limit_bytes,
        asked.accelerator_type or "gpu": asked.accelerator_count,
    }
    return TaskUsage(
        path=task.path,
        requested={name: float(amount) for name, amount in amounts.items() if amount},
        peak_rss_bytes=max((one.max_rss_bytes for one in used), default=None),
        cpu_s=sum(one.cpu_s for one in used) if used else None,
        wall_s=sum(one.wall_s for one in used) if used else None,
        suggestion=fitting.get(task.path),
    )


def _named(asked: Asked[TaskQuery, None]) -> tuple[Run, TaskRun]:
    run = run_named(asked.request, asked.named("run_id"))
    return run, task_named(asked.request, run, asked.query.task)


def _container(plan: Plan, task: TaskRun) -> Container | None:
    return _container_of(plan, task.component)


def _container_of(plan: Plan, component: str) -> Container | None:
    spec = plan.document.spec
    found = spec.components.get(component)
    executor = spec.deployment_spec.executors.get((found and found.executor_label) or "")
    return executor.container if executor is not None else None


def _function(container: Container) -> str | None:
    try:
        found = request_from_command(container.image, container.command, container.args)
    except HeadraceError:  # it asks pip for what cannot be met; that is told when it runs
        return None
    return found.source if found is not None else None


def _source_key(text: str) -> str:
    """Return the key under which a run's options keep where a shipped source was written."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _lock_of(store: Store, run: Run, task: TaskRun) -> Lock | None:
    component = plan_of(store, run.document).document.spec.components.get(task.component)
    label = (component and component.executor_label) or ""
    _, submitted = next(iter(store.journal(run.run_id)))
    digest = submitted.locks.get(label) if isinstance(submitted, RunSubmitted) else None
    stored: Any = run.options.get("locks", {}).get(digest)
    if stored is not None:
        return Lock.from_dict(msgspec.json.decode(store.document(stored)))
    if label and task.kind == "container":
        return _late_lock(store, run, task)
    return None


def _late_lock(store: Store, run: Run, task: TaskRun) -> Lock | None:
    """Return the lock of a step whose image was known only when the step began."""
    for _, event in store.journal(run.run_id):
        if isinstance(event, PackagesLocked) and event.attempt.task == task.path:
            return Lock.from_dict(event.lock)
    return None


_RUN = "/runs/{run_id}"

OPERATIONS = (
    operation("GET", f"{_RUN}/explain", explain, kind="run", query=TaskQuery, answer=Explanation),
    operation("GET", f"{_RUN}/source", source, kind="run", query=TaskQuery, answer=SourceText),
    operation(
        "GET",
        f"{_RUN}/environment",
        environment,
        kind="run",
        query=TaskQuery,
        answer=EnvironmentAnswer,
    ),
    operation("GET", f"{_RUN}/usage", usage, kind="run", answer=Listed[TaskUsage]),
)
