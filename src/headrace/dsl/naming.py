"""Names of components, tasks and pipelines: how KFP forms them and keeps them apart.

Pure functions on strings; knows nothing of what is named.
"""

from __future__ import annotations

import re

_NOT_ALLOWED = re.compile("[^-0-9a-z]+")
_DASHES = re.compile("-+")

#: Names that a pipeline may have.
PIPELINE_NAME = re.compile("^[a-z0-9][a-z0-9-]{0,127}$")


def human_name(function_name: str) -> str:
    """Return a function's name as a title: ``train_model`` gives ``Train model``."""
    words = function_name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def kubernetes_name(name: str) -> str:
    """Return a name in the form that Kubernetes allows: lower case, digits and single dashes."""
    return _DASHES.sub("-", _NOT_ALLOWED.sub("-", name.lower())).strip("-")


class UniqueNames:
    """Names in use, and the next free one for a wish: ``add``, ``add-2``, ``add-3``.

    Remembers where it stopped for each wish, so that a thousand equal wishes take linear time.
    """

    def __init__(self, taken: set[str] | None = None) -> None:
        self._taken: set[str] = taken if taken is not None else set()
        self._next: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def add(self, wish: str) -> str:
        """Return the first free form of a name and take it."""
        name = wish
        number = self._next.get(wish, 2)
        while name in self._taken:
            name = f"{wish}-{number}"
            number += 1
        self._next[wish] = number
        self._taken.add(name)
        return name
