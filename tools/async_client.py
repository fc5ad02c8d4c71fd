"""Writes the asyncio twin of the client from the ordinary one, so that they cannot differ.

python tools/async_client.py            write it
python tools/async_client.py --check    exit 1 when what is there differs
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PLACE = _ROOT / "src" / "headrace" / "client"
_RULES = (
    (
        r'"""The client for ordinary code; ``aio`` has the same one for asyncio."""',
        '"""The client for asyncio; made from ``sync`` by tools/async_client.py: change that."""',
    ),
    (r"\nimport time\n", "\nimport asyncio\nimport time\n"),
    (r"time\.sleep\(", "await asyncio.sleep("),
    (r"class Client:", "class AsyncClient:"),
    (r"httpx2\.Client\(", "httpx2.AsyncClient("),
    (r"httpx2\.BaseTransport", "httpx2.AsyncBaseTransport"),
    (r"def __enter__", "async def __aenter__"),
    (r"def __exit__", "async def __aexit__"),
    (r"self\.close\(\)", "await self.close()"),
    (r"self\._http\.close\(\)", "await self._http.aclose()"),
    (r"use it as a context manager", "use it as an async context manager"),
    (r"\n    def (?!__init__)", "\n    async def "),
    (r"async async", "async"),
    (
        r"timeout: float \| None = None\) -> Run:",
        "timeout: float | None = None) -> Run:  # noqa: ASYNC109 - as the other client has it",
    ),
    (r"\bIterator\b", "AsyncIterator"),
    (r"self\._send\(", "await self._send("),
    (r"self\._http\.request\(", "await self._http.request("),
    (r"with self\._http", "async with self._http"),
    (r"response\.iter_bytes", "response.aiter_bytes"),
    (r"(\w+)\.read\(\)", r"await \1.aread()"),
    (r"stream\.await response", "await stream.response"),
    (r"for event in (self\._one_stream|stream)", r"async for event in \1"),
    (r"self\.(detail|run)\(", r"await self.\1("),
    (r"await self\.(detail|run)\((\w+)\)\.(\w+)", r"(await self.\1(\2)).\3"),
    (
        r"return await self\._send\((calls\.plan\(.*\))\)\.steps",
        r"return (await self._send(\1)).steps",
    ),
    (
        r"yield from page\.items if left is None else page\.items\[:left\]",
        (
            "for item in page.items if left is None else page.items[:left]:\n"
            "                yield item"
        ),
    ),
    (
        r"yield from response\.aiter_bytes\(\)",
        "async for block in response.aiter_bytes():\n                yield block",
    ),
    (
        r"yield from (self\._(?:pages|new_bytes)\(.*\))",
        r"async for found in \1:\n            yield found",
    ),
)


def twin(source: str) -> str:
    """Return the asyncio client for the source of the ordinary one, formatted."""
    for pattern, replacement in _RULES:
        source = re.sub(pattern, replacement, source)
    lines = source.split("\n")
    for number, line in enumerate(lines):
        if line.strip() == "yield found":
            above = lines[number - 1]
            lines[number] = " " * (len(above) - len(above.lstrip()) + 4) + "yield found"
    formatted = subprocess.run(
        [
            Path(sys.executable).with_name("ruff"),
            "format",
            "--stdin-filename",
            "src/headrace/client/aio.py",
            "-",
        ],
        input="\n".join(lines),
        text=True,
        capture_output=True,
        check=True,
        cwd=_ROOT,
    )
    return formatted.stdout


def main() -> int:
    """Write the twin, or compare it."""
    wanted = twin((_PLACE / "sync.py").read_text("utf-8"))
    place = _PLACE / "aio.py"
    if "--check" in sys.argv:
        if place.read_text("utf-8") == wanted:
            return 0
        print("src/headrace/client/aio.py is stale: python tools/async_client.py")
        return 1
    place.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
