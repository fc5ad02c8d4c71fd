"""Running a script or module as Python itself does, with ``kfp`` served by Headrace.

The script sees the ``sys.argv``, ``sys.path[0]`` and ``__main__`` that it would see without us, and
its tracebacks begin with its own lines.
"""

from __future__ import annotations

import os
import runpy
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType

from headrace.compat.finder import install

_USAGE = "usage: python -m headrace.compat (SCRIPT | -m MODULE) [ARGS...]"
_WRONG_INPUT = 2


def main(arguments: list[str]) -> int:
    """Run what the arguments name; return the exit status of a run that ended by itself.

    Args:
        arguments: A script, or ``-m`` and a module, followed by the arguments that it gets.
    """
    if not arguments or arguments[0] in ("-h", "--help"):
        stream = sys.stdout if arguments else sys.stderr
        stream.write(f"{_USAGE}\n\nRuns a Python script in which `import kfp` means Headrace.\n")
        return 0 if arguments else _WRONG_INPUT
    install()
    if arguments[0] == "-m":
        return _run_module(arguments[1:])
    return _run_script(arguments)


def _run_module(arguments: list[str]) -> int:
    if not arguments:
        sys.stderr.write(f"{_USAGE}\n")
        return _WRONG_INPUT
    sys.argv = list(arguments)
    sys.path[0] = str(Path.cwd())
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    return 0


def _run_script(arguments: list[str]) -> int:
    script = arguments[0]
    sys.argv = list(arguments)
    if Path(script).is_dir():
        sys.path[0] = script
        runpy.run_path(script, run_name="__main__")
        return 0
    try:
        source = Path(script).read_bytes()
    except OSError as error:
        sys.stderr.write(f"{script} cannot be opened: {error.strerror}\n")
        return _WRONG_INPUT
    sys.path[0] = str(Path(script).resolve().parent)
    file = os.path.abspath(script)  # noqa: PTH100 - as Python does: links are not resolved
    module = ModuleType("__main__")
    module.__file__ = file
    module.__loader__ = SourceFileLoader("__main__", file)
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    try:
        exec(compile(source, file, "exec"), module.__dict__)  # noqa: S102 - the purpose
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - shown as Python shows it, without our frames
        error.__traceback__ = _without_ours(error.__traceback__)
        sys.excepthook(type(error), error, error.__traceback__)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _without_ours(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace
