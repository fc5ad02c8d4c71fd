"""One step with a parameter, and its result as the result of the pipeline.

headrace run examples/hello.py -p name=Ada
"""

from kfp import dsl


@dsl.component(base_image="python:3.11")
def greet(name: str) -> str:
    """Greets by name."""
    greeting = f"Hello, {name}!"
    print(greeting)
    return greeting


@dsl.pipeline(name="hello", description="Says hello.")
def hello(name: str = "world") -> str:
    """Says hello.

    Args:
        name: Who is greeted.
    """
    return greet(name=name).output
