"""Opening the page in a browser: the command ``ui``."""

from __future__ import annotations

import json
import urllib.request
import webbrowser

import click

from headrace.errors import InfrastructureError

_PATIENCE_S = 2.0


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of the server.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Its port."
)
@click.option("--no-browser", is_flag=True, help="Print the address only.")
def ui(host: str, port: int, no_browser: bool) -> None:
    """Open the page that shows runs; start a server of the home unless one answers already.

    A server that is started here runs until this command is interrupted.
    """
    address = f"http://{host}:{port}"

    def show(at: str) -> None:
        if no_browser or not webbrowser.open(at):
            click.echo(f"the page is at {at}")

    if _answers(address):
        show(address)
        return
    from headrace.app.home import Home
    from headrace.app.serving import Wanted, serve

    def announce(line: str) -> None:
        click.echo(line)
        show(line.rsplit(" ", 1)[-1])

    home = Home.find()
    try:
        serve(home, Wanted(host=host, port=port), announce)
    except InfrastructureError:
        if not _is_taken(host, port):
            raise
        serve(Home.find(), Wanted(host=host, port=0), announce)


def _answers(address: str) -> bool:
    """Return whether a Headrace server is there; one that wants a login counts."""
    request = urllib.request.Request(f"{address}/apis/v2beta1/healthz")  # noqa: S310 - http only
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE_S) as response:  # noqa: S310
            return "pipeline_store" in json.load(response)
    except (OSError, ValueError):
        return False


def _is_taken(host: str, port: int) -> bool:
    """Return whether something else listens there."""
    import socket

    with socket.socket() as probe:
        probe.settimeout(_PATIENCE_S)
        return probe.connect_ex((host, port)) == 0
