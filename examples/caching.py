"""What is reused by a second run: a result is known by the code and the values that made it.

Run it twice: `square` comes from the cache, `roll` runs again, and `tag` is reused by a key of
its own whatever its input.

headrace run examples/caching.py -p number=12
"""

from kfp import dsl


@dsl.component(base_image="python:3.11")
def square(number: int) -> int:
    """Squares a number; the same number gives the same result."""
    return number * number


@dsl.component(base_image="python:3.11")
def roll() -> int:
    """Throws a die; each run throws its own."""
    import random

    return random.randint(1, 6)


@dsl.component(base_image="python:3.11")
def tag(value: int) -> str:
    """Names the first value that it was given."""
    return f"value-{value}"


@dsl.pipeline(name="caching", description="Reuses what has not changed.")
def caching(number: int = 7) -> int:
    """Squares a number.

    Args:
        number: What to square.
    """
    squared = square(number=number)
    thrown = roll()
    thrown.set_caching_options(False)
    tagged = tag(value=thrown.output)
    tagged.set_caching_options(True, cache_key="examples-caching-tag")
    return squared.output
