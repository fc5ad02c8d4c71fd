"""The run store: what is written before it is done, and what people read of it.

``port`` holds the protocols, ``records`` the values that reads return; ``memory`` and ``sqlite``
keep them. A store knows the engine's values but none of its rules.
"""

from __future__ import annotations
