"""Two namespaces with one thing of every kind, their users, and a server with all that protects it.

What belongs to namespace ``a`` has ids that end in ``-a``, what belongs to ``b`` in ``-b``.
"""

from __future__ import annotations

from typing import Self

import msgspec
from native_bench import (
    SPEC,
    FakeArtifacts,
    FakeClock,
    FakeLogs,
    FakeRuns,
    attempt,
    made,
    read,
    task,
)
from starlette.testclient import TestClient

from headrace.engine.changes import Logged, RunChanged
from headrace.engine.events import RunSubmitted
from headrace.launchers.port import Capacity
from headrace.schedules import Trigger
from headrace.server.security.assembly import secured
from headrace.server.security.limits import Limits
from headrace.server.security.settings import AuthSettings
from headrace.server.security.tokens import SERVICE, digest_of
from headrace.server.services import Services, Settings
from headrace.server.surface import endpoints
from headrace.store import (
    Experiment,
    Member,
    Namespace,
    NewRun,
    Pipeline,
    PipelineVersion,
    RunBatch,
    Token,
    Webhook,
)
from headrace.store.records import RecurringRun

NOW = 1_000_000.0
DOCUMENT = msgspec.json.encode({"spec": SPEC, "platform": None}, order="sorted")

#: Who there is: nobody has no credentials, a stranger has no role, all others are named after
#: what they are in namespace ``a``; ``other`` is the admin of ``b``.
ROLES = {"viewer": "viewer", "editor": "editor", "admin": "admin"}
USERS = ("stranger", "other", *ROLES, "root")
ADMINS = frozenset({"root"})


def secret_of(user: str, scope: str = "") -> str:
    """Return the token of a user."""
    return "hr_" + f"{user}-{scope}".ljust(43, "x")


def seed(store) -> None:
    """Fill a store with both tenants."""
    for name in ("a", "b"):
        store.add_namespace(Namespace(name=name, created_at=NOW))
        _things(store, name)
    for user, role in ROLES.items():
        store.put_member(Member(namespace="a", user=user, role=role))
    store.put_member(Member(namespace="b", user="other", role="admin"))
    for user in USERS:
        _token(store, user, ("read", "write", "manage", "administer"))
        _token(store, user, ("read",), "read")
        _token(store, user, ("read", "write"), "write")
    for name in ("a", "b"):
        store.add_token(
            Token(
                id=f"service-{name}",
                name="ci",
                user=f"{SERVICE}{name}:ci",
                digest=digest_of(secret_of(f"service-{name}")),
                created_at=NOW,
                scopes=("read", "write"),
                namespace=name,
                role="editor",
            )
        )


def _token(store, user: str, scopes: tuple[str, ...], scope: str = "") -> None:
    store.add_token(
        Token(
            id=f"token-{user}-{scope}" if scope else f"token-{user}",
            name="t",
            user=user,
            digest=digest_of(secret_of(user, scope)),
            created_at=NOW,
            scopes=scopes,
        )
    )


def _things(store, name: str) -> None:
    store.add_experiment(
        Experiment(id=f"experiment-{name}", namespace=name, name=f"exp {name}", created_at=NOW)
    )
    digest = store.put_document(DOCUMENT)
    store.add_pipeline(
        Pipeline(id=f"pipeline-{name}", namespace=name, name=f"pipe {name}", created_at=NOW)
    )
    store.add_version(
        PipelineVersion(
            id=f"version-{name}",
            pipeline_id=f"pipeline-{name}",
            name=f"version {name}",
            document=digest,
            created_at=NOW,
        )
    )
    # A package of the registry is a pipeline that is called as it is.
    store.add_pipeline(
        Pipeline(id=f"package-{name}", namespace=name, name=f"package-{name}", created_at=NOW)
    )
    store.add_version(
        PipelineVersion(
            id=f"packaged-{name}",
            pipeline_id=f"package-{name}",
            name="sha256:" + "0" * 64,
            document=digest,
            created_at=NOW,
            tags={"registry.latest": ""},
        )
    )
    store.add_recurring_run(
        RecurringRun(
            id=f"recurring-{name}",
            namespace=name,
            experiment=f"experiment-{name}",
            display_name=f"nightly {name}",
            created_at=NOW,
            updated_at=NOW,
            trigger=Trigger(interval_s=3600),
            pipeline_id=f"pipeline-{name}",
            next_tick_at=NOW + 3600,
            created_by=f"editor-{name}",
        )
    )
    store.add_webhook(
        Webhook(
            id=f"webhook-{name}",
            namespace=name,
            name=f"hook {name}",
            url="https://hooks.example.com/x",
            created_at=NOW,
        ),
        b"signing secret",
    )
    _run(store, name, f"run-{name}", ended=True)
    _run(store, name, f"live-{name}", ended=False)


def _run(store, name: str, run_id: str, *, ended: bool) -> None:
    submitted = RunSubmitted(
        run_id=run_id,
        run_name=f"{run_id} of {name}",
        parameters={"rate": 0.5},
        pipeline_root="memory://r",
        namespace=name,
    )
    store.create_run(
        NewRun(
            submitted=submitted,
            pipeline="sketch",
            document=DOCUMENT,
            created_at=NOW,
            experiment=f"experiment-{name}",
            pipeline_id=f"pipeline-{name}",
            version_id=f"version-{name}",
            recurring_run_id=f"recurring-{name}",
            tags={"team": name},
        )
    )
    changes = [RunChanged(state="running", started_at=NOW)]
    if ended:
        changes += [
            task("load"),
            attempt("load"),
            task("fit", "failed"),
            attempt("fit", "failed"),
            *made(f"artifact-{name}", "load"),
            read(f"artifact-{name}", "fit"),
            RunChanged(state="failed", finished_at=NOW + 5),
            Logged(kind="run_ended"),
        ]
    (lease,) = store.claim("seed", now=NOW, lease_s=9.0, run_ids=[run_id])
    store.commit([RunBatch(lease=lease, at=NOW, changes=changes)])
    store.release([lease])


class World:
    """The server over a seeded store."""

    def __init__(self, store, *, auth: AuthSettings | None = None, limits: Limits | None = None):
        self.store = store
        self.clock = FakeClock()
        self.runs = FakeRuns(store, self.clock)
        self.logs = FakeLogs({(f"run-{n}", "load", 1): f"log of {n}".encode() for n in "ab"})
        self.artifacts = FakeArtifacts(
            {f"memory://artifact-{n}": f"data {n}".encode() for n in "ab"}
        )
        self.services = Services(
            store=store,
            runs=self.runs,
            logs=self.logs,
            artifacts=self.artifacts,
            capacity=Capacity(cpus=4.0, memory_bytes=8 << 30, accelerators={}),
            clock=self.clock,
            settings=Settings(mode="multi", version="1.2.3"),
        )
        self.endpoints = endpoints()
        self.auth = auth or AuthSettings(admins=ADMINS)
        self.app = secured(self.services, self.endpoints, self.auth, limits=limits)
        self.client = TestClient(
            self.app, base_url="http://localhost", raise_server_exceptions=False
        )

    def __enter__(self) -> Self:
        self.client.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.__exit__()

    def ask(self, user: str | None, method: str, path: str, *, scope: str = "", **more):
        """Send a request as a user; None has no credentials."""
        headers = dict(more.pop("headers", {}))
        if user is not None:
            headers["Authorization"] = f"Bearer {secret_of(user, scope)}"
        return self.client.request(method, path, headers=headers, follow_redirects=False, **more)
