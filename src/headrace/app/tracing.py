"""OpenTelemetry traces: a run is a trace, its tasks are spans. Needs the extra ``otel``.

The spans of a run are sent when it has ended, made of what was committed: ids follow from the run,
so that a trace that is sent twice is the same one. The exporter is set up by OpenTelemetry's own
environment variables. Names and states are in it, never parameters or outputs.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from headrace.controller import Observer
from headrace.engine.changes import Change, RunChanged
from headrace.errors import HeadraceError
from headrace.store import ENDED, Run, Store, TaskRun

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
    from opentelemetry.trace import SpanContext

_LOG = logging.getLogger("headrace.tracing")

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_NANOSECONDS = 1_000_000_000


def tracing_of(store: Store, environment: Mapping[str, str], version: str) -> Observer | None:
    """Return what sends traces, or None when the environment names no place for them."""
    if not any(environment.get(name) for name in _ENDPOINTS):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        _LOG.warning("no traces are sent: install the extra, pip install 'headrace[otel]'")
        return None
    processor = BatchSpanProcessor(OTLPSpanExporter())
    atexit.register(processor.shutdown)  # what has not been sent yet is
    return tracer(store, processor, version)


def tracer(store: Store, processor: SpanProcessor, version: str) -> Observer:
    """Return an observer that hands the spans of each ended run to the processor."""
    from opentelemetry.sdk.resources import Resource

    resource = Resource.create({"service.name": "headrace", "service.version": version})

    def observe(run_id: str, changes: Collection[Change]) -> None:
        if not any(isinstance(one, RunChanged) and one.state in ENDED for one in changes):
            return
        try:
            run, tasks = store.run(run_id), store.tasks(run_id)
        except HeadraceError as error:
            _LOG.warning("a run has no trace: %s", error.message, extra={"run_id": run_id})
            return
        for span in spans_of(run, tasks, resource):
            processor.on_end(span)

    return observe


def spans_of(run: Run, tasks: Collection[TaskRun], resource: Resource) -> Iterator[ReadableSpan]:
    """Yield the span of a run and those of its tasks that began."""
    root = _context(run.run_id, "")
    yield _span(
        run.display_name,
        root,
        None,
        (run.started_at or run.created_at, run.finished_at),
        (run.state, None),  # an error may quote what a step printed
        {
            "headrace.run_id": run.run_id,
            "headrace.pipeline": run.pipeline,
            "headrace.namespace": run.namespace,
        },
        resource,
    )
    for task in tasks:
        begun = task.started_at or (task.created_at if task.state in ENDED else None)
        if begun is None:
            continue
        yield _span(
            task.display_name or task.name,
            _context(run.run_id, task.path),
            _context(run.run_id, task.parent) if task.parent else root,
            (begun, task.finished_at),
            (task.state, None if task.error is None else task.error.kind),
            {
                "headrace.run_id": run.run_id,
                "headrace.task": task.path,
                "headrace.kind": task.kind,
                "headrace.cached": task.cached,
                "headrace.attempts": task.attempts,
            },
            resource,
        )


def _span(
    name: str,
    context: SpanContext,
    parent: SpanContext | None,
    span: tuple[float, float | None],
    ended: tuple[str, str | None],
    attributes: Mapping[str, str | bool | int],
    resource: Resource,
) -> ReadableSpan:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import Status, StatusCode

    begin, end = span
    state, error = ended
    code = StatusCode.ERROR if state == "failed" else StatusCode.OK
    return ReadableSpan(
        name=name,
        context=context,
        parent=parent,
        resource=resource,
        attributes={**attributes, "headrace.state": state},
        status=Status(code, error if code is StatusCode.ERROR else None),
        start_time=int(begin * _NANOSECONDS),
        end_time=int((end or begin) * _NANOSECONDS),
    )


def _context(run_id: str, path: str) -> SpanContext:
    from opentelemetry.trace import SpanContext, TraceFlags

    digest = hashlib.sha256(f"{run_id}/{path}".encode()).digest()
    return SpanContext(
        trace_id=_trace_id(run_id),
        span_id=int.from_bytes(digest[:8], "big") or 1,
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )


def _trace_id(run_id: str) -> int:
    try:
        return UUID(run_id).int or 1
    except ValueError:
        return int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:16], "big") or 1
