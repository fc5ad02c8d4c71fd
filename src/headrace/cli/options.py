"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from headrace.cli.completion import complete_run

Decorated = Callable[..., Any]

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")

run_argument = click.argument("run_id", metavar="RUN", shell_complete=complete_run)


def output_option(command: Decorated) -> Decorated:
    """Add the options that say in which form the answer is printed."""
    for option in (
        click.option(
            "-o",
            "--output",
            type=click.Choice(["table", "json", "yaml"]),
            default="table",
            show_default=True,
            help="Form of what is printed on standard output.",
        ),
        click.option("--json", "output", flag_value="json", help="The same as -o json."),
    ):
        command = option(command)
    return command


watch_option = click.option(
    "-w", "--watch", is_flag=True, help="Show it anew as it changes, until it ends or Ctrl-C."
)


def server_option(command: Decorated) -> Decorated:
    """Add the option that names a server to ask instead of the home."""
    return click.option(
        "--server",
        envvar="HEADRACE_SERVER",
        metavar="URL",
        help="Ask this server instead of the home on this machine.  [env: HEADRACE_SERVER]",
    )(command)


def execution_options(command: Decorated) -> Decorated:
    """Add the options that say how a run is carried out."""
    command = output_option(command)
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
