"""What a plan is made of, and what cannot be planned."""

from __future__ import annotations

import time

import msgspec
import pytest

from headrace import engine
from headrace.engine.attempts import ResourceRequest
from headrace.engine.resources import resource_request
from headrace.errors import SpecError
from headrace.ir.model import Document, PipelineSpec, Resources
from headrace.ir.quantities import duration_s, quantity
from headrace.testing import simulate
from headrace.testing.sketches import Out, Task, sketch


def document(raw):
    """Return a document as if it had been read, without the checks of reading."""
    return Document(msgspec.convert(raw, PipelineSpec, strict=False), raw)


def broken(change, tasks=None):
    raw = sketch(
        tasks or {"a": Task(outputs={"Output": "STRING"}), "b": Task(inputs={"x": Out("a")})}
    ).raw
    change(raw)
    return document(raw)


def set_in(*path_and_value):
    *path, last, value = path_and_value

    def change(raw):
        for key in path:
            raw = raw[key]
        raw[last] = value

    return change


A = ("root", "dag", "tasks", "a")


@pytest.mark.parametrize(
    ("change", "message", "path"),
    [
        (
            set_in("deploymentSpec", "executors", "exec-a", {}),
            "executor exec-a is neither a container nor an importer",
            "deploymentSpec.executors.exec-a",
        ),
        (
            set_in("deploymentSpec", "executors", {}),
            "component comp-a has no executor: 'exec-a' is not in the document",
            "components.comp-a.executorLabel",
        ),
        (
            set_in(*A, "componentRef", "name", "comp-z"),
            "component 'comp-z' is not in the document",
            "root.dag.tasks.a.componentRef",
        ),
        (
            set_in(*A, "dependentTasks", ["b"]),
            "tasks wait for one another in a circle: a, b",
            "root.dag.tasks",
        ),
        (
            set_in(*A, "dependentTasks", ["c"]),
            "there is no task 'c' beside it",
            "root.dag.tasks.a.dependentTasks",
        ),
        (
            set_in(*A, "retryPolicy", {"maxRetryCount": 1, "backoffDuration": "soon"}),
            "'soon' is not a duration; write seconds, such as 3600s",
            "root.dag.tasks.a.retryPolicy",
        ),
        (
            set_in(
                "deploymentSpec",
                "executors",
                "exec-a",
                "container",
                "resources",
                {"resourceCpuLimit": "many"},
            ),
            "'many' is not an amount; write a number and maybe one of m K M G T Ki Mi Gi Ti",
            "deploymentSpec.executors.exec-a.container.resources",
        ),
        (set_in("root", "dag", None), "the root of the pipeline is not a graph of tasks", "root"),
    ],
    ids=["nothing", "executor", "component", "circle", "sibling", "duration", "amount", "no graph"],
)
def test_what_cannot_run_is_refused_with_its_place(change, message, path):
    with pytest.raises(SpecError) as caught:
        engine.plan(broken(change))
    assert (caught.value.message, caught.value.path) == (message, path)


@pytest.mark.parametrize("name", ["../up", "a/b", "..", "a\\b", "a[0]", "nul\0", "x" * 300])
def test_names_that_are_no_path_segments_are_refused(name):
    def rename(raw):
        raw["root"]["dag"]["tasks"] = {name: raw["root"]["dag"]["tasks"]["a"]}

    with pytest.raises(SpecError, match="cannot be part of a path"):
        engine.plan(broken(rename))


def test_a_component_within_itself_is_refused():
    def recurse(raw):
        raw["components"]["comp-a"] = {
            "dag": {"tasks": {"again": {"componentRef": {"name": "comp-a"}}}}
        }

    with pytest.raises(SpecError, match="component comp-a contains itself"):
        engine.plan(broken(recurse))


