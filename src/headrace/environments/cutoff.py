"""Packages as of their own time: after when nothing that was published is considered.

``pandas==1.5.3`` of January 2023 asks for "numpy, at least 1.21" and means one of its time; with a
numpy of today it installs and dies at import. So pinned requirements are resolved as of the
newest pinned release plus thirty days. Knows rules and dates; asks nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from headrace.environments.request import is_pinned, requirement_name

GRACE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Cutoff:
    """The moment after which nothing counts.

    Attributes:
        moment: ISO 8601 in UTC, or None for no cut-off.
        reason: Why, in words that follow "because"; empty when none was wanted.
    """

    moment: str | None
    reason: str = ""


def pins(requirements: Sequence[str]) -> tuple[str, ...]:
    """Return the requirements that name one version."""
    return tuple(requirement for requirement in requirements if is_pinned(requirement))


def cutoff_on(day: date) -> Cutoff:
    """Return the cut-off at the end of a day that the user chose."""
    moment = datetime.combine(day + timedelta(days=1), time(), UTC)
    return Cutoff(_text(moment), f"packages are resolved as of {day.isoformat()}, as set")


def cutoff_of(pinned: Sequence[str], uploaded: Mapping[str, tuple[str, str | None]]) -> Cutoff:
    """Return the cut-off that the pinned releases call for.

    Args:
        pinned: Requirements with ``==``.
        uploaded: Normalised name → version and upload time of what each pin means here. A pin
            whose marker leaves it out on this Python is missing.
    """
    times = {
        name: datetime.fromisoformat(found[1])
        for name in map(requirement_name, pinned)
        if name is not None and (found := uploaded.get(name)) is not None and found[1] is not None
    }
    if not times:
        return Cutoff(None, "the index does not tell when packages were published")
    newest = max(times, key=lambda name: (times[name], name))
    version = uploaded[newest][0]
    moment = min(times[newest], datetime.max.replace(tzinfo=UTC) - GRACE) + GRACE
    return Cutoff(
        _text(moment),
        f"{newest}=={version}, the newest of what is pinned, is of "
        f"{times[newest].date().isoformat()}",
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
