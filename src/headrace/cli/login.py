"""Logging in to servers and out of them."""

from __future__ import annotations

import sys
from typing import TextIO

import click


@click.command()
@click.argument("url", metavar="URL")
@click.option(
    "--token-file",
    type=click.File("r"),
    help="Read the token from a file (- is standard input) instead of asking for it.",
)
def login(url: str, token_file: TextIO | None) -> int:
    """Keep a token for the server at URL, after asking the server whose it is.

    Make a personal token on the server's page under Settings, or with its API. Commands use it
    when they are given the server by --server or HEADRACE_SERVER.
    """
    from headrace.app.remote import connect
    from headrace.client.credentials import normal_address, save_token
    from headrace.errors import InvalidRequest

    address = normal_address(url)
    token = _asked(address) if token_file is None else token_file.read().strip()
    if not token:
        message = "no token was given"
        raise InvalidRequest(message, hint="make one on the server's page under Settings")
    with connect(address, token=token) as client:
        me = client.me()
    path = save_token(address, token)
    names = ", ".join(f"{one.name or 'default'} ({one.role})" for one in me.namespaces)
    who = f" as {me.user}" if me.user else ", which has one user and asks for no token"
    click.echo(f"logged in to {address}{who}" + (f"; namespaces: {names}" if names else ""))
    click.echo(f"the token is kept in {path}; use it with: headrace runs --server {address}")
    return 0


@click.command()
@click.argument("url", metavar="URL")
def logout(url: str) -> int:
    """Forget the token of the server at URL; the server still knows it until it is revoked."""
    from headrace.client.credentials import forget_token, normal_address
    from headrace.errors import NotFound

    address = normal_address(url)
    if not forget_token(address):
        message = f"there is no token for {address}"
        raise NotFound(message, hint="headrace login URL keeps one")
    click.echo(f"logged out of {address}")
    return 0


def _asked(address: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return str(click.prompt(f"token for {address}", hide_input=True)).strip()
