"""Where the fields of each list are stored: the tables that ``finding`` makes statements of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headrace.store import fields
from headrace.store.records import AuditEntry
from headrace.store.sql import rows
from headrace.store.sql.catalog_rows import experiment, pipeline, recurring_run, version
from headrace.store.sql.connection import Connection
from headrace.store.sql.finding import Family, Listing
from headrace.store.sql.queries import load

_NEWLINE = " || char(10) || "
_NO_FAMILIES: Mapping[str, Family] = {}


def _tags(kind: str) -> dict[str, Family]:
    return {"tag": Family("tags", "owner", "value", fixed=f"f.kind = '{kind}' AND ")}


def _listing(
    kind: fields.Kind,
    blocks: dict[str, str],
    prefix: str,
    key: str,
    read: Callable[[Sequence[Any], Connection], Any],
    families: Mapping[str, Family] = _NO_FAMILIES,
    words: Sequence[str] = (),
    **names: str,
) -> Listing:
    table = key.partition(".")[0]
    known = {name: names.get(name, f"{table}.{name}") for name in kind.fields}
    return Listing(
        kind,
        blocks[f"{prefix}columns"],
        blocks[f"{prefix}source"],
        key,
        known,
        families,
        _NEWLINE.join(words),
        read,
    )


_READS = load("reads")
_CATALOG = load("catalog")

RUNS = _listing(
    fields.RUNS,
    _READS,
    "run_",
    "runs.id",
    rows.run,
    _tags("run")
    | {
        "parameter": Family("run_parameters", "run", "text", "num"),
        "metric": Family("metrics", "run", "value", rank="path artifact"),
    },
    ("runs.run_id", "runs.display_name", "runs.pipeline"),
)
ARTIFACTS = _listing(
    fields.ARTIFACTS,
    _READS,
    "artifact_",
    "artifacts.id",
    rows.stored_artifact,
    words=("artifacts.name", "artifacts.uri", "artifacts.schema_title"),
    run_id="runs.run_id",
    namespace="runs.namespace",
    pipeline="runs.pipeline",
)
PIPELINES = _listing(
    fields.PIPELINES, _CATALOG, "pipeline_", "pipelines.seq", pipeline, _tags("pipeline")
)
VERSIONS = _listing(
    fields.VERSIONS, _CATALOG, "version_", "versions.seq", version, _tags("version")
)
EXPERIMENTS = _listing(
    fields.EXPERIMENTS,
    _CATALOG,
    "experiment_",
    "experiments.seq",
    experiment,
    last_run_created_at=(
        "(SELECT max(runs.created_at) FROM runs "
        "WHERE runs.namespace = experiments.namespace AND runs.experiment = experiments.id)"
    ),
)
RECURRING_RUNS = _listing(
    fields.RECURRING_RUNS,
    load("recurring"),
    "",
    "recurring_runs.seq",
    recurring_run,
    name="recurring_runs.display_name",
)
AUDIT = _listing(
    fields.AUDIT,
    load("tenancy"),
    "audit_",
    "audit.id",
    lambda row, _: AuditEntry(
        id=row[0],
        at=row[1],
        user=row[2],
        action=row[3],
        kind=row[4],
        resource=row[5],
        namespace=row[6],
        outcome=row[7],
        detail=row[8],
        address=row[9],
    ),
    created_at="audit.at",
    user="audit.user_name",
)
