"""Turns an exception into what the user needs: their frames, their file and line.

Frames of the executor are left out; those of libraries are counted, not shown. This module knows
nothing of attempts.
"""

from __future__ import annotations

import os
import traceback
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

_OWN_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
#: The standard library; what is installed lies in directories that have a name of their own.
_LIBRARY_ROOTS = (os.path.join(os.path.dirname(os.__file__), ""),)
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"
_MAX_TEXT = 64 * 1024
_MAX_CHAIN = 20


def failure_of(error: BaseException, files: Sequence[str]) -> Dict[str, Any]:
    """Return the failure record of an exception that the user's code raised.

    Args:
        error: What was raised.
        files: Names of the user's own files, as their frames carry them.
    """
    file, line = place_of(error, files)
    return {
        "kind": "user",
        "message": shortened(message_of(error), 8192),
        "type": type(error).__name__,
        "traceback": shortened(render(error, files), _MAX_TEXT),
        "file": file,
        "line": line,
    }


def message_of(error: BaseException) -> str:
    """Return the text of an exception, also of one whose ``__str__`` fails."""
    try:
        return str(error) or type(error).__name__
    except Exception:
        return "<%s without a readable message>" % type(error).__name__


def shortened(text: str, limit: int) -> str:
    """Return the text, its middle left out if it is longer than the limit in characters."""
    # Lone surrogates cannot be written as JSON in UTF-8.
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if len(text) <= limit:
        return text
    half = limit // 2
    return "%s\n… %d characters left out …\n%s" % (text[:half], len(text) - limit, text[-half:])


def place_of(error: BaseException, files: Sequence[str]) -> Tuple[Optional[str], Optional[int]]:
    """Return file and line of the innermost frame in the user's own files, else in no library."""
    if isinstance(error, SyntaxError) and error.filename in files:
        return error.filename, error.lineno
    frames = [
        (frame.f_code.co_filename, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
    ]
    own = [place for place in frames if place[0] in files]
    users = own or [place for place in frames if _is_users(place[0])]
    return users[-1] if users else (None, None)


def render(error: BaseException, files: Sequence[str]) -> str:
    """Return the traceback as text, cut to the user's frames, with the exceptions it came from."""
    parts: List[str] = []
    for cause, link in _chain(error):
        parts[:0] = _render_one(cause, files)
        if link:
            parts[:0] = [link]
    return "".join(parts)


def _chain(error: BaseException) -> Iterator[Tuple[BaseException, str]]:
    """Yield the exception, then what it came from, each with the text that stands before it."""
    current: Optional[BaseException] = error
    seen: List[BaseException] = []
    while current is not None and len(seen) < _MAX_CHAIN:
        seen.append(current)
        origin, link = current.__cause__, _CAUSE
        if origin is None and not current.__suppress_context__:
            origin, link = current.__context__, _CONTEXT
        if any(origin is known for known in seen):
            origin = None
        yield current, link if origin is not None and len(seen) < _MAX_CHAIN else ""
        current = origin


def _render_one(error: BaseException, files: Sequence[str]) -> List[str]:
    lines = list(_frames(error, files))
    if lines:
        lines.insert(0, "Traceback (most recent call last):\n")
    try:
        lines.extend(traceback.format_exception_only(type(error), error))
    except Exception:
        lines.append("%s: %s\n" % (type(error).__name__, message_of(error)))
    for number, inner in enumerate(getattr(error, "exceptions", ()), 1):
        lines.append("  ── part %d ──\n" % number)
        lines.extend("  " + line for line in render(inner, files).splitlines(True))
    return lines


def _frames(error: BaseException, files: Sequence[str]) -> Iterator[str]:
    shown = traceback.StackSummary()
    hidden: List[str] = []
    for frame in _visible(error):
        if frame.filename in files or _is_users(frame.filename):
            if hidden:
                yield from shown.format()
                yield _hidden_line(hidden)
                shown, hidden = traceback.StackSummary(), []
            shown.append(frame)
        else:
            hidden.append(frame.filename)
    yield from shown.format()
    if hidden:
        yield _hidden_line(hidden)


def _visible(error: BaseException) -> Iterator[traceback.FrameSummary]:
    """Yield the frames below the executor's own."""
    for frame in traceback.extract_tb(error.__traceback__):
        if not frame.filename.startswith(_OWN_ROOT):
            yield frame


def _hidden_line(files: List[str]) -> str:
    where = sorted({_package_of(file) for file in files})
    count = "1 frame" if len(files) == 1 else "%d frames" % len(files)
    return "  … %s in %s\n" % (count, ", ".join(where))


def _is_users(file: str) -> bool:
    if file.startswith("<"):
        return False
    return not (
        file.startswith(_LIBRARY_ROOTS)
        or file.startswith(_OWN_ROOT)
        or "site-packages" in file
        or "dist-packages" in file
    )


def _package_of(file: str) -> str:
    for marker in ("site-packages", "dist-packages"):
        head, found, tail = file.partition(os.sep + marker + os.sep)
        if found and head:
            return tail.split(os.sep)[0].split(".")[0]
    for root in _LIBRARY_ROOTS:
        if file.startswith(root):
            return file[len(root) :].split(os.sep, maxsplit=1)[0].split(".", maxsplit=1)[0]
    return file
