"""Measures the engine alone: events a second and memory, from a thousand tasks to a million.

A loop of one-task iterations runs with a launcher that does nothing: every attempt starts and
succeeds in the next event. The cost of an event must not grow with the size of the run.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections import deque

from headrace import engine, ir
from headrace.engine.attempts import AttemptResult, AttemptSpec
from headrace.engine.events import AttemptFinished, AttemptStarted, Event, RunSubmitted

SIZES = (1_000, 10_000, 100_000, 1_000_000)
TARGET_PER_S = 50_000


def document(tasks: int) -> ir.Document:
    """Return a pipeline with a loop over this many items, one task for each."""
    item = {"parameterType": "NUMBER_INTEGER"}
    body = {
        "componentRef": {"name": "comp-work"},
        "inputs": {"parameters": {"n": {"componentInputParameter": "item"}}},
        "taskInfo": {"name": "work"},
    }
    loop = {
        "componentRef": {"name": "comp-loop"},
        "parameterIterator": {
            "itemInput": "item",
            "items": {"raw": json.dumps(list(range(tasks)))},
        },
        "taskInfo": {"name": "loop"},
    }
    output = {"valueFromParameter": {"producerSubtask": "work", "outputParameterKey": "Output"}}
    spec = {
        "pipelineInfo": {"name": "wide"},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.0",
        "root": {"dag": {"tasks": {"loop": loop}}},
        "components": {
            "comp-loop": {
                "dag": {"tasks": {"work": body}, "outputs": {"parameters": {"all": output}}},
                "inputDefinitions": {"parameters": {"item": item}},
                "outputDefinitions": {"parameters": {"all": {"parameterType": "LIST"}}},
            },
            "comp-work": {
                "executorLabel": "exec-work",
                "inputDefinitions": {"parameters": {"n": item}},
                "outputDefinitions": {"parameters": {"Output": item}},
            },
        },
        "deploymentSpec": {
            "executors": {
                "exec-work": {"container": {"image": "python:3.11", "command": ["python3"]}}
            }
        },
    }
    return ir.read_dict(spec)


def measure(tasks: int) -> dict[str, float]:
    """Run a loop of this many tasks and return what it took."""
    plan = engine.plan(document(tasks))
    state = engine.new_run(plan)
    submitted = RunSubmitted(run_id="r", run_name="r", parameters={}, pipeline_root="file:///r")
    running: deque[AttemptSpec] = deque()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    events = 0
    began = time.process_time()

    def feed(event: Event) -> None:
        nonlocal events
        events += 1
        step = engine.step(plan, state, event, float(events))
        running.extend(
            command.spec for command in step.commands if isinstance(command, engine.StartAttempt)
        )

    feed(submitted)
    while running:
        spec = running.popleft()
        feed(AttemptStarted(attempt=spec.id, where="pid 1"))
        result = AttemptResult(parameters={"Output": spec.inputs.parameters["n"]})
        feed(AttemptFinished(attempt=spec.id, result=result))
    elapsed = time.process_time() - began
    assert state.name == "succeeded", state.error
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "tasks": tasks,
        "events": events,
        "events_per_s": round(events / elapsed),
        "us_per_event": round(1e6 * elapsed / events, 2),
        "peak_mib": round(peak / 1024, 1),
        "grown_mib": round((peak - before) / 1024, 1),
    }


def main() -> None:
    """Measure each size in a process of its own and print one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, help="measure this size here")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    options = parser.parse_args()
    if options.tasks:
        print(json.dumps(measure(options.tasks)))
        return
    for size in options.sizes:
        subprocess.run([sys.executable, __file__, "--tasks", str(size)], check=True)


if __name__ == "__main__":
    main()
