"""Live progress of a run: a line per step in a terminal, plain lines elsewhere.

Fed with the committed changes; knows nothing of engine or store beyond them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self, TextIO

import click

from headrace.cli.text import clean, duration
from headrace.engine.changes import Change, RunChanged, TaskChanged

_LEAVES = frozenset({"container", "importer"})
_MARKS = {
    "pending": ("·", "dim"),
    "running": ("▶", "cyan"),
    "succeeded": ("✓", "green"),
    "failed": ("✗", "red"),
    "skipped": ("-", "dim"),
    "canceled": ("■", "yellow"),
}
_ENDED = frozenset({"succeeded", "failed", "skipped", "canceled"})
_MOST_LINES = 30
_LOOK_AGAIN_S = 1.0


@dataclass(slots=True)
class _Line:
    """What is shown of one step."""

    path: str
    state: str
    reason: str
    cached: bool
    started_at: float | None
    finished_at: float | None
    error: str = ""

    def spent(self, now: float) -> str:
        if self.started_at is None:
            return ""
        return duration((self.finished_at or now) - self.started_at)


class Progress:
    """Shows a run while it goes on; use it as a context manager around the run.

    Args:
        stream: Where to print; a terminal gets live lines.
        live: True and False override what the stream is.
    """

    def __init__(self, stream: TextIO | None = None, *, live: bool | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live_wanted = self._stream.isatty() if live is None else live
        self._lines: dict[str, _Line] = {}
        self._live: Any = None

    def __enter__(self) -> Self:
        if self._live_wanted:
            from rich.console import Console
            from rich.live import Live

            console = Console(file=self._stream, highlight=False)
            self._live = Live(
                console=console, refresh_per_second=8, get_renderable=self._table, transient=True
            )
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()
            for line in self._lines.values():
                self._print(_plain(line, time.time()))

    def notice(self, text: str) -> None:
        """Print a line that stays."""
        if self._live is not None:
            self._live.console.print(clean(text), markup=False)
        else:
            self._print(clean(text))

    def observe(self, _run_id: str, changes: Iterable[Change]) -> None:
        """Take in committed changes."""
        for change in changes:
            if isinstance(change, TaskChanged) and change.kind in _LEAVES:
                self._observe_task(change)
            elif isinstance(change, RunChanged) and change.state == "canceling":
                self.notice("canceling: steps are asked to end")

    def _observe_task(self, change: TaskChanged) -> None:
        before = self._lines.get(change.path)
        line = _Line(
            change.path,
            change.state,
            change.reason,
            change.cached,
            change.started_at,
            change.finished_at,
            change.error.message.splitlines()[0] if change.error and change.error.message else "",
        )
        self._lines[change.path] = line
        told = before is not None and before.state == line.state
        if self._live is None and not told and line.state != "pending":
            self._print(_plain(line, time.time()))

    def _print(self, text: str) -> None:
        print(text, file=self._stream, flush=True)

    def _table(self) -> Any:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        now = time.time()
        shown = self._shown()
        for line in shown:
            mark, style = _MARKS[line.state]
            table.add_row(
                Text(mark, style=style),
                Text(clean(line.path)),
                Text(_word(line), style=style),
                Text(line.spent(now), style="dim"),
                Text(
                    clean(line.error or line.reason), style="dim", overflow="ellipsis", no_wrap=True
                ),
            )
        if len(shown) < len(self._lines):
            table.add_row("", Text(self._counts(), style="dim"))
        return table

    def _shown(self) -> list[_Line]:
        """All steps while they are few; of many, what runs and what failed first."""
        lines = list(self._lines.values())
        if len(lines) <= _MOST_LINES:
            return lines
        urgency = {
            "failed": 0,
            "running": 1,
            "canceled": 2,
            "pending": 3,
            "succeeded": 4,
            "skipped": 5,
        }
        lines.sort(key=lambda line: urgency[line.state])
        return lines[:_MOST_LINES]

    def _counts(self) -> str:
        counts: dict[str, int] = {}
        for line in self._lines.values():
            counts[line.state] = counts.get(line.state, 0) + 1
        return f"{len(self._lines)} steps: " + ", ".join(
            f"{n} {state}" for state, n in counts.items()
        )


def show_live(now: Callable[[], tuple[str, bool]]) -> None:
    """Print a text again whenever it has changed, until it says that this was the last, or Ctrl-C.

    Args:
        now: Returns the text, and whether nothing more will change.
    """
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    text, ended = now()
    console = Console(highlight=False)
    if not console.is_terminal:
        click.echo(text)
    with Live(Text(text), console=console, auto_refresh=False, transient=True) as live:
        while not ended:
            time.sleep(_LOOK_AGAIN_S)
            before, (text, ended) = text, now()
            if text == before:
                continue
            if console.is_terminal:
                live.update(Text(text), refresh=True)
            else:
                click.echo("\n" + text)


def _word(line: _Line) -> str:
    return "reused" if line.cached and line.state == "succeeded" else line.state


def _plain(line: _Line, now: float) -> str:
    parts = [f"{_word(line):<9}", clean(line.path)]
    if line.state in _ENDED and not line.cached and line.started_at is not None:
        parts.append(f"({line.spent(now)})")
    about = line.error or line.reason
    return " ".join(parts) + (f" - {clean(about)}" if about else "")
