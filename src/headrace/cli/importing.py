"""Taking over what another server holds: import kfp."""

from __future__ import annotations

from pathlib import Path

import click

from headrace.cli.options import output_option
from headrace.cli.output import print_as
from headrace.cli.text import clean, table

_SIGNS = {"taken": "+", "there already": "=", "not taken": "!"}


@click.group(name="import")
def import_() -> None:
    """Take over what another server holds."""


@import_.command()
@click.option("--from", "url", required=True, metavar="URL", help="The KFP server.")
@click.option("--namespace", default="", help="Whose things, on a server with users.")
@click.option("--into", default="", metavar="NAMESPACE", help="Where they go, if this has users.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file with a token for the KFP server.",
)
@click.option(
    "--zone", help="Time zone in which that server reads cron expressions; UTC otherwise."
)
@click.option("--enable", is_flag=True, help="Leave recurring runs on that are on there.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be taken.")
@output_option
def kfp(
    url: str,
    namespace: str,
    into: str,
    token_file: Path | None,
    zone: str | None,
    enable: bool,
    dry_run: bool,
    output: str,
) -> int:
    """Take pipelines, versions, experiments and recurring runs from a running KFP server.

    Asked again, it takes only what is new. Runs are not taken. Exit status: 0 everything is here,
    1 something could not be taken.
    """
    from contextlib import closing
    from dataclasses import asdict

    from headrace.app.home import Home
    from headrace.app.importing import Plan, take_over
    from headrace.app.kfp_source import KfpSource
    from headrace.errors import InvalidRequest

    token = None if token_file is None else token_file.read_text("utf-8").strip()
    if token_file is not None and not token:
        raise InvalidRequest(f"{token_file} is empty", hint="put the token into it")
    home = Home.find()
    home.check_writable()
    plan = Plan(namespace=into, dry_run=dry_run, enable=enable, time_zone=zone)
    with closing(KfpSource(url, namespace=namespace, token=token)) as source:
        items = list(take_over(home, source, plan))
    missed = sum(item.outcome == "not taken" for item in items)
    if output != "table":
        print_as(output, [asdict(item) for item in items])
        return int(bool(missed))
    rows = [[_SIGNS[item.outcome], item.kind, item.name, item.why] for item in items]
    click.echo(table(("", "kind", "name", ""), rows))
    taken = sum(item.outcome == "taken" for item in items)
    verb = "would be taken" if dry_run else "taken"
    click.echo(f"{taken} {verb}, {len(items) - taken - missed} there already, {missed} not taken")
    if missed:
        click.echo(clean("what is marked ! could not be taken; the last column says why"))
    return int(bool(missed))
