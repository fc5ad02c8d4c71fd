"""Tasks about volume claims end without a cluster."""

from __future__ import annotations

import msgspec
import pytest

from headrace.controller.claims import CREATE, DELETE, claim_result
from headrace.engine.attempts import AttemptId, AttemptSpec, Inputs, Job
from headrace.ir.model import Component, Container

SPEC = AttemptSpec(
    id=AttemptId("run", "createpvc", 1),
    job=Job(
        run_id="run",
        run_name="run",
        pipeline="p",
        task_name="createpvc",
        task_id="run/createpvc",
        pipeline_root="file:///x",
        created_at=0.0,
    ),
    executor_label="exec",
    interface=Component(),
    inputs=Inputs(),
    output_root="file:///x",
    container=Container(image=CREATE),
)


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"pvc_name": "data"}, "data"),
        ({"pvc_name_suffix": "-data"}, f"{SPEC.id.slug}-data"),
        ({}, SPEC.id.slug),
    ],
    ids=["named", "with a suffix", "without a name"],
)
def test_a_claim_gets_its_name(parameters, name):
    spec = msgspec.structs.replace(SPEC, inputs=Inputs(parameters=parameters))
    assert claim_result(spec).parameters == {"name": name}


def test_deleting_a_claim_gives_nothing():
    spec = msgspec.structs.replace(SPEC, container=Container(image=DELETE))
    assert claim_result(spec).parameters == {}


@pytest.mark.parametrize("container", [None, Container(image="python:3.11")], ids=["no", "other"])
def test_other_tasks_run(container):
    assert claim_result(msgspec.structs.replace(SPEC, container=container)) is None
