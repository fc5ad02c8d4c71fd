"""The lock of the page's packages is whole: ``npm ci`` installs from it on every platform."""

from __future__ import annotations

import json
from pathlib import Path

LOCK = Path(__file__).parents[3] / "web" / "package-lock.json"


def test_lock_names_every_platform_of_what_it_locks() -> None:
    packages = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    missing = {
        f"{name} {version}"
        for package in packages.values()
        for name, version in package.get("optionalDependencies", {}).items()
        if f"node_modules/{name}" not in packages
    }
    assert not missing
