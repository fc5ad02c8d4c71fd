"""The ``component`` decorator: a Python function becomes a component.

Knows signatures, sources and commands; knows nothing of pipelines or the IR.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any, overload

from headrace.dsl.component import PythonComponent
from headrace.dsl.embedding import embedded_files
from headrace.dsl.exceptions import refused
from headrace.dsl.function_source import (
    NoFunctionError,
    enum_sources,
    function_source,
    location_of,
    needed_imports,
)
from headrace.dsl.graph import Component, ContainerImplementation
from headrace.dsl.lightweight import (
    DEFAULT_IMAGE,
    Installation,
    containerized_command,
    executor_args,
    lightweight_command,
    module_text,
)
from headrace.dsl.naming import kubernetes_name
from headrace.dsl.ports import write_component
from headrace.dsl.signatures import Rules, interface_of
from headrace.dsl.task_config import TaskConfigField, TaskConfigPassthrough
from headrace.errors import TypeMismatch

Passthroughs = Sequence[TaskConfigPassthrough | TaskConfigField]


@overload
def component(
    func: Callable[..., Any],
    *,
    base_image: str | None = None,
    target_image: str | None = None,
    packages_to_install: list[str] | None = None,
    pip_index_urls: list[str] | None = None,
    output_component_file: str | None = None,
    install_kfp_package: bool = True,
    kfp_package_path: str | None = None,
    pip_trusted_hosts: list[str] | None = None,
    use_venv: bool = False,
    additional_funcs: list[Callable[..., Any]] | None = None,
    embedded_artifact_path: str | None = None,
    task_config_passthroughs: Passthroughs | None = None,
) -> PythonComponent: ...
@overload
def component(
    func: None = None,
    *,
    base_image: str | None = None,
    target_image: str | None = None,
    packages_to_install: list[str] | None = None,
    pip_index_urls: list[str] | None = None,
    output_component_file: str | None = None,
    install_kfp_package: bool = True,
    kfp_package_path: str | None = None,
    pip_trusted_hosts: list[str] | None = None,
    use_venv: bool = False,
    additional_funcs: list[Callable[..., Any]] | None = None,
    embedded_artifact_path: str | None = None,
    task_config_passthroughs: Passthroughs | None = None,
) -> Callable[[Callable[..., Any]], PythonComponent]: ...
def component(
    func: Callable[..., Any] | None = None,
    *,
    base_image: str | None = None,
    target_image: str | None = None,
    packages_to_install: list[str] | None = None,
    pip_index_urls: list[str] | None = None,
    output_component_file: str | None = None,
    install_kfp_package: bool = True,
    kfp_package_path: str | None = None,
    pip_trusted_hosts: list[str] | None = None,
    use_venv: bool = False,
    additional_funcs: list[Callable[..., Any]] | None = None,
    embedded_artifact_path: str | None = None,
    task_config_passthroughs: Passthroughs | None = None,
) -> PythonComponent | Callable[[Callable[..., Any]], PythonComponent]:
    """Make a component of a Python function; its source alone is sent to the task.

    Args:
        func: The function. Every parameter needs an annotation; the function imports what it uses.
        base_image: Image that it runs in; default ``python:3.11``.
        target_image: Image that the function is built into, instead of being sent as source.
        packages_to_install: Requirements that are installed before it runs.
        pip_index_urls: Package indexes, the first goes before the others.
        output_component_file: Where the component's IR is written at once (deprecated).
        install_kfp_package: Whether KFP is installed in the task on a KFP cluster.
        kfp_package_path: Requirement or path that replaces the pinned version of KFP.
        pip_trusted_hosts: Hosts that need no valid certificate.
        use_venv: Whether KFP is installed into a virtual environment of its own.
        additional_funcs: Functions whose source is sent along.
        embedded_artifact_path: File or directory that is sent along.
        task_config_passthroughs: Kinds of task configuration that the function receives.

    Raises:
        InvalidComponent: The signature or an argument cannot be used.

    Example:
        ``@dsl.component`` above ``def double(number: int) -> int: return 2 * number``
    """
    make = functools.partial(
        _component,
        base_image=base_image,
        target_image=target_image,
        packages_to_install=packages_to_install,
        pip_index_urls=pip_index_urls,
        output_component_file=output_component_file,
        install_kfp_package=install_kfp_package,
        kfp_package_path=kfp_package_path,
        pip_trusted_hosts=pip_trusted_hosts,
        use_venv=use_venv,
        additional_funcs=additional_funcs,
        embedded_artifact_path=embedded_artifact_path,
        task_config_passthroughs=task_config_passthroughs,
    )
    return make if func is None else make(func)


def _component(
    func: Callable[..., Any],
    *,
    base_image: str | None = None,
    target_image: str | None = None,
    packages_to_install: list[str] | None = None,
    pip_index_urls: list[str] | None = None,
    output_component_file: str | None = None,
    install_kfp_package: bool = True,
    kfp_package_path: str | None = None,
    pip_trusted_hosts: list[str] | None = None,
    use_venv: bool = False,
    additional_funcs: list[Callable[..., Any]] | None = None,
    embedded_artifact_path: str | None = None,
    task_config_passthroughs: Passthroughs | None = None,
) -> PythonComponent:
    installation = installation_of(
        packages_to_install,
        pip_index_urls=pip_index_urls,
        pip_trusted_hosts=pip_trusted_hosts,
        install_kfp_package=install_kfp_package and target_image is None,
        kfp_package_path=kfp_package_path,
        use_venv=use_venv,
    )
    if not inspect.isfunction(func):
        raise refused(
            NoFunctionError,
            f"{func!r} is not a function",
            hint="put @dsl.component above a function that is defined with def",
        )
    if target_image is not None:
        command = containerized_command(installation)
    else:
        parts = [function_source(helper) for helper in additional_funcs or ()]
        if embedded_artifact_path is not None:
            parts.append(embedded_files(embedded_artifact_path))
        command = lightweight_command(installation, module_of(func, parts))
    image = DEFAULT_IMAGE if base_image is None else base_image
    if target_image is not None:
        image = target_image
    made = python_component(func, image, command, task_config_passthroughs)
    if output_component_file is not None:
        warnings.warn(
            "KFP gives up output_component_file: use compiler.Compiler().compile(component, path)",
            DeprecationWarning,
            stacklevel=3,
        )
        write_component(made, output_component_file, inspect.getdoc(made.python_func))
    return made


def python_component(
    func: Callable[..., Any],
    image: str,
    command: Sequence[str],
    passthroughs: Passthroughs | None = None,
) -> PythonComponent:
    """Return the component of a function with the command that runs it."""
    where = location_of(func)
    interface = interface_of(func, name=kubernetes_name(func.__name__), rules=Rules(), where=where)
    implementation = ContainerImplementation(
        image, tuple(command), tuple(executor_args(func.__name__))
    )
    value = Component(interface, implementation, _passthroughs(passthroughs), where)
    return PythonComponent(value, func)


def module_of(func: Callable[..., Any], parts: Sequence[str]) -> str:
    """Return the module that is sent to the task of a function.

    Args:
        func: The function.
        parts: Sources that stand before it.
    """
    sources = [*enum_sources(func), *parts]
    return module_text(needed_imports(func), sources, function_source(func))


def installation_of(
    packages: list[str] | None,
    *,
    pip_index_urls: list[str] | None,
    pip_trusted_hosts: list[str] | None,
    install_kfp_package: bool,
    kfp_package_path: str | None,
    use_venv: bool,
) -> Installation:
    """Return what a decorator's arguments say about installation.

    Raises:
        TypeMismatch: A text stands where a list of texts must be.
    """
    for name, value in (
        ("packages_to_install", packages),
        ("pip_index_urls", pip_index_urls),
        ("pip_trusted_hosts", pip_trusted_hosts),
    ):
        if isinstance(value, str):
            raise refused(
                TypeMismatch,
                f"{name} must be a list of strings, not {value!r}",
                hint=f"write {name}=[{value!r}]",
            )
    return Installation(
        packages=tuple(packages or ()),
        index_urls=tuple(pip_index_urls or ()),
        trusted_hosts=None if pip_trusted_hosts is None else tuple(pip_trusted_hosts),
        install_kfp=install_kfp_package,
        kfp_package=kfp_package_path,
        use_venv=use_venv,
    )


def _passthroughs(given: Passthroughs | None) -> tuple[TaskConfigPassthrough, ...]:
    return tuple(
        item if isinstance(item, TaskConfigPassthrough) else TaskConfigPassthrough(item)
        for item in given or ()
    )
