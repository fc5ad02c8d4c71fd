"""A file that is written, handed on and read by three steps; the size comes as a parameter."""

from kfp import dsl


@dsl.component(base_image="python:3.11", install_kfp_package=False)
def write(size: int, made: dsl.Output[dsl.Dataset]):
    block = bytes(range(256)) * 4096
    with open(made.path, "wb") as file:
        file.writelines(block for _ in range(size // len(block)))


@dsl.component(base_image="python:3.11", install_kfp_package=False)
def change(given: dsl.Input[dsl.Dataset], made: dsl.Output[dsl.Dataset]):
    with open(given.path, "rb") as source, open(made.path, "wb") as target:
        while block := source.read(1 << 20):
            target.write(block)


@dsl.component(base_image="python:3.11", install_kfp_package=False)
def read(given: dsl.Input[dsl.Dataset]) -> int:
    total = 0
    with open(given.path, "rb") as file:
        while block := file.read(1 << 20):
            total += len(block)
    return total


@dsl.pipeline(name="artifact")
def artifact(size: int = 1 << 20) -> int:
    written = write(size=size)
    changed = change(given=written.outputs["made"])
    return read(given=changed.outputs["made"]).output
