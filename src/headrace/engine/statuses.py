"""The final status that an exit task receives (``PipelineTaskFinalStatus``).

Pure. State words are those of the API and the SDK's documents (``SUCCEEDED``); KFP's back end gives
``COMPLETE`` and leaves the error empty (facts C.6). Codes are those of google.rpc.Code.
"""

from __future__ import annotations

from typing import Any

from headrace.engine.attempts import FailureKind
from headrace.engine.state import TaskRun

_CODES: dict[FailureKind, int] = {
    "canceled": 1,
    "configuration": 3,
    "deadline": 4,
    "oom": 8,
    "user": 9,
    "infrastructure": 14,
}
_CANCELED = 1


def final_status(task: TaskRun, run_id: str) -> dict[str, Any]:
    """Return how a task ended, as the value of a TASK_FINAL_STATUS input."""
    error: dict[str, Any] = {}
    if task.error is not None:
        error = {"code": _CODES[task.error.kind], "message": task.error.message}
    elif task.state == "canceled":
        error = {"code": _CANCELED, "message": task.reason}
    return {
        "state": task.state.upper(),
        "pipelineJobResourceName": run_id,
        "pipelineTaskName": task.plan.name,
        "error": error,
    }
