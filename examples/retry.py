"""A step that fails at its first try and is tried again.

headrace run examples/retry.py
"""

from kfp import dsl


@dsl.component(base_image="python:3.11")
def flaky(run: str) -> str:
    """Fails once in each run, as a service does that is just starting."""
    import tempfile
    from pathlib import Path

    mark = Path(tempfile.gettempdir(), f"flaky-{run}")
    if not mark.exists():
        mark.touch()
        raise ConnectionError("the service is not up yet")
    mark.unlink()
    return "served"


@dsl.pipeline(name="retry", description="Tries a step again.")
def retry() -> str:
    """Waits for a service by trying again, up to three times."""
    task = flaky(run=dsl.PIPELINE_JOB_ID_PLACEHOLDER)
    task.set_retry(num_retries=3, backoff_duration="0s", backoff_factor=1.0)
    return task.output
