"""A pipeline whose second step fails until a file is there, and that prints what is hostile."""

from headrace import dsl


@dsl.component
def shout():
    padding = "padding " * 12
    print("the needle")
    for number in range(4000):
        print(number, padding)
    print("\033[31mred\033[0m \033]8;;javascript:alert(1)\aclick\033]8;;\a \u202egnp.exe")
    print("<script>document.title = 'broken out'</script>")


@dsl.component
def divide(by: int, unless: str) -> float:
    import os

    if not os.path.exists(unless):
        return 1 / by
    return 1.0


@dsl.pipeline(name="ratios")
def ratios(unless: str, by: int = 0, mode: str = "<b>bold</b>"):
    first = shout()
    divide(by=by, unless=unless).after(first)
