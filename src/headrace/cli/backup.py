"""Keeping a home safe: backup, restore."""

from __future__ import annotations

from pathlib import Path

import click

from headrace.cli.text import moment, size


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--no-artifacts", is_flag=True, help="Leave out what steps made.")
def backup(file: Path, no_artifacts: bool) -> None:
    """Write the home to FILE while runs go on; .gz or .xz at its end compresses it.

    A database in PostgreSQL is backed up with pg_dump.
    """
    from headrace.app.backups import back_up
    from headrace.app.home import Home

    home = Home.find()
    written = back_up(home, file, artifacts=not no_artifacts)
    click.echo(f"{home.path} is backed up in {file} ({size(written)})")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Make the home again out of FILE, also at another place or on another machine.

    Runs that had not ended go on when the home is worked on next: headrace resume RUN, or
    headrace server.
    """
    from headrace.app.backups import restore as restore_home
    from headrace.app.settings import find_home

    home = find_home()
    restored = restore_home(file, home)
    click.echo(
        f"{home} holds {restored.runs} runs as of {moment(restored.manifest.created_at)}"
        + (f"; {restored.open_runs} had not ended" if restored.open_runs else "")
    )
