"""Why a step was reused, or was not."""

from __future__ import annotations

from typing import Any

from headrace.engine.events import CacheAnswered
from headrace.errors import NotFound
from headrace.store import CacheEntry, Run, Store, TaskRun


def explanation(store: Store, run: Run, path: str) -> dict[str, Any]:
    """Return the verdict on a step's reuse with the fields that differ from the nearest entry.

    Returns:
        ``path``; ``verdict`` (``hit``, ``miss`` or ``not looked up``); ``reason``; ``nearest``: the
        run and step compared with, or None; ``differences``: field to the value here and there.

    Raises:
        NotFound: The run has no such step.
    """
    task = next((task for task in store.tasks(run.run_id) if task.path == path), None)
    if task is None:
        paths = [known.path for known in store.tasks(run.run_id)]
        message = f"run {run.run_id} has no step {path}"
        raise NotFound(message, hint=f"its steps are {', '.join(paths[:20])}" if paths else None)
    if task.cached:
        return _told(task, "hit", task.reason or f"taken over from {task.cache_source}")
    if task.cache_key is None:
        return _told(task, "not looked up", _why_not(task))
    found = _answered(store, run, task)
    nearest = _nearest(store, run, task)
    if nearest is None:
        return _told(task, "miss", found or "no earlier run of this step")
    differences = {
        name: (task.cache_fields.get(name, "absent"), nearest.fields.get(name, "absent"))
        for name in sorted(task.cache_fields.keys() | nearest.fields.keys())
        if task.cache_fields.get(name) != nearest.fields.get(name)
    }
    told = _told(task, "miss", found or f"{', '.join(differences) or 'nothing'} differs")
    return told | {
        "nearest": f"{nearest.run_id}/{nearest.path}",
        "differences": {name: list(values) for name, values in differences.items()},
    }


def _told(task: TaskRun, verdict: str, reason: str) -> dict[str, Any]:
    return {
        "path": task.path,
        "verdict": verdict,
        "reason": reason,
        "nearest": task.cache_source,
        "differences": {},
    }


def _answered(store: Store, run: Run, task: TaskRun) -> str:
    """Return what the look-up found then; a damaged artifact may have been made anew since."""
    reason = ""
    for _, event in store.journal(run.run_id):
        if isinstance(event, CacheAnswered) and event.task == task.path:
            reason = event.reason
    return reason


def _why_not(task: TaskRun) -> str:
    if task.kind not in ("container", "importer"):
        return "it is a group; its steps are reused one by one"
    if task.state in ("skipped", "canceled"):
        return f"it was {task.state}"
    if task.attempts and not task.cache_fields:
        return "it is part of an exit handler, which runs at every end"
    return "its caching is switched off"


def _nearest(store: Store, run: Run, task: TaskRun) -> CacheEntry | None:
    """Return the newest entry that is not the step's own."""
    entries = [
        entry
        for entry in store.cache_entries(run.namespace, limit=10_000)
        if (entry.run_id, entry.path) != (run.run_id, task.path)
        and (task.created_at is None or entry.created_at <= task.created_at)
    ]
    same_step = (e for e in entries if (e.pipeline, e.path) == (run.pipeline, task.path))
    same_component = (e for e in entries if e.component == task.component)
    return next(same_step, None) or next(same_component, None)
