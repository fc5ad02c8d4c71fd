"""Making tokens at the home: the command ``token``."""

from __future__ import annotations

from typing import Literal

import click


@click.command()
@click.argument("user", metavar="USER")
@click.option("--name", default="made at the home", show_default=True, help="What it is for.")
@click.option(
    "--scope",
    type=click.Choice(["read", "write", "manage", "administer"]),
    default="write",
    show_default=True,
    help="The most that may be done with it.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=90,
    show_default=True,
    help="How long it counts.",
)
def token(
    user: str, name: str, scope: Literal["read", "write", "manage", "administer"], days: int
) -> int:
    """Make a token for USER of the server over this home, and print it once.

    It gives USER no rights of its own: those come from admins in [server.auth], and from roles in
    namespaces. Use it with: headrace login URL
    """
    from headrace.app.home import Home
    from headrace.app.user_tokens import WantedToken, make_token

    click.echo(make_token(Home.find(), WantedToken(user, name, scope, days)))
    return 0
