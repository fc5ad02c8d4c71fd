"""What is checked before a run exists: parameters, images, resources."""

from __future__ import annotations

from pathlib import Path

import pytest

from headrace.app.preparation import prepare
from headrace.app.settings import Config
from headrace.errors import InvalidRequest
from headrace.launchers.port import Capacity
from headrace.testing.sketches import Task, sketch

SMALL = Capacity(cpus=2.0, memory_bytes=4_000_000_000)
BIG = Capacity(cpus=64.0, memory_bytes=1 << 40, accelerators={"nvidia.com/gpu": 8})


def container(image="ubuntu:24.04", **resources):
    return {"container": {"image": image, "command": ["true"], "resources": resources}}


def greedy():
    accelerator = {"resourceType": "nvidia.com/gpu", "resourceCount": "1"}
    asked = container(cpuLimit=8.0, memoryLimit=32.0, accelerator=accelerator)
    return sketch({"fit": Task(executor=asked)})


def prepared(document, given=None, *, tmp_path, **more):
    settings = {
        "source": Path("p.py"),
        "places": {},
        "config": Config(images={"*": "local"}),
        "capacity": SMALL,
        "cache_dir": tmp_path / "locks",
        "find_engine": lambda: None,
    } | more
    try:
        return prepare(document, given or {}, **settings)
    finally:
        assert list(tmp_path.iterdir()) == []


def test_parameters_get_their_defaults(tmp_path):
    document = sketch(
        {"a": Task(executor=container())},
        inputs={"n": "NUMBER_INTEGER", "word": "STRING"},
        defaults={"n": 3},
    )
    found = prepared(document, {"word": "x"}, tmp_path=tmp_path)
    assert found.parameters == {"n": 3, "word": "x"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "parameter word is missing"),
        ({"word": "x", "wrod": "y"}, "did you mean word"),
        ({"word": 5}, "word"),
    ],
    ids=["missing", "unknown", "of another type"],
)
def test_wrong_parameters(given, said, tmp_path):
    document = sketch({"a": Task(executor=container())}, inputs={"word": "STRING"})
    with pytest.raises(InvalidRequest, match=said):
        prepared(document, given, tmp_path=tmp_path)


def test_steps_whose_images_nothing_runs_are_named(tmp_path):
    tasks = {"a": Task(executor=container("one:1")), "b": Task(executor=container("two:2"))}
    with pytest.raises(InvalidRequest) as raised:
        prepared(sketch(tasks), tmp_path=tmp_path, config=Config())
    assert "a (image one:1), b (image two:2)" in raised.value.message
    assert '[images] "IMAGE" = "local"' in (raised.value.hint or "")


def test_images_mapped_to_this_machine_are_not_stranded(tmp_path):
    tasks = {"a": Task(executor=container("one:1")), "b": Task(executor=container("two:2"))}
    some = Config(images={"one:*": "local"})
    with pytest.raises(InvalidRequest) as raised:
        prepared(sketch(tasks), tmp_path=tmp_path, config=some)
    assert "two:2" in raised.value.message
    assert "one:1" not in raised.value.message
    both = Config(images={"one:*": "local", "two:2": "local"})
    assert prepared(sketch(tasks), tmp_path=tmp_path, config=both)


def test_steps_in_groups_are_looked_at_too(tmp_path):
    inner = {"deep": Task(executor=container("deep:1"))}
    with pytest.raises(InvalidRequest, match=r"deep \(image deep:1\)"):
        prepared(sketch({"g": Task(body=inner)}), tmp_path=tmp_path, config=Config())


def test_what_the_machine_lacks_is_one_notice(tmp_path):
    (notice,) = prepared(greedy(), tmp_path=tmp_path).notices
    for piece in ("fit asks for 8 CPUs", "32.0 GB of memory", "this machine has 2 CPUs", "no GPU"):
        assert piece in notice
    assert notice.endswith("it runs with what there is")


def test_strict_resources_refuse_it(tmp_path):
    with pytest.raises(InvalidRequest, match="fit asks for 8 CPUs"):
        prepared(greedy(), tmp_path=tmp_path, strict_resources=True)


def test_what_the_machine_has_is_not_mentioned(tmp_path):
    found = prepared(greedy(), tmp_path=tmp_path, capacity=BIG, strict_resources=True)
    assert found.notices == ()
