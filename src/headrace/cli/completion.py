"""Completion of commands, options and run ids in the user's shell."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem, get_completion_class

_VARIABLE = "_HEADRACE_COMPLETE"
_MOST_RUNS = 50


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete headrace's commands, options and runs.

    \b
    bash:  headrace completion bash > ~/.local/share/bash-completion/completions/headrace
    zsh:   headrace completion zsh > "${fpath[1]}/_headrace"
    fish:  headrace completion fish > ~/.config/fish/completions/headrace.fish
    """  # noqa: D301 - click's mark of lines to keep
    from headrace.cli.main import cli

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "headrace", _VARIABLE).source())


def complete_run(
    ctx: click.Context,  # noqa: ARG001 - of click
    param: click.Parameter,  # noqa: ARG001 - of click
    incomplete: str,
) -> list[CompletionItem]:
    """Return the newest runs of this home whose ids begin so."""
    from headrace.app.home import Home
    from headrace.errors import HeadraceError

    try:
        home = Home.find()
        found = home.store.runs(limit=_MOST_RUNS).items if home.exists else ()
    except HeadraceError:
        return []  # a key press is no place for an error
    return [
        CompletionItem(run.run_id, help=f"{run.pipeline} {run.state}")
        for run in found
        if run.run_id.startswith(incomplete)
    ]
