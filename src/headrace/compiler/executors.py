"""Pass: how a task is carried out, in the form of the IR: its container or importer.

A static amount is written twice, as text and as the number that older backends read; an amount
that is known only when the pipeline runs is written as text alone.
"""

from __future__ import annotations

from typing import Any

from headrace.compiler.channel_names import with_placeholders
from headrace.compiler.values import ir_value
from headrace.dsl.graph import ContainerImplementation, ImporterImplementation, Task
from headrace.dsl.placeholders import element_text
from headrace.dsl.settings import TaskSettings
from headrace.ir.quantities import quantity


def executor_of(task: Task) -> dict[str, Any]:
    """Return the executor of a task whose component is a container or an importer."""
    implementation = task.component.implementation
    if isinstance(implementation, ImporterImplementation):
        return {"importer": _importer(implementation)}
    assert isinstance(implementation, ContainerImplementation)
    return {"container": _container(implementation, task)}


def _container(implementation: ContainerImplementation, task: Task) -> dict[str, Any]:
    refs = {ref.key: ref for ref in (*task.image_refs, *task.setting_refs)}
    image = task.settings.image
    container: dict[str, Any] = {}
    shown = implementation.image if image is None else with_placeholders(image, refs)
    if shown:
        container["image"] = shown
    if implementation.command:
        container["command"] = [element_text(element) for element in implementation.command]
    if implementation.args:
        container["args"] = [element_text(element) for element in implementation.args]
    env = {**implementation.env, **task.settings.env}
    if env:
        container["env"] = [_variable(name, value) for name, value in env.items()]
    container.update(implementation.extra)
    if task.settings.resources():
        written = container.get("resources", {})
        container["resources"] = {**written, **_resources(task.settings, refs)}
    return container


def _variable(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value} if value else {"name": name}


def _resources(settings: TaskSettings, refs: Any) -> dict[str, Any]:
    resources: dict[str, Any] = {}
    for field, text, number in (
        ("cpuRequest", settings.cpu_request, quantity),
        ("cpuLimit", settings.cpu_limit, quantity),
        ("memoryRequest", settings.memory_request, _gigabytes),
        ("memoryLimit", settings.memory_limit, _gigabytes),
    ):
        if text is None:
            continue
        resources[f"resource{field[0].upper()}{field[1:]}"] = with_placeholders(text, refs)
        if not _is_dynamic(text) and number(text):
            resources[field] = number(text)
    accelerator = _accelerator(settings, refs)
    if accelerator:
        resources["accelerator"] = accelerator
    return resources


def _accelerator(settings: TaskSettings, refs: Any) -> dict[str, Any]:
    accelerator: dict[str, Any] = {}
    for field, text in (
        ("type", settings.accelerator_type),
        ("count", settings.accelerator_count),
    ):
        if text is None:
            continue
        accelerator[f"resource{field.capitalize()}"] = with_placeholders(text, refs)
        if not _is_dynamic(text) and text != "0":
            accelerator[field] = str(int(text)) if field == "count" else text
    return accelerator


def _is_dynamic(text: str) -> bool:
    return "{{" in text


def _gigabytes(text: str) -> float:
    return quantity(text) / 10**9


def _importer(implementation: ImporterImplementation) -> dict[str, Any]:
    uri = implementation.uri
    importer: dict[str, Any] = {
        "artifactUri": {"runtimeParameter": "uri"} if uri is None else {"constant": uri},
        "typeSchema": {
            "schemaTitle": implementation.schema_title,
            "schemaVersion": implementation.schema_version,
        },
    }
    if implementation.reimport:
        importer["reimport"] = True
    if implementation.metadata:
        importer["metadata"] = ir_value(dict(implementation.metadata))
    if implementation.download_to_workspace:
        importer["downloadToWorkspace"] = True
    return importer
