"""The IR beside each example is what the example compiles to.

``--regenerate-golden`` writes it again. Only what a release may change is left out of the
comparison: the version of Headrace.
"""

from __future__ import annotations

import re

import pytest

from .conftest import EXAMPLES

SOURCES = sorted(
    [*EXAMPLES.glob("*.py"), *(EXAMPLES / "training" / f"{n}.py" for n in ("course", "pipeline"))]
)


@pytest.mark.parametrize("source", SOURCES, ids=[source.stem for source in SOURCES])
def test_ir_is_the_golden_one(source, request, headrace, tmp_path):
    target = tmp_path / "compiled.yaml"
    ended = headrace("compile", source, "-o", target)
    assert ended.status == 0, ended.stderr
    compiled = target.read_text("utf-8")
    golden = source.with_suffix(".yaml")
    if request.config.getoption("--regenerate-golden", default=False):
        golden.write_text(compiled, "utf-8")
    assert without_version(compiled) == without_version(golden.read_text("utf-8"))


def without_version(text: str) -> str:
    return re.sub(r"^sdkVersion: .*$", "sdkVersion: any", text, flags=re.MULTILINE)
