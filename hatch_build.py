"""Puts the built page into wheels and source distributions; builds it first where Node is there.

The page is what ``npm ci && npm run build`` in ``web/`` writes to ``src/headrace/server/page``. A
source distribution carries it, so that installing from one needs no Node.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PAGE = "src/headrace/server/page"


class CustomBuildHook(BuildHookInterface):
    """Adds the page to what is built; an editable installation takes what lies there."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page unless it is there, and name its files as part of the build."""
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / _PAGE / "index.html").exists():
            self._build(root / "web")
        build_data["artifacts"].append(f"/{_PAGE}/**")

    def _build(self, web: Path) -> None:
        npm = shutil.which("npm")
        if npm is None or not (web / "package.json").exists():
            self.app.display_warning(
                "the page is left out: building it needs Node 20.19 or newer (npm). Headrace works "
                "without it; to have it, install Node and build again, or take the wheel"
            )
            return
        self.app.display_info("building the page (npm ci, npm run build)")
        try:
            subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=web, check=True)
            subprocess.run([npm, "run", "build"], cwd=web, check=True)
        except subprocess.CalledProcessError as error:
            command = " ".join(error.cmd[1:])
            message = f"the page could not be built: npm {command} ended with {error.returncode}"
            raise RuntimeError(message) from error
