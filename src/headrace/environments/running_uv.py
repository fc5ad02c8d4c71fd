"""Running uv: where it is, one call, and its reason in one paragraph when it refuses.

uv has no Python interface; its command line is the interface. Knows nothing of locks and
environments.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from headrace.environments.redaction import without_credentials
from headrace.errors import InfrastructureError

_LONGEST_REASON = 1500
_NETWORK = re.compile(
    r"error sending request|dns error|tcp connect|timed out|network was disabled"
    r"|network connectivity is disabled|connection (reset|refused|closed)"
    r"|HTTP status server error|could not resolve host|Temporary failure in name resolution",
    re.IGNORECASE,
)
_BUILD = re.compile(
    r"failed to (download and )?build|build backend|failed to prepare"
    r"|failed to resolve requirements from",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"^(warning:|Resolved |Using |Prepared |Installed |Audited |Building )", re.IGNORECASE
)
_MARKS = re.compile(r"^[\s│├╰─▶\u00d7╭·|]*(?:(?:error|cause|hint):\s*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call of uv ended.

    Attributes:
        status: Exit status; zero is success.
        output: What it wrote to standard output.
        messages: What it wrote to standard error, without credentials.
    """

    status: int
    output: str
    messages: str

    @property
    def succeeded(self) -> bool:
        """Whether uv did what it was asked to do."""
        return self.status == 0

    @property
    def lacks_network(self) -> bool:
        """Whether it failed because an index could not be reached."""
        return not self.succeeded and _NETWORK.search(self.messages) is not None

    @property
    def lacks_build(self) -> bool:
        """Whether it failed because a source distribution could not be built."""
        return not self.succeeded and _BUILD.search(self.messages) is not None

    @property
    def reason(self) -> str:
        """What uv says, as one paragraph."""
        return _paragraph(self.messages) or f"uv ended with status {self.status}"


def uv_path() -> str:
    """Return the path of the uv executable: the one installed with Headrace, else that on PATH.

    Raises:
        InfrastructureError: There is none.
    """
    try:
        import uv

        return str(uv.find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
    if found is None:
        raise InfrastructureError(
            "uv is not installed, so no packages can be installed for steps",
            hint="install it: python -m pip install uv",
        )
    return found


def run_uv(
    arguments: Sequence[str],
    *,
    environ: Mapping[str, str],
    directory: Path,
    held: Sequence[int] = (),
) -> Outcome:
    """Run uv to its end.

    Args:
        arguments: Without the executable.
        environ: All variables that it gets.
        directory: Where it runs; no project configuration may be above it.
        held: File descriptors of locks that it holds with us.

    Raises:
        InfrastructureError: uv is missing or cannot be executed.
    """
    try:
        ended = subprocess.run(
            [uv_path(), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=dict(environ),
            cwd=directory,
            pass_fds=tuple(held),
        )
    except OSError as error:
        raise InfrastructureError(f"uv cannot be run: {error.strerror or error}") from error
    return Outcome(ended.returncode, ended.stdout, without_credentials(ended.stderr))


def _paragraph(messages: str) -> str:
    lines = [line for line in messages.splitlines() if line.strip() and not _NOISE.match(line)]
    words = [_MARKS.sub("", line).strip() for line in lines]
    sentences = [word for word in words if word]
    text = ""
    for sentence in sentences:
        joint = ": " if text and not text.endswith((".", ":", ",")) else " "
        text = f"{text}{joint}{sentence}" if text else sentence
    text = re.sub(r"\s+", " ", text)
    if len(text) <= _LONGEST_REASON:
        return text
    # A build's log is long; what went wrong stands at its end.
    return f"{text[: _LONGEST_REASON // 3]} … {text[-_LONGEST_REASON * 2 // 3 :]}"
