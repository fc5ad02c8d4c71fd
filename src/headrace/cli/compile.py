"""Compiling and checking a pipeline without running it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from headrace.cli.options import json_option
from headrace.cli.output import print_json


@click.command("compile")
@click.argument("source", metavar="SRC")
@click.option("-o", "--output", required=True, metavar="FILE", help="A .yaml or .json file.")
@json_option
def compile_(source: str, output: str, as_json: bool) -> None:
    """Compile a pipeline to KFP's IR, which runs here and on a KFP cluster.

    SRC is FILE.py, or FILE.py:NAME to pick one of several.
    """
    from headrace import ir
    from headrace.cli.source import load
    from headrace.errors import InvalidRequest

    target = Path(output)
    if target.suffix not in (".yaml", ".yml", ".json"):
        message = f"cannot tell which format {output} should have"
        raise InvalidRequest(message, hint="use a name that ends with .yaml or .json")
    document = load(source).document
    if target.suffix != ".json":
        text = ir.write_yaml(document.raw, document.raw_platform)
    elif document.raw_platform is None:
        text = ir.write_json(document.raw)
    else:
        message = "JSON has no place for the pipeline's Kubernetes configuration"
        raise InvalidRequest(message, hint="write a .yaml file")
    try:
        target.write_text(text, "utf-8")
    except OSError as error:
        message = f"cannot write {output}: {error.strerror}"
        raise InvalidRequest(message) from error
    if as_json:
        print_json({"pipeline": document.spec.pipeline_info.name, "file": str(target)})
    else:
        click.echo(f"{document.spec.pipeline_info.name} compiled to {target}")


@click.command()
@click.argument("source", metavar="SRC")
@json_option
def check(source: str, as_json: bool) -> int:
    """Find mistakes in a pipeline before it runs; exit status 2 when there are any.

    Finds what KFP finds in the cluster: names that a component's source lacks, imports that no
    package provides, values of the wrong type, unused and missing arguments, resources that nothing
    can meet.
    """
    from headrace.cli.checking import problems_of
    from headrace.cli.source import load
    from headrace.compiler.checks import problems_of_error
    from headrace.errors import AuthoringError, SpecError

    try:
        problems = problems_of(load(source))
    except (AuthoringError, SpecError) as error:
        problems = problems_of_error(error)
    if as_json:
        print_json([problem.to_dict() for problem in problems])
    else:
        for problem in problems:
            click.echo(str(problem), err=problem.severity == "error")
        if not problems:
            click.echo(f"{source}: nothing found")
    sys.stdout.flush()
    return 2 if any(problem.severity == "error" for problem in problems) else 0
