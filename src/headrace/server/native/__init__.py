"""The native API under ``/api/v1``: what the web page and our own client talk to.

Each module is one subject. ``operations`` says what an endpoint is made of, from which both the
routes and the OpenAPI description follow. May not know which store, launcher or artifact store
there is.
"""

from __future__ import annotations
