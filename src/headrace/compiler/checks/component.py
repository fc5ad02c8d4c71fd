"""All checks of one component or pipeline, over its source.

Knows the single checks; nothing of how the source was found.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from headrace.compiler.checks.imports import Provided, check_imports
from headrace.compiler.checks.names import check_names, definitions
from headrace.compiler.checks.parameters import check_parameters
from headrace.compiler.checks.problem import Problem
from headrace.compiler.checks.shipped import SHIPPED_NAMES
from headrace.compiler.checks.source import parse_function


def check_component(
    source: str,
    *,
    filename: str,
    first_line: int,
    packages: Sequence[str] = (),
    plain_image: bool = True,
    embedded: bool = False,
    shipped: Collection[str] | None = None,
    additional: Collection[str] = (),
    module: str = "",
    locked: Collection[str] | None = None,
    modules: Collection[str] | None = None,
) -> list[Problem]:
    r"""Return what will fail in the step that runs this function, in the order of the source.

    Args:
        source: The function as it stands in its file, with decorators; also one of
            ``additional_funcs``.
        filename: The file, for problems.
        first_line: Line of the file in which ``source`` begins, counted from 1.
        packages: ``packages_to_install`` of the component.
        plain_image: Whether the image holds nothing but Python; of others, nothing is certain.
        embedded: Whether the component has an ``embedded_artifact_path``.
        shipped: Names that the function finds outside itself (``names_of_module``); by default
            those of KFP's header.
        additional: Names of further functions and classes that are shipped.
        module: Text of the whole file, from which hints are made.
        locked: Distributions that will be installed, where they are resolved already.
        modules: Modules that can be imported, where the environment is built already.

    Example:
        >>> source = "def f() -> float:\n    return math.pi\n"
        >>> [str(p) for p in check_component(source, filename="a.py", first_line=5)][0]
        "a.py:6:12: error: 'f' uses 'math', which is not defined inside it [HR1301]..."
    """
    function = parse_function(source, filename, first_line)
    if function is None:
        return []
    names = frozenset(SHIPPED_NAMES if shipped is None else shipped) | set(additional)
    provided = Provided(
        requirements=tuple(packages),
        locked=None if locked is None else frozenset(locked),
        modules=None if modules is None else frozenset(modules),
        plain_image=plain_image,
        embedded=embedded,
    )
    return sorted(
        [
            *check_names(function, names, definitions(module)),
            *check_imports(function, provided),
            *check_parameters(function),
        ]
    )


def check_pipeline(source: str, *, filename: str, first_line: int) -> list[Problem]:
    """Return what is suspicious in a pipeline's function, in the order of the source.

    Args:
        source: The function as it stands in its file, with decorators.
        filename: The file, for problems.
        first_line: Line of the file in which ``source`` begins, counted from 1.
    """
    function = parse_function(source, filename, first_line)
    return [] if function is None else sorted(check_parameters(function))
