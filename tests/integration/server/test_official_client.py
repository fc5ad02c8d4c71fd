"""The official SDK works against a server: its clients, its registry client, its command line.

The scenarios stand in ``official_client.py``, which the interpreter with the SDK runs once.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import httpx2
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
        return tell(SCRIPT, server.url)
    finally:
        server.close()


def tell(script: Path, *arguments: str) -> dict[str, str]:
    """Run a script with the SDK and return what it says of each scenario."""
    found = subprocess.run(
        [oracle_python(), script, *arguments],
        capture_output=True,
        text=True,
        timeout=BOUND_S,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-4000:]
    return json.loads(found.stdout.splitlines()[-1])


@pytest.mark.oracle
@pytest.mark.timeout(BOUND_S)
@pytest.mark.parametrize("name", scenarios())
def test_scenario(told, name):
    assert told[name] == "ok", told[name]


@pytest.mark.oracle
@pytest.mark.timeout(BOUND_S)
def test_tenants(tmp_path):
    server = ServerProcess(tmp_path)
    server.home.mkdir()
    (server.home / "config.toml").write_text(
        '[server.auth]\nproxies = ["127.0.0.1"]\nadmins = ["root"]\n'
    )

    def asked(user, method, path, **body):
        """Ask the native API as the trusted proxy does for a user."""
        where, headers = f"{server.url}/api/v1{path}", {"kubeflow-userid": user}
        answer = httpx2.request(method, where, headers=headers, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def token(user, scope):
        return asked(user, "POST", "/tokens", name="t", scopes=[scope])["secret"]

    try:
        server.start()
        for namespace, user, role in (
            ("blue", "ann", "editor"),
            ("red", "bob", "editor"),
            ("blue", "eve", "viewer"),
        ):
            names = [
                one["namespace"]["name"] for one in asked("root", "GET", "/namespaces")["items"]
            ]
            if namespace not in names:
                asked("root", "POST", "/namespaces", name=namespace)
            asked("root", "PUT", f"/namespaces/{namespace}/members/{user}", role=role)
        tokens = [token("ann", "write"), token("bob", "write"), token("eve", "write")]
        told = tell(HERE / "official_tenants.py", server.url, *tokens)
        assert told["tenants"] == "ok", told["tenants"]
    finally:
        server.close()
