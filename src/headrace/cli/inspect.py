"""Looking at runs: runs, show, logs, artifacts. Nothing here changes anything."""

from __future__ import annotations

import sys
from typing import Any

import click

from headrace.cli.options import output_option, run_argument, server_option, watch_option
from headrace.cli.output import print_as
from headrace.cli.progress import show_live
from headrace.cli.text import clean, duration, moment, size, table


@click.command()
@click.option("--state", help="Only runs in this state.")
@click.option("--pipeline", help="Only runs of this pipeline.")
@click.option("-n", "--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@watch_option
@server_option
@output_option
def runs(
    state: str | None,
    pipeline: str | None,
    limit: int,
    watch: bool,
    server: str | None,
    output: str,
) -> None:
    """List runs, the newest first."""
    from headrace.app.results import run_summary
    from headrace.app.target import find_target

    target = find_target(server)

    def found() -> list[Any]:
        wanted = state.lower() if state else None
        return target.runs(state=wanted, pipeline=pipeline, limit=limit)

    if output != "table":
        print_as(output, [run_summary(run) for run in found()])
    elif watch:
        show_live(lambda: (_runs_table(found()), False))
    else:
        click.echo(_runs_table(found()))


def _runs_table(found: list[Any]) -> str:
    if not found:
        return "no runs yet: start one with headrace run pipeline.py"
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
    return table(("run", "state", "pipeline", "created", "took"), rows)


@click.command()
@run_argument
@watch_option
@server_option
@output_option
def show(run_id: str, watch: bool, server: str | None, output: str) -> None:
    """Show a run: every step with its state and why, what it used, and what came out."""
    from headrace.app.results import run_result
    from headrace.app.target import find_target
    from headrace.cli.output import print_summary

    target = find_target(server)
    if watch and output == "table":
        run_id = target.run(run_id).run_id

        def now() -> tuple[str, bool]:
            whole = target.whole(run_id)
            return _steps_table(whole.run, run_result(whole)), whole.run.finished_at is not None

        show_live(now)
    whole = target.whole(run_id)
    result = run_result(whole)
    if output != "table":
        print_as(output, result)
        return
    click.echo(_steps_table(whole.run, result))
    for line in target.suggestions(whole.run.run_id):
        click.echo(clean(line))
    print_summary(result)


def _steps_table(run: Any, result: dict[str, Any]) -> str:
    lines = [clean(f"{run.display_name}  ({run.source})" if run.source else run.display_name)]
    if run.parameters:
        lines.append("parameters")
        lines += [f"  {clean(n)} = {clean(repr(v))}" for n, v in run.parameters.items()]
    rows = [_step_row(task) for task in result["tasks"]]
    if rows:
        lines.append(table(("step", "state", "took", "cpu", "peak", "why"), rows))
    return "\n".join(lines)


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
@run_argument
@click.argument("task", metavar="[TASK]", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on until the steps have ended.")
@click.option("--attempt", type=click.IntRange(min=1), help="Which try; the last by default.")
@server_option
@output_option
def logs(
    run_id: str,
    task: str | None,
    follow: bool,
    attempt: int | None,
    server: str | None,
    output: str,
) -> None:
    """Print what the steps of a run wrote, of one step or of all."""
    from headrace.app.target import find_target

    chunks = find_target(server).logs(run_id, task, attempt=attempt, follow=follow)
    if output != "table":
        collected: dict[tuple[str, int], bytearray] = {}
        for path, number, data in chunks:
            collected.setdefault((path, number), bytearray()).extend(data)
        print_as(
            output,
            [
                {"path": path, "attempt": number, "text": data.decode("utf-8", "replace")}
                for (path, number), data in collected.items()
            ],
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
@run_argument
@server_option
@output_option
def artifacts(run_id: str, server: str | None, output: str) -> None:
    """List the artifacts of a run: type, size, digest and where they are."""
    from headrace.app.results import artifact_value
    from headrace.app.target import find_target

    made = find_target(server).artifacts(run_id)
    if output != "table":
        print_as(
            output,
            [{"task": a.path, "attempt": a.attempt, **artifact_value(a.artifact)} for a in made],
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
