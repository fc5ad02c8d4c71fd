"""A step that always runs at the end, and learns how the steps before it ended.

headrace run examples/exit_handler.py -p fail=true
"""

from kfp import dsl


@dsl.component(base_image="python:3.11")
def work(fail: bool) -> str:
    """Fails when it is told to."""
    if fail:
        raise RuntimeError("the work went wrong, as asked")
    return "done"


@dsl.component(base_image="python:3.11")
def tell(status: dsl.PipelineTaskFinalStatus) -> str:
    """Says how the steps in the exit handler ended."""
    message = f"{status.pipeline_task_name}: {status.state}"
    if status.error_message:
        message += f" ({status.error_message})"
    print(message)
    return message


@dsl.pipeline(name="exit-handler", description="Tells how its work ended.")
def exit_handler(fail: bool = False):
    """Works, and tells how it went.

    Args:
        fail: Whether the work goes wrong.
    """
    with dsl.ExitHandler(tell(), name="guarded"):
        work(fail=fail)
