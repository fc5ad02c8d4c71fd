"""Steps that ask for more than there is at once, so that some wait."""

from headrace import dsl


@dsl.component
def hold(name: str, until: str):
    import os
    import time

    while not os.path.exists(until):
        time.sleep(0.05)
    print(name)


@dsl.pipeline(name="crowd")
def crowd(until: str):
    for name in ("one", "two", "three"):
        step = hold(name=name, until=until)
        step.set_caching_options(False)
        step.set_cpu_request("1000")
        step.set_memory_request("16Mi")
