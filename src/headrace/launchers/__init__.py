"""Start attempts somewhere: the protocol, and the places that fulfil it.

``fake`` plays scripted outcomes, ``process`` runs on this machine, ``container`` in podman or
docker. Launchers know attempts; they do not know runs, stores or how environments are built.
"""

from __future__ import annotations
