"""The composition root: settings become concrete back ends; runs are prepared and carried out.

The only unit that names both a port and what stands behind it. Its modules are imported one by one,
so that a command pays for what it uses alone.
"""

from __future__ import annotations
