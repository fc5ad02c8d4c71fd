"""Running again with changed code, parameters or image, and saying beforehand what that means."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from headrace.cli.options import (
    execution_options,
    parameter_option,
    run_argument,
    server_option,
)
from headrace.cli.output import print_as
from headrace.cli.parameters import parse_parameters
from headrace.cli.run import carry_out
from headrace.cli.text import table


@click.command()
@run_argument
@click.argument("source", metavar="[SRC]", required=False)
@click.option("--from", "start", metavar="TASK", multiple=True, help="Run this step again.")
@parameter_option
@click.option("--plan", "only_plan", is_flag=True, help="Say what would run, and run nothing.")
@server_option
@execution_options
def rerun(
    run_id: str,
    source: str | None,
    start: tuple[str, ...],
    pairs: tuple[str, ...],
    only_plan: bool,
    server: str | None,
    max_parallel: int | None,
    output: str,
) -> int:
    """Run a run again as a new one, reusing what is still valid.

    SRC is the changed code; without it the pipeline is the run's own. Parameters are those of the
    run, but for -p. Steps whose code and inputs are the same are taken over, also when they are
    not cached; --from runs a step again in any case.
    """
    from headrace.app.execution import forecast_here, prepare_here
    from headrace.app.home import Home
    from headrace.app.submission import Reusable, Wishes, submit

    if server:
        from headrace.cli.remote import rerun_there

        return rerun_there(server, run_id, source, start, pairs, only_plan=only_plan, output=output)
    home = Home.find()
    earlier = home.run(run_id)
    document, path, places = _document(home, earlier, source)
    given = _parameters(earlier, document, pairs)
    _check_steps(home, earlier.run_id, start)
    prepared = prepare_here(home, document, given, source=path, places=places)
    wishes = Wishes(reuse=Reusable.of(home.store, earlier.run_id), rerun=start)
    if only_plan:
        return print_plan(forecast_here(home, prepared, wishes), output=output)
    submitted = submit(home, prepared, wishes)
    return carry_out(home, submitted.run_id, prepared.notices, max_parallel, output=output)


def _document(
    home: Any, earlier: Any, source: str | None
) -> tuple[Any, Path | None, dict[str, Any]]:
    """Return the pipeline to run, the file that it came from and where its functions stand."""
    from headrace import ir
    from headrace.app.submission import document_values, options_of

    if source is not None:
        from headrace.cli.checking import warn_of
        from headrace.cli.source import load

        loaded = load(source)
        warn_of(loaded)
        return loaded.document, loaded.path, loaded.places
    document = ir.read_dict(*document_values(home.store, earlier))
    path = Path(earlier.source) if earlier.source else None
    return document, path, dict(options_of(earlier).places)


def _parameters(earlier: Any, document: Any, pairs: tuple[str, ...]) -> dict[str, Any]:
    """Return the earlier values that the pipeline still takes, changed as asked."""
    declared = document.spec.root.input_definitions.parameters
    kept = {name: value for name, value in earlier.parameters.items() if name in declared}
    return kept | parse_parameters(pairs, document.spec)


def _check_steps(home: Any, run_id: str, start: tuple[str, ...]) -> None:
    from headrace.errors import NotFound

    known = {task.path for task in home.store.tasks(run_id)}
    unknown = [path for path in start if path not in known]
    if unknown:
        message = f"run {run_id} has no step {', '.join(unknown)}"
        raise NotFound(message, hint=f"its steps are {', '.join(sorted(known)[:20])}")


def print_plan(steps: Iterable[Any], *, output: str) -> int:
    """Print what would become of each step and why; return the exit status."""
    if output != "table":
        print_as(output, [{"path": s.path, "fate": s.fate, "why": s.why} for s in steps])
    else:
        click.echo(table(("step", "will", "why"), [[s.path, s.fate, s.why] for s in steps]))
    return 0
