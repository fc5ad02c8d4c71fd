"""Writes the reference pages of the documentation from docstrings, commands and error classes.

One page for each public name, one for each command, one for all error codes. The pages are
committed, so that they can be read in the repository; building the site writes them again.
``--check`` fails when a public name or command has no page, or a page has no name.
"""

from __future__ import annotations

import argparse
import enum
import importlib.util
import inspect
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"

#: Public modules, and what their index page says first.
MODULES = {
    "headrace.dsl": "Components, pipelines, tasks and control flow.",
    "headrace.kubernetes": "Kubernetes settings of a task: secrets, volumes, node selection.",
    "headrace.compiler": "Compiles a pipeline to KFP's IR.",
    "headrace.components": "Loads components from files and text.",
    "headrace.local": "Runs components and pipelines in this process.",
    "headrace.compat": "Makes `import kfp` mean Headrace.",
    "headrace.ir": "Reads, checks and writes KFP's IR.",
    "headrace.errors": "The exceptions that public functions raise.",
    "headrace.testing": "Runs pipelines in tests, without processes and without sleeping.",
}


def pages() -> dict[str, str]:
    """Return every page of the reference: path below ``docs/reference``, and text.

    Raises:
        ValueError: A public name has no docstring.
    """
    api = _sibling("api_page").api_page()
    found = {"errors.md": errors_page(), "cli.md": cli_page(), "api.md": api}
    described = []
    for name, summary in MODULES.items():
        if importlib.util.find_spec(name) is None:
            continue
        module = importlib.import_module(name)
        public = sorted(getattr(module, "__all__", ()), key=str.lower)
        if not public:
            continue
        folder = name.removeprefix("headrace.").replace(".", "-")
        described.append((name, folder, summary))
        found[f"{folder}/index.md"] = module_page(name, summary, module, public)
        for label in public:
            found[f"{folder}/{label}.md"] = name_page(f"{name}.{label}", getattr(module, label))
    found["index.md"] = index_page(described)
    lowered = [path.lower() for path in found]
    twice = {path for path in found if lowered.count(path.lower()) > 1}
    if twice:
        message = f"these pages are one on file systems that ignore case: {sorted(twice)}"
        raise ValueError(message)
    return found


def _sibling(name: str) -> Any:
    """Return a module beside this file, wherever this one was loaded from."""
    place = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---------------------------------------------------------------------------- Python


def index_page(described: list[tuple[str, str, str]]) -> str:
    """Return the page that lists the modules."""
    rows = [f"| [`{name}`]({folder}/index.md) | {text} |" for name, folder, text in described]
    return "\n".join(
        [
            "# Reference",
            "",
            "Generated from the code; `python tools/reference.py` writes it again.",
            "",
            "| | |",
            "| --- | --- |",
            "| [Commands](cli.md) | The command line. |",
            "| [HTTP API](api.md) | The native API of the server. |",
            *rows,
            "| [Error codes](errors.md) | What each code means. |",
            "",
        ]
    )


def module_page(name: str, summary: str, module: object, public: list[str]) -> str:
    """Return the page that lists the public names of a module."""
    rows = []
    for label in public:
        value = getattr(module, label)
        rows.append(f"| [`{label}`]({label}.md) | {_cell(_first_line(value, label))} |")
    return "\n".join([f"# {name}", "", summary, "", "| name | |", "| --- | --- |", *rows, ""])


def name_page(qualified: str, value: object) -> str:
    """Return the page of one public name."""
    label = qualified.rpartition(".")[2]
    parts = [f"# {label}", ""]
    if inspect.ismodule(value):
        return "\n".join([*parts, markdown_of(inspect.getdoc(value) or ""), ""])
    if not (inspect.isclass(value) or callable(value)):
        parts += ["```python", f"{qualified} = {value!r}", "```", "", _constant_text(value), ""]
        return "\n".join(parts)
    signature = "" if type(value).__module__ == "typing" else signature_of(label, value)
    if signature:
        parts += ["```python", signature, "```", ""]
    parts += [markdown_of(_doc(value, qualified)), ""]
    if inspect.isclass(value):
        parts += list(_members(value))
    return "\n".join(parts)


