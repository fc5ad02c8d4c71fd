"""Durable writes, moves and reads of files; nothing here knows what an attempt is."""

from __future__ import annotations

import json
import math
import os
import stat
from typing import Any, Dict

from headrace.executor.returned import InvalidOutputError, clipped

_JSON_CLASSES: Dict[str, type] = {"LIST": list, "STRUCT": dict}
_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))


def write_json(path: str, value: Dict[str, Any]) -> None:
    """Write a JSON file on one line, so that it is there as a whole or not at all."""
    aside = "%s.%d" % (path, os.getpid())
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    # A file object would touch far more memory, which is copied for each forked process.
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        content = memoryview(text.encode("utf-8", "backslashreplace"))
        while content:
            content = content[os.write(descriptor, content) :]
    finally:
        os.close(descriptor)
    os.rename(aside, path)


def make_durable(path: str) -> None:
    """Have the disk hold a file or directory tree before this returns."""
    if stat.S_ISDIR(os.lstat(path).st_mode):
        for directory, _, names in os.walk(path):
            for name in names:
                _sync(os.path.join(directory, name))
            _sync(directory)
    else:
        _sync(path)
    _sync(os.path.dirname(path) or ".")


def _sync(path: str) -> None:
    if os.path.islink(path):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_or_copy(source: str, target: str, own: str) -> None:
    """Bring what was written at a path of the user's choice to where it belongs.

    Args:
        source: Where the code wrote.
        target: Where the artifact belongs; nothing is there.
        own: Directory of the attempt: what lies below it is moved, all else is copied.
    """
    import shutil  # much code, seldom needed

    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.realpath(source).startswith(os.path.join(os.path.realpath(own), "")):
        shutil.move(source, target)
    elif os.path.isdir(source):
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copyfile(source, target)


def read_parameter(name: str, path: str, kind: str) -> Any:
    """Return the value that code wrote as text into an output parameter's file.

    The text is read by the declared type, as KFP's launcher does: a string as it stands, all else
    without white space around it.

    Raises:
        InvalidOutputError: The file is missing or does not hold a value of the type.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
    except FileNotFoundError:
        message = "output %s was not written: there is no file %s" % (name, path)
        raise InvalidOutputError(message) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidOutputError("output %s cannot be read: %s" % (name, error)) from error
    if kind == "STRING":
        return text
    try:
        return _parsed(text.strip(), kind)
    except ValueError as error:
        message = "output %s is %r, which is not %s" % (name, clipped(text), kind)
        raise InvalidOutputError(message) from error


def _parsed(text: str, kind: str) -> Any:
    if kind == "NUMBER_INTEGER":
        return int(text)
    if kind == "NUMBER_DOUBLE":
        return _finite(float(text))
    if kind == "BOOLEAN":
        if text not in _TRUE | _FALSE:
            raise ValueError(text)
        return text in _TRUE
    value: Any = json.loads(text)
    if kind in _JSON_CLASSES and not isinstance(value, _JSON_CLASSES[kind]):
        raise ValueError(text)
    return value


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError(number)
    return number
