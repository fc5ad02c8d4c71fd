"""The command of a lightweight Python component, in the form that KFP's backends run.

The texts are a wire format: the shell line that installs packages, the one that starts KFP's
executor, and the module that holds the function. Headrace recognises them and runs the function
directly; a KFP cluster runs them as they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: Version of KFP whose executor the command asks for.
KFP_VERSION = "2.17.0"

#: Image of a component that names none.
DEFAULT_IMAGE = "python:3.11"

_ENSURE_PIP = """
if ! [ -x "$(command -v pip)" ]; then
    python3 -m ensurepip || python3 -m ensurepip --user || apt-get install python3-pip
fi

PIP_DISABLE_PIP_VERSION_CHECK=1 {commands} && "$0" "$@"
"""

_MAKE_VENV = """
export PIP_DISABLE_PIP_VERSION_CHECK=1
tmp=$(mktemp -d)
python3 -m venv "$tmp/venv" --system-site-packages
. "$tmp/venv/bin/activate"
"""

_GAP = " " * 25
_RUN = (
    'program_path=$(mktemp -d)\n\nprintf "%s" "$0" > "$program_path/ephemeral_component.py"\n'
    f"_KFP_RUNTIME=true python3 -m kfp.dsl.executor_main{_GAP}--component_module_path{_GAP}"
    f'"$program_path/ephemeral_component.py"{_GAP}"$@"\n'
)

_MODULE_HEAD = """
import kfp
from kfp import dsl
from kfp.dsl import *
from typing import *
"""


@dataclass(frozen=True, slots=True)
class Installation:
    """What is installed when a task of a lightweight component starts.

    Attributes:
        packages: Requirements of the author's.
        index_urls: Package indexes, the first goes before the others.
        trusted_hosts: Hosts that need no valid certificate; None takes the indexes for it.
        install_kfp: Whether KFP is installed as well.
        kfp_package: Requirement or path that replaces the pinned version of KFP.
        use_venv: Whether KFP goes into a virtual environment.
    """

    packages: tuple[str, ...] = ()
    index_urls: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] | None = None
    install_kfp: bool = True
    kfp_package: str | None = None
    use_venv: bool = False


def lightweight_command(installation: Installation, module: str) -> list[str]:
    """Return the command of a component whose function's module is given as text."""
    return [*install_command(installation), "sh", "-ec", _RUN, module]


def containerized_command(installation: Installation) -> list[str]:
    """Return the command of a component that is built into its image."""
    return [*install_command(installation), "python3", "-m", "kfp.dsl.executor_main"]


def executor_args(function_name: str) -> list[str]:
    """Return the arguments that name the function and hand over its inputs."""
    return ["--executor_input", "{{$}}", "--function_to_execute", function_name]


def module_text(imports: Sequence[str], parts: Sequence[str], function: str) -> str:
    """Return the module that is written to the task's disk.

    Args:
        imports: Lines that make the names in annotations known.
        parts: Sources that stand before the function.
        function: The function's source.
    """
    head = _MODULE_HEAD + "".join(f"{line}\n" for line in imports)
    return head + "".join(f"\n{part}\n" for part in parts) + f"\n{function}\n"


def install_command(installation: Installation) -> list[str]:
    """Return the shell line that installs packages and goes on with what follows, if any."""
    options = _index_options(installation)
    commands: list[str] = []
    if installation.packages:
        commands.append(_pip(options, [repr(package) for package in installation.packages]))
    kfp = _kfp_requirements(installation)
    if kfp:
        prelude = f"{_MAKE_VENV} " if installation.use_venv else ""
        commands.append(prelude + _pip(options, kfp))
    if not commands:
        return []
    return ["sh", "-c", _ENSURE_PIP.format(commands="  &&  ".join(commands))]


def _pip(options: str, requirements: Sequence[str]) -> str:
    wanted = " ".join(requirements)
    return f"python3 -m pip install --quiet --no-warn-script-location {options}{wanted}"


def _index_options(installation: Installation) -> str:
    urls = installation.index_urls
    if not urls:
        return ""
    trusted = installation.trusted_hosts
    if trusted is None:
        # KFP trusts an index that is not the public one, and hands over the whole URL.
        trusted = urls
    options = [f"--index-url {urls[0]}", *(f"--extra-index-url {url}" for url in urls[1:])]
    options += [f"--trusted-host {host}" for host in trusted]
    return " ".join(options) + " "


def _kfp_requirements(installation: Installation) -> list[str]:
    if not installation.install_kfp:
        return []
    if any(package.startswith("kfp") for package in installation.packages):
        return []
    package = installation.kfp_package
    if package is None:
        typing = "'typing-extensions>=3.7.4,<5; python_version<\"3.9\"'"
        return [repr(f"kfp=={KFP_VERSION}"), "'--no-deps'", typing]
    if "@refs/pull/" in package or Path(package).exists():
        return [repr(package), "'--no-deps'"]
    return [repr(package)]