def signature_of(label: str, value: object) -> str:
    """Return the signature, a parameter on each line when it is long; empty when it has none."""
    if inspect.isclass(value) and issubclass(value, enum.Enum):
        return "\n".join(f"{label}.{member.name}" for member in value)
    try:
        signature = inspect.signature(value)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError):
        return ""
    parameters = [
        parameter.replace(annotation=_as_written(parameter.annotation))
        for parameter in signature.parameters.values()
        if parameter.name not in ("self", "cls")
    ]
    short = signature.replace(
        parameters=parameters, return_annotation=_as_written(signature.return_annotation)
    )
    text = f"{label}{short}"
    if len(text) <= _WIDEST_SIGNATURE or not parameters:
        return text
    lines = [str(parameter) for parameter in parameters]
    first = next((i for i, p in enumerate(parameters) if p.kind is p.KEYWORD_ONLY), None)
    if first is not None and not any(p.kind is p.VAR_POSITIONAL for p in parameters):
        lines.insert(first, "*")
    arrow, returned = text.rpartition(" -> ")[1:]
    end = f"{arrow}{returned}" if arrow else ""
    return "\n".join([f"{label}(", *(f"    {line}," for line in lines), f"){end}"])


_WIDEST_SIGNATURE = 90


class _Written(str):
    """An annotation that is shown as it is written."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _as_written(annotation: object) -> object:
    """Annotations are kept as text; inspect would show them in quotes."""
    return _Written(annotation) if isinstance(annotation, str) else annotation


def _members(kind: type) -> Iterator[str]:
    """Yield a section for each public method and property that the class documents."""
    for label, member in sorted(_documented(kind)):
        call = ""
        if isinstance(member, property):
            text = inspect.getdoc(member) or ""
        else:
            function = member.__func__ if isinstance(member, classmethod | staticmethod) else member
            call = signature_of(label, function)
            text = inspect.getdoc(function) or ""
        yield f"## {label}\n"
        if call:
            yield f"```python\n{call}\n```\n"
        yield markdown_of(text) + "\n"


def _documented(kind: type) -> Iterator[tuple[str, object]]:
    seen: set[str] = set()
    for owner in kind.__mro__:
        if not owner.__module__.startswith("headrace"):
            continue
        for label, member in vars(owner).items():
            if label.startswith("_") or label in seen:
                continue
            seen.add(label)
            is_method = inspect.isfunction(member) or isinstance(
                member, property | classmethod | staticmethod
            )
            if is_method and inspect.getdoc(member):
                yield label, member


#: Annotations that `typing` makes, which cannot hold a docstring of their own.
_ALIASES = {
    "Input": "Marks a parameter that receives an artifact: `data: Input[Dataset]`.",
    "Output": "Marks a parameter that receives an artifact to write to: `model: Output[Model]`.",
    "EmbeddedInput": "Marks a parameter that receives the file or directory sent along with the "
    "component (`embedded_artifact_path`): `assets: EmbeddedInput[Dataset]`.",
}


def _doc(value: object, qualified: str) -> str:
    text = inspect.getdoc(value)
    if type(value).__module__ == "typing":
        text = _ALIASES.get(qualified.rpartition(".")[2])
    if not text:
        message = f"{qualified} has no docstring"
        raise ValueError(message)
    return text


def _constant_text(value: object) -> str:
    return f"A constant of type `{type(value).__name__}`."


def _first_line(value: object, label: str) -> str:
    if inspect.isclass(value) or callable(value) or inspect.ismodule(value):
        return _inline(_doc(value, label).strip().splitlines()[0])
    return f"`{value!r}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


# ---------------------------------------------------------------------------- docstrings

_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Yields|Examples?|Notes?):$")


def markdown_of(docstring: str) -> str:
    """Return a Google docstring as Markdown."""
    lines: list[str] = []
    section, body = "", []

    def close() -> None:
        text = textwrap.dedent("\n".join(body)).strip("\n")
        if section.startswith("Example"):
            lines.extend(["**Example**", "", *_example(text), ""])
        elif section in ("Args", "Attributes", "Raises"):
            lines.extend([f"**{section}**", "", *_entries(_inline(text)), ""])
        elif section:
            lines.extend([f"**{section}**", "", _inline(text), ""])
        body.clear()

    for line in docstring.splitlines():
        started = _SECTION.match(line)
        if started:
            close()
            section = started[1]
        elif section and line and not line.startswith(" "):
            close()
            section = ""
            lines.append(_inline(line))
        elif section:
            body.append(line)
        else:
            lines.append(_inline(line))
    close()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _inline(text: str) -> str:
    """Return text with code and cross references as Markdown writes them."""
    text = re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"`\1`", text)
    return re.sub(r"``([^`]+)``", r"`\1`", text)


def _entries(text: str) -> list[str]:
    """Turn ``name: meaning`` entries, which may go on in indented lines, into a list."""
    entries: list[str] = []
    for line in text.splitlines():
        if line and not line.startswith(" "):
            name, _, meaning = line.partition(":")
            entries.append(f"- `{name}`: {meaning.strip()}")
        elif line.strip():
            entries.append(f"  {line.strip()}")
    return entries


def _example(text: str) -> list[str]:
    if text.startswith("```"):
        return [text]
    if text.startswith(">>>"):
        return ["```pycon", text, "```"]
    is_prose = "`" in text
    return [_inline(text)] if is_prose else ["```python", text, "```"]


# ---------------------------------------------------------------------------- commands


def cli_page() -> str:
    """Return the page of all commands."""
    from headrace.cli.main import cli

    parts = ["# Commands", ""]
    parts += _command_section(click.Context(cli, info_name="headrace"), 2)
    return "\n".join(parts)


def _command_section(context: click.Context, level: int) -> list[str]:
    command = context.command
    usage = command.get_usage(context).removeprefix("Usage: ")
    parts = [f"{'#' * level} {context.command_path}", "", "```text", usage, "```", ""]
    parts += [inspect.cleandoc(command.help or "").replace("\b\n", ""), ""]
    options = [p for p in command.get_params(context) if isinstance(p, click.Option)]
    records = [option.get_help_record(context) for option in options]
    rows = [record for record in records if record is not None]
    if rows:
        parts += ["| option | |", "| --- | --- |"]
        parts += [f"| `{_cell(names)}` | {_cell(text)} |" for names, text in rows]
        parts.append("")
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            member = command.get_command(context, name)
            if member is not None and not member.hidden:
                inner = click.Context(member, info_name=name, parent=context)
                parts += _command_section(inner, min(level + 1, 4))
    return parts


# ---------------------------------------------------------------------------- error codes


def errors_page() -> str:
    """Return the page of all error codes."""
    from headrace.errors import HeadraceError

    rows = []
    for kind in sorted(_kinds(HeadraceError), key=lambda kind: (kind.default_code, kind.__name__)):
        summary = _cell(_doc(kind, kind.__name__).splitlines()[0])
        rows.append(f"| `{kind.default_code}` | `{kind.__name__}` | {summary} | {_status(kind)} |")
    return "\n".join(
        [
            "# Error codes",
            "",
            "Each error that Headrace raises on purpose has a stable code. The last column is the",
            "exit status of a command that ends with it.",
            "",
            "| code | exception | meaning | exit |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
            "A run that failed ends with 1; one that was interrupted with 130.",
            "",
        ]
    )


def _kinds(root: type) -> Iterator[type]:
    yield root
    for kind in root.__subclasses__():
        if kind.__module__.startswith("headrace."):
            yield from _kinds(kind)


def _status(kind: type) -> int:
    from headrace.errors import exit_status_of

    return exit_status_of(kind)


# ---------------------------------------------------------------------------- files


def write(folder: Path, wanted: dict[str, str]) -> None:
    """Write all pages, and remove those of names that are gone."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in wanted.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def differing(folder: Path, wanted: dict[str, str]) -> list[str]:
    """Return the pages that are missing or that belong to no name."""
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
    missing = [f"{name} is missing" for name in sorted(set(wanted) - there)]
    return missing + [f"{name} belongs to no public name" for name in sorted(there - set(wanted))]


def on_pre_build(config: object) -> None:  # noqa: ARG001 - MkDocs calls it so
    """Write the pages before MkDocs collects them."""
    write(REFERENCE, pages())


def main() -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when one is off")
    options = parser.parse_args()
    wanted = pages()
    if not options.check:
        write(REFERENCE, wanted)
        print(f"{len(wanted)} pages")
        return 0
    problems = differing(REFERENCE, wanted)
    for problem in problems:
        print(f"docs/reference/{problem}: run python tools/reference.py", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
