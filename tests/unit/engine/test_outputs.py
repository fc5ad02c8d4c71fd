"""What becomes of results: outputs, artifacts, lineage, metrics."""

from __future__ import annotations

import math

import pytest

from headrace import engine
from headrace.engine.attempts import AttemptResult, OutputArtifact
from headrace.engine.changes import ArtifactAdded, ArtifactUsed, Logged, MetricAdded
from headrace.engine.events import AttemptFinished
from headrace.testing import Simulation, simulate, succeed
from headrace.testing.sketches import Out, Task, sketch

DATASET, METRICS = "system.Dataset", "system.Metrics"


def finished(task, **result):
    """Return the changes that a result of the only task makes."""
    simulation = Simulation(sketch({"t": task}))
    simulation.next()
    [attempt] = [task.spec.id for task in simulation.state.active.values()]
    event = AttemptFinished(attempt=attempt, result=AttemptResult(**result))
    return engine.step(simulation.plan, simulation.state, event, 0.0).changes


def row(changes):
    return next(
        change
        for change in changes
        if getattr(change, "path", "") == "t" and hasattr(change, "kind")
    )


def test_an_artifact_is_recorded_with_its_lineage():
    tasks = {
        "make": Task(outputs={"d": DATASET}),
        "use": Task(inputs={"d": Out("make", "d")}, types={"d": DATASET}),
    }
    run = simulate(sketch(tasks), {"make": succeed(metadata={"d": {"rows": 3}})})
    [added] = [change for change in run.changes if isinstance(change, ArtifactAdded)]
    artifact = added.artifact
    assert (added.path, added.attempt, artifact.name) == ("make", 1, "d")
    assert (artifact.schema_title, artifact.schema_version) == (DATASET, "0.0.1")
    assert (artifact.metadata, artifact.uri) == ({"rows": 3}, "file:///root/sketch/run/make/1/d")
    uses = [
        (use.path, use.role, use.name, use.artifact_id)
        for use in run.changes
        if isinstance(use, ArtifactUsed)
    ]
    assert uses == [("make", "output", "d", artifact.id), ("use", "input", "d", artifact.id)]


def test_scalar_metrics_are_taken_from_metrics_artifacts_only():
    metadata = {"accuracy": 0.9, "n": 3, "ok": True, "name": "x", "bad": math.nan, "list": [1]}
    output = OutputArtifact(uri="file:///m", metadata=metadata)
    for kind, expected in ((METRICS, [("accuracy", 0.9), ("n", 3.0)]), (DATASET, [])):
        changes = finished(Task(outputs={"m": kind}), artifacts={"m": (output,)})
        metrics = [(c.name, c.value) for c in changes if isinstance(c, MetricAdded)]
        assert metrics == expected


def test_a_returned_type_replaces_the_declared_one():
    output = OutputArtifact(uri="file:///m", schema_title="system.Model")
    changes = finished(Task(outputs={"m": "system.Artifact"}), artifacts={"m": (output,)})
    [added] = [change for change in changes if isinstance(change, ArtifactAdded)]
    assert added.artifact.schema_title == "system.Model"


def test_declared_metadata_is_kept_under_what_the_code_writes():
    document = sketch({"t": Task(outputs={"d": DATASET})})
    artifacts = document.raw["components"]["comp-t"]["outputDefinitions"]["artifacts"]
    artifacts["d"]["metadata"] = {"a": 1, "b": 1}
    run = simulate(document.raw, {"t": succeed(metadata={"d": {"b": 2}})})
    assert run["t"].outputs.artifacts["d"][0].metadata == {"a": 1, "b": 2}


def test_what_is_not_declared_is_dropped_and_whole_numbers_are_integers():
    changes = finished(Task(outputs={"n": "NUMBER_INTEGER"}), parameters={"n": 4.0, "extra": 1})
    assert row(changes).outputs.parameters == {"n": 4}


def test_an_output_that_was_not_written_is_recorded_and_told():
    output = OutputArtifact(uri="file:///d", missing=True)
    changes = finished(Task(outputs={"d": DATASET}), artifacts={"d": (output,)})
    messages = [change.message for change in changes if isinstance(change, Logged)]
    assert "t wrote nothing for its output d" in messages


@pytest.mark.parametrize(
    "kind", ["Metrics", "ClassificationMetrics", "SlicedClassificationMetrics"]
)
def test_metrics_are_metadata_and_need_no_file(kind):
    output = OutputArtifact(uri="file:///d", schema_title=f"system.{kind}", missing=True)
    changes = finished(Task(outputs={"d": DATASET}), artifacts={"d": (output,)})
    messages = [change.message for change in changes if isinstance(change, Logged)]
    assert not [message for message in messages if "wrote nothing" in message]


def test_the_pipelines_outputs_come_from_its_tasks():
    document = sketch(
        {"a": Task(outputs={"Output": "STRING", "d": DATASET})},
        outputs={"text": "STRING", "data": DATASET},
        yields={"text": (Out("a"),), "data": (Out("a", "d"),)},
    )
    run = simulate(document, {"a": succeed({"Output": "hello"})})
    assert run.outputs.parameters == {"text": "hello"}
    assert run.outputs.artifacts["data"][0].name == "d"


@pytest.mark.parametrize("absent", [[], ["Output"]])
def test_an_output_that_is_none_is_absent(absent):
    use = Task(inputs={"x": Out("a")}, optional=("x",))
    tasks = {"a": Task(outputs={"Output": "STRING"}), "use": use}
    run = simulate(sketch(tasks), {"a": succeed({"Output": None}, absent=absent)})
    assert run["use"].inputs.parameters == {}


def test_ids_of_artifacts_are_the_same_in_every_replay():
    document = sketch({"a": Task(outputs={"d": DATASET})})
    first, second = (simulate(document)["a"].outputs.artifacts["d"][0].id for _ in range(2))
    assert first == second
    assert simulate(document, run_id="other")["a"].outputs.artifacts["d"][0].id != first
