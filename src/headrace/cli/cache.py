"""What can be reused, and why a step was or was not: explain, cache ls, cache rm."""

from __future__ import annotations

import click

from headrace.cli.options import output_option, run_argument, server_option
from headrace.cli.output import print_as
from headrace.cli.text import clean, moment, table


@click.command()
@run_argument
@click.argument("task", metavar="TASK")
@server_option
@output_option
def explain(run_id: str, task: str, server: str | None, output: str) -> None:
    """Say why a step was reused, or what differs from its nearest earlier run."""
    from headrace.app.target import find_target

    told = find_target(server).explain(run_id, task)
    if output != "table":
        print_as(output, told)
        return
    click.echo(f"{clean(told['path'])}: {told['verdict']}")
    click.echo(f"  {clean(told['reason'])}")
    for name, (mine, other) in told["differences"].items():
        click.echo(
            f"  {clean(name)}: {clean(mine)} here, {clean(other)} in {clean(told['nearest'])}"
        )


@click.group()
def cache() -> None:
    """List and remove what later runs can reuse."""


@cache.command("ls")
@click.option("--pipeline", help="Only entries of this pipeline.")
@output_option
def list_(pipeline: str | None, output: str) -> None:
    """List the entries of the cache, the newest first."""
    from headrace.app.home import Home
    from headrace.app.results import timestamp

    home = Home.find()
    entries = home.store.cache_entries() if home.exists else []
    entries = [entry for entry in entries if pipeline in (None, entry.pipeline)]
    if output != "table":
        print_as(
            output,
            [
                {
                    "key": entry.key,
                    "pipeline": entry.pipeline,
                    "path": entry.path,
                    "run_id": entry.run_id,
                    "created_at": timestamp(entry.created_at),
                }
                for entry in entries
            ],
        )
        return
    rows = [
        [entry.key[:16], entry.pipeline, entry.path, moment(entry.created_at), entry.run_id]
        for entry in entries
    ]
    click.echo(table(("key", "pipeline", "step", "made", "run"), rows))


@cache.command("rm")
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option("--pipeline", help="All entries of this pipeline.")
@click.option("--all", "everything", is_flag=True, help="All entries.")
def remove(keys: tuple[str, ...], pipeline: str | None, everything: bool) -> None:
    """Remove entries: by key or its beginning, by pipeline, or all."""
    from headrace.app.home import Home
    from headrace.errors import InvalidRequest, NotFound

    if not keys and pipeline is None and not everything:
        message = "nothing is named to remove"
        raise InvalidRequest(message, hint="give keys, --pipeline NAME or --all")
    home = Home.find()
    if not home.exists:
        click.echo("nothing was ever run here, so there is nothing to remove")
        return
    whole: list[str] | None = None
    if keys:
        known = [entry.key for entry in home.store.cache_entries(limit=1_000_000)]
        whole = [key for key in known if key.startswith(keys)]
        missing = [key for key in keys if not any(k.startswith(key) for k in known)]
        if missing:
            message = f"no entry has the key {', '.join(missing)}"
            raise NotFound(message)
    count = home.store.remove_cache_entries(keys=whole, pipeline=pipeline)
    click.echo(f"{count} entries removed; artifacts stay with their runs")
