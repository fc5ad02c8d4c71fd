"""Loops over literal items and over a list that a step returned, and a step that collects both.

headrace run examples/loops.py -p 'sizes=[3, 5, 8]'
"""

from kfp import dsl


@dsl.component(base_image="python:3.11")
def halves(sizes: list[int]) -> list[float]:
    """Halves each size."""
    return [size / 2 for size in sizes]


@dsl.component(base_image="python:3.11")
def area(side: float, factor: int) -> float:
    """Area of a square, times a factor."""
    return side * side * factor


@dsl.component(base_image="python:3.11")
def total(areas: list[list[float]]) -> float:
    """Sums the areas of all iterations."""
    return sum(value for row in areas for value in row)


@dsl.pipeline(name="loops", description="Runs a step for each pair of items.")
def loops(sizes: list[int] = [2, 4, 6]) -> float:
    """Sums areas over two nested loops.

    Args:
        sizes: Lengths to halve.
    """
    sides = halves(sizes=sizes)
    with dsl.ParallelFor(sides.output, name="each side", parallelism=2) as side:
        with dsl.ParallelFor([1, 10], name="each factor") as factor:
            one = area(side=side, factor=factor)
    return total(areas=dsl.Collected(one.output)).output
