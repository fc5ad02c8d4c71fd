"""A pipeline used as a step of another one, with inputs and an output like any step.

headrace run examples/subpipeline.py -p celsius=20
"""

from kfp import dsl


@dsl.component(base_image="python:3.11")
def multiply(value: float, by: float) -> float:
    """Multiplies two numbers."""
    return value * by


@dsl.component(base_image="python:3.11")
def add(value: float, to: float) -> float:
    """Adds two numbers."""
    return value + to


@dsl.pipeline(name="linear", description="Slope and offset.")
def linear(value: float, slope: float = 1.8, offset: float = 32.0) -> float:
    """Computes slope * value + offset."""
    scaled = multiply(value=value, by=slope)
    return add(value=scaled.output, to=offset).output


@dsl.pipeline(name="subpipeline", description="Uses a pipeline as a step.")
def subpipeline(celsius: float = 20.0) -> float:
    """Converts to Fahrenheit and halves the result.

    Args:
        celsius: The temperature to convert.
    """
    fahrenheit = linear(value=celsius)
    return multiply(value=fahrenheit.output, by=0.5).output
