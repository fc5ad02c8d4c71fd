"""The trace: what is collected while a pipeline's function runs.

Hands out names and numbers, keeps the open groups, resolves the references that texts hold, and
collects problems so that several are reported at once. Knows nothing of the IR.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from headrace.dsl.graph import Group, Task
from headrace.dsl.naming import UniqueNames
from headrace.dsl.refs import ItemRef, Ref, RefKey, field_of, keys_in, split_field
from headrace.errors import HeadraceError


class Node(Protocol):
    """A task or group in the making."""

    @property
    def name(self) -> str:
        """Its name, unique in the pipeline."""
        ...

    def frozen(self, trace: Trace) -> Task | Group:
        """Return its value in the graph."""
        ...


class Scope:
    """An open group.

    Attributes:
        children: What was made in it so far, in the order of the source.
        parent: The group around it; None for the pipeline itself.
    """

    def __init__(self) -> None:
        self.children: list[Node] = []
        self.parent: Scope | None = None

    def ancestors(self) -> Iterator[Scope]:
        """Yield the scope and those around it, the innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


class Trace:
    """A pipeline in the making.

    Attributes:
        stack: Open groups, the outermost first; the first is the pipeline itself.
        nodes: Tasks and groups by name, in the order of the source.
        problems: What is wrong so far.
    """

    def __init__(self) -> None:
        self.stack: list[Scope] = [Scope()]
        self.nodes: dict[str, Node] = {}
        self.problems: list[HeadraceError] = []
        self._names = UniqueNames()
        self._numbers = 0
        self._refs: dict[RefKey, Ref] = {}

    @property
    def scope(self) -> Scope:
        """The innermost open group."""
        return self.stack[-1]

    def unique_name(self, wish: str) -> str:
        """Return a name for a task, and take it."""
        return self._names.add(wish)

    def next_number(self) -> int:
        """Return the next number for a group or a loop's item."""
        self._numbers += 1
        return self._numbers

    def add_ref(self, ref: Ref) -> None:
        """Remember a reference, so that its pattern can be found in texts."""
        self._refs[ref.key] = ref

    def refs_in(self, value: object) -> Iterator[Ref]:
        """Yield the references that a constant holds, each once, in order."""
        for key in dict.fromkeys(keys_in(value)):
            ref = self._resolve(key)
            if ref is not None:
                yield ref

    def _resolve(self, key: RefKey) -> Ref | None:
        ref = self._refs.get(key)
        if ref is not None:
            return ref
        parts = split_field(key)
        item = self._refs.get(parts[0]) if parts else None
        return field_of(item, parts[1]) if parts and isinstance(item, ItemRef) else None


_current: ContextVar[Trace | None] = ContextVar("headrace_trace", default=None)


def current_trace() -> Trace | None:
    """Return the trace of the pipeline whose function runs now, or None."""
    return _current.get()


@contextmanager
def tracing(trace: Trace) -> Generator[Trace]:
    """Make a trace the current one."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)


def report(problem: HeadraceError) -> None:
    """Collect a problem of the pipeline that is being traced; outside of one, raise it."""
    trace = current_trace()
    if trace is None:
        raise problem
    trace.problems.append(problem)
