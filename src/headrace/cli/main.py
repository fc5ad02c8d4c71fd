"""The ``headrace`` command: its groups, and how errors leave it.

Commands are imported when they are called, which keeps ``--help`` quick. Exit statuses: 0 all
well, 1 the run failed, 2 wrong input or nothing could be started, 130 interrupted.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from headrace import __version__
from headrace.errors import HeadraceError, exit_status, render

_COMMANDS = {
    "run": ("headrace.cli.run", "run", "Run a pipeline from its source or its IR."),
    "resume": ("headrace.cli.run", "resume", "Go on with a run whose controller has ended."),
    "retry": ("headrace.cli.run", "retry", "Go on with a failed run: what succeeded stays."),
    "rerun": ("headrace.cli.rerun", "rerun", "Run again with changed code or parameters."),
    "cancel": ("headrace.cli.run", "cancel", "Ask a run to end."),
    "runs": ("headrace.cli.inspect", "runs", "List runs, the newest first."),
    "show": ("headrace.cli.inspect", "show", "Show a run: its steps, results and why."),
    "logs": ("headrace.cli.inspect", "logs", "Print what the steps wrote."),
    "artifacts": ("headrace.cli.inspect", "artifacts", "List the artifacts of a run."),
    "explain": ("headrace.cli.cache", "explain", "Say why a step was reused, or was not."),
    "cache": ("headrace.cli.cache", "cache", "List and remove what can be reused."),
    "debug": ("headrace.cli.debug", "debug", "Run a step again under a debugger."),
    "compile": ("headrace.cli.compile", "compile_", "Compile a pipeline to KFP's IR."),
    "check": ("headrace.cli.compile", "check", "Find mistakes before running."),
    "server": ("headrace.cli.server", "server", "Serve the home to KFP's clients and browsers."),
    "ui": ("headrace.cli.ui", "ui", "Open the page that shows runs."),
    "recurring": ("headrace.cli.recurring", "recurring", "Make and list recurring runs."),
    "backfill": ("headrace.cli.recurring", "backfill", "Make runs for a span of the past."),
    "import": ("headrace.cli.importing", "import_", "Take over what a KFP server holds."),
    "backup": ("headrace.cli.backup", "backup", "Write the home to a file."),
    "restore": ("headrace.cli.backup", "restore", "Make the home again out of a backup."),
    "gc": ("headrace.cli.operations", "gc", "Remove what is too old or belongs to nothing."),
    "doctor": ("headrace.cli.operations", "doctor", "Check what this machine has and lacks."),
    "config": ("headrace.cli.operations", "config", "Show the configuration as it holds."),
    "login": ("headrace.cli.login", "login", "Keep a token for a server."),
    "logout": ("headrace.cli.login", "logout", "Forget the token of a server."),
    "token": ("headrace.cli.token", "token", "Make a token for a user of this home's server."),
    "completion": ("headrace.cli.completion", "completion", "Print completion for a shell."),
}


class _Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - of click
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - of click
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - of click
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="headrace")
def cli() -> None:
    """Run Kubeflow Pipelines (KFP) pipelines on this machine, with nothing to set up.

    Start with:  headrace run pipeline.py -p name=value
    """


def main() -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> int:
    """Run one command line and return its exit status; errors go to standard error."""
    try:
        status = cli.main(arguments, prog_name="headrace", standalone_mode=False)
    except HeadraceError as error:
        click.echo(render(error), err=True)
        return exit_status(error)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 141
    return status if isinstance(status, int) else 0
