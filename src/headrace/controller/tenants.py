"""What one namespace has waiting and holds on the machine, beside its quota."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from headrace.engine.attempts import AttemptSpec
from headrace.errors import NotFound
from headrace.store import Quota, Store


class Amounts(NamedTuple):
    """What attempts hold or may hold at once."""

    cpus: float = 0.0
    memory_bytes: float = 0
    devices: float = 0
    attempts: float = 0

    def plus(self, other: Amounts, times: int = 1) -> Amounts:
        """Return these and the others together."""
        return Amounts(*(mine + times * its for mine, its in zip(self, other, strict=True)))


class Ceiling(NamedTuple):
    """The most that a namespace may hold at once; None has no limit."""

    cpus: float | None = None
    memory_bytes: float | None = None
    devices: float | None = None

    def lacking(self, held: Amounts, more: Amounts) -> str | None:
        """Return the name of what would be too much of, with more beside what is held."""
        kinds = (("cores", 1e-9), ("bytes of memory", 0.0), ("accelerators", 0.0))
        after = held.plus(more)
        for (name, slack), most, asked, total in zip(kinds, self, more[:3], after[:3], strict=True):
            if most is not None and asked > 0 and total > most + slack:
                return name
        return None


class Waiting(NamedTuple):
    """An attempt in a queue; ``place`` grows with each that came, over all namespaces."""

    place: int
    spec: AttemptSpec


@dataclass(slots=True)
class Tenant:
    """The queues and the account of one namespace.

    Attributes:
        asking: Attempts that ask for something of the machine.
        plain: Attempts that ask for nothing.
        held: What its running attempts hold.
    """

    asking: deque[Waiting] = field(default_factory=deque[Waiting])
    plain: deque[Waiting] = field(default_factory=deque[Waiting])
    held: Amounts = field(default_factory=Amounts)
    ceiling: Ceiling = field(default_factory=Ceiling)

    def share(self, whole: Amounts) -> float:
        """Return its dominant share: the largest part that it holds of anything there is."""
        return max(mine / its if its else 0.0 for mine, its in zip(self.held, whole, strict=True))

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it waits or runs."""
        return not (self.asking or self.plain or self.held.attempts)


def quota_of(store: Store, namespace: str) -> Quota:
    """Return the quota of a namespace; one that is not known, or of a single user, has none."""
    try:
        return store.namespace(namespace).quota if namespace else Quota()
    except NotFound:
        return Quota()


def ceiling_of(quota: Quota) -> Ceiling:
    """Return what a namespace may hold at once by its quota."""
    return Ceiling(cpus=quota.cpu, memory_bytes=quota.memory_bytes, devices=quota.gpus)
