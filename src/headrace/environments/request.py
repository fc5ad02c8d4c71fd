"""What a step asks of its environment: packages, Python version, indexes, and as of when.

A request is a value; two that mean the same have the same digest. Knows nothing of uv, of this
machine or of how a request is met.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from headrace.environments.redaction import without_credentials
from headrace.errors import InvalidRequest

AsOf = Literal["auto", "now"] | date

_NAME = re.compile(
    r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True, repr=False)
class EnvironmentRequest:
    """What a step wants to find when it starts.

    Attributes:
        packages: Requirements as pip takes them, in the author's order.
        python: ``"3.9"``, or None for the Python that Headrace itself runs on.
        index_urls: The first replaces the configured index, the others are added to it; may hold
            credentials, which never leave this value.
        trusted_hosts: Hosts whose TLS certificate is not checked.
        as_of: ``"auto"`` resolves pinned packages as of their own time, ``"now"`` as of today, a
            date as of its end (UTC).
        find_links: Directories or pages with distributions, searched beside the index.
        prereleases: Whether pre-releases may be chosen.
    """

    packages: tuple[str, ...] = ()
    python: str | None = None
    index_urls: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    as_of: AsOf = "auto"
    find_links: tuple[str, ...] = ()
    prereleases: bool = False

    def __repr__(self) -> str:
        return without_credentials(
            f"EnvironmentRequest(packages={self.packages!r}, python={self.python!r}, "
            f"index_urls={self.index_urls!r}, as_of={str(self.as_of)!r})"
        )

    @property
    def requirements(self) -> tuple[str, ...]:
        """The requirements, stripped, without repetitions, sorted."""
        return tuple(sorted({package.strip() for package in self.packages if package.strip()}))

    def digest(self, *more: str) -> str:
        """Return the SHA-256 of what the request means, in hexadecimal.

        Credentials do not count: the same index under another token is the same request.

        Args:
            more: Further text that decides the result, such as the configuration of this machine.
        """
        content = [
            self.requirements,
            self.python,
            self.index_urls,
            self.trusted_hosts,
            str(self.as_of),
            self.find_links,
            self.prereleases,
            more,
        ]
        text = without_credentials(json.dumps(content, ensure_ascii=False))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def parse_as_of(text: str) -> AsOf:
    """Return the value of the setting ``packages_as_of``: ``auto``, ``now`` or a date.

    Raises:
        InvalidRequest: It is none of these.
    """
    if text == "auto" or text == "now":  # noqa: PLR1714 - the type checker narrows only this form
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(
            f"packages_as_of is {text!r}, which is no date",
            hint='write "auto", "now" or a date such as 2023-04-30',
        ) from None


def requirement_name(requirement: str) -> str | None:
    """Return the normalised name of the distribution, or None where only its URL is given."""
    match = _NAME.fullmatch(requirement)
    if match is None or re.match(r"[A-Za-z+]+://|[/\\]", match[2]) or match[2].startswith(":"):
        return None
    return normalised(match[1])


def normalised(name: str) -> str:
    """Return a distribution's name in the form in which names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_pinned(requirement: str) -> bool:
    """Return whether the requirement names one version with ``==`` or ``===``.

    Example:
        >>> is_pinned('pandas[all] == 1.5.3 ; python_version >= "3.9"')
        True
        >>> is_pinned('pandas>=1.5; python_version == "3.9"')
        False
    """
    specifier = requirement.partition(";")[0]
    return "@" not in specifier and "==" in specifier
