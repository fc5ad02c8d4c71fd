"""Loads a component's function from its source text, under the name of the user's own file.

The code is compiled so that tracebacks and debuggers show the file and lines where the user wrote
it; where those are not known, a made-up file name shows the text that was run. This module knows
nothing of inputs and outputs.
"""

from __future__ import annotations

import importlib.util
import linecache
import os
import re
import sys
from types import CodeType, ModuleType
from typing import Any, List, NamedTuple, Optional, Tuple

MODULE_NAME = "ephemeral_component"


class Source(NamedTuple):
    """A component's code.

    Attributes:
        text: The module as it was shipped; the component's function is in it.
        function: Name of that function.
        component: Name of the component, for the made-up file name.
        file: File in which the user wrote the function, or None.
        line: Line of its ``def`` in that file, from 1.
    """

    text: str
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


def load_source(source: Source, directory: str) -> Any:
    """Return the function of a component, having run its module.

    Args:
        source: The code.
        directory: Where the module's file is put; processes that the task spawns import it there.

    Raises:
        SyntaxError: The code does not compile.
        Exception: Whatever the module raises.
    """
    module = ModuleType(MODULE_NAME)
    module.__file__ = os.path.join(directory, MODULE_NAME + ".py")
    with open(module.__file__, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(source.text)
    sys.path.insert(0, directory)
    sys.modules[MODULE_NAME] = module
    for code in compiled(source):
        exec(code, module.__dict__)
    return function_of(module, source.function)


def load_file(path: str, function: str) -> Any:
    """Return a function of a Python file, having run the file as a module of its own name."""
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


def compiled(source: Source) -> List[CodeType]:
    """Return the code objects to run, in order."""
    if source.file is None or source.line is None:
        return [_compile(source.text, source.made_up_file, 1)]
    start = _start_of(source.text, source.function)
    if start is None:
        return [_compile(source.text, source.made_up_file, 1)]
    before, own = source.text[:start], source.text[start:]
    try:
        return [
            _compile(before, source.made_up_file, 1),
            _compile(own, source.file, source.line),
        ]
    except SyntaxError:
        # Only the whole text tells whether the split or the code is wrong.
        compile(source.text, source.made_up_file, "exec", dont_inherit=True)
        return [_compile(source.text, source.made_up_file, 1)]


def _start_of(text: str, function: str) -> Optional[int]:
    pattern = r"^(?:async[ \t]+)?def[ \t]+%s\b" % re.escape(function)
    starts = [match.start() for match in re.finditer(pattern, text, re.MULTILINE)]
    return starts[-1] if starts else None


def _compile(text: str, file: str, line: int) -> CodeType:
    padding = "\n" * (line - 1)
    lines = (padding + text).splitlines(True)
    # Without a time of modification, linecache never looks for the file itself, which may be
    # missing here or hold other text by now.
    linecache.cache[file] = (len(text), None, lines, file)
    return compile(padding + text, file, "exec", dont_inherit=True)
