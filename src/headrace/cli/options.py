"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

Decorated = Callable[..., Any]

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")


def execution_options(command: Decorated) -> Decorated:
    """Add the options that say how a run is carried out."""
    command = json_option(command)
    number = click.IntRange(min=1)
    return click.option("--max-parallel", type=number, help="The most steps at once.")(command)


def parameter_option(command: Decorated) -> Decorated:
    """Add the option that gives values to the pipeline's inputs."""
    return click.option(
        "-p",
        "--param",
        "pairs",
        multiple=True,
        metavar="NAME=VALUE",
        help="A parameter of the pipeline; lists, objects, numbers and booleans as JSON.",
    )(command)


def strict_option(command: Decorated) -> Decorated:
    """Add the option that refuses what the machine cannot give."""
    return click.option(
        "--strict-resources",
        is_flag=True,
        help="Refuse steps that ask for more than this machine has.",
    )(command)
