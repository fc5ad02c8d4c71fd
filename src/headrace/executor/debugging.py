"""Runs the function of an attempt again under a debugger, with the inputs that it had.

``python -m headrace.executor.debugging DIRECTORY [--notebook FILE]``. The directory holds a copy
of the attempt's task file with outputs of its own: nothing of the run is touched, and nothing is
reported.
"""

from __future__ import annotations

import bdb
import inspect
import json
import os
import sys
from typing import Any, Callable, Dict, List, Mapping, Tuple

from headrace.executor.arguments import Call
from headrace.executor.attempt import awaited, read_task
from headrace.executor.executor_input import ExecutorInput
from headrace.executor.source import load_source, source_of
from headrace.types.artifacts import set_task_root


def rebuilt(directory: str) -> Tuple[Callable[..., Any], Dict[str, Any]]:
    """Return the function of an attempt and the arguments with which it was called.

    Args:
        directory: Holds the task file; outputs are written below it.
    """
    task = read_task(directory)
    set_task_root(task.get("output_root"))
    function = load_source(source_of(task["python"], task.get("component")))
    given = ExecutorInput(task["executor_input"])
    return function, dict(Call(function, given, directory).arguments)


def run_under_pdb(function: Callable[..., Any], arguments: Mapping[str, Any]) -> int:
    """Call the function, stopping at its first line, and where an exception was raised."""
    import pdb  # noqa: T100 - it is what this module is for

    debugger = pdb.Pdb()
    try:
        value = debugger.runcall(function, **arguments)
        if inspect.iscoroutine(value):
            value = awaited(value)
    except bdb.BdbQuit:
        return 0
    except BaseException as error:
        print("%s: %s" % (type(error).__name__, error))
        pdb.post_mortem(error.__traceback__)
        return 1
    print("returned %r" % (value,))
    return 0


def notebook(directory: str, source: str, function: str) -> Dict[str, Any]:
    """Return a notebook whose cells rebuild the arguments, show the function and call it."""
    cells: List[str] = [
        "from headrace.executor.debugging import rebuilt\n"
        "function, arguments = rebuilt(%r)\narguments" % directory,
        source.strip(),
        "%s(**arguments)" % function,
    ]
    return {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": "step-%d" % number,
                "metadata": {},
                "outputs": [],
                "source": text,
            }
            for number, text in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _text_of(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def main() -> int:
    """Debug the attempt that the command line names."""
    directory = sys.argv[1]
    os.chdir(os.path.join(directory, "work"))
    if sys.argv[2:3] == ["--notebook"]:
        python = read_task(directory)["python"]
        with open(sys.argv[3], "w", encoding="utf-8") as file:
            json.dump(
                notebook(directory, _text_of(python["path"]), python["function"]), file, indent=1
            )
        return 0
    return run_under_pdb(*rebuilt(directory))


if __name__ == "__main__":
    sys.exit(main())
