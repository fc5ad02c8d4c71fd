"""Who asks, whether a browser was made to ask, how much anybody may ask, and what was done.

``settings`` says how users are known; ``assembly`` puts the layers in their order around the
endpoints. ``origins`` judges hosts and origins, ``authentication`` finds the principal by session,
token, the issuer's word or a trusted proxy's; ``gate`` refuses whatever has none; ``limits`` and
``quotas`` bound; ``audit`` records. What a principal may do is decided in ``server/access.py``.
"""

from __future__ import annotations
