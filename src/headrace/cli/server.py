"""Serving a home: the command ``server``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from headrace.app.log_format import LogFormat


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Port to listen on; 0 takes a free one, which is printed.",
)
@click.option(
    "--role",
    type=click.Choice(["api", "controller", "all"]),
    default="all",
    show_default=True,
    help="Answer requests, carry out runs, or both.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Lines for people, or a JSON object a line.",
)
@click.option(
    "--database",
    metavar="URL",
    help="postgresql://…, also as HEADRACE_DATABASE; the home's own file otherwise.",
)
def server(
    host: str,
    port: int,
    role: Literal["api", "controller", "all"],
    log_format: LogFormat,
    database: str | None,
) -> None:
    """Serve the home: KFP's API, the native API and the page; carry out its runs.

    Runs of ``headrace run`` in the same home are seen too. Ends on SIGTERM; steps that run then go
    on, and the next server takes them up.
    """
    from headrace.app.home import Home
    from headrace.app.serving import Wanted, serve

    home = Home.find(database=database)
    serve(home, Wanted(host=host, port=port, role=role, log_format=log_format), click.echo)
