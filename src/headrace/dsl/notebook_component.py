"""The ``notebook_component`` decorator: a Jupyter notebook becomes a component.

The notebook travels in the component's source; the function runs it with ``dsl.run_notebook``. The
program that unpacks and executes it in the task (``notebook_prelude.txt``) is the text that KFP's
compiler puts there (Apache-2.0, The Kubeflow Authors): it is part of the component's command, by
which clusters recognise results that can be reused.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from headrace.dsl.component import PythonComponent
from headrace.dsl.embedding import packed_base64
from headrace.dsl.exceptions import refused
from headrace.dsl.lightweight import DEFAULT_IMAGE, lightweight_command
from headrace.dsl.ports import write_component
from headrace.dsl.python_component import (
    Passthroughs,
    installation_of,
    module_of,
    python_component,
)
from headrace.errors import InvalidComponent, InvalidPipeline

#: What a notebook needs besides its own imports, when the author names no packages.
_DEFAULT_PACKAGES = ("nbclient>=0.10,<1", "ipykernel>=6,<7", "jupyter_client>=7,<9")
_CHECKPOINTS = ".ipynb_checkpoints"


def notebook_component(
    func: Callable[..., Any] | None = None,
    *,
    notebook_path: str,
    base_image: str | None = None,
    packages_to_install: list[str] | None = None,
    output_component_file: str | None = None,
    pip_index_urls: list[str] | None = None,
    pip_trusted_hosts: list[str] | None = None,
    use_venv: bool = False,
    kfp_package_path: str | None = None,
    install_kfp_package: bool = True,
    task_config_passthroughs: Passthroughs | None = None,
) -> Any:
    """Make a component of a notebook and a function that runs it.

    Args:
        func: The function; it calls ``dsl.run_notebook(name=value, …)``.
        notebook_path: The notebook, or a directory with one notebook and what it needs.
        base_image: Image that it runs in; default ``python:3.11``.
        packages_to_install: Requirements; default is what executes notebooks.
        output_component_file: Where the component's IR is written at once (deprecated).
        pip_index_urls: Package indexes, the first goes before the others.
        pip_trusted_hosts: Hosts that need no valid certificate.
        use_venv: Whether KFP is installed into a virtual environment of its own.
        kfp_package_path: Requirement or path that replaces the pinned version of KFP.
        install_kfp_package: Whether KFP is installed in the task on a KFP cluster.
        task_config_passthroughs: Kinds of task configuration that the function receives.

    Raises:
        InvalidComponent: There is no such notebook, or several.

    Example:
        ``@dsl.notebook_component(notebook_path="train.ipynb")`` above
        ``def train(rows: int): dsl.run_notebook(rows=rows)``
    """
    packages: list[str] = list(_DEFAULT_PACKAGES)
    if packages_to_install is not None:
        packages = packages_to_install
    installation = installation_of(
        packages,
        pip_index_urls=pip_index_urls,
        pip_trusted_hosts=pip_trusted_hosts,
        install_kfp_package=install_kfp_package,
        kfp_package_path=kfp_package_path,
        use_venv=use_venv,
    )
    prelude = _prelude(Path(notebook_path))

    def make(function: Callable[..., Any]) -> PythonComponent:
        command = lightweight_command(installation, module_of(function, [prelude]))
        image = DEFAULT_IMAGE if base_image is None else base_image
        made = python_component(function, image, command, task_config_passthroughs)
        if output_component_file is not None:
            write_component(made, output_component_file, inspect.getdoc(made.python_func))
        return made

    return make if func is None else make(func)


def run_notebook(**kwargs: Any) -> NoReturn:
    """Run the notebook of the component; works only inside its task.

    Args:
        **kwargs: Values of the notebook's parameters.

    Raises:
        InvalidPipeline: It is called outside of a task.
    """
    raise refused(
        _NotInTaskError,
        f"dsl.run_notebook({', '.join(kwargs)}) works only in the task of a notebook component",
        hint="call it in a function with @dsl.notebook_component",
    )


class _NotInTaskError(InvalidPipeline, NotImplementedError):
    """Something that works in a task is called elsewhere."""


def _prelude(path: Path) -> str:
    notebook = _notebook_in(path)
    relative = notebook.name if path.is_file() else notebook.relative_to(path).as_posix()
    program = Path(__file__).with_name("notebook_prelude.txt").read_text(encoding="utf-8")
    archive = packed_base64(path)
    return (
        f"__KFP_EMBEDDED_ARCHIVE_B64 = '{archive}'\n__KFP_NOTEBOOK_REL_PATH = {relative!r}\n\n"
        f"{program}"
    )


def _notebook_in(path: Path) -> Path:
    if not path.exists():
        raise _bad_path(f"there is no notebook {path}")
    if path.is_file():
        if path.suffix != ".ipynb":
            raise _bad_path(f"{path} is no notebook: its name does not end with .ipynb")
        return path
    found = [p for p in sorted(path.rglob("*.ipynb")) if _CHECKPOINTS not in p.parts]
    if len(found) != 1:
        raise _bad_path(f"{path} must contain exactly one notebook, not {len(found)}")
    return found[0]


def _bad_path(message: str) -> InvalidComponent:
    return refused(
        InvalidComponent, message, hint="give a .ipynb file, or a directory that has just one"
    )
