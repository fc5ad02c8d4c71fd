"""Graphs of runs, of stored versions and of documents that are only looked at."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from headrace.engine import Plan
from headrace.server.documents import Source
from headrace.server.named import run_named, version_named
from headrace.server.native.forms import FormInput, form_of
from headrace.server.native.graph import Graph, GraphEdge, GraphNode, pipeline_graph, run_graph
from headrace.server.native.operations import Answer, Asked, Body, Query, operation
from headrace.server.native.plans import plan_of, plan_of_source


class GraphQuery(Query, frozen=True):
    """How to draw; ``artifacts=1`` puts artifacts between the tasks that make and read them."""

    artifacts: Annotated[int, Meta(ge=0, le=1)] = 0


class SpecBody(Body, frozen=True):
    """A pipeline (IR) with the platform document that belongs to it."""

    spec: dict[str, Any]
    platform: dict[str, Any] | None = None


class GraphAnswer(Answer, frozen=True):
    """A graph, and the inputs of the pipeline as a form asks for them."""

    nodes: list[GraphNode]
    edges: list[GraphEdge]
    inputs: list[FormInput]
    truncated: bool = False


def draw_run(asked: Asked[GraphQuery, None]) -> GraphAnswer:
    """Return the graph of a run, with the iterations that have begun."""
    run = run_named(asked.request, asked.named("run_id"))
    plan = plan_of(asked.store, run.document)
    tasks = asked.store.tasks(run.run_id)
    return _answer(plan, run_graph(plan, tasks, artifacts=bool(asked.query.artifacts)))


def draw_version(asked: Asked[GraphQuery, None]) -> GraphAnswer:
    """Return the graph of a version of a pipeline."""
    version = version_named(asked.request, asked.named("version_id"))
    plan = plan_of(asked.store, version.document)
    return _answer(plan, pipeline_graph(plan, artifacts=bool(asked.query.artifacts)))


def draw_document(asked: Asked[GraphQuery, SpecBody]) -> GraphAnswer:
    """Return the graph of a pipeline that is not stored."""
    plan = plan_of_source(Source(asked.body.spec, asked.body.platform))
    return _answer(plan, pipeline_graph(plan, artifacts=bool(asked.query.artifacts)))


def _answer(plan: Plan, graph: Graph) -> GraphAnswer:
    return GraphAnswer(
        nodes=graph.nodes,
        edges=graph.edges,
        inputs=form_of(plan.document),
        truncated=graph.truncated,
    )


OPERATIONS = (
    operation(
        "GET", "/runs/{run_id}/graph", draw_run, kind="run", query=GraphQuery, answer=GraphAnswer
    ),
    operation(
        "GET",
        "/versions/{version_id}/graph",
        draw_version,
        kind="version",
        query=GraphQuery,
        answer=GraphAnswer,
    ),
    operation(
        "POST",
        "/graph",
        draw_document,
        kind="graph",
        verb="read",
        query=GraphQuery,
        body=SpecBody,
        answer=GraphAnswer,
    ),
)
