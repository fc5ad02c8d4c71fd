"""What stands around a function when its source is shipped: KFP's header, and nothing else.

Knows the names, not the commands and files.
"""

from __future__ import annotations

import ast
import builtins
import typing
from typing import cast

from headrace.compiler.checks.scopes import FunctionNode, bound_names

#: What ``from kfp.dsl import *`` gives inside a task, where the authoring names are absent.
_KFP_DSL = frozenset(
    {
        *("Artifact", "ClassificationMetrics", "Dataset", "HTML", "Input", "InputPath"),
        *("Markdown", "Metrics", "Model", "Output", "OutputPath", "PipelineTaskFinalStatus"),
        *("SlicedClassificationMetrics", "TaskConfig", "get_uri", "run_notebook"),
        *("PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER", "PIPELINE_JOB_ID_PLACEHOLDER"),
        *("PIPELINE_JOB_NAME_PLACEHOLDER", "PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER"),
        *("PIPELINE_JOB_SCHEDULE_TIME_UTC_PLACEHOLDER", "PIPELINE_ROOT_PLACEHOLDER"),
        *("PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER", "PIPELINE_TASK_ID_PLACEHOLDER"),
        *("PIPELINE_TASK_EXECUTOR_OUTPUT_PATH_PLACEHOLDER", "PIPELINE_TASK_NAME_PLACEHOLDER"),
        "WORKSPACE_PATH_PLACEHOLDER",
    }
)
_TYPING = frozenset(cast("list[str]", vars(typing)["__all__"]))
_STARS = {"kfp.dsl": _KFP_DSL, "typing": _TYPING}
#: Extension modules may add names of their own later on.
_BUILTINS = frozenset(dir(builtins))
_MODULE_ATTRIBUTES = frozenset(
    {
        *("__annotations__", "__builtins__", "__doc__", "__file__", "__loader__", "__name__"),
        *("__package__", "__spec__", "__KFP_EMBEDDED_ASSET_DIR", "__KFP_EMBEDDED_ASSET_FILE"),
    }
)

#: Every name that a shipped function finds outside itself.
SHIPPED_NAMES: frozenset[str] = _BUILTINS | _MODULE_ATTRIBUTES | _KFP_DSL | _TYPING | {"kfp", "dsl"}


def names_of_module(source: str) -> frozenset[str]:
    """Return the names that a shipped module gives to its function.

    Args:
        source: The module as the compiler writes it into the command of a component: the header,
            imports of custom classes, additional functions, and the function itself.
    """
    tree = ast.parse(source)
    names = set(bound_names(tree.body)) | _BUILTINS | _MODULE_ATTRIBUTES
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            names |= _STARS.get(node.module or "", frozenset())
    return frozenset(names)


def helpers_in(shipped: str, function: str, module: str) -> list[tuple[str, int]]:
    """Return the functions that are shipped beside a component's own and stand in its file.

    Args:
        shipped: The module as the compiler writes it.
        function: Name of the component's function, which is left out.
        module: Text of the user's file.

    Returns:
        Source and first line of each, as ``check_component`` takes them.
    """
    try:
        beside, here = ast.parse(shipped).body, ast.parse(module).body
    except (SyntaxError, ValueError, RecursionError):
        return []
    names = {n.name for n in beside if isinstance(n, FunctionNode)} - {function}
    lines = module.splitlines(keepends=True)
    return [
        ("".join(lines[node.lineno - 1 : node.end_lineno]), node.lineno)
        for node in here
        if isinstance(node, FunctionNode) and node.name in names
    ]
