"""If, Elif and Else: one branch runs, the others are skipped, and OneOf takes what came out.

headrace run examples/conditions.py -p celsius=31.5
"""

from kfp import dsl


@dsl.component(base_image="python:3.11")
def advise(advice: str) -> str:
    """Says what to do."""
    print(advice)
    return advice


@dsl.pipeline(name="conditions", description="Runs one branch of three.")
def conditions(celsius: float = 12.0) -> str:
    """Gives advice on the weather.

    Args:
        celsius: The temperature outside.
    """
    with dsl.If(celsius >= 25.0, name="hot"):
        hot = advise(advice="Take water.")
    with dsl.Elif(celsius >= 5.0, name="mild"):
        mild = advise(advice="Take a walk.")
    with dsl.Else(name="cold"):
        cold = advise(advice="Take a coat.")
    return dsl.OneOf(hot.output, mild.output, cold.output)
