"""Keeping Headrace in order: gc, doctor, config."""

from __future__ import annotations

import click

from headrace.cli.options import output_option
from headrace.cli.output import print_as
from headrace.cli.text import clean, size, table

_DAYS = click.FloatRange(min=0, min_open=True)


@click.command()
@click.option("--plan", is_flag=True, help="Remove nothing; say what would be removed.")
@click.option("--runs-days", type=_DAYS, help="Remove runs that ended so many days ago.")
@click.option("--archived-days", type=_DAYS, help="Remove archived runs that ended so long ago.")
@click.option("--logs-days", type=_DAYS, help="Remove logs of runs that ended so long ago.")
@output_option
def gc(
    plan: bool,
    runs_days: float | None,
    archived_days: float | None,
    logs_days: float | None,
    output: str,
) -> None:
    """Remove what is too old, and files that nothing refers to.

    What is too old is said by [retention] of config.toml or by these options; without either only
    files without a run go. Runs with the tag "keep" stay.
    """
    import time
    from dataclasses import asdict

    from headrace.app.home import Home
    from headrace.app.retention import collect, rules_of

    home = Home.find()
    given = {"runs_days": runs_days, "archived_days": archived_days, "logs_days": logs_days}
    named = {name: days for name, days in given.items() if days is not None}
    rules = rules_of({**home.config.retention, **named})
    found = collect(home, rules, now=time.time(), plan=plan)
    if output != "table":
        print_as(output, {"plan": plan, **asdict(found)})
        return
    verb = "would be removed" if plan else "were removed"
    click.echo(
        f"{len(found.runs)} runs, {size(found.log_bytes)} of logs and {found.artifacts} artifacts"
        f" ({size(found.artifact_bytes)}) {verb}"
    )
    for run_id in found.runs[:50]:
        click.echo(f"  {run_id}")
    if len(found.runs) > 50:
        click.echo(f"  … {len(found.runs) - 50} more")


@click.command()
@click.option("--server", metavar="URL", help="A server that must answer.")
@output_option
def doctor(server: str | None, output: str) -> int:
    """Check what this machine has of what Headrace needs, and say what to do.

    Exit status: 0 nothing is wrong, 1 something is.
    """
    from dataclasses import asdict

    from headrace.app.doctor import examine
    from headrace.app.home import Home

    findings = examine(Home.find(), server)
    broken = any(one.verdict == "problem" for one in findings)
    if output != "table":
        print_as(output, [asdict(one) for one in findings])
        return int(broken)
    rows = [[one.verdict, one.name, one.found] for one in findings]
    click.echo(table(("", "check", "found"), rows))
    for one in findings:
        if one.advice and one.verdict != "ok":
            click.echo(f"{one.name}: {clean(one.advice)}")
    return int(broken)


@click.group()
def config() -> None:
    """Show the configuration."""


@config.command()
@output_option
def show(output: str) -> None:
    """Show the configuration as it holds: file and environment together, secrets hidden."""
    from headrace.app.effective import effective
    from headrace.app.home import Home

    values = effective(Home.find())
    if output == "json":
        print_as("json", values)
    else:
        print_as("yaml", values)
