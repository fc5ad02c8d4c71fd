"""Every block of code in the documentation does what the page says.

A page is run from top to bottom in one folder and one Headrace home. A comment before a block says
what it is: ``<!-- file: NAME -->`` saves it, ``<!-- exits: 1 2 -->`` says how its last command ends,
``<!-- not run: REASON -->`` leaves it out. Without a comment, Python is run as a script and each
line of a console block that starts with ``$`` as a command that succeeds.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    + [path for path in (ROOT / "docs").rglob("*.md") if "reference" not in path.parts]
)
_BLOCK = re.compile(
    r"^(?:<!-- (?P<kind>file|exits|not run): (?P<value>.*?) -->\n+)?"
    r"^```(?P<language>[a-z]+)[^\n]*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A fenced block, and what the comment before it says."""

    kind: str
    value: str
    language: str
    text: str

    @property
    def statuses(self) -> set[int]:
        return {int(word) for word in self.value.split()} if self.kind == "exits" else {0}


def blocks_of(page: Path) -> list[Block]:
    found = _BLOCK.finditer(page.read_text("utf-8"))
    return [Block(m["kind"] or "", m["value"] or "", m["language"], m["text"]) for m in found]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_page(page, tmp_path):
    environment = {
        **os.environ,
        "HEADRACE_HOME": str(tmp_path / "home"),
        "NO_COLOR": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    folder = tmp_path / "work"
    folder.mkdir()
    for block in blocks_of(page):
        if block.kind == "not run" or "--8<--" in block.text:
            continue
        if block.kind == "file":
            (folder / block.value).write_text(block.text, "utf-8")
        elif block.language == "python":
            run([sys.executable, "-c", block.text], block, folder, environment)
        elif block.language == "console":
            for command in commands_of(block):
                run(["bash", "-c", command], block, folder, environment)


def commands_of(block: Block) -> list[str]:
    lines = block.text.splitlines()
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


def run(command: list[str], block: Block, folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    told = f"{command[-1]}\nended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert done.returncode in block.statuses, told


def test_a_block_says_what_it_is():
    text = "<!-- exits: 1 2 -->\n```console\n$ false\n> more\n```\n\n```python\npass\n```\n"
    first, second = (
        Block(m["kind"] or "", m["value"] or "", m["language"], m["text"])
        for m in _BLOCK.finditer(text)
    )
    assert (first.statuses, commands_of(first)) == ({1, 2}, ["false"])
    assert (second.statuses, second.language) == ({0}, "python")
