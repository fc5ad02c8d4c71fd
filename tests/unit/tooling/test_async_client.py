"""The asyncio client is what is made from the ordinary one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]


def test_the_asyncio_client_is_up_to_date():
    check = [sys.executable, _ROOT / "tools" / "async_client.py", "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
