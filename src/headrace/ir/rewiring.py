"""Inputs that KFP's compiler forgets to hand into groups, handed in.

Its documents leave a group without an input when only a text, a setting or a field of a loop's
item inside it needs one, or when its name is how a loop item's begins; they hand loop items to
groups outside of the loop, and write empty groups without a graph. KFP fails on these when the
pipeline runs, although what the author meant is plain: a channel has one name everywhere, and what
is missing stands in a DAG around it. Only the typed view is completed, never the raw document.
Pure.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import msgspec

from headrace.ir import model

_PREFIX = "pipelinechannel--"
_ITEM = "loop-item"
_FIELD = "-subvar-"
_GROUP = re.compile(r"comp-(?:condition|condition-branches|for-loop|exit-handler)(?:-\d+)+")
_ROOT = ""
_MAX_DEPTH = 100
_TYPE_KEYS = ("parameterType", "artifactType", "isArtifactList")

_Json = dict[str, Any]


class _Sort(NamedTuple):
    """What is handed in: the names under which a document keeps it.

    Attributes:
        group: Of the inputs and outputs.
        given: Of a source that is an input of the DAG.
        made: Of a source that is the output of a task.
        key: Of that output's name.
        iterator: Of loops over it.
    """

    group: str
    given: str
    made: str
    key: str
    iterator: str


_SORTS = tuple(
    _Sort(
        group=f"{sort}s",
        given=f"componentInput{sort.capitalize()}",
        made=f"taskOutput{sort.capitalize()}",
        key=f"output{sort.capitalize()}Key",
        iterator=f"{sort}Iterator",
    )
    for sort in ("parameter", "artifact")
)


def rewired(spec: model.PipelineSpec) -> model.PipelineSpec:
    """Return the pipeline with the inputs handed through that its groups lack.

    What cannot be found in any DAG around a group stays as it is, for the checks to name.
    """
    document: _Json = msgspec.to_builtins(spec)
    for sort in _SORTS:
        _Wiring(document, sort).complete()
    return msgspec.convert(document, model.PipelineSpec)


class _Wiring:
    """The components of a document by name, the root's name being empty, and who uses them."""

    def __init__(self, document: _Json, sort: _Sort) -> None:
        self._sort = sort
        self._components: dict[str, _Json] = {
            _ROOT: document["root"],
            **document.get("components", {}),
        }
        self._uses: dict[str, list[tuple[str, _Json]]] = {}
        self._channels: dict[str, dict[str, tuple[str, str]]] = {}
        self._nowhere: set[tuple[str, str]] = set()
        for name in self._components:
            for task in self._tasks(name).values():
                used = task.get("componentRef", {}).get("name", "")
                self._uses.setdefault(used, []).append((name, task))

    def complete(self) -> None:
        """Hand in what is missing, in every component."""
        for name, component in self._components.items():
            if _GROUP.fullmatch(name) and not {"dag", "executorLabel"} & component.keys():
                component["dag"] = {}
        for name in self._components:
            for task in self._tasks(name).values():
                for key, source in list(self._bindings(task).items()):
                    self._complete_binding(name, task, key, source)

    def _complete_binding(self, scope: str, task: _Json, key: str, source: _Json) -> None:
        wanted = source.get(self._sort.given)
        output = source.get(self._sort.made, {}).get(self._sort.key, "")
        if wanted is None:
            if _ITEM in output and self._declared_by(scope, source) is None:
                self._forget(task, key)
            return
        if self._is_given(scope, wanted):
            return
        found = self._find(scope, wanted, frozenset())
        if found is not None:
            source.update(found)
        elif _ITEM in wanted:
            self._forget(task, key)

    def _find(self, scope: str, name: str, trail: frozenset[str]) -> _Json | None:
        """Return the source of a channel in a DAG, after handing it in from around if need be."""
        if self._is_given(scope, name):
            return {self._sort.given: name}
        if scope == _ROOT and name.removeprefix(_PREFIX) in self._declared(scope):
            return {self._sort.given: name.removeprefix(_PREFIX)}
        return (
            self._output(scope, name)
            or self._field(scope, name, trail)
            or self._from_around(scope, name, trail)
        )

    def _is_given(self, scope: str, name: str) -> bool:
        """Whether a DAG has the input; a field of a loop's own item comes with the item alone."""
        item, infix, _ = name.rpartition(_FIELD)
        own = infix and any(
            task.get(self._sort.iterator, {}).get("itemInput") == item
            for _, task in self._uses.get(scope, [])
        )
        return name in self._declared(scope) and not own

    def _output(self, scope: str, name: str) -> _Json | None:
        """Return the output of a task in the DAG that has the channel's name."""
        if scope not in self._channels:
            self._channels[scope] = {
                f"{_PREFIX}{task_name}-{key}": (task_name, key)
                for task_name, task in self._tasks(scope).items()
                for key in self._outputs(task)
            }
        if name not in self._channels[scope]:
            return None
        producer, key = self._channels[scope][name]
        return {self._sort.made: {"producerTask": producer, self._sort.key: key}}

    def _field(self, scope: str, name: str, trail: frozenset[str]) -> _Json | None:
        """Return the item with a selector, for a channel that is a field of a loop's item."""
        item, infix, key = name.rpartition(_FIELD)
        if not infix or _ITEM not in item:
            return None
        found = self._find(scope, item, trail)
        if found is None or "parameterExpressionSelector" in found:
            return None
        selector = f"parseJson(string_value)[{json.dumps(key)}]"
        return {**found, "parameterExpressionSelector": selector}

    def _from_around(self, scope: str, name: str, trail: frozenset[str]) -> _Json | None:
        """Declare the channel as an input of a component and hand it to every use of it."""
        uses = self._uses.get(scope, [])
        if not uses or scope in trail or len(trail) > _MAX_DEPTH or (scope, name) in self._nowhere:
            return None
        found = [(user, task, self._find(user, name, trail | {scope})) for user, task in uses]
        kinds = [self._declared_by(user, source) for user, _, source in found if source]
        if len(kinds) != len(found) or None in kinds:
            self._nowhere.add((scope, name))
            return None
        for _, task, source in found:
            task.setdefault("inputs", {}).setdefault(self._sort.group, {})[name] = source
        self._declared(scope)[name] = {**(kinds[0] or {})}
        return {self._sort.given: name}

    def _declared_by(self, scope: str, source: _Json) -> _Json | None:
        """Return what a source is declared to give: its type, and whether it is a list."""
        if "parameterExpressionSelector" in source:
            # Of a field nothing is known; a STRING takes every value as text.
            return {"parameterType": "STRING"}
        output = source.get(self._sort.made)
        if output is None:
            found = self._declared(scope).get(source[self._sort.given])
        else:
            task = self._tasks(scope).get(output["producerTask"], {})
            found = self._outputs(task).get(output[self._sort.key])
        kept = {key: found[key] for key in _TYPE_KEYS if key in found} if found else None
        return kept or None

    def _forget(self, task: _Json, key: str) -> None:
        """Take away the item of a loop that lies further inside, which brings it itself."""
        del self._bindings(task)[key]
        declared = self._declared(task.get("componentRef", {}).get("name", ""))
        if key in declared:
            declared[key]["isOptional"] = True

    def _tasks(self, name: str) -> dict[str, _Json]:
        return self._components.get(name, {}).get("dag", {}).get("tasks", {})

    def _declared(self, name: str) -> dict[str, _Json]:
        component = self._components.get(name, {})
        return component.setdefault("inputDefinitions", {}).setdefault(self._sort.group, {})

    def _outputs(self, task: _Json) -> dict[str, _Json]:
        component = self._components.get(task.get("componentRef", {}).get("name", ""), {})
        return component.get("outputDefinitions", {}).get(self._sort.group, {})

    def _bindings(self, task: _Json) -> dict[str, _Json]:
        return task.get("inputs", {}).get(self._sort.group, {})
