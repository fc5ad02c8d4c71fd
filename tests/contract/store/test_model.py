"""SQLite against the memory store: the same calls in any order give the same answers."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)
from store_samples import artifact, inputs, new_run, outputs, task

from headrace.engine.attempts import Failure
from headrace.engine.changes import (
    ArtifactAdded,
    ArtifactUsed,
    AttemptChanged,
    CacheEntryAdded,
    Logged,
    MetricAdded,
    RunChanged,
)
from headrace.engine.events import CancelRequested, TimerFired
from headrace.errors import HeadraceError
from headrace.store import LeaseLost, RunBatch, RunFilter
from headrace.store.memory import MemoryStore
from headrace.store.sqlite import SqliteStore

RUNS = st.sampled_from(["r1", "r2", "r3", "r30"])
SPACES = st.sampled_from(["", "team"])
OWNERS = st.sampled_from(["me", "you", "dead"])
PATHS = st.sampled_from(["fit", "loop[0]/fit", "loop[1]/fit"])
TIMES = st.floats(0, 100)
# NUL is what PostgreSQL has no place for; it has a test of its own.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
SMALL = st.dictionaries(TEXTS, st.integers(-5, 5) | TEXTS, max_size=2)
LARGE = st.just({"text": "x" * 5000})
STATES = st.sampled_from(["pending", "running", "succeeded", "failed", "canceled"])
VALUES = st.builds(outputs) | st.builds(lambda values: outputs(artifact(), **values), LARGE)
EVENTS = st.builds(CancelRequested, reason=TEXTS) | st.builds(TimerFired, timer=TEXTS)
CHANGES = st.one_of(
    st.builds(RunChanged, state=STATES, started_at=TIMES, error=st.none() | TEXTS),
    st.builds(RunChanged, state=STATES, finished_at=TIMES, outputs=VALUES),
    st.builds(
        task,
        PATHS,
        STATES,
        inputs=st.none() | st.builds(lambda values: inputs(**values), SMALL | LARGE),
        outputs=st.none() | VALUES,
        cache_fields=st.dictionaries(TEXTS, TEXTS, max_size=1),
        error=st.none() | st.builds(Failure, kind=st.just("user"), message=TEXTS),
    ),
    st.builds(
        AttemptChanged,
        path=PATHS,
        number=st.integers(1, 2),
        state=STATES,
        created_at=TIMES,
        where=TEXTS,
    ),
    st.builds(
        ArtifactAdded,
        artifact=st.builds(artifact, st.sampled_from("ab"), metadata=SMALL),
        path=PATHS,
        attempt=st.integers(1, 2),
    ),
    st.builds(
        ArtifactUsed,
        artifact_id=st.sampled_from("ab"),
        path=PATHS,
        role=st.sampled_from(["input", "output"]),
        name=TEXTS,
    ),
    st.builds(MetricAdded, path=PATHS, artifact=TEXTS, name=TEXTS, value=TIMES),
    st.builds(
        CacheEntryAdded,
        key=st.sampled_from("kl"),
        path=PATHS,
        fields=st.dictionaries(TEXTS, TEXTS, max_size=2),
        outputs=VALUES,
    ),
    st.builds(Logged, kind=TEXTS, path=TEXTS, message=TEXTS, data=SMALL | LARGE),
)


class StoresAgree(RuleBasedStateMachine):
    """Every rule calls both stores; the invariant compares all that can be read."""

    leases = Bundle("leases")

    @initialize()
    def open(self):
        self.place = Path(tempfile.mkdtemp())
        self.sqlite, self.memory = self.made(), MemoryStore()
        for run in ("r1", "r2"):
            self.both(lambda store, run=run: store.create_run(new_run(run)))
        held = self.both(lambda store: store.claim("me", now=0.0, lease_s=50.0))
        self.held = {lease.run_id: lease for lease in held}

    def made(self):
        """Open the store that is compared, which lasts until the teardown."""
        return SqliteStore.open(self.place / "runs.db")

    def teardown(self):
        self.sqlite.close()
        shutil.rmtree(self.place)

    def both(self, call):
        """Call both, and require the same answer or the same kind of error."""
        answers = []
        for store in (self.memory, self.sqlite):
            try:
                answers.append(call(store))
            except HeadraceError as error:
                answers.append((type(error), error.message))
        assert answers[0] == answers[1]
        return answers[0]

    @rule(run=RUNS, at=TIMES, namespace=SPACES, name=TEXTS, document=st.sampled_from([b"1", b"2"]))
    def create(self, run, at, namespace, name, document):
        new = new_run(run, at=at, namespace=namespace, name=name, document=document)
        self.both(lambda store: store.create_run(new))

    @rule(
        target=leases,
        owner=OWNERS,
        now=TIMES,
        lease_s=TIMES,
        runs=st.none() | st.lists(RUNS),
        limit=st.integers(1, 3),
        dead=st.sampled_from([(), ("dead",)]),
    )
    def claim(self, owner, now, lease_s, runs, limit, dead):
        found = self.both(
            lambda store: store.claim(
                owner, now=now, lease_s=lease_s, run_ids=runs, limit=limit, dead=dead
            )
        )
        self.held |= {lease.run_id: lease for lease in found}
        return multiple(*found)

    @rule(some=st.lists(leases, max_size=3), now=TIMES, lease_s=TIMES)
    def renew(self, some, now, lease_s):
        self.both(lambda store: store.renew(some, now=now, lease_s=lease_s))

    @rule(lease=consumes(leases))
    def release(self, lease):
        self.both(lambda store: store.release([lease]))

    @rule(
        batches=st.lists(
            st.tuples(
                leases,
                TIMES,
                st.lists(st.tuples(TIMES, EVENTS), max_size=2),
                st.lists(CHANGES, max_size=4),
                st.lists(st.integers(1, 5), max_size=2),
                st.none() | st.integers(1, 6),
            ),
            min_size=1,
            max_size=3,
        )
    )
    def commit(self, batches):
        made = [
            RunBatch(
                lease=lease, at=at, events=events, changes=changes, consumed=consumed, first_seq=seq
            )
            for lease, at, events, changes, consumed, seq in batches
        ]
        answer = self.both(lambda store: store.commit(made))
        assert answer is None or answer[0] is LeaseLost or "journal" in answer[1]

    @rule(
        run=st.sampled_from(["r1", "r2"]),
        at=TIMES,
        events=st.lists(st.tuples(TIMES, EVENTS), max_size=2),
        changes=st.lists(CHANGES, min_size=1, max_size=6),
    )
    def go_on(self, run, at, events, changes):
        batch = RunBatch(lease=self.held[run], at=at, events=events, changes=changes)
        self.both(lambda store: store.commit([batch]))

    @rule(run=RUNS, kind=TEXTS, body=SMALL, now=TIMES)
    def send(self, run, kind, body, now):
        self.both(lambda store: store.send(run, kind, body, now=now))

    @rule(
        namespace=SPACES,
        keys=st.none() | st.lists(st.sampled_from("kl")),
        before=st.none() | TIMES,
        pipeline=st.sampled_from([None, "train", "other"]),
    )
    def forget(self, namespace, keys, before, pipeline):
        self.both(
            lambda store: store.remove_cache_entries(
                namespace, keys=keys, before=before, pipeline=pipeline
            )
        )

    @rule()
    def reopen(self):
        self.sqlite.close()
        self.sqlite = self.made()

    @rule(state=st.none() | STATES, namespace=st.none() | SPACES, text=st.none() | TEXTS)
    def page_through(self, state, namespace, text):
        where, token = RunFilter(state=state, namespace=namespace, text=text), None
        while True:
            page = self.both(lambda store, t=token: store.runs(where, limit=1, page_token=t))
            token = page.next_token
            if token is None:
                return

    @rule(prefix=st.sampled_from(["r", "r3", "r30", "x"]), namespace=st.none() | SPACES)
    def find(self, prefix, namespace):
        self.both(lambda store: store.run(prefix, namespace))

    @rule(path=PATHS, namespace=SPACES)
    def nearest(self, path, namespace):
        asked = {"pipeline": "train", "path": path, "component": "comp-fit"}
        self.both(lambda store: store.nearest_cache_entry(**asked, namespace=namespace))

    @invariant()
    def everything_is_the_same(self):
        runs = self.both(lambda store: store.runs()).items
        self.both(lambda store: store.unfinished_runs())
        self.both(lambda store: store.take_requests())
        self.both(lambda store: store.events())
        self.both(lambda store: store.experiments())
        for namespace in ("", "team"):
            self.both(lambda store, n=namespace: store.cache_entries(n))
        for artifact_id in "ab":
            self.both(lambda store, a=artifact_id: store.artifact(a))
            self.both(lambda store, a=artifact_id: store.uses(artifact_id=a))
        for run in runs:
            self.both(lambda store, run=run: list(store.journal(run.run_id)))
            self.both(lambda store, run=run: store.uses(run_id=run.run_id))
            for read in ("tasks", "attempts", "artifacts", "metrics"):
                self.both(lambda store, run=run, read=read: getattr(store, read)(run.run_id))


TestStoresAgree = StoresAgree.TestCase
TestStoresAgree.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
