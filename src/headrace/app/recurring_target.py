"""Recurring runs of the home on this machine, or of a server: the same words for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

from headrace import ir
from headrace.app import recurring_runs as at_home
from headrace.app.home import Home
from headrace.app.recurring_runs import Wanted
from headrace.app.remote import Compiled, connect
from headrace.controller.recurring import Slot
from headrace.errors import InvalidRequest, NotFound
from headrace.ir.model import Document
from headrace.store import RecurringRun

if TYPE_CHECKING:
    from headrace.client import Client


class RecurringTarget(Protocol):
    """Makes, lists, switches, removes and fills up recurring runs."""

    def every(self) -> list[RecurringRun]:
        """Return all of them, the newest first."""
        ...

    def document_of(self, pipeline: str) -> Document:
        """Return the latest version of a pipeline of the catalog.

        Raises:
            NotFound: There is none.
        """
        ...

    def check(self, wanted: Wanted) -> None:
        """Make sure that it can be made, before anybody is asked.

        Raises:
            HeadraceError: Something about it is wrong.
        """
        ...

    def make(self, wanted: Wanted) -> RecurringRun:
        """Save a recurring run."""
        ...

    def switch(self, found: RecurringRun, *, enabled: bool) -> RecurringRun:
        """Switch it on, from now on, or off."""
        ...

    def remove(self, found: RecurringRun) -> None:
        """Remove it; its runs stay."""
        ...

    def fill_up(
        self, found: RecurringRun, begin: float, end: float, *, most: int, plan: bool
    ) -> Sequence[Slot]:
        """Make the runs of a span of the past, both ends included; ``plan`` makes none."""
        ...


@dataclass(frozen=True, slots=True)
class HomeRecurring:
    """The recurring runs of a home; a server on it carries them out."""

    home: Home

    def every(self) -> list[RecurringRun]:
        """Return all of them."""
        return at_home.every(self.home)

    def document_of(self, pipeline: str) -> Document:
        """Return the latest version of a pipeline."""
        return at_home.latest_document(self.home, pipeline)

    def check(self, wanted: Wanted) -> None:
        """Make sure that it can be made."""
        self.home.check_writable()
        at_home.prepared(self.home, wanted)

    def make(self, wanted: Wanted) -> RecurringRun:
        """Save a recurring run."""
        made = at_home.prepared(self.home, wanted)
        self.home.store.add_recurring_run(made)
        return made

    def switch(self, found: RecurringRun, *, enabled: bool) -> RecurringRun:
        """Switch it on or off."""
        return at_home.set_enabled(self.home, found, enabled=enabled)

    def remove(self, found: RecurringRun) -> None:
        """Remove it."""
        self.home.store.remove_recurring_run(found.id)

    def fill_up(
        self, found: RecurringRun, begin: float, end: float, *, most: int, plan: bool
    ) -> Sequence[Slot]:
        """Make the runs of a span of the past."""
        return at_home.fill_up(self.home, found, begin, end, most=most, plan=plan)


@dataclass(frozen=True, slots=True)
class ServerRecurring:
    """The recurring runs of a server."""

    client: Client

    def every(self) -> list[RecurringRun]:
        """Return all of them."""
        return [_record(one) for one in self.client.recurring_runs()]

    def document_of(self, pipeline: str) -> Document:
        """Return the latest version of a pipeline."""
        version = next(self.client.versions(self._pipeline_id(pipeline), limit=1), None)
        if version is None:
            message = f"pipeline {pipeline} has no version"
            raise NotFound(message, hint="upload one")
        stored = self.client.version_document(version.id)
        return ir.read_dict(stored["spec"], stored.get("platform"))

    def check(self, wanted: Wanted) -> None:
        """Leave the checks to the server, which makes them before it saves anything."""

    def make(self, wanted: Wanted) -> RecurringRun:
        """Save a recurring run."""
        source = wanted.source
        made = self.client.add_recurring_run(
            wanted.name or (source.pipeline_name if source else str(wanted.pipeline)),
            wanted.trigger,
            None if source is None else Compiled(source.spec, source.platform),
            wanted.parameters,
            pipeline_id=None if wanted.pipeline is None else self._pipeline_id(wanted.pipeline),
            max_concurrency=wanted.max_concurrency,
            catchup=wanted.catchup,
            enabled=wanted.enabled,
        )
        return _record(made)

    def switch(self, found: RecurringRun, *, enabled: bool) -> RecurringRun:
        """Switch it on or off."""
        act = self.client.enable_recurring_run if enabled else self.client.disable_recurring_run
        return _record(act(found.id))

    def remove(self, found: RecurringRun) -> None:
        """Remove it."""
        self.client.delete_recurring_run(found.id)

    def fill_up(
        self, found: RecurringRun, begin: float, end: float, *, most: int, plan: bool
    ) -> Sequence[Slot]:
        """Make the runs of a span of the past."""
        slots = self.client.backfill(found.id, begin, end, most=most, plan=plan)
        return [Slot(at=slot.at, run_id=slot.run_id, exists=slot.exists) for slot in slots]

    def _pipeline_id(self, name: str) -> str:
        for one in self.client.pipelines(text=name):
            if one.name == name:
                return one.id
        message = f"there is no pipeline {name}"
        raise NotFound(message, hint="the server's page lists them under Pipelines")


def find_recurring(server: str | None) -> RecurringTarget:
    """Return those of a server at an address, or of the home when there is none."""
    if not server:
        return HomeRecurring(Home.find())
    return ServerRecurring(connect(server))


def named(target: RecurringTarget, name: str) -> RecurringRun:
    """Return the recurring run with this id, the only one whose id begins so, or that name.

    Raises:
        NotFound: There is none.
        InvalidRequest: There are several.
    """
    known = target.every()
    found = [one for one in known if one.id == name] or [
        one for one in known if one.display_name == name or one.id.startswith(name)
    ]
    if not found:
        message = f"there is no recurring run {name}"
        raise NotFound(message, hint="headrace recurring list shows them")
    if len(found) > 1:
        message = f"{len(found)} recurring runs are called {name}"
        raise InvalidRequest(message, hint="give the id")
    return found[0]


def _record(answer: object) -> RecurringRun:
    return msgspec.convert(msgspec.to_builtins(answer), RecurringRun)
