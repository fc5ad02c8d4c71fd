"""Names of the official SDK that can be imported but have no meaning on one machine.

Scripts often import them at their top and use them only when they talk to a cluster.
"""

from __future__ import annotations

from typing import Any, NoReturn

from headrace.errors import InvalidRequest, caller_location


class Client:
    """Stands for ``kfp.Client``, which talks to a server of KFP."""

    def __init__(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002 - any use is refused
        message = "kfp.Client talks to a server of KFP, which Headrace is not"
        raise InvalidRequest(
            message,
            where=caller_location(),
            hint="run the pipeline with `headrace run`, or call it after local.init(...)",
        )
