"""What runs inside a task: loads the component, calls the user's function, writes the result.

Standard library only, Python 3.8 on, for it is copied beside the user's own environment, which
holds nothing of Headrace. It imports ``headrace.types`` and nothing else of ours.
"""

from __future__ import annotations
