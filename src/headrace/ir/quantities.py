"""Amounts as Kubernetes and protobuf write them: ``500m`` cores, ``4Gi`` bytes, ``3600s``.

Pure; knows nothing of tasks. Source of the forms: KFP's setters (facts A.4) and the resource model
of Kubernetes.
"""

from __future__ import annotations

import re

_SUFFIXES: dict[str, int] = {
    "": 1,
    "m": 1,  # thousandths, divided by: nine of them are 0.009 and not the next float to it
    "k": 10**3,
    "K": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "P": 10**15,
    "E": 10**18,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
    "Pi": 2**50,
    "Ei": 2**60,
}
_QUANTITY = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([A-Za-z]{0,2})")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)s")


def quantity(text: str) -> float:
    """Return the number that a Kubernetes quantity stands for.

    Raises:
        ValueError: The text is not a quantity.

    Example:
        >>> quantity("500m"), quantity("4Gi")
        (0.5, 4294967296.0)
    """
    match = _QUANTITY.fullmatch(text.strip())
    if match is None or match.group(2) not in _SUFFIXES:
        message = (
            f"{text!r} is not an amount; write a number and maybe one of m K M G T Ki Mi Gi Ti"
        )
        raise ValueError(message)
    amount = float(match.group(1)) * _SUFFIXES[match.group(2)]
    return amount / 1000 if match.group(2) == "m" else amount


def duration_s(text: str) -> float:
    """Return the seconds of a protobuf duration such as ``3600s``; empty text is zero.

    Raises:
        ValueError: The text is not a duration.
    """
    if not text:
        return 0.0
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        message = f"{text!r} is not a duration; write seconds, such as 3600s"
        raise ValueError(message)
    return float(match.group(1))
