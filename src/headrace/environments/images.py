"""What a container image's name says about the Python in it.

Images are not used where steps run in processes of this machine; their Python version is. Knows
names only: no registry is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLAIN = re.compile(r"(?:^|/)(?:library/)?python$")
_IN_NAME = re.compile(r"(?:python|py|cp)[-_:.]?(3)[._-]?(\d{1,2})(?!\d)", re.IGNORECASE)
_TAG = re.compile(r"(3)\.(\d{1,2})(?!\d)")


@dataclass(frozen=True, slots=True)
class ImagePython:
    """What an image says about Python.

    Attributes:
        version: ``"3.9"``, or None where the name does not tell.
        is_plain: Whether it is an official Python image, with nothing more in it.
        notice: What to tell the user when it is more than Python; empty otherwise.
    """

    version: str | None
    is_plain: bool
    notice: str = ""


def python_of_image(image: str) -> ImagePython:
    """Return what the image's name says.

    Example:
        >>> python_of_image("python:3.9-slim").version
        '3.9'
        >>> python_of_image("registry.example/ml/train:v2").is_plain
        False
    """
    name, tag = _name_and_tag(image)
    if _PLAIN.search(name):
        match = _TAG.match(tag)
        return ImagePython(f"{match[1]}.{match[2]}" if match else None, is_plain=True)
    match = _IN_NAME.search(tag) or _IN_NAME.search(name)
    version = f"{match[1]}.{int(match[2])}" if match else None
    if not image:
        return ImagePython(None, is_plain=True)
    return ImagePython(
        version,
        is_plain=False,
        notice=f"the image {image} is not used: the step runs with a Python of this machine",
    )


def _name_and_tag(image: str) -> tuple[str, str]:
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    # A colon before the last slash belongs to the registry's port.
    return (head, tag) if colon and "/" not in tag else (name, "")
