"""Looking at this installation: doctor, config show."""

from __future__ import annotations

import click

from headrace.cli.options import output_option, server_option
from headrace.cli.output import print_as
from headrace.cli.text import clean, table

_MARKS = {"ok": "ok", "missing": "MISSING", "broken": "BROKEN"}


@click.command()
@server_option
@output_option
def doctor(server: str | None, output: str) -> int:
    """Look at what Headrace needs here, and say what to do where it is not there.

    Exit status: 0 all well, also when something optional is missing; 1 something is broken.
    """
    from headrace.app.checkup import findings

    found = list(findings(server))
    if output == "table":
        rows = [(one.subject, _MARKS[one.verdict], one.text) for one in found]
        click.echo(table(("what", "state", "found"), rows))
        for one in found:
            if one.hint:
                click.echo(f"{one.subject}: {clean(one.hint)}")
    else:
        print_as(
            output,
            [
                {"subject": f.subject, "verdict": f.verdict, "text": f.text, "hint": f.hint}
                for f in found
            ],
        )
    return 1 if any(one.verdict == "broken" for one in found) else 0


@click.group()
def config() -> None:
    """Look at the configuration as it holds."""


@config.command("show")
@output_option
def show(output: str) -> None:
    """Show every setting as it holds: the file, the environment and the defaults together.

    Secrets are not shown.
    """
    from headrace.app.home import Home
    from headrace.app.serving import effective

    values = effective(Home.find())
    print_as("yaml" if output == "table" else output, values)