def test_components_that_multiply_are_bounded():
    def multiply(raw):
        for level in range(12):
            tasks = {f"t{n}": {"componentRef": {"name": f"level-{level + 1}"}} for n in range(10)}
            raw["components"][f"level-{level}"] = {"dag": {"tasks": tasks}}
        raw["components"]["level-12"] = raw["components"]["comp-a"]
        raw["root"]["dag"]["tasks"] = {"t": {"componentRef": {"name": "level-0"}}}

    with pytest.raises(SpecError, match="more than 10,000,000 tasks"):
        engine.plan(broken(multiply))


def test_deep_nesting_needs_no_stack():
    raw = sketch({"a": Task()}).raw
    depth = 5000
    for level in range(depth):
        inner = f"level-{level + 1}" if level + 1 < depth else "comp-a"
        raw["components"][f"level-{level}"] = {
            "dag": {"tasks": {"t": {"componentRef": {"name": inner}}}}
        }
    raw["root"]["dag"]["tasks"] = {"t": {"componentRef": {"name": "level-0"}}}
    run = simulate(document(raw), check=False)
    assert (run.state, len(run.tasks)) == ("succeeded", depth + 1)


def test_planning_takes_linear_time():
    def seconds(count):
        raw = sketch({"a": Task()}).raw
        reference = {"componentRef": {"name": "comp-a"}}
        raw["root"]["dag"]["tasks"] = {
            f"t{n}": reference | ({"dependentTasks": [f"t{n - 1}"]} if n else {})
            for n in range(count)
        }
        made = document(raw)
        began = time.process_time()
        engine.plan(made)
        return time.process_time() - began

    small = min(seconds(500) for _ in range(3))
    assert min(seconds(5000) for _ in range(3)) < 40 * small


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("500m", 0.5),
        ("2", 2),
        ("1.5", 1.5),
        (".5", 0.5),
        ("32G", 32e9),
        ("4Gi", 4 * 2**30),
        ("100", 100),
        ("1K", 1000),
        ("1Ki", 1024),
    ],
)
def test_amounts_are_read(text, number):
    assert quantity(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "G", "1 G", "-1", "1e3", "1GB", "ten"])
def test_other_amounts_are_not(text):
    with pytest.raises(ValueError, match="is not an amount"):
        quantity(text)


def test_durations_are_read():
    assert [duration_s(text) for text in ("", "0s", "90s", "1.5s")] == [0, 0, 90, 1.5]


@pytest.mark.parametrize(
    ("resources", "request_"),
    [
        (None, ResourceRequest()),
        (
            Resources(cpu_limit=8.0, memory_limit=32.0),
            ResourceRequest(cpu_limit=8.0, memory_limit_bytes=32_000_000_000),
        ),
        (Resources(cpu_limit=8.0, resource_cpu_limit="500m"), ResourceRequest(cpu_limit=0.5)),
        (
            msgspec.convert({"accelerator": {"count": "2", "type": "NVIDIA"}}, Resources),
            ResourceRequest(accelerator_type="NVIDIA", accelerator_count=2),
        ),
    ],
    ids=["nothing", "deprecated numbers", "text wins", "accelerators"],
)
def test_requests_are_parsed(resources, request_):
    assert resource_request(resources) == request_


def test_accelerators_are_whole():
    with pytest.raises(ValueError, match="'half' is not a number of accelerators"):
        resource_request(msgspec.convert({"accelerator": {"resourceCount": "half"}}, Resources))


def test_kinds_of_tasks_are_told_apart():
    tasks = {
        "c": Task(),
        "g": Task(body={"x": Task()}),
        "l": Task(items=[1], body={"x": Task()}),
        "i": Task(
            inputs={"v": "1"}, condition="inputs.parameter_values['v'] == '1'", body={"x": Task()}
        ),
        "condition-branches-1": Task(body={"x": Task()}),
        "exit-handler-1": Task(body={"x": Task()}),
    }
    kinds = {task.name: task.kind for task in engine.plan(sketch(tasks)).root.tasks}
    assert kinds == {
        "c": "container",
        "g": "dag",
        "l": "loop",
        "i": "condition",
        "condition-branches-1": "condition",
        "exit-handler-1": "exit_handler",
    }
