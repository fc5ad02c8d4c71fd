"""Recognising a lightweight Python component in the command that KFP's compiler wrote.

Such a command installs packages with pip, writes the function's source to a file and starts KFP's
executor on it. Headrace does the same without shell, pip and kfp, so all that matters is read out
of the command: the source, the function's name, and what is to be installed. Knows the forms that
KFP 2.x has written; starts nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from headrace.environments.images import python_of_image
from headrace.environments.request import EnvironmentRequest, requirement_name
from headrace.errors import EnvironmentUnresolvable

_EXECUTOR = re.compile(r"python3?\s+-m\s+kfp\.(?:v2\.)?(?:dsl|components)\.executor_main\b")
_PIP = re.compile(r"(?:^|[\s;&])(?:python3?\s+-m\s+)?pip3?\s+install\s")
_STRING = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_COMMAND = re.compile(rf"(?:{_STRING}|[^'\"&;|\n])*")
_WORD = re.compile(rf"(?:{_STRING}|[^\s'\"])+")
_PART = re.compile(rf"{_STRING}|[^'\"]+")
#: KFP's own requirement is a command of its own with --no-deps since 2.1; before that, it is
#: the last package of the only command.
_COMBINED_KFP = re.compile(r"kfp==2\.0\.\S+")
_FLAGS = frozenset(
    {
        "--disable-pip-version-check",
        "--force-reinstall",
        "--no-cache-dir",
        "--no-color",
        "--no-input",
        "--no-warn-conflicts",
        "--no-warn-script-location",
        "--prefer-binary",
        "--progress-bar",
        "--quiet",
        "--root-user-action",
        "--upgrade",
        "--user",
        "-U",
        "-q",
    }
)
_WITH_VALUE = {
    "--index-url": "index",
    "-i": "index",
    "--extra-index-url": "extra",
    "--trusted-host": "host",
    "--find-links": "links",
    "-f": "links",
    "--retries": "",
    "--timeout": "",
    "--upgrade-strategy": "",
    "--progress-bar": "",
    "--root-user-action": "",
}


@dataclass(frozen=True, slots=True)
class LightweightSpec:
    """A lightweight Python component, as it stands in a pipeline's IR.

    Attributes:
        source: Python source of the module that holds the function, as shipped.
        function_name: The function to call.
        request: The environment that it wants.
        image: The image it names, which is not used here.
        notices: What to tell the user about the image.
        use_venv: Whether it was compiled with ``use_venv``; the result is the same here.
    """

    source: str
    function_name: str
    request: EnvironmentRequest
    image: str = ""
    notices: tuple[str, ...] = ()
    use_venv: bool = False


@dataclass(frozen=True, slots=True)
class _Installation:
    """One ``pip install`` of a command."""

    packages: tuple[str, ...] = ()
    index_urls: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    prereleases: bool = False
    no_deps: bool = False


def request_from_command(
    image: str, command: Sequence[str], args: Sequence[str]
) -> LightweightSpec | None:
    """Return the lightweight component that a container command is, or None if it is none.

    Args:
        image: The container's image; its Python version is asked for.
        command: The container's command.
        args: The container's arguments.

    Raises:
        EnvironmentUnresolvable: It is one, and asks pip for what cannot be met here.
    """
    position = next((i for i, word in enumerate(command) if _EXECUTOR.search(word)), None)
    function = _option(args, "--function_to_execute")
    if position is None or function is None or position + 1 >= len(command):
        return None
    source = command[position + 1]
    if source.startswith("--"):
        return None
    scripts = command[: position + 1]
    installed = _merged([_parsed(words) for script in scripts for words in _pip_commands(script)])
    python = python_of_image(image)
    return LightweightSpec(
        source=source,
        function_name=function,
        request=replace(installed, python=python.version),
        image=image,
        notices=(python.notice,) if python.notice else (),
        use_venv=any("-m venv" in script for script in scripts),
    )


def _option(args: Sequence[str], name: str) -> str | None:
    for position, word in enumerate(args):
        if word == name and position + 1 < len(args):
            return args[position + 1]
        if word.startswith(name + "="):
            return word.partition("=")[2]
    return None


def _pip_commands(script: str) -> Iterator[list[str]]:
    """Yield the words after each ``pip install`` of a shell script."""
    for match in _PIP.finditer(script):
        yield _words(script[match.end() :])


def _words(text: str) -> list[str]:
    """Return the words of the command that the text begins with.

    The compiler quotes the author's packages as Python quotes strings. A shell reads the same,
    but for backslashes; the author's meaning is Python's reading.
    """
    command = _COMMAND.match(text)
    assert command is not None, "the expression matches the empty text"
    words = _WORD.findall(command[0])
    return ["".join(map(_unquoted, _PART.findall(word))) for word in words]


def _unquoted(part: str) -> str:
    if part[0] not in "'\"":
        return part
    try:
        return str(ast.literal_eval(part))
    except (SyntaxError, ValueError):
        return part[1:-1]


def _parsed(words: Sequence[str]) -> _Installation:
    found: dict[str, list[str]] = {"package": [], "index": [], "extra": [], "host": [], "links": []}
    flags: set[str] = set()
    remaining = iter(words)
    for word in remaining:
        name, has_value, value = word.partition("=")
        if not word.startswith("-"):
            found["package"].append(word)
        elif name in _WITH_VALUE:
            chosen = value if has_value else next(remaining, "")
            if _WITH_VALUE[name]:
                found[_WITH_VALUE[name]].append(chosen)
        elif word in ("--pre", "--no-deps"):
            flags.add(word)
        elif word not in _FLAGS and name not in _FLAGS:
            raise EnvironmentUnresolvable(
                f"the step passes {word!r} to pip, which Headrace cannot honour",
                hint="name packages in packages_to_install and indexes in pip_index_urls",
            )
    return _Installation(
        packages=tuple(found["package"]),
        index_urls=(*found["index"], *found["extra"]),
        trusted_hosts=tuple(found["host"]),
        find_links=tuple(found["links"]),
        prereleases="--pre" in flags,
        no_deps="--no-deps" in flags,
    )


def _merged(installations: Sequence[_Installation]) -> EnvironmentRequest:
    own = [i for i in installations if not _is_for_kfp(i, alone=len(installations) == 1)]
    packages = [p for i in own for p in i.packages]
    if len(installations) == 1 and packages and _COMBINED_KFP.fullmatch(packages[-1]):
        packages.pop()
    everything = own or list(installations)
    return EnvironmentRequest(
        packages=tuple(packages),
        index_urls=tuple(dict.fromkeys(u for i in everything for u in i.index_urls)),
        trusted_hosts=tuple(dict.fromkeys(h for i in everything for h in i.trusted_hosts)),
        find_links=tuple(dict.fromkeys(link for i in everything for link in i.find_links)),
        prereleases=any(i.prereleases for i in own),
    )


def _is_for_kfp(installation: _Installation, *, alone: bool) -> bool:
    """Return whether KFP's compiler added this command to have its own executor."""
    if installation.no_deps:
        # Written by the compiler alone: authors can give packages, not options.
        return True
    names = {requirement_name(package) for package in installation.packages}
    return not alone and len(names) == 1 and names == {"kfp"}
