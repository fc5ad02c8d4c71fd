"""Takes over what a KFP server holds; asked again, it takes only what is new.

Things keep the ids that they have there, so that a second import finds them. What cannot be taken
is reported and holds up nothing else. Recurring runs come switched off, since the other server
goes on with its own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from headrace import engine, ir
from headrace.app.home import Home
from headrace.app.kfp_source import KfpSource, Message
from headrace.controller.recurring import first_tick
from headrace.errors import HeadraceError, InfrastructureError, InvalidRequest, NotFound
from headrace.schedules import Trigger, warnings
from headrace.server.catalog import checked_name, checked_tags, checked_text
from headrace.server.documents import Source, keep, source_of
from headrace.store import (
    DEFAULT_EXPERIMENT_NAME,
    Experiment,
    Pipeline,
    PipelineVersion,
    RecurringRun,
    Store,
    default_experiment_id,
)

Outcome = Literal["taken", "there already", "not taken"]
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_MOST_CONCURRENT = 100


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one thing; ``why`` says what there is to say about it."""

    kind: str
    name: str
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How things are taken.

    Attributes:
        namespace: Where they go; empty in single-user mode.
        dry_run: Write nothing, and say what would be taken.
        enable: Leave recurring runs switched on that are on there.
        time_zone: In which KFP reads cron expressions there; its API does not tell.
    """

    namespace: str = ""
    dry_run: bool = False
    enable: bool = False
    time_zone: str | None = None


def take_over(home: Home, source: KfpSource, plan: Plan) -> Iterator[Item]:
    """Take everything over, yielding what became of each thing.

    Raises:
        InfrastructureError: The other server or the store cannot be reached.
    """
    source.check()
    work = _Import(home.store, plan)
    for experiment in source.experiments():
        yield work.one("experiment", experiment, work.experiment)
    for pipeline in source.pipelines():
        taken = work.one("pipeline", pipeline, work.pipeline)
        yield taken
        pipeline_id = work.pipelines.get(str(pipeline.get("pipeline_id")))
        if pipeline_id is not None:
            for version in source.versions(_id(pipeline, "pipeline_id")):
                yield work.one(
                    "version", version, lambda one, owner=pipeline_id: work.version(one, owner)
                )
    for recurring in source.recurring_runs():
        yield work.one("recurring run", recurring, work.recurring_run)


class _Import:
    """One import: knows which ids things have here that were taken or found."""

    def __init__(self, store: Store, plan: Plan) -> None:
        self._store = store
        self._plan = plan
        self._now = time.time()
        self.pipelines: dict[str, str] = {}
        self._versions: dict[str, tuple[str, str]] = {}
        self._experiments: dict[str, str] = {}
        self._planned: set[str] = set()

    def one(self, kind: str, given: Message, take: Callable[[Message], str | None]) -> Item:
        """Take one thing; ``take`` returns None when it is there already, else a remark."""
        name = str(given.get("display_name") or given.get("name") or "?")[:200]
        try:
            remark = take(given)
        except InfrastructureError:
            raise
        except (HeadraceError, ValueError, TypeError, OverflowError) as error:
            why = error.message if isinstance(error, HeadraceError) else str(error)
            return Item(kind, name, "not taken", why.partition("\n")[0][:300])
        if remark is None:
            return Item(kind, name, "there already")
        return Item(kind, name, "taken", remark)

    def experiment(self, given: Message) -> str | None:
        """Take an experiment; the default one is the one that there is here."""
        theirs, name = _id(given, "experiment_id"), _name(given)
        namespace = self._plan.namespace
        if name == DEFAULT_EXPERIMENT_NAME:
            self._experiments[theirs] = default_experiment_id(namespace)
            return None
        with suppress(NotFound):
            self._experiments[theirs] = self._store.experiment_named(namespace, name).id
            return None
        archived = given.get("storage_state") == "ARCHIVED"
        made = Experiment(
            id=theirs,
            namespace=namespace,
            name=checked_name(name, "experiment"),
            created_at=_time(given, "created_at") or self._now,
            display_name=name,
            description=checked_text(str(given.get("description") or ""), "description"),
        )
        if not self._plan.dry_run:
            self._store.add_experiment(made)
            if archived:
                self._store.set_experiment_archived(made.id, archived=True, now=self._now)
        self._experiments[theirs] = theirs
        return "it is archived" if archived else ""

    def pipeline(self, given: Message) -> str | None:
        """Take a pipeline without its versions."""
        theirs, namespace = _id(given, "pipeline_id"), self._plan.namespace
        name = str(given.get("name") or _name(given))
        with suppress(NotFound):
            self.pipelines[theirs] = self._store.pipeline_named(namespace, name).id
            return None
        made = Pipeline(
            id=theirs,
            namespace=namespace,
            name=checked_name(name, "pipeline"),
            created_at=_time(given, "created_at") or self._now,
            display_name=checked_name(_name(given), "pipeline"),
            description=checked_text(str(given.get("description") or ""), "description"),
            tags=checked_tags(_tags(given)),
        )
        if not self._plan.dry_run:
            self._store.add_pipeline(made)
        self._planned.add(theirs)
        self.pipelines[theirs] = theirs
        return ""

    def version(self, given: Message, pipeline_id: str) -> str | None:
        """Take a version of a pipeline with its document."""
        theirs = _id(given, "pipeline_version_id")
        name = str(given.get("name") or _name(given))
        known = {one.name: one.id for one in self._known_versions(pipeline_id)}
        if name in known:
            self._versions[theirs] = (pipeline_id, known[name])
            return None
        source = self._source(given.get("pipeline_spec"))
        package: Any = given.get("package_url")
        url = cast("Message", package).get("pipeline_url") if isinstance(package, dict) else ""
        if not self._plan.dry_run:
            self._store.add_version(
                PipelineVersion(
                    id=theirs,
                    pipeline_id=pipeline_id,
                    name=checked_name(name, "version"),
                    document=keep(self._store, source),
                    created_at=_time(given, "created_at") or self._now,
                    display_name=checked_name(_name(given), "version"),
                    description=checked_text(str(given.get("description") or ""), "description"),
                    source="KFP",
                    code_source_url=str(given.get("code_source_url") or ""),
                    package_url=str(url or ""),
                    tags=checked_tags(_tags(given)),
                )
            )
        self._versions[theirs] = (pipeline_id, theirs)
        return ""

    def recurring_run(self, given: Message) -> str | None:
        """Take a recurring run, switched off unless it is asked for otherwise."""
        theirs = _id(given, "recurring_run_id")
        with suppress(NotFound):
            self._store.recurring_run(theirs)
            return None
        trigger = self._trigger(given.get("trigger"))
        pipeline_id, version_id, source = self._runs_what(given)
        config = _object(given, "runtime_config")
        was_on = given.get("status") == "ENABLED" or given.get("mode") == "ENABLE"
        concurrency = int(given.get("max_concurrency") or 1)
        plugins = given.get("plugins_input")
        made = RecurringRun(
            id=theirs,
            namespace=self._plan.namespace,
            experiment=self._experiments.get(
                str(given.get("experiment_id")), default_experiment_id(self._plan.namespace)
            ),
            display_name=checked_name(_name(given), "recurring run"),
            created_at=self._now,
            updated_at=self._now,
            trigger=trigger,
            description=checked_text(str(given.get("description") or ""), "description"),
            pipeline_id=pipeline_id,
            version_id=version_id,
            document=None if source is None or self._plan.dry_run else keep(self._store, source),
            parameters=_object(config, "parameters"),
            pipeline_root=str(config.get("pipeline_root") or ""),
            max_concurrency=min(max(concurrency, 1), _MOST_CONCURRENT),
            enabled=was_on and self._plan.enable,
            catchup=not given.get("no_catchup"),
            options={"plugins_input": plugins} if isinstance(plugins, dict) else {},
            next_tick_at=first_tick(trigger, self._now, catchup=False),
        )
        if not self._plan.dry_run:
            self._store.add_recurring_run(made)
        return _remarks(given, trigger, was_on=was_on, enabled=made.enabled)

    def _known_versions(self, pipeline_id: str) -> list[PipelineVersion]:
        if pipeline_id in self._planned and self._plan.dry_run:
            return []
        return self._store.versions(pipeline_id)

    def _source(self, spec: Any) -> Source:
        """Return a document that can be run here.

        Raises:
            InvalidRequest: There is none, as with pipelines of KFP's first version.
            SpecError: It is not valid.
        """
        if not isinstance(spec, dict) or not spec:
            message = "it has no pipeline_spec; pipelines of KFP v1 cannot be taken"
            raise InvalidRequest(message, hint="compile it with KFP v2 and upload it anew")
        source = source_of(cast("Message", spec))
        engine.plan(ir.read_dict(source.spec, source.platform))
        return source

    def _runs_what(self, given: Message) -> tuple[str | None, str | None, Source | None]:
        reference = _object(given, "pipeline_version_reference")
        version = reference.get("pipeline_version_id") or given.get("pipeline_version_id")
        if version:
            found = self._versions.get(str(version))
            if found is None:
                raise NotFound(f"its version {str(version)[:80]} was not taken")
            return found[0], found[1], None
        if reference.get("pipeline_id"):
            pipeline = self.pipelines.get(str(reference["pipeline_id"]))
            if pipeline is None:
                raise NotFound(f"its pipeline {str(reference['pipeline_id'])[:80]} was not taken")
            return pipeline, None, None
        return None, None, self._source(given.get("pipeline_spec"))

    def _trigger(self, given: Any) -> Trigger:
        value = cast("Message", given) if isinstance(given, dict) else {}
        cron, periodic = _object(value, "cron_schedule"), _object(value, "periodic_schedule")
        one = cron or periodic
        interval = periodic.get("interval_second")
        trigger = Trigger(
            cron=str(cron["cron"]) if cron.get("cron") else None,
            interval_s=int(interval) if interval else None,
            start_at=_time(one, "start_time"),
            end_at=_time(one, "end_time"),
            time_zone=self._plan.time_zone if cron else None,
        )
        first_tick(trigger, self._now)  # checks it whole
        return trigger


def _remarks(given: Message, trigger: Trigger, *, was_on: bool, enabled: bool) -> str:
    said = list(warnings(trigger))
    if was_on and not enabled:
        said.append("it is on there and switched off here")
    if given.get("service_account"):
        said.append("its service account was left out")
    return "; ".join(said)


def _id(given: Message, field: str) -> str:
    found = given.get(field)
    if not isinstance(found, str) or _ID.fullmatch(found) is None:
        raise InvalidRequest(f"its {field} is none")
    return found


def _name(given: Message) -> str:
    return str(given.get("display_name") or given.get("name") or "")


def _tags(given: Message) -> dict[str, str]:
    return {str(key): str(value) for key, value in _object(given, "tags").items()}


def _object(given: Message, field: str) -> Message:
    found = given.get(field)
    return cast("Message", found) if isinstance(found, dict) else {}


def _time(given: Message, field: str) -> float | None:
    text = given.get(field)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(str(text)).timestamp()
    except ValueError as error:
        raise InvalidRequest(f"its {field} is no time") from error
    return at if at > 0 else None
