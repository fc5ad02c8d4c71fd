"""Starting runs, going on with them and ending them: run, resume, retry, cancel."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from headrace.cli.options import execution_options, parameter_option, strict_option
from headrace.cli.output import print_json, print_summary
from headrace.cli.parameters import parse_parameters
from headrace.cli.progress import Progress


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
@execution_options
def run(
    source: str,
    pairs: tuple[str, ...],
    name: str | None,
    no_cache: bool,
    fail_fast: bool,
    deadline: float | None,
    strict_resources: bool,
    max_parallel: int | None,
    as_json: bool,
) -> int:
    """Run a pipeline on this machine and wait for its end.

    SRC is a Python file with a pipeline (FILE.py, or FILE.py:NAME to pick one) or compiled IR
    (.yaml, .json). Exit status: 0 succeeded, 1 failed, 2 nothing was started, 130 interrupted.
    """
    from headrace.app.execution import prepare_here
    from headrace.app.home import Home
    from headrace.app.submission import Wishes, submit
    from headrace.cli.source import load

    home = Home.find()
    loaded = load(source)
    if loaded.component is not None:
        from headrace.cli.checking import warn_of

        warn_of(loaded)
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
    return carry_out(home, submitted.run_id, prepared.notices, max_parallel, as_json=as_json)


@click.command()
@click.argument("run_id", metavar="RUN")
@execution_options
def resume(run_id: str, max_parallel: int | None, as_json: bool) -> int:
    """Go on with a run whose controller has ended; finished steps are not run again."""
    from headrace.app.home import Home
    from headrace.store.records import ENDED

    home = Home.find()
    found = home.run(run_id)
    if found.state in ENDED:
        click.echo(f"run {found.run_id} has ended already", err=True)
        return report(home, found.run_id, as_json=as_json)
    return carry_out(home, found.run_id, (), max_parallel, as_json=as_json)


@click.command()
@click.argument("run_id", metavar="RUN")
@execution_options
def retry(run_id: str, max_parallel: int | None, as_json: bool) -> int:
    """Go on with a failed or canceled run: what did not succeed runs again."""
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
    return carry_out(home, found.run_id, (), max_parallel, as_json=as_json)


@click.command()
@click.argument("run_id", metavar="RUN")
def cancel(run_id: str) -> int:
    """Ask a run to end; its exit handlers still run."""
    from headrace.app.home import Home
    from headrace.errors import Conflict
    from headrace.store.records import ENDED

    home = Home.find()
    found = home.run(run_id)
    if found.state in ENDED:
        message = f"run {found.run_id} has ended already: {found.state}"
        raise Conflict(message)
    home.store.send(found.run_id, "cancel", {"reason": "canceled by a user"}, now=time.time())
    click.echo(f"run {found.run_id} is asked to end")
    return 0


def carry_out(
    home: Any,
    run_id: str,
    notices: tuple[str, ...],
    max_parallel: int | None,
    *,
    as_json: bool,
) -> int:
    """Take a run to its end with progress on standard error; return the exit status."""
    from headrace.app.execution import execute

    with Progress(sys.stderr, live=False if as_json else None) as progress:
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
    status = report(home, run_id, as_json=as_json)
    return 130 if outcome.interrupted else status


def report(home: Any, run_id: str, *, as_json: bool) -> int:
    """Print how the run stands; return the exit status that belongs to it."""
    from headrace.app.results import run_result

    found = home.run(run_id)
    result = run_result(home.store, found)
    if as_json:
        print_json(result)
    else:
        print_summary(result)
    return 0 if found.state == "succeeded" else 1
