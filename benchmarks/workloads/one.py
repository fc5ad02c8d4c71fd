"""One step that does nothing."""

from kfp import dsl


@dsl.component(base_image="python:3.11", install_kfp_package=False)
def noop() -> int:
    return 1


@dsl.pipeline(name="one")
def one() -> int:
    return noop().output
