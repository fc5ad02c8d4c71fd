"""The run store in SQL, written once for all databases.

``blocks/`` holds the statements, ``connection`` what a database must do; ``sqlite`` and
``postgres`` bring connections, migrations, and the few statements that differ.
"""

from __future__ import annotations
