"""The HTTP server: KFP's REST API, the native API, events, authentication and the page's files.

May not know which store, launcher or artifact store there is: ``services.py`` says what it is
given.
"""

from __future__ import annotations
