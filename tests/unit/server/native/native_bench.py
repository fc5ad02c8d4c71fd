"""A server over a store that tests fill, and fakes for what the application provides."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.testclient import TestClient

from headrace import engine, ir
from headrace.engine.attempts import Artifact
from headrace.engine.changes import (
    ArtifactAdded,
    ArtifactUsed,
    AttemptChanged,
    Logged,
    RunChanged,
    TaskChanged,
)
from headrace.engine.events import RunSubmitted
from headrace.errors import NotFound
from headrace.launchers.port import Capacity
from headrace.server.access import SINGLE_USER, Principal
from headrace.server.application import application
from headrace.server.native.surface import endpoints_of, native_operations
from headrace.server.services import ArtifactStat, Services, Settings, Step
from headrace.store import NewRun, RunBatch
from headrace.testing.sketches import Out, Task, sketch

DOCUMENT = sketch(
    {
        "load": Task(outputs={"n": "NUMBER_INTEGER", "table": "system.Dataset"}),
        "fit": Task(
            inputs={"n": Out("load", "n"), "data": Out("load", "table")},
            types={"n": "NUMBER_INTEGER", "data": "system.Dataset"},
            outputs={"model": "system.Model"},
        ),
    },
    inputs={"rate": "NUMBER_DOUBLE"},
    defaults={"rate": 0.5},
)
SPEC = DOCUMENT.raw


class FakeClock:
    """Stands still unless it is moved."""

    def __init__(self):
        self.at = 1_000_000.0

    def now(self):
        return self.at


class FakeRuns:
    """Creates runs without resolving anything."""

    def __init__(self, store, clock):
        self.store, self.clock = store, clock
        self.count = itertools.count(1)
        self.submissions = []
        self.woken = 0

    def check(self, document, platform, parameters=None):
        plan = engine.plan(ir.read_dict(dict(document), platform))
        if parameters is not None:
            engine.run_parameters(plan, parameters)

    def prepare(self, submission):
        self.submissions.append(submission)
        self.check(submission.document, submission.platform, submission.parameters)
        run_id = submission.run_id or f"run-{next(self.count)}"
        return NewRun(
            submitted=RunSubmitted(
                run_id=run_id,
                run_name=submission.name or run_id,
                parameters=dict(submission.parameters),
                pipeline_root="memory://r",
                namespace=submission.namespace,
            ),
            pipeline="sketch",
            document=msgspec.json.encode(
                {"spec": submission.document, "platform": submission.platform}, order="sorted"
            ),
            created_at=self.clock.now(),
            experiment=submission.experiment or "default",
            tags=dict(submission.tags),
            pipeline_id=submission.pipeline_id,
            version_id=submission.version_id,
            recurring_run_id=submission.recurring_run_id,
        )

    def submit(self, submission):
        return self.store.create_run(self.prepare(submission))

    def plan(self, submission):
        self.submissions.append(submission)
        return [Step("load", "reuse", "unchanged"), Step("fit", "run", "asked for")]

    def remembered(self, run):
        return {}

    def wake(self):
        self.woken += 1


@dataclass
class FakeLogs:
    """Bytes by run, path and attempt."""

    text: dict[tuple[str, str, int], bytes] = field(default_factory=dict)

    def size(self, run_id, path, attempt):
        return len(self.text.get((run_id, path, attempt), b""))

    def read(self, run_id, path, attempt, offset, limit):
        return self.text.get((run_id, path, attempt), b"")[offset : offset + limit]


@dataclass
class FakeArtifacts:
    """Bytes by URI; what begins with a URI and a slash is in its directory."""

    content: dict[str, bytes] = field(default_factory=dict)

    def stat(self, uri):
        if uri in self.content:
            return ArtifactStat(len(self.content[uri]))
        inside = tuple(
            (name.removeprefix(uri + "/"), len(data))
            for name, data in sorted(self.content.items())
            if name.startswith(uri + "/")
        )
        if not inside:
            raise NotFound("there is nothing")
        return ArtifactStat(sum(size for _, size in inside), inside)

    def open(self, uri, start=0, end=None):
        if uri not in self.content:
            raise NotFound("there is no file")
        data = self.content[uri][start:end]
        for at in range(0, len(data), 1000):
            yield data[at : at + 1000]


class Bench:
    """The server, what is behind it, and ways to fill it."""

    def __init__(self, store, *, mode="single", principal=SINGLE_USER):
        self.store = store
        self.clock = FakeClock()
        self.runs = FakeRuns(store, self.clock)
        self.logs, self.artifacts = FakeLogs(), FakeArtifacts()
        self.principal: Principal = principal
        self.services = Services(
            store=store,
            runs=self.runs,
            logs=self.logs,
            artifacts=self.artifacts,
            capacity=Capacity(cpus=4.0, memory_bytes=8 << 30, accelerators={}),
            clock=self.clock,
            settings=Settings(mode=mode, version="1.2.3"),
        )
        self.app = application(
            self.services, endpoints_of(native_operations()), authenticate=self._authenticate
        )
        self.client = TestClient(self.app, base_url="http://localhost")

    async def _authenticate(self, _connection):
        return self.principal

    def get(self, where, status=200, **query):
        return self.send("GET", where, status, params=query)

    def post(self, path, body=None, status=200):
        return self.send("POST", path, status, json={} if body is None else body)

    def send(self, method, path, status=200, **more):
        response = self.client.request(method, "/api/v1" + path, **more)
        assert response.status_code == status, response.text
        return response.json() if "json" in response.headers.get("content-type", "") else response

    def run(self, *changes, run_id="r1", namespace="", at=1000.0, **more):
        """Create a run and commit changes of it."""
        options = {
            "pipeline": "sketch",
            "document": msgspec.json.encode({"spec": SPEC, "platform": None}, order="sorted"),
            "created_at": at,
        }
        submitted = RunSubmitted(
            run_id=run_id,
            run_name=more.pop("name", run_id),
            parameters=more.pop("parameters", {}),
            pipeline_root="memory://r",
            namespace=namespace,
        )
        self.store.create_run(NewRun(submitted=submitted, **options | more))
        self.commit(run_id, *changes, at=at)
        return run_id

    def commit(self, run_id, *changes, at=1001.0):
        (lease,) = self.store.claim("me", now=at, lease_s=9.0, run_ids=[run_id])
        self.store.commit([RunBatch(lease=lease, at=at, changes=changes)])
        self.store.release([lease])


def task(path, state="succeeded", **more) -> TaskChanged:
    fields: dict[str, Any] = {
        "parent": "",
        "name": path,
        "display_name": path,
        "component": f"comp-{path}",
        "kind": "container",
        "created_at": 1000.0,
    }
    return TaskChanged(path=path, state=state, **fields | more)


def attempt(path, state="succeeded", number=1, **more):
    return AttemptChanged(path=path, number=number, state=state, created_at=1000.0, **more)


def made(artifact_id, path, title="system.Dataset", uri=None, **more):
    """Return the changes with which a task makes an artifact."""
    artifact = Artifact(
        id=artifact_id,
        name=more.pop("name", "table"),
        schema_title=title,
        schema_version="0.0.1",
        uri=uri or f"memory://{artifact_id}",
        **more,
    )
    return [
        ArtifactAdded(artifact=artifact, path=path, attempt=1),
        ArtifactUsed(artifact_id=artifact_id, path=path, role="output", name=artifact.name),
    ]


def read(artifact_id, path, name="data"):
    return ArtifactUsed(artifact_id=artifact_id, path=path, role="input", name=name)


def ended(state="succeeded"):
    return [RunChanged(state=state, finished_at=1002.0), Logged(kind="run_ended")]
