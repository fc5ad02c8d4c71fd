"""Which of the runs that nobody carries out are taken on next, and which wait for a quota; pure.

Namespaces take turns, the one with the fewest runs under way first; within a namespace the oldest
run comes first. A namespace with as many runs as its quota allows is passed over.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Mapping


def runs_in_turn(
    waiting: Iterable[tuple[str, str]],
    under_way: Mapping[str, int],
    most: Mapping[str, int | None],
) -> list[str]:
    """Return the runs to take on, in their order.

    Args:
        waiting: Id and namespace of each run that waits, the oldest first.
        under_way: How many runs of a namespace are carried out.
        most: How many may be; None and what is missing have no limit.

    Example:
        >>> runs_in_turn([("a1", "a"), ("a2", "a"), ("b1", "b")], {}, {})
        ['a1', 'b1', 'a2']
    """
    queues: dict[str, deque[tuple[int, str]]] = {}
    for place, (run_id, namespace) in enumerate(waiting):
        queues.setdefault(namespace, deque()).append((place, run_id))
    turns = [(under_way.get(name, 0), queue[0][0], name) for name, queue in queues.items()]
    heapq.heapify(turns)
    taken: list[str] = []
    while turns:
        count, _, namespace = heapq.heappop(turns)
        limit = most.get(namespace)
        if limit is not None and count >= limit:
            continue
        queue = queues[namespace]
        taken.append(queue.popleft()[1])
        if queue:
            heapq.heappush(turns, (count + 1, queue[0][0], namespace))
    return taken


def reason_to_wait(namespace: str, under_way: int, most: int | None) -> str | None:
    """Say in words why a run of the namespace is not begun, or None when no quota keeps it."""
    if most is None or under_way < most:
        return None
    return f"namespace {namespace} carries out {under_way} runs, and its quota allows {most}"
