"""Volume claims where there is no cluster: the tasks of ``CreatePVC`` and ``DeletePVC``.

On a cluster a backend makes the claim instead of running the image. On one machine all steps share
its disk, so there is nothing to make: the claim gets its name, and tasks go on as they would.
"""

from __future__ import annotations

from headrace.engine.attempts import AttemptResult, AttemptSpec

CREATE, DELETE = "argostub/createpvc", "argostub/deletepvc"


def claim_result(spec: AttemptSpec) -> AttemptResult | None:
    """Return how a task about a claim ends, or None for all other tasks.

    A claim without a name of its own is named after the attempt, the same every time.
    """
    image = spec.container.image if spec.container is not None else ""
    if image == DELETE:
        return AttemptResult()
    if image != CREATE:
        return None
    given = spec.inputs.parameters
    name = given.get("pvc_name") or f"{spec.id.slug}{given.get('pvc_name_suffix') or ''}"
    return AttemptResult(parameters={"name": name})
