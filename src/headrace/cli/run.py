"""Starting runs, going on with them and ending them: run, resume, retry, cancel."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from headrace.cli.options import (
    execution_options,
    parameter_option,
    run_argument,
    server_option,
    strict_option,
)
from headrace.cli.output import print_as, print_summary
from headrace.cli.parameters import parse_parameters
from headrace.cli.progress import Progress
from headrace.errors import InvalidRequest

if TYPE_CHECKING:
    from headrace.app.target import Target


def submission_options(command: Any) -> Any:
    """Add the options that say how a new run should go."""
    for option in (
        parameter_option,
        click.option("--name", help="What the run is called."),
        click.option("--no-cache", is_flag=True, help="Reuse nothing of earlier runs."),
        click.option("--fail-fast", is_flag=True, help="End the run at the first failure."),
        click.option("--deadline", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS"),
        strict_option,
    ):
        command = option(command)
    return command


@click.command()
@click.argument("source", metavar="SRC")
@submission_options
@server_option
@click.option("--detach", is_flag=True, help="With --server: do not wait for the end.")
@execution_options
def run(
    source: str,
    pairs: tuple[str, ...],
    name: str | None,
    no_cache: bool,
    fail_fast: bool,
    deadline: float | None,
    strict_resources: bool,
    server: str | None,
    detach: bool,
    max_parallel: int | None,
    output: str,
) -> int:
    """Run a pipeline on this machine, or on a server, and wait for its end.

    SRC is a Python file with a pipeline (FILE.py, or FILE.py:NAME to pick one) or compiled IR
    (.yaml, .json). Exit status: 0 succeeded, 1 failed, 2 nothing was started, 130 interrupted. A
    run on a server goes on when this command is interrupted.
    """
    from headrace.app.execution import prepare_here
    from headrace.app.home import Home
    from headrace.app.submission import Wishes, submit
    from headrace.cli.source import load

    if server:
        _refuse_of_this_machine(strict_resources=strict_resources, max_parallel=max_parallel)
    elif detach:
        message = "--detach needs a server that goes on with the run"
        raise InvalidRequest(message, hint="give --server URL, or leave --detach out")
    home = Home.find()
    loaded = load(source)
    if loaded.component is not None:
        from headrace.cli.checking import warn_of

        warn_of(loaded)
    if server:
        from headrace.cli.remote import run_there

        given = parse_parameters(pairs, loaded.document.spec)
        fields = {
            "name": name,
            "cache": False if no_cache else None,
            "fail_fast": fail_fast or None,
            "deadline_s": deadline,
        }
        return run_there(server, loaded.document, given, fields, detach=detach, output=output)
    prepared = prepare_here(
        home,
        loaded.document,
        parse_parameters(pairs, loaded.document.spec),
        source=loaded.path,
        places=loaded.places,
        strict_resources=strict_resources,
    )
    wishes = Wishes(
        name=name,
        cache=False if no_cache else None,
        fail_fast=fail_fast,
        deadline_s=deadline,
    )
    submitted = submit(home, prepared, wishes)
    return carry_out(home, submitted.run_id, prepared.notices, max_parallel, output=output)


def _refuse_of_this_machine(*, strict_resources: bool, max_parallel: int | None) -> None:
    """Refuse options that a server decides for itself."""
    given = [
        name
        for name, is_given in (
            ("--strict-resources", strict_resources),
            ("--max-parallel", max_parallel is not None),
        )
        if is_given
    ]
    if given:
        message = f"{' and '.join(given)} concern this machine, and the run goes to a server"
        raise InvalidRequest(message, hint="leave it out, or leave --server out")


@click.command()
@run_argument
@execution_options
def resume(run_id: str, max_parallel: int | None, output: str) -> int:
    """Go on with a run whose controller has ended; finished steps are not run again."""
    from headrace.app.home import Home
    from headrace.app.target import HomeTarget
    from headrace.store.records import ENDED

    home = Home.find()
    found = home.run(run_id)
    if found.state in ENDED:
        click.echo(f"run {found.run_id} has ended already", err=True)
        return report(HomeTarget(home), found.run_id, output=output)
    return carry_out(home, found.run_id, (), max_parallel, output=output)


@click.command()
@run_argument
@server_option
@execution_options
def retry(run_id: str, server: str | None, max_parallel: int | None, output: str) -> int:
    """Go on with a failed or canceled run: what did not succeed runs again."""
    if server:
        from headrace.cli.remote import retry_there

        _refuse_of_this_machine(strict_resources=False, max_parallel=max_parallel)
        return retry_there(server, run_id, output=output)
    from headrace.app.home import Home
    from headrace.app.machine import owner_name
    from headrace.errors import Conflict

    home = Home.find()
    found = home.run(run_id)
    if found.state not in ("failed", "canceled"):
        message = f"run {found.run_id} is {found.state}; only a failed or canceled run is retried"
        raise Conflict(message)
    body = {"reason": "asked for", "by": owner_name()}
    home.store.send(found.run_id, "retry", body, now=time.time())
    return carry_out(home, found.run_id, (), max_parallel, output=output)


@click.command()
@run_argument
@server_option
def cancel(run_id: str, server: str | None) -> int:
    """Ask a run to end; its exit handlers still run."""
    from headrace.app.target import find_target

    found = find_target(server).cancel(run_id)
    click.echo(f"run {found.run_id} is asked to end")
    return 0


def carry_out(
    home: Any,
    run_id: str,
    notices: tuple[str, ...],
    max_parallel: int | None,
    *,
    output: str,
) -> int:
    """Take a run to its end with progress on standard error; return the exit status."""
    from headrace.app.execution import execute
    from headrace.app.target import HomeTarget

    with Progress(sys.stderr, live=None if output == "table" else False) as progress:
        progress.notice(f"run {run_id}")
        for notice in notices:
            progress.notice(f"notice: {notice}")
        outcome = execute(
            home,
            run_id,
            observe=progress.observe,
            notice=progress.notice,
            max_parallel=max_parallel,
        )
    status = report(HomeTarget(home), run_id, output=output)
    return 130 if outcome.interrupted else status


def report(target: Target, run_id: str, *, output: str) -> int:
    """Print how the run stands; return the exit status that belongs to it."""
    from headrace.app.results import run_result

    whole = target.whole(run_id)
    result = run_result(whole)
    if output == "table":
        print_summary(result)
    else:
        print_as(output, result)
    return 0 if whole.run.state == "succeeded" else 1
