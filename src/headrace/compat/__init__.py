"""``import kfp`` meaning Headrace, for code that was written for the official SDK.

``install()`` switches it on for this process, ``python -m headrace.compat SCRIPT ARGS…`` runs a
script so. Importing this package changes nothing. Which names are served is in ``names``.
"""

from __future__ import annotations

from headrace.compat.finder import install, installed, uninstall

__all__ = ["install", "installed", "uninstall"]
