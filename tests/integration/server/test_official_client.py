"""The official SDK works against a server: its clients, its registry client, its command line.

The scenarios stand in ``official_client.py``, which the interpreter with the SDK runs once.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[2] / "tools"))

from oracle import oracle_python  # noqa: E402 - tools is a folder of scripts, not a package
from server_process import ServerProcess  # noqa: E402

SCRIPT = HERE / "official_client.py"
BOUND_S = 300


def scenarios() -> list[str]:
    """Return the names of the scenarios, which are read, not imported: they need the SDK."""
    return [
        node.name
        for node in ast.parse(SCRIPT.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and any(getattr(one, "id", "") == "scenario" for one in node.decorator_list)
    ]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    server = ServerProcess(tmp_path_factory.mktemp("official"))
    try:
        server.start()
        found = subprocess.run(
            [oracle_python(), SCRIPT, server.url],
            capture_output=True,
            text=True,
            timeout=BOUND_S,
            check=False,
        )
        assert found.returncode == 0, found.stderr[-4000:]
        return json.loads(found.stdout.splitlines()[-1])
    finally:
        server.close()


@pytest.mark.oracle
@pytest.mark.timeout(BOUND_S)
@pytest.mark.parametrize("name", scenarios())
def test_scenario(told, name):
    assert told[name] == "ok", told[name]
