"""Looking at runs: runs, show, logs, artifacts. Nothing here changes anything."""

from __future__ import annotations

import sys
from typing import Any

import click

from headrace.cli.options import json_option
from headrace.cli.output import print_json
from headrace.cli.text import clean, duration, moment, size, table


@click.command()
@click.option("--state", help="Only runs in this state.")
@click.option("--pipeline", help="Only runs of this pipeline.")
@click.option("-n", "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@json_option
def runs(state: str | None, pipeline: str | None, limit: int, as_json: bool) -> None:
    """List runs, the newest first."""
    from headrace.app.home import Home
    from headrace.app.results import run_summary
    from headrace.store import RunFilter

    home = Home.find()
    where = RunFilter(state=state.lower() if state else None, pipeline=pipeline)
    found = home.store.runs(where, limit=limit).items if home.exists else ()
    if as_json:
        print_json([run_summary(run) for run in found])
        return
    if not found:
        click.echo("no runs yet: start one with headrace run pipeline.py")
        return
    rows = [
        [
            run.run_id,
            run.state,
            run.pipeline,
            moment(run.created_at),
            duration(run.finished_at - run.started_at)
            if run.finished_at and run.started_at
            else "",
        ]
        for run in found
    ]
    click.echo(table(("run", "state", "pipeline", "created", "took"), rows))


@click.command()
@click.argument("run_id", metavar="RUN")
@json_option
def show(run_id: str, as_json: bool) -> None:
    """Show a run: every step with its state and why, what it used, and what came out."""
    from headrace.app.home import Home
    from headrace.app.results import run_result
    from headrace.app.usage import suggestions
    from headrace.cli.output import print_summary

    home = Home.find()
    found = home.run(run_id)
    result = run_result(home.store, found)
    if as_json:
        print_json(result)
        return
    click.echo(f"{clean(found.display_name)}  ({clean(found.source)})")
    parameters = result["parameters"]
    if parameters:
        click.echo("parameters")
        for name, value in parameters.items():
            click.echo(f"  {clean(name)} = {clean(repr(value))}")
    rows = [_step_row(task) for task in result["tasks"]]
    if rows:
        click.echo(table(("step", "state", "took", "cpu", "peak", "why"), rows))
    for line in suggestions(home.store, found.run_id):
        click.echo(clean(line))
    print_summary(result)


def _step_row(task: dict[str, Any]) -> list[str]:
    last: dict[str, Any] = task["usage"] or {}
    error: dict[str, Any] = task["error"] or {}
    return [
        task["path"],
        "reused" if task["cached"] else task["state"].lower(),
        duration(task["seconds"]) if task["seconds"] is not None else "",
        duration(last["cpu_s"]) if last.get("cpu_s") else "",
        size(last["max_rss_bytes"]) if last.get("max_rss_bytes") else "",
        task["reason"] or str(error.get("message", "")).split("\n")[0],
    ]


@click.command()
@click.argument("run_id", metavar="RUN")
@click.argument("task", metavar="[TASK]", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on until the steps have ended.")
@click.option("--attempt", type=click.IntRange(min=1), help="Which try; the last by default.")
@json_option
def logs(run_id: str, task: str | None, follow: bool, attempt: int | None, as_json: bool) -> None:
    """Print what the steps of a run wrote, of one step or of all."""
    from headrace.app.home import Home
    from headrace.app.reading_logs import read_logs

    home = Home.find()
    found = home.run(run_id)
    chunks = read_logs(home, found.run_id, task, attempt=attempt, follow=follow)
    if as_json:
        collected: dict[tuple[str, int], bytearray] = {}
        for path, number, data in chunks:
            collected.setdefault((path, number), bytearray()).extend(data)
        print_json(
            [
                {"path": path, "attempt": number, "text": data.decode("utf-8", "replace")}
                for (path, number), data in collected.items()
            ]
        )
        return
    current: tuple[str, int] | None = None
    for path, number, data in chunks:
        if task is None and current != (path, number):
            current = (path, number)
            click.echo(f"==> {clean(path)} #{number} <==")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


@click.command()
@click.argument("run_id", metavar="RUN")
@json_option
def artifacts(run_id: str, as_json: bool) -> None:
    """List the artifacts of a run: type, size, digest and where they are."""
    from headrace.app.home import Home
    from headrace.app.results import artifact_value

    home = Home.find()
    found = home.run(run_id)
    made = home.store.artifacts(found.run_id)
    if as_json:
        print_json(
            [{"task": a.path, "attempt": a.attempt, **artifact_value(a.artifact)} for a in made]
        )
        return
    rows = [
        [
            a.path,
            a.artifact.name,
            a.artifact.schema_title,
            size(a.artifact.size),
            (a.artifact.digest or "")[:19],
            artifact_value(a.artifact)["path"] or a.artifact.uri,
        ]
        for a in made
    ]
    click.echo(table(("step", "name", "type", "size", "digest", "where"), rows))
