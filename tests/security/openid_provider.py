"""A real OpenID provider, started for tests: it lets everybody in under the name that they type.

It comes from npm and is kept in the user's cache; without npm there is nothing to test.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "oidc-provider"
AUDIENCE = "urn:headrace"


def _modules() -> Path:
    """Return where the provider is installed, installing it when that is needed."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("the OpenID provider of this test comes from npm, which is not here")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "headrace-tests"
    lock = HERE / "package-lock.json"
    version = json.loads(lock.read_text())["packages"]["node_modules/oidc-provider"]["version"]
    place = cache / f"oidc-provider-{version}"
    if not (place / "done").exists():
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, place)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip("the OpenID provider of this test cannot be installed from npm")
        (place / "done").touch()
    return place


@contextlib.contextmanager
def openid_provider(public_url: str) -> Iterator[str]:
    """Run the provider for a server at this address and yield the issuer's."""
    environment = {
        **os.environ,
        "OIDC_MODULES": str(_modules()),
        "OIDC_AUDIENCE": AUDIENCE,
        "OIDC_REDIRECT": f"{public_url}/auth/callback",
    }
    with subprocess.Popen(
        ["node", str(HERE / "provider.mjs")],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            port = json.loads(running.stdout.readline())["port"]
            yield f"http://127.0.0.1:{port}"
        finally:
            running.kill()
