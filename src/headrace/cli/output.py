"""What commands print: JSON and YAML for scripts, a summary for people."""

from __future__ import annotations

import json
from typing import Any

import click

from headrace.cli.text import clean, duration, size, table


def print_json(value: Any) -> None:
    """Print one JSON value on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_as(form: str, value: Any) -> None:
    """Print one value on standard output as ``json`` or ``yaml``."""
    if form == "json":
        print_json(value)
        return
    import yaml

    text: Any = yaml.safe_dump(value, allow_unicode=False, sort_keys=False)
    click.echo(text, nl=False)


def print_summary(result: dict[str, Any]) -> None:
    """Print how a run ended: failures with the user's frames, outputs, metrics, artifacts."""
    for task in result["tasks"]:
        if task["state"] == "FAILED" and task["error"]:
            _print_failure(task)
    _print_values("outputs", {k: _short(v) for k, v in result["outputs"].items()})
    metrics = {f"{m['path']} {m['name']}": f"{m['value']:g}" for m in result["metrics"]}
    _print_values("metrics", metrics)
    rows = [
        [task["path"], name, size(artifact["size"]), artifact["path"] or artifact["uri"]]
        for task in result["tasks"]
        for name, several in task["artifacts"].items()
        for artifact in several
        if artifact["digest"] is not None or artifact["size"] != 0
    ]
    if rows:
        click.echo("artifacts")
        click.echo(_indent(table(("step", "name", "size", "where"), rows[:50])))
        if len(rows) > 50:
            click.echo(f"  … {len(rows) - 50} more: headrace artifacts {result['run_id']}")
    click.echo(_verdict(result))


def _print_failure(task: dict[str, Any]) -> None:
    error = task["error"]
    kind = "" if error["kind"] == "user" else f" ({error['kind']})"
    click.echo(f"{clean(task['path'])} failed{kind}: {clean(error['message'], lines=True)}")
    if error["file"]:
        click.echo(f"  at {clean(error['file'])}:{error['line']}")
    if error.get("traceback"):
        click.echo(_indent(clean(error["traceback"], lines=True)))
    click.echo("")


def _print_values(title: str, values: dict[str, str]) -> None:
    if values:
        width = max(map(len, values))
        click.echo(title)
        for name, value in values.items():
            click.echo(f"  {clean(name).ljust(width)}  {clean(value)}")


def _short(value: Any) -> str:
    if is_artifacts(value):
        return ", ".join(str(artifact["path"] or artifact["uri"]) for artifact in value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:199] + "…"


def is_artifacts(value: Any) -> bool:
    """Say whether an output's value is a list of artifacts."""
    if not isinstance(value, list) or not value:
        return False
    first: Any = value[0]  # pyright: ignore[reportUnknownVariableType]
    return isinstance(first, dict) and "uri" in first


def _verdict(result: dict[str, Any]) -> str:
    tasks = result["tasks"]
    counts = {
        "reused": sum(task["cached"] for task in tasks),
        "skipped": sum(task["state"] == "SKIPPED" for task in tasks),
        "failed": sum(task["state"] == "FAILED" for task in tasks),
        "canceled": sum(task["state"] == "CANCELED" for task in tasks),
    }
    said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    spent = result["seconds"]
    parts = [
        f"run {result['run_id']} {result['state'].lower()}",
        f"{len(tasks)} steps" + (f" ({said})" if said else ""),
        *([f"in {duration(spent)}"] if spent is not None else []),
    ]
    error = f"\n{clean(result['error'])}" if result["error"] else ""
    return ", ".join(parts) + error


def _indent(text: str) -> str:
    return "\n".join("  " + line for line in text.splitlines())
