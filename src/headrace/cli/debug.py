"""Running a step again under a debugger, with the inputs that it had."""

from __future__ import annotations

import os

import click


@click.command()
@click.argument("named", metavar="RUN/TASK")
@click.option("--attempt", type=click.IntRange(min=1), help="Which try; the last by default.")
@click.option("--shell", "how", flag_value="shell", help="Open a shell where the step ran.")
@click.option("--jupyter", "how", flag_value="jupyter", help="Open the step as a notebook.")
def debug(named: str, attempt: int | None, how: str | None) -> int:
    """Run a step's function again under pdb, in its environment and with its inputs.

    Breakpoints can be set by file and line of the user's source. The step writes to a place of
    its own; the run is not changed.
    """
    from headrace.app.debugging import notebook_program, rebuild
    from headrace.app.home import Home
    from headrace.errors import InvalidRequest

    run_id, slash, path = named.partition("/")
    if not slash or not path:
        message = f"{named!r} does not name a step"
        raise InvalidRequest(message, hint="write RUN/TASK, as headrace show prints them")
    home = Home.find()
    rebuilt = rebuild(home, home.run(run_id), path, attempt)
    directory = str(rebuilt.directory)
    module = [str(rebuilt.python), "-m", "headrace.executor.debugging", directory]
    try:
        if how == "shell":
            click.echo(f"the step's task file is {directory}/spec.json; leave with exit", err=True)
            return rebuilt.run([os.environ.get("SHELL", "/bin/sh")])
        if rebuilt.command is not None:
            message = f"{path} is a container component: it has no Python function to step through"
            raise InvalidRequest(message, hint="use --shell to try its command where it ran")
        if how == "jupyter":
            file = f"{directory}/work/step.ipynb"
            program = notebook_program(rebuilt)
            return rebuilt.run([*module, "--notebook", file]) or rebuilt.run(
                [program, "notebook", file]
            )
        return rebuilt.run(module)
    finally:
        rebuilt.remove()
