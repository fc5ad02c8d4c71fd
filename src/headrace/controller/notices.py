"""What webhooks are told: the messages of each format. Pure.

A message says how a run stands when an entry of the history was written; nothing in it is a
parameter, an output or an address, so that no secret of a run leaves with it.
"""

from __future__ import annotations

import uuid

import msgspec

from headrace.store import ENDED, Delivery, HistoryEntry, Run, Webhook

_IDS = uuid.UUID("0b0a3c1e-5d0e-5b7c-8f53-0f6d6a2f9d11")
_BEGIN, _END = "run_running", "run_ended"
_KINDS = frozenset({_BEGIN, _END})
_LONGEST_ERROR = 500
#: Characters that chat programs and mail readers act upon.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_VERBS = {
    "running": "has begun",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "was canceled",
}


def is_told_of(entry: HistoryEntry) -> bool:
    """Return whether an entry of the history is one that webhooks can be told of."""
    return entry.kind in _KINDS


def state_of(entry: HistoryEntry, run: Run) -> str:
    """Return the state that the entry tells of; a run may have gone on since."""
    if entry.kind == _BEGIN:
        return "running"
    words = entry.message.removeprefix("the run ").split(":", 1)[0].strip()
    return words if words in ENDED else run.state


def wants(webhook: Webhook, entry: HistoryEntry, run: Run) -> bool:
    """Return whether the webhook is to be told: only of what happened since it was made."""
    if not webhook.enabled or webhook.namespace != run.namespace or entry.at < webhook.created_at:
        return False
    if webhook.pipelines and not {run.pipeline, run.pipeline_id}.intersection(webhook.pipelines):
        return False
    return state_of(entry, run) in (webhook.states or ENDED)


def delivery_of(webhook: Webhook, entry: HistoryEntry, run: Run, *, now: float) -> Delivery:
    """Return the message to a webhook about an entry; its id is the same whoever makes it."""
    identity = str(uuid.uuid5(_IDS, f"{webhook.id}/{entry.id}"))
    body = _BODIES[webhook.format](identity, entry, run)
    return Delivery(
        id=identity,
        webhook_id=webhook.id,
        event_id=entry.id,
        run_id=run.run_id,
        body=msgspec.json.encode(body).decode(),
        created_at=now,
        next_at=now,
    )


def trial_of(webhook: Webhook, *, now: float) -> Delivery:
    """Return a message that only tries whether the webhook can be reached."""
    run = Run(
        run_id="00000000-0000-0000-0000-000000000000",
        position=0,
        namespace=webhook.namespace,
        pipeline="test",
        display_name="a test of this notification",
        experiment="",
        source="",
        document="",
        options={},
        state="succeeded",
        created_at=now,
        finished_at=now,
    )
    entry = HistoryEntry(id=0, run_id=run.run_id, at=now, kind=_END, message="the run succeeded")
    trial = delivery_of(webhook, entry, run, now=now)
    return msgspec.structs.replace(trial, id=str(uuid.uuid5(_IDS, f"{webhook.id}/test/{now}")))


def _generic(identity: str, entry: HistoryEntry, run: Run) -> dict[str, object]:
    return {
        "id": identity,
        "type": f"run.{state_of(entry, run)}",
        "event_id": entry.id,
        "at": entry.at,
        "run": {
            "run_id": run.run_id,
            "display_name": run.display_name,
            "pipeline": run.pipeline,
            "namespace": run.namespace,
            "experiment": run.experiment,
            "state": state_of(entry, run),
            "recurring_run_id": run.recurring_run_id,
            "scheduled_at": run.scheduled_at,
            "created_at": run.created_at,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "error": _error(run),
        },
    }


def _slack(_: str, entry: HistoryEntry, run: Run) -> dict[str, object]:
    lines = [f"*{_plain(run.display_name)}* {_verb(entry, run)} ({_plain(run.pipeline)})"]
    error = _error(run)
    if error and state_of(entry, run) == "failed":
        lines.append(f"> {_plain(error)}")
    lines.append(f"run `{run.run_id}`")
    return {"text": "\n".join(lines)}


def _email(_: str, entry: HistoryEntry, run: Run) -> dict[str, object]:
    subject = f"{_line(run.display_name)} {_verb(entry, run)}"
    lines = [
        f"Run {run.run_id} of {_line(run.pipeline)} {_verb(entry, run)}.",
        *([f"Namespace: {run.namespace}"] if run.namespace else []),
    ]
    error = _error(run)
    if error:
        lines += ["", error]
    return {"subject": subject, "text": "\n".join(lines) + "\n"}


_BODIES = {"generic": _generic, "slack": _slack, "email": _email}


def _verb(entry: HistoryEntry, run: Run) -> str:
    state = state_of(entry, run)
    return _VERBS.get(state, f"is {state}")


def _error(run: Run) -> str | None:
    return None if run.error is None else _line(run.error)[:_LONGEST_ERROR]


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _plain(text: str) -> str:
    return _line(text).translate(_ESCAPES)
