"""Experiments, pipelines and versions as messages of KFP's API."""

from __future__ import annotations

from headrace.server.documents import Source, spec_value
from headrace.server.kfp import messages
from headrace.server.kfp.wire import NEVER, text_or_none, time_text
from headrace.store.records import Experiment, Pipeline, PipelineVersion


def experiment_message(experiment: Experiment) -> messages.Experiment:
    """Return an experiment; one without runs had its last run when time began, as KFP says."""
    return messages.Experiment(
        experiment_id=experiment.id,
        display_name=experiment.name,
        description=text_or_none(experiment.description),
        created_at=time_text(experiment.created_at),
        namespace=text_or_none(experiment.namespace),
        storage_state="ARCHIVED" if experiment.archived else "AVAILABLE",
        last_run_created_at=time_text(experiment.last_run_created_at) or NEVER,
    )


def pipeline_message(pipeline: Pipeline) -> messages.Pipeline:
    """Return a pipeline."""
    return messages.Pipeline(
        pipeline_id=pipeline.id,
        display_name=pipeline.display_name or pipeline.name,
        name=pipeline.name,
        description=text_or_none(pipeline.description),
        created_at=time_text(pipeline.created_at),
        namespace=text_or_none(pipeline.namespace),
        tags=pipeline.tags or None,
    )


def version_message(version: PipelineVersion, source: Source | None) -> messages.PipelineVersion:
    """Return a version with its documents."""
    url = version.package_url
    return messages.PipelineVersion(
        pipeline_id=version.pipeline_id,
        pipeline_version_id=version.id,
        display_name=version.display_name or version.name,
        name=version.name,
        description=text_or_none(version.description),
        created_at=time_text(version.created_at),
        package_url=messages.Url(pipeline_url=url) if url else None,
        code_source_url=text_or_none(version.code_source_url),
        pipeline_spec=None if source is None else spec_value(source),
        tags=version.tags or None,
    )
