"""A look-up is a hit only when all artifacts of the entry are there, with the bytes they had."""

from __future__ import annotations

import pytest

from headrace.artifacts.memory import MemoryArtifactStore
from headrace.controller import Cache
from headrace.engine.attempts import Artifact, Outputs
from headrace.engine.changes import CacheEntryAdded
from headrace.engine.commands import LookUpCache
from headrace.engine.events import RunSubmitted
from headrace.store import NewRun, RunBatch
from headrace.store.memory import MemoryStore

URI = "memory://root/model"


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


class World:
    def __init__(self, folder):
        self.folder = folder
        self.store = MemoryStore()
        self.artifacts = MemoryArtifactStore()
        self.cache = Cache(self.store, self.artifacts)
        submitted = RunSubmitted(
            run_id="r1", run_name="r1", parameters={}, pipeline_root="memory://root"
        )
        self.store.create_run(
            NewRun(submitted=submitted, pipeline="train", document=b"{}", created_at=1.0)
        )
        (self.lease,) = self.store.claim("me", now=1.0, lease_s=9.0)

    def write(self, text, uri=URI):
        place = self.folder / "written"
        place.write_text(text)
        self.artifacts.publish(place, uri)

    def artifact(self, text="weights", **more):
        self.write(text)
        found = self.artifacts.digest(URI)
        fields = {"uri": URI, "digest": found.digest, "size": found.size} | more
        return Artifact(
            id="a1", name="model", schema_title="system.Model", schema_version="0.0.1", **fields
        )

    def keep(self, *artifacts, fields=None, **parameters):
        outputs = Outputs(
            parameters=parameters, artifacts={"model": artifacts} if artifacts else {}
        )
        added = CacheEntryAdded(key="k1", path="fit", fields=fields or {}, outputs=outputs)
        self.store.commit([RunBatch(lease=self.lease, at=2.0, changes=[added])])
        return outputs

    def ask(self, key="k1", fields=None):
        command = LookUpCache(task="fit", component="comp-fit", key=key, fields=fields or {})
        return self.cache.answer("", "train", command)


def test_the_same_key_is_a_hit_that_names_its_maker(world):
    outputs = world.keep(world.artifact(), score=0.9)
    answer = world.ask()
    assert answer.outputs == outputs
    assert answer.source == "r1/fit"
    assert answer.reason == "same code and inputs as fit in run r1"


def test_the_first_run_of_a_step_is_a_miss(world):
    answer = world.ask()
    assert (answer.outputs, answer.source) == (None, None)
    assert answer.reason == "no earlier run of this step"


def test_a_miss_names_the_field_that_differs(world):
    world.keep(fields={"code": "1", "input rate": "0.1"})
    answer = world.ask("k2", {"code": "1", "input rate": "0.2"})
    assert answer.outputs is None
    assert "rate" in answer.reason
    assert "code" not in answer.reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda w: w.artifacts.delete(URI), "is gone", id="removed"),
        pytest.param(lambda w: w.write("weightz"), "content is another", id="a bit flipped"),
        pytest.param(lambda w: w.write("weight"), "was changed: it has 6 bytes", id="cut"),
    ],
)
def test_a_damaged_artifact_is_a_miss_that_says_how(world, change, said):
    world.keep(world.artifact())
    change(world)
    answer = world.ask()
    assert answer.outputs is None
    assert answer.reason.startswith("made in run r1, but its artifact model ")
    assert said in answer.reason


def test_one_damaged_artifact_of_several_is_enough(world):
    good = world.artifact()
    gone = world.artifact(uri="memory://root/other")
    world.keep(good, gone)
    assert "is gone" in world.ask().reason


def test_an_artifact_that_is_metadata_alone_needs_no_bytes(world):
    metrics = world.artifact(digest=None, size=0, uri="memory://root/metrics")
    world.keep(metrics)
    assert world.ask().outputs is not None


def test_an_artifact_of_unknown_content_must_be_there(world):
    elsewhere = world.artifact(digest=None, size=None, uri="memory://root/elsewhere")
    world.keep(elsewhere)
    assert "is gone" in world.ask().reason
    world.write("anything", "memory://root/elsewhere")
    assert world.ask().outputs is not None


def test_another_namespace_has_another_cache(world):
    world.keep()
    command = LookUpCache(task="fit", component="comp-fit", key="k1", fields={})
    assert world.cache.answer("others", "train", command).outputs is None
