"""As many steps as there are items, and one that sums what they return."""

from kfp import dsl


@dsl.component(base_image="python:3.11", install_kfp_package=False)
def noop(item: int) -> int:
    return item


@dsl.component(base_image="python:3.11", install_kfp_package=False)
def total(values: list) -> int:
    return int(sum(values))  # the official local runner hands numbers over as floats


@dsl.pipeline(name="fan-out")
def fan_out(items: list = [1, 2, 3]) -> int:
    with dsl.ParallelFor(items) as item:
        task = noop(item=item)
    return total(values=dsl.Collected(task.output)).output
