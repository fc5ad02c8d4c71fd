"""Recurring runs: recurring list, show, create, enable, disable, delete; and backfill."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from headrace.cli.options import output_option, parameter_option, server_option
from headrace.cli.output import print_as
from headrace.cli.text import clean, moment, table

if TYPE_CHECKING:
    from headrace.app.recurring_target import RecurringTarget
    from headrace.store import RecurringRun

_NAME = click.argument("name", metavar="RECURRING")


@click.group()
def recurring() -> None:
    """List, make, switch and remove recurring runs of a server, or of this home.

    Those of the home are carried out by a server on it.
    """


@recurring.command("list")
@server_option
@output_option
def list_(server: str | None, output: str) -> None:
    """List recurring runs, the newest first."""
    from headrace.app.recurring_target import find_recurring
    from headrace.schedules import describe

    found = find_recurring(server).every()
    if output != "table":
        print_as(output, [_plain(one) for one in found])
        return
    rows = [
        [
            one.id[:8],
            one.display_name,
            "on" if one.enabled else "off",
            moment(one.next_tick_at) if one.enabled else "",
            str(one.ticks),
            describe(one.trigger),
            one.error or "",
        ]
        for one in found
    ]
    click.echo(table(("id", "name", "", "next", "ticks", "when", "error"), rows))


@recurring.command()
@_NAME
@server_option
@output_option
def show(name: str, server: str | None, output: str) -> None:
    """Show a recurring run: when it fires, what it runs, how the last tick went."""
    from headrace.app.recurring_runs import preview
    from headrace.app.recurring_target import find_recurring, named

    found = named(find_recurring(server), name)
    if output != "table":
        print_as(output, _plain(found))
        return
    click.echo(f"{clean(found.display_name)}  {found.id}")
    runs = f"pipeline {found.pipeline_id}, its latest version" if found.pipeline_id else "a file"
    runs = f"version {found.version_id}" if found.version_id else runs
    click.echo(f"  runs     {runs}")
    click.echo(f"  enabled  {'yes' if found.enabled else 'no'}")
    click.echo(f"  at once  {found.max_concurrency}, {_catchup(found)}")
    click.echo(f"  ticks    {found.ticks}, the last {moment(found.last_tick_at) or 'never'}")
    if found.error:
        click.echo(f"  error    {clean(found.error)}")
    _print_preview(preview(found.trigger, anchor=found.created_at))


@recurring.command()
@click.argument("source", metavar="[SRC]", required=False)
@click.option("--pipeline", help="A pipeline of the catalog: its latest version at each tick.")
@click.option("--name", default="", help="What it is called; the pipeline's name otherwise.")
@click.option("--cron", help="second minute hour day month [weekday], or @daily, @every 1h30m.")
@click.option("--every", type=click.IntRange(min=1), metavar="SECONDS", help="An interval.")
@click.option("--zone", "time_zone", help="Time zone of the cron expression; UTC otherwise.")
@click.option("--start", metavar="TIME", help="No tick before it.")
@click.option("--end", metavar="TIME", help="No tick after it.")
@click.option("--max-concurrency", type=click.IntRange(1, 100), default=1, show_default=True)
@click.option("--no-catchup", is_flag=True, help="Of missed ticks, make up for the latest alone.")
@click.option("--disabled", is_flag=True, help="Make it, and make no runs yet.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@parameter_option
@server_option
@output_option
def create(
    source: str | None,
    pipeline: str | None,
    name: str,
    cron: str | None,
    every: int | None,
    time_zone: str | None,
    start: str | None,
    end: str | None,
    max_concurrency: int,
    no_catchup: bool,
    disabled: bool,
    yes: bool,
    pairs: tuple[str, ...],
    server: str | None,
    output: str,
) -> None:
    """Make a recurring run of SRC (as for headrace run), or of a pipeline of the catalog.

    Says when it will fire and asks before anything is saved. Without --cron and --every it runs
    once, at creation.
    """
    from headrace.app.recurring_runs import Wanted, instant, preview
    from headrace.app.recurring_target import find_recurring
    from headrace.schedules import Trigger

    target = find_recurring(server)
    trigger = Trigger(
        cron=cron,
        interval_s=every,
        start_at=None if start is None else instant(start, time_zone),
        end_at=None if end is None else instant(end, time_zone),
        time_zone=time_zone,
    )
    shown = preview(trigger)
    _print_preview(shown, err=True)
    loaded, parameters = _loaded(target, source, pipeline, pairs)
    wanted = Wanted(
        name=name,
        trigger=trigger,
        source=loaded,
        pipeline=pipeline,
        parameters=parameters,
        max_concurrency=max_concurrency,
        catchup=not no_catchup,
        enabled=not disabled,
    )
    target.check(wanted)
    if not yes:
        click.confirm("Save it?", abort=True, err=True)
    made = target.make(wanted)
    if output == "table":
        click.echo(f"recurring run {made.id} is saved; headrace server carries it out")
    else:
        print_as(output, _plain(made))


@recurring.command()
@_NAME
@server_option
def enable(name: str, server: str | None) -> None:
    """Let a recurring run make runs, from now on."""
    _switch(name, server, enabled=True)


@recurring.command()
@_NAME
@server_option
def disable(name: str, server: str | None) -> None:
    """Let a recurring run make no runs; those that it made go on."""
    _switch(name, server, enabled=False)


@recurring.command()
@_NAME
@server_option
def delete(name: str, server: str | None) -> None:
    """Remove a recurring run; its runs stay."""
    from headrace.app.recurring_target import find_recurring, named

    target = find_recurring(server)
    found = named(target, name)
    target.remove(found)
    click.echo(f"recurring run {clean(found.display_name)} is removed; its runs stay")


@click.command()
@_NAME
@click.option("--from", "begin", required=True, metavar="TIME", help="The first time.")
@click.option("--to", "end", required=True, metavar="TIME", help="The last time.")
@click.option("--max", "most", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--plan", is_flag=True, help="Make nothing; list the runs.")
@server_option
@output_option
def backfill(
    name: str, begin: str, end: str, most: int, plan: bool, server: str | None, output: str
) -> None:
    """Make the runs of a recurring run for a span of the past, both ends included.

    Ticks that have their run already are left alone, so that it can be asked for again. The runs
    wait for room; those of the home also for a server on it.
    """
    from headrace.app.recurring_runs import instant
    from headrace.app.recurring_target import find_recurring, named

    target = find_recurring(server)
    found = named(target, name)
    zone = found.trigger.time_zone
    slots = target.fill_up(found, instant(begin, zone), instant(end, zone), most=most, plan=plan)
    if output != "table":
        print_as(output, [{"at": s.at, "run_id": s.run_id, "exists": s.exists} for s in slots])
        return
    made = "would be made" if plan else "is made"
    rows = [
        [_utc(slot.at), slot.run_id, "is there already" if slot.exists else made] for slot in slots
    ]
    click.echo(table(("tick (UTC)", "run", ""), rows))


def _switch(name: str, server: str | None, *, enabled: bool) -> None:
    from headrace.app.recurring_target import find_recurring, named

    target = find_recurring(server)
    changed = target.switch(named(target, name), enabled=enabled)
    said = f"is on, next at {moment(changed.next_tick_at) or 'no time'}" if enabled else "is off"
    click.echo(f"recurring run {clean(changed.display_name)} {said}")


def _loaded(
    target: RecurringTarget, source: str | None, pipeline: str | None, pairs: tuple[str, ...]
) -> tuple[Any, Any]:
    """Return the documents of a file, if one is named, and the values of the parameters."""
    from headrace.cli.parameters import parse_parameters
    from headrace.errors import InvalidRequest
    from headrace.server.documents import Source

    if (source is None) == (pipeline is None):
        raise InvalidRequest("one pipeline is needed", hint="give a file or --pipeline NAME")
    if source is None:
        return None, parse_parameters(pairs, target.document_of(pipeline or "").spec)
    from headrace.cli.source import load

    document = load(source).document
    given = Source(dict(document.raw), dict(document.raw_platform or {}) or None)
    return given, parse_parameters(pairs, document.spec)


def _print_preview(shown: Any, *, err: bool = False) -> None:
    click.echo(f"  when     {clean(shown.sentence)}", err=err)
    for warning in shown.warnings:
        click.echo(f"  warning  {clean(warning)}", err=err)
    for count, at in enumerate(shown.next):
        click.echo(f"  {'next' if not count else '':7}  {_utc(at)} UTC", err=err)


def _utc(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"


def _catchup(found: RecurringRun) -> str:
    return "missed ticks are made up for" if found.catchup else "of missed ticks only the latest"


def _plain(found: RecurringRun) -> dict[str, Any]:
    import msgspec

    return msgspec.to_builtins(found)
