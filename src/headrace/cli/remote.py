"""Runs on a server: starting them, watching them from here, retrying them, running them again.

Interrupting one of these commands leaves the run alone: it is the server's.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click
import msgspec

from headrace.cli.output import print_as
from headrace.cli.parameters import parse_parameters
from headrace.cli.progress import Progress
from headrace.engine.changes import TaskChanged
from headrace.errors import InvalidRequest

if TYPE_CHECKING:
    from headrace.client import Client, Event, Run
    from headrace.ir.model import Document


def run_there(
    server: str,
    document: Document,
    given: Mapping[str, Any],
    fields: Mapping[str, Any],
    *,
    detach: bool,
    output: str,
) -> int:
    """Start a run on a server and watch it to its end; return the exit status.

    Args:
        given: Values of its parameters.
        fields: What else the run has, by the names of ``Client.submit``.
        detach: Do not wait for the end.
    """
    from headrace.app.remote import Compiled, connect

    compiled = Compiled(document.raw, document.raw_platform)
    with connect(server) as client:
        started = client.submit(compiled, given, **fields)
        if not detach:
            return _watch(client, started, output)
        if output == "table":
            click.echo(f"run {started.run_id}")
        else:
            print_as(output, {"run_id": started.run_id, "state": started.state.upper()})
        return 0


def retry_there(server: str, run_id: str, *, output: str) -> int:
    """Go on with a failed or canceled run of a server and watch it; return the exit status."""
    from headrace.app.remote import connect
    from headrace.app.target import ServerTarget

    with connect(server) as client:
        found = ServerTarget(client).run(run_id)
        last = client.detail(found.run_id).last_event_id
        return _watch(client, client.retry(found.run_id), output, after=last)


def rerun_there(
    server: str,
    run_id: str,
    source: str | None,
    start: tuple[str, ...],
    pairs: tuple[str, ...],
    *,
    only_plan: bool,
    output: str,
) -> int:
    """Run a run of a server again as a new one, or say what that would do."""
    from headrace import ir
    from headrace.app.remote import connect
    from headrace.app.target import ServerTarget
    from headrace.cli.rerun import print_plan

    if source is not None:
        message = "a server runs again what it has; changed code is a new run"
        hint = f"headrace run {source} --server {server}; what is the same is taken from the cache"
        raise InvalidRequest(message, hint=hint)
    if len(start) > 1:
        message = "a server takes one --from"
        raise InvalidRequest(message, hint="name the earliest of the steps")
    with connect(server) as client:
        found = ServerTarget(client).run(run_id)
        stored = client.document(found.run_id)
        document = ir.read_dict(stored["spec"], stored.get("platform"))
        wishes: dict[str, Any] = {
            "from_task": start[0] if start else None,
            "parameters": parse_parameters(pairs, document.spec),
        }
        if only_plan:
            steps = client.plan(found.run_id, **wishes)
            return print_plan(
                [_Fate(step.path, step.action, step.reason) for step in steps], output=output
            )
        return _watch(client, client.rerun(found.run_id, **wishes), output)


class _Fate(msgspec.Struct, frozen=True):
    """What becomes of a step, under the names of a forecast."""

    path: str
    fate: str
    why: str


def _watch(client: Client, run: Run, output: str, after: int = 0) -> int:
    from headrace.app.target import ServerTarget
    from headrace.cli.run import report

    try:
        with Progress(sys.stderr, live=None if output == "table" else False) as progress:
            progress.notice(f"run {run.run_id}")
            for event in client.events(run, after=after):
                _show(progress, event)
    except KeyboardInterrupt:
        click.echo(f"run {run.run_id} goes on; end it with: headrace cancel {run.run_id}", err=True)
        return 130
    return report(ServerTarget(client), run.run_id, output=output)


def _show(progress: Progress, event: Event) -> None:
    if event.task is not None:
        row = msgspec.to_builtins(event.task)
        progress.observe(event.run_id, [msgspec.convert(row, TaskChanged)])
