"""A server begins with what is installed without any extra."""

from __future__ import annotations

import subprocess
import sys

_EXTRAS = (
    "authlib",
    "httpx2",
    "joserfc",
    "lightkube",
    "obstore",
    "opentelemetry",
    "prometheus_client",
    "psycopg",
    "psycopg_pool",
)
_PROGRAM = f"""
import sys
for name in {_EXTRAS!r}:
    sys.modules[name] = None
import headrace.app.serving
from headrace.server.surface import endpoints
assert len(endpoints()) > 100
"""


def test_nothing_of_the_extras_is_imported():
    subprocess.run([sys.executable, "-c", _PROGRAM], check=True, timeout=60)
