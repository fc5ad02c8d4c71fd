"""Loads a component's function from its source text, under the name of the user's own file.

The code is compiled so that tracebacks and debuggers show the file and lines where the user wrote
it; where those are not known, a made-up file name shows the text that was run. This module knows
nothing of inputs and outputs.
"""

from __future__ import annotations

import linecache
import os
import re
import sys
from types import CodeType, ModuleType
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

MODULE_NAME = "ephemeral_component"

#: How the source of every lightweight component begins.
HEADER = "\nimport kfp\nfrom kfp import dsl\nfrom kfp.dsl import *\nfrom typing import *\n"


class Source(NamedTuple):
    """A component's code.

    Attributes:
        path: File that holds the module as it was shipped; the component's function is in it.
        function: Name of that function.
        component: Name of the component, for the made-up file name.
        file: File in which the user wrote the function, or None.
        line: Line of its ``def`` in that file, from 1.
    """

    path: str
    function: str
    component: str = "component"
    file: Optional[str] = None
    line: Optional[int] = None

    @property
    def made_up_file(self) -> str:
        """The name of code whose origin is not known."""
        return "<component %s>" % self.component

    @property
    def files(self) -> Tuple[str, ...]:
        """Names under which this code appears in tracebacks."""
        return (self.made_up_file,) if self.file is None else (self.file, self.made_up_file)


class Compiled(NamedTuple):
    """Code that is ready to run.

    Attributes:
        codes: Code objects, in order.
        after_header: Whether they go on after ``HEADER``, instead of beginning with it.
        lines: Text of the files that tracebacks will name.
    """

    codes: List[CodeType]
    after_header: bool
    lines: Dict[str, List[str]]


def source_of(python: Mapping[str, Any], component: Optional[str]) -> Source:
    """Return the source that a task file names."""
    return Source(
        path=python["path"],
        function=python["function"],
        component=component or python["function"],
        file=python.get("file"),
        line=python.get("line"),
    )


def compile_source(source: Source) -> Compiled:
    """Return the compiled code of a component; runs none of it.

    Raises:
        SyntaxError: It does not compile.
        OSError: The file cannot be read.
    """
    with open(source.path, encoding="utf-8", errors="surrogateescape") as file:
        text = file.read()
    after_header = text.startswith(HEADER)
    begin = len(HEADER) if after_header else 0
    compiled = Compiled([], after_header, {})
    start = None if source.file is None or source.line is None else _start_of(text, source.function)
    if start is None or source.file is None or source.line is None:
        _add(compiled, text, begin, None, source.made_up_file)
        return compiled
    try:
        _add(compiled, text, begin, start, source.made_up_file)
        _add(compiled, "\n" * (source.line - 1) + text[start:], 0, None, source.file)
    except SyntaxError:
        # Only the whole text tells whether the split or the code is wrong.
        compiled = Compiled([], after_header, {})
        _add(compiled, text, begin, None, source.made_up_file)
    return compiled


def _add(compiled: Compiled, text: str, begin: int, end: Optional[int], file: str) -> None:
    """Compile a part of a text, with the line numbers that it has in the whole."""
    compiled.lines[file] = text.splitlines(True)
    part = text[begin:end]
    if part.strip():
        part = "\n" * text.count("\n", 0, begin) + part
        compiled.codes.append(compile(part, file, "exec", dont_inherit=True))


def _start_of(text: str, function: str) -> Optional[int]:
    pattern = r"^(?:async[ \t]+)?def[ \t]+%s\b" % re.escape(function)
    starts = [match.start() for match in re.finditer(pattern, text, re.MULTILINE)]
    return starts[-1] if starts else None


class _Prebuilt:
    """A module in which the header has run already; a forked process takes it as its own."""

    module: Optional[ModuleType] = None


def prebuild_module() -> None:
    """Run the header now, so that forked processes need not; it holds no code of the user's."""
    module = ModuleType(MODULE_NAME)
    exec(HEADER, module.__dict__)
    _Prebuilt.module = module


def load_source(source: Source, compiled: Optional[Compiled] = None) -> Any:
    """Return the function of a component, having run its module.

    Args:
        source: The code.
        compiled: Its compiled form, when that is at hand.

    Raises:
        SyntaxError: The code does not compile.
        Exception: Whatever the module raises.
    """
    if compiled is None:
        compiled = compile_source(source)
    for file, lines in compiled.lines.items():
        # Without a time of modification, linecache never looks for the file itself, which may be
        # missing here or hold other text by now.
        linecache.cache[file] = (1, None, lines, file)
    module = _module(compiled)
    module.__file__ = source.path
    sys.path.insert(0, os.path.dirname(source.path))  # processes that the task spawns import it
    sys.modules[MODULE_NAME] = module
    for code in compiled.codes:
        exec(code, module.__dict__)
    return function_of(module, source.function)


def _module(compiled: Compiled) -> ModuleType:
    if compiled.after_header and _Prebuilt.module is not None:
        return _Prebuilt.module
    module = ModuleType(MODULE_NAME)
    if compiled.after_header:
        exec(HEADER, module.__dict__)
    return module


def load_file(path: str, function: str) -> Any:
    """Return a function of a Python file, having run the file as a module of its own name."""
    import importlib.util  # seldom needed

    directory, file_name = os.path.split(os.path.abspath(path))
    name = file_name[:-3] if file_name.endswith(".py") else file_name
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("%s is not a Python file" % path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, directory)
    spec.loader.exec_module(module)
    return function_of(module, function)


def function_of(module: ModuleType, name: str) -> Any:
    """Return a component's function, without what a decorator put around it."""
    found = getattr(module, name, None)
    if found is None:
        raise AttributeError("the component's source defines no function %s" % name)
    return getattr(found, "python_func", found)
