"""Removing environments that nobody needs.

Knows directories and locks; which environments are needed is the caller's knowledge.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from headrace.environments.building import aside_path, environment_path, lock_path, remove_tree
from headrace.environments.locking import exclusive_if_free


def prune(root_dir: Path, keep: Collection[str]) -> tuple[str, ...]:
    """Remove all environments but these, and what killed builders left behind.

    One that is being built at this moment stays. Steps that run in an environment are not seen
    here: the caller keeps theirs.

    Args:
        root_dir: Where environments are kept; may be missing.
        keep: Digests of the locks whose environments stay.

    Returns:
        The names of the directories that were removed, sorted.
    """
    if not root_dir.is_dir():
        return ()
    kept = {environment_path(root_dir, digest).name for digest in keep}
    found = {p.name.removeprefix(".building-") for p in root_dir.iterdir() if p.name != ".locks"}
    removed: list[str] = []
    for name in sorted(found):
        place = root_dir / name
        with exclusive_if_free(lock_path(root_dir, name)) as free:
            if not free:
                continue
            remove_tree(aside_path(place))
            if name not in kept and place.is_dir():
                # Renamed first: half an environment must not be found by its name.
                place.rename(aside_path(place))
                remove_tree(aside_path(place))
                removed.append(name)
    return tuple(removed)
